//! Dynamic client registration (RFC 7591).

pub(super) mod redirect_uri;
pub(super) mod refusal;
pub(super) mod request;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[request::CASES, refusal::CASES, redirect_uri::CASES];
