//! Dynamic client registration (RFC 7591).

mod effect;
mod grants;
mod like_any;
mod redirect_uri;
mod refusal;
mod request;
mod shown;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[
    request::CASES,
    effect::CASES,
    grants::CASES,
    like_any::CASES,
    refusal::CASES,
    redirect_uri::CASES,
    shown::CASES,
];
