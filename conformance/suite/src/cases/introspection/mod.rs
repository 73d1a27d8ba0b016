//! Token introspection (RFC 7662).

mod answer;
mod caller;
mod members;
mod refresh_token;
mod whose;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] =
    &[answer::CASES, members::CASES, caller::CASES, whose::CASES, refresh_token::CASES];
