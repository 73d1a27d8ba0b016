//! A conformance suite for OAuth 2.0 authorization servers.
//!
//! Read in this order: [`case`] (what a case is), [`context`] and [`flow`] (what it works with), [`expect`] (what it
//! expects), [`suite`] (the cases); then [`target`], [`browser`], and how it all runs.
#![forbid(unsafe_code)]
// All that is printed is a `visible::Page`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod case;
pub mod case_end;
pub mod context;
pub mod expect;
pub mod flow;
pub mod need;
pub mod suite;

pub mod browser;
pub mod dpop;
pub mod exchange;
pub mod fields;
pub mod params;
pub mod subject;

pub mod driven;
pub mod laws;
mod preflight;
pub mod reference;
pub mod run;
pub mod select;
pub mod selftest;
pub mod verdict;

mod burst;
pub mod cli;
pub mod clock;
pub mod http;
mod keep;
pub mod mask;
pub mod report;
pub mod run_state;
pub mod visible;
