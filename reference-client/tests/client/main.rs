//! The reference client from outside: odd requests, its program and what becomes of its outputs. A server that means it ill is
//! another test's.

mod output;
mod program;
#[path = "../../../reference-server/log/tests/unread/mod.rs"]
mod unread;
mod wire;
