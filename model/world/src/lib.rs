//! Bounded worlds: users, clients, servers and an attacker, moved by the same logic as the server and the client.
//!
//! Read in this order: [`world`] (what there is, and what may happen next), [`scenario`] (the bounds of each world),
//! [`attack`] and [`mitigation`] (what is known to go wrong, and what stops it), [`trace`] (how a way is told).
#![forbid(unsafe_code)]

pub mod world;

pub mod scenario;

pub mod attack;
pub mod mitigation;

pub mod trace;
