//! The core through its public door: what it refuses and why, table by table, and what holds of its codecs whatever arrives.

mod bench;
mod client;
mod codec;
mod tables;
