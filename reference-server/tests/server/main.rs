//! The reference server from outside: its store and what it bounds, its configuration, its flow over TCP, odd bytes, its
//! program and what becomes of its outputs.

mod config;
mod flow;
mod output;
mod peer;
mod program;
mod room;
mod store;
#[path = "../../log/tests/unread/mod.rs"]
mod unread;
mod wire;
