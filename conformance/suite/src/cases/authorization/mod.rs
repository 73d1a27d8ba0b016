//! The authorization endpoint: who asks, for what, and where the answer goes (RFC 6749, sections 3.1 and 4.1).

pub(super) mod client_id;
pub(super) mod errors;
pub(super) mod loopback;
pub(super) mod pkce;
pub(super) mod redirect_match;
pub(super) mod redirect_uri;
pub(super) mod request;
pub(super) mod response;
pub(super) mod scope;
pub(super) mod state;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[
    request::CASES,
    client_id::CASES,
    redirect_uri::CASES,
    redirect_match::CASES,
    loopback::CASES,
    state::CASES,
    scope::CASES,
    pkce::CASES,
    errors::CASES,
    response::CASES,
];
