//! DPoP at the authorization server (RFC 9449).

mod algorithms;
mod binding;
mod each_client;
mod nonce;
mod proof;
mod token;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] =
    &[proof::CASES, algorithms::CASES, token::CASES, each_client::CASES, binding::CASES, nonce::CASES];
