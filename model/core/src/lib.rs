//! OAuth 2.0's authorization-code flow as pure transition logic.
//!
//! ```text
//!            raw HTTP ─▶ server::receive ─▶ locate ─▶ (load) ─▶ step ─▶ (swap) ─▶ encode ─▶ raw HTTP
//!  browser ─▶ client::receive ─▶ fold ─▶ act                                (in brackets: the edge's work)
//! ```
//!
//! Read in this order: [`grant`] (the one record), [`server`] (who may move it), [`client`], [`refusal`]. What the
//! specifications say lies in `oauth_rules`, how each rule can be broken in `oauth_faults`.
//!
//! Absent on purpose: clocks, randomness, I/O, async, logging. Time, fresh secrets and policy come in as values.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod policy;
pub mod secret;
pub mod text;
pub mod uri;

pub mod form;
pub mod http;
pub mod page;
pub mod refusal;
mod table;

pub mod directory;
pub mod grant;
pub mod record;
pub mod server;

pub mod client;
