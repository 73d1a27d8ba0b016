//! The authorization server's metadata, and the issuer that it names (RFC 8414, RFC 9207).

mod address;
mod claims;
mod document;
mod endpoints;
mod issuer;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] =
    &[issuer::CASES, document::CASES, claims::CASES, endpoints::CASES, address::CASES];
