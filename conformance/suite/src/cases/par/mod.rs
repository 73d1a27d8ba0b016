//! Pushed authorization requests (RFC 9126).

mod beside;
mod identity;
mod judged;
mod push;
mod refusal;
mod request_uri;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] =
    &[push::CASES, refusal::CASES, judged::CASES, request_uri::CASES, beside::CASES, identity::CASES];
