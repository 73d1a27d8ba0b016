//! DPoP at the authorization server (RFC 9449).

pub(super) mod binding;
pub(super) mod nonce;
pub(super) mod proof;
pub(super) mod token;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[proof::CASES, token::CASES, binding::CASES, nonce::CASES];
