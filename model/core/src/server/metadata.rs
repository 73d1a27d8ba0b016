//! Authorization server metadata (RFC 8414 2): what is offered, said by the tables that enforce it.
//!
//! Endpoints are read off the routes, methods and grant types off the enums that the steps match.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::jwk::Algorithm;
use super::receive::{METADATA_PATH, ROUTES, Route};
use super::redeem::GrantType;
use crate::directory::{Authentication, Directory};
use crate::policy::Policy;

/// Where the document is: the well-known name goes between host and path of the issuer.
#[must_use]
pub fn metadata_path(directory: &Directory) -> String {
    format!("{METADATA_PATH}{}", directory.origin_and_base().1)
}

/// The document.
#[must_use]
pub fn metadata(directory: &Directory, policy: &Policy) -> Value {
    let issuer = &directory.issuer;
    let mut document = Map::new();
    let mut say = |member: &str, value: Value| document.insert(member.to_owned(), value);
    say("issuer", json!(issuer));
    let offered = |route: &&Route| policy.registration || route.endpoint != Some("registration_endpoint");
    for (member, path) in
        ROUTES.iter().filter(offered).filter_map(|route| Some((route.endpoint?, route.path)))
    {
        say(member, json!(format!("{issuer}{path}")));
    }
    let all: Vec<&str> = Authentication::ALL.iter().map(|method| method.name()).collect();
    let with_secret: Vec<&str> =
        Authentication::ALL.iter().filter(|method| method.has_secret()).map(|method| method.name()).collect();
    say("token_endpoint_auth_methods_supported", json!(all));
    say("revocation_endpoint_auth_methods_supported", json!(all));
    say("introspection_endpoint_auth_methods_supported", json!(with_secret));
    // rfc9449-5.1-metadata-algorithms
    say("dpop_signing_alg_values_supported", json!(Algorithm::names()));
    say("require_pushed_authorization_requests", json!(policy.pushed_only));
    say("scopes_supported", json!(directory.scopes));
    say("response_types_supported", json!(["code"]));
    say("response_modes_supported", json!(["query"]));
    let grants: Vec<&str> = GrantType::ALL.iter().map(|grant| grant.name()).collect();
    say("grant_types_supported", json!(grants));
    let challenges = if policy.plain { vec!["S256", "plain"] } else { vec!["S256"] };
    say("code_challenge_methods_supported", json!(challenges));
    say("authorization_response_iss_parameter_supported", json!(true));
    say("protected_resources", json!(directory.resource_identifiers(directory.all_resources())));
    Value::Object(document)
}
