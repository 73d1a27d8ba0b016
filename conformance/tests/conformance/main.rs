//! The suite from outside, with no more than a Rust toolchain: its program, its runs against servers of these tests' own, its
//! registries and the pages that are written from them.

mod bounds;
mod browser;
mod cli;
mod clock;
mod configuration;
mod coverage;
mod departures;
mod findings;
mod laws;
mod ledger;
mod liberties;
mod pair;
mod reference;
mod report;
mod secrets;
mod signals;
mod strangers;
mod tidy;

#[path = "../common"]
mod common {
    pub(crate) mod reference;
    pub(crate) mod relay;
    pub(crate) mod script;
    pub(crate) mod server;
}
#[path = "../walker/mod.rs"]
mod walker;
