//! The protected resource: bearer tokens, bound tokens, challenges and metadata (RFC 6750, RFC 9449, RFC 9728).

mod bearer;
mod challenge;
mod dpop;
mod metadata;
mod second;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] =
    &[bearer::CASES, challenge::CASES, metadata::CASES, second::CASES, dpop::CASES];
