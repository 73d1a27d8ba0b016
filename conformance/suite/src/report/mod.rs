//! What a run shows: text for people, JSON for programs. No secret leaves here unless asked for, and nothing that a
//! terminal would obey.
//!
//! [`RunReport`] covers each text as it takes it; a [`Format`] writes [`Event`]s and never sees what was covered.

/// Adds a line to a page.
macro_rules! line {
    ($out:expr, $($argument:tt)*) => { $out.line(format_args!($($argument)*)) };
}

mod alike;
mod case_report;
mod cause;
mod curl;
mod defect;
mod event;
mod evidence;
mod exchange_report;
mod json;
mod missing_key;
mod run_report;
mod style;
mod summary;
#[cfg(test)]
mod tests;
mod text;
mod veil;
mod wants;

pub use case_report::{CaseReport, FindingReport, level_word};
pub use cause::{Cause, Place};
pub use event::{Event, Sink};
pub use exchange_report::{Body, ExchangeReport, RequestReport, ResponseReport};
pub use json::JSON;
pub use missing_key::MissingKey;
pub use run_report::{RunBegan, RunReport};
pub use style::{Layout, Style};
pub use text::TEXT;
pub use veil::Secrets;
pub use wants::{Exchanges, Wants};

use crate::visible::Page;

/// Every format, the one for people first.
pub const FORMATS: &[Format] = &[TEXT, JSON];

/// A way to write what happens in a run. The command lines follow the table of them, [`FORMATS`].
///
/// Whatever the verdicts of a run, a format shows some of its texts, if only the target's name: the test that looks for
/// secrets in them fails on a format that shows none.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Its name: `--format NAME`.
    pub name: &'static str,
    /// How it comes, in a few words.
    pub about: &'static str,
    /// What `--NAME FILE` does, if there is such an option.
    pub file: Option<&'static str>,
    /// Which exchanges it writes.
    pub exchanges: Exchanges,
    /// What it writes at an event; often nothing.
    pub write: fn(&Event<'_>, Style) -> Page,
}

impl Format {
    /// The format of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|format| format.name == name)
    }
}
