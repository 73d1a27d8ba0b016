//! The resources that a token is for (RFC 8707; RFC 9700, section 2.3).

mod audience;
mod grant;
mod request;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[request::CASES, grant::CASES, audience::CASES];
