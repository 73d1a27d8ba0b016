//! Refresh tokens (RFC 6749, section 6).

mod binding;
mod burst;
mod given;
mod grant;
mod narrowed;
mod replay;
mod whose;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] =
    &[given::CASES, grant::CASES, replay::CASES, burst::CASES, whose::CASES, binding::CASES, narrowed::CASES];
