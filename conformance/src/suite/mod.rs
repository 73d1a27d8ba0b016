//! The cases, written by hand and independent of the logic that they judge.
//!
//! Nothing here uses more of `oauth_model` than its rules, facts and laws.

mod audience;
mod authorize;
mod bearer;
mod bearer_challenge;
mod client_auth;
mod client_challenge;
mod client_credentials;
mod client_id;
mod code;
mod code_binding;
mod consent;
mod dpop_binding;
mod dpop_defects;
mod dpop_nonce;
mod dpop_proof;
mod dpop_resource;
mod dpop_token;
mod entropy;
mod errors;
mod forgery;
mod form_answers;
mod forwarded;
mod introspection;
mod introspection_caller;
mod introspection_members;
mod issuer;
mod login;
mod loopback;
mod markup;
mod metadata;
mod metadata_address;
mod native;
mod oauth21;
mod pages;
mod par;
mod par_refusal;
mod par_use;
mod pkce;
mod pkce_authorize;
mod provoke;
mod redirect_match;
mod redirect_uri;
mod refresh;
mod refresh_binding;
mod refresh_replay;
mod registration;
mod registration_refusal;
mod registration_uri;
mod resource_grant;
mod resource_indicator;
mod resource_metadata;
mod response;
mod revocation;
mod revocation_request;
mod sanity;
mod scope;
mod spoil;
mod state;
mod token_errors;
mod token_request;
mod token_response;
mod token_status;

use crate::case::Case;

/// The honest flow that runs before the first case and after the last.
pub const SANITY: &Case = &sanity::HONEST_FLOW;

/// Every case, in reading order, one slice per file.
pub const CASES: &[&[Case]] = &[
    // The authorization endpoint.
    authorize::CASES,
    client_id::CASES,
    redirect_uri::CASES,
    redirect_match::CASES,
    loopback::CASES,
    state::CASES,
    scope::CASES,
    pkce_authorize::CASES,
    errors::CASES,
    response::CASES,
    issuer::CASES,
    metadata::CASES,
    metadata_address::CASES,
    // The user.
    login::CASES,
    consent::CASES,
    forgery::CASES,
    pages::CASES,
    form_answers::CASES,
    forwarded::CASES,
    native::CASES,
    // The token endpoint.
    code::CASES,
    code_binding::CASES,
    pkce::CASES,
    client_auth::CASES,
    client_challenge::CASES,
    token_request::CASES,
    token_errors::CASES,
    token_response::CASES,
    entropy::CASES,
    // Refresh tokens.
    refresh::CASES,
    refresh_replay::CASES,
    refresh_binding::CASES,
    // Clients for themselves.
    client_credentials::CASES,
    // Revocation and introspection.
    revocation::CASES,
    revocation_request::CASES,
    introspection::CASES,
    introspection_members::CASES,
    introspection_caller::CASES,
    // The resources that a token is for.
    resource_indicator::CASES,
    resource_grant::CASES,
    audience::CASES,
    // Pushed authorization requests.
    par::CASES,
    par_refusal::CASES,
    par_use::CASES,
    // Registration.
    registration::CASES,
    registration_refusal::CASES,
    registration_uri::CASES,
    // Proofs of possession.
    dpop_proof::CASES,
    dpop_token::CASES,
    dpop_binding::CASES,
    dpop_nonce::CASES,
    // What OAuth 2.1 asks for in its own way.
    oauth21::CASES,
    // The protected resource.
    bearer::CASES,
    bearer_challenge::CASES,
    resource_metadata::CASES,
    dpop_resource::CASES,
];

/// Every case in reading order.
pub fn cases() -> impl Iterator<Item = &'static Case> {
    CASES.iter().copied().flatten()
}
