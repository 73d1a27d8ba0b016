//! Token introspection (RFC 7662).

pub(super) mod answer;
pub(super) mod caller;
pub(super) mod members;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[answer::CASES, members::CASES, caller::CASES];
