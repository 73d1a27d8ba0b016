//! The reference server from outside: its store, its configuration, its flow over TCP, odd bytes, its
//! program.

mod config;
mod flow;
mod peer;
mod program;
mod store;
mod wire;
