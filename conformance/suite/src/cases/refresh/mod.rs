//! Refresh tokens (RFC 6749, section 6).

pub(super) mod binding;
pub(super) mod grant;
pub(super) mod replay;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[grant::CASES, replay::CASES, binding::CASES];
