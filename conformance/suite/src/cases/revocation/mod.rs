//! Token revocation (RFC 7009).

mod each_kind;
mod effect;
mod request;
mod whose;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[effect::CASES, each_kind::CASES, request::CASES, whose::CASES];
