//! The conformance suite's command line.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use oauth_conformance::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    ExitCode::from(match Cli::read() {
        Ok(cli) => cli.execute().await,
        Err(exit_code) => exit_code,
    })
}
