//! The conformance suite's program: its command line, the cases that the model drives, and the suite's own test against
//! the reference server. The other cases, and what runs them, are `oauth-suite`.
#![forbid(unsafe_code)]
// All that is printed is a `visible::Page`.
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod cli;
pub mod driven;
pub mod liberties;
pub mod reference;
pub mod selftest;
mod whole;

use oauth_suite::case::{Case, Profile};
use oauth_suite::run::SANITY;
use oauth_suite::{cases as suite, laws};

/// Every case of a profile, in reading order: the sanity case, those of the suite, the driven ones, the laws.
#[must_use]
pub fn cases(profile: Profile) -> Vec<Case> {
    let all =
        std::iter::once(SANITY).chain(suite::all()).chain(driven::cases(profile)).chain(laws::cases(profile));
    all.copied().filter(|case| case.belongs_to(profile)).collect()
}
