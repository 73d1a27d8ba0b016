//! `oauth-model`: explore the scenarios, try the attacks, list laws, faults and rules.

mod cli;

use std::io;
use std::process::ExitCode;

use clap::Parser as _;
use cli::arguments::{Arguments, Command};
use cli::{Failure, check, list, search};

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    match run(&command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // A reader that closed the pipe wants no more output, and no complaint; but nothing held.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::from(if judges(&command) { 3 } else { 0 })
        }
        Err(Failure::Output(error)) => {
            eprintln!("error: cannot write the result: {error}");
            ExitCode::from(3)
        }
        Err(Failure::Usage(text)) => {
            eprintln!("error: {text}");
            ExitCode::from(2)
        }
    }
}

/// Whether the exit code of a command is a verdict.
const fn judges(command: &Command) -> bool {
    match command {
        Command::Check { .. }
        | Command::Attacks { .. }
        | Command::Trace { .. }
        | Command::Matrix { .. }
        | Command::Induct { .. } => true,
        Command::Faults { .. } | Command::Laws { .. } | Command::Rules { .. } | Command::Explore { .. } => {
            false
        }
    }
}

fn run(command: &Command) -> Result<bool, Failure> {
    match command {
        Command::Check { scenarios, engine, below, threads, partition, format } => {
            check::check(&check::Check {
                scenarios,
                engine: *engine,
                below: *below,
                threads: *threads,
                partition: *partition,
                format: *format,
            })
        }
        Command::Attacks { attacks, format } => search::attacks(attacks, *format),
        Command::Trace { attack, format } => search::trace_of(attack, *format),
        Command::Matrix { threads, format } => search::matrix_of(*threads, *format),
        Command::Induct { threads, format } => search::induct(*threads, *format),
        Command::Faults { format } => list::faults(*format),
        Command::Laws { format } => list::laws(*format),
        Command::Rules { format } => list::rules(*format),
        Command::Explore { scenario, listen } => search::explore(scenario, listen),
    }
}
