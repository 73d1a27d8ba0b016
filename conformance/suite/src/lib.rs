//! The cases of a conformance suite for OAuth 2.0 authorization servers, and what runs them.
//!
//! Of the model it knows the rules and the laws, never the logic that it judges. Read in this order: [`case`] (what a
//! case is and works with), [`flow`] (the steps that it takes), [`expect`] (what it expects), [`cases`] (the cases);
//! then [`subject`] (what is known of the server), [`probe`] (what a run settles of it), [`wire`] (how it is spoken to),
//! [`run`] and [`report`].
#![forbid(unsafe_code)]
// All that is printed is a `visible::Page`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod case;
pub mod case_end;
pub mod cases;
pub mod expect;
pub mod flow;
pub mod laws;
pub mod request;

pub mod browser;
mod observe;
pub mod probe;
pub mod secrets;
pub mod subject;
pub mod wire;

pub mod outcome;
pub mod report;
pub mod run;
pub mod visible;
