//! The command line: its arguments, and what each command prints.

pub(crate) mod arguments;
pub(crate) mod check;
pub(crate) mod list;
pub(crate) mod search;
