//! The conformance suite's command line.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser as _;
use oauth_conformance::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    ExitCode::from(Cli::parse().execute().await)
}
