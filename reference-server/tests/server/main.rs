//! The reference server from outside: its stores and what they bound, two servers on one, its configuration, its flow over TCP, odd bytes, its
//! program and what becomes of its outputs.

mod config;
mod contract;
mod encoded;
mod flow;
mod hosts;
mod output;
mod peer;
mod program;
mod room;
mod store;
#[path = "../../log/tests/unread/mod.rs"]
mod unread;
mod wire;
