//! The token endpoint: codes, their verifiers, the clients that redeem them, and the answers (RFC 6749, sections 3.2, 4.1 and 5).

pub(super) mod client_auth;
pub(super) mod client_challenge;
pub(super) mod code;
pub(super) mod code_binding;
pub(super) mod entropy;
pub(super) mod errors;
pub(super) mod pkce;
pub(super) mod request;
pub(super) mod response;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[
    code::CASES,
    code_binding::CASES,
    pkce::CASES,
    client_auth::CASES,
    client_challenge::CASES,
    request::CASES,
    errors::CASES,
    response::CASES,
    entropy::CASES,
];
