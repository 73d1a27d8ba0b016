//! Dynamic client registration (RFC 7591).

mod redirect_uri;
mod refusal;
mod request;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[request::CASES, refusal::CASES, redirect_uri::CASES];
