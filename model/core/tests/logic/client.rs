//! The client's tables: what a browser sends and what servers answer, one line each.

mod browser;
mod dpop;
mod push;
mod refresh;
mod resource;
mod revoke;
mod sessions;
mod wire;
