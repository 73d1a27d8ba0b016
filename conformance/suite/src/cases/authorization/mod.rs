//! The authorization endpoint: who asks, for what, and where the answer goes (RFC 6749, sections 3.1 and 4.1).

mod client_id;
mod denied;
mod each_response;
mod errors;
mod loopback;
mod pkce;
mod redirect_match;
mod redirect_uri;
mod request;
mod response;
mod scope;
mod state;
mod two_faults;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[
    request::CASES,
    client_id::CASES,
    redirect_uri::CASES,
    two_faults::CASES,
    redirect_match::CASES,
    loopback::CASES,
    state::CASES,
    scope::CASES,
    pkce::CASES,
    errors::CASES,
    denied::CASES,
    response::CASES,
    each_response::CASES,
];
