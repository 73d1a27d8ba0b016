//! Refresh tokens (RFC 6749, section 6).

mod binding;
mod grant;
mod replay;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[grant::CASES, replay::CASES, binding::CASES];
