//! The token endpoint: codes, their verifiers, the clients that redeem them, and the answers (RFC 6749, sections 3.2,
//! 4.1 and 5).

mod burst;
mod client_auth;
mod client_challenge;
mod code;
mod code_binding;
mod entropy;
mod errors;
mod lifetime;
mod members;
mod near_challenge;
mod pkce;
mod pkce_methods;
mod request;
mod response;
mod stored;

use crate::case::Case;

/// The cases, in reading order, one slice a file.
pub(super) const CASES: &[&[Case]] = &[
    code::CASES,
    burst::CASES,
    code_binding::CASES,
    pkce::CASES,
    pkce_methods::CASES,
    near_challenge::CASES,
    client_auth::CASES,
    client_challenge::CASES,
    request::CASES,
    errors::CASES,
    response::CASES,
    members::CASES,
    lifetime::CASES,
    stored::CASES,
    entropy::CASES,
];
