//! The conformance suite's command line.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::thread::available_parallelism;

use oauth_conformance::cli::Cli;

fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(exit_code) => return ExitCode::from(exit_code),
    };
    // Signals are heard by one thread while another reads a page.
    let threads = available_parallelism().map_or(2, |count| count.get().max(2));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(fault) => {
            eprintln!("oauth-conformance: its threads do not start: {fault}");
            return ExitCode::from(3);
        }
    };
    let code = runtime.block_on(cli.execute());
    // A case that was interrupted in the midst of a page is not waited for.
    runtime.shutdown_background();
    ExitCode::from(code)
}
