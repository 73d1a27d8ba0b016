//! The command line: its arguments, and what each command prints.

pub(crate) mod arguments;
pub(crate) mod check;
pub(crate) mod list;
pub(crate) mod search;

use std::io;

/// Why a command gave no verdict.
pub(crate) enum Failure {
    /// The arguments name something that does not exist, or that cannot be had.
    Usage(String),
    /// The result could not be written.
    Output(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
