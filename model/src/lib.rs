//! OAuth 2.0's authorization-code flow as pure transition logic.
//!
//! ```text
//!            raw HTTP ─▶ server::receive ─▶ locate ─▶ (load) ─▶ step ─▶ (swap) ─▶ encode ─▶ raw HTTP
//!  browser ─▶ client::receive ─▶ fold ─▶ act                                (in brackets: the edge's work)
//! ```
//!
//! Read in this order: [`rule`] (what the specifications say), [`grant`] (the one record), [`server`] (who may move
//! it), [`client`], [`refusal`], then [`fact`] and [`law`] (what an outsider can see and demand), [`fault`] (how
//! each rule can be broken), [`world`] and [`scenario`] (the bounded worlds that the checker explores).
//!
//! Absent on purpose: clocks, randomness, I/O, async, logging. Time, fresh secrets and policy come in as values.
#![forbid(unsafe_code)]

pub mod rule;

pub mod policy;
pub mod secret;
pub mod text;

pub mod form;
pub mod http;
pub mod page;
pub mod refusal;

pub mod directory;
pub mod grant;
pub mod server;

pub mod client;

pub mod fact;
pub mod law;
pub mod mitigation;

pub mod fault;

pub mod scenario;
pub mod world;

pub mod induct;

pub mod attack;
#[cfg(feature = "check")]
pub mod check;
