//! Fills in the endpoints from the server's metadata (RFC 8414), or from OpenID's document in its place.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::Value;
use url::Url;

use crate::subject::{Endpoints, Place, Target};
use crate::wire::http::Wire;
use crate::wire::{Moment, Request};

/// Why the endpoints are not known. The program matches each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiscoverError {
    /// The server does not answer.
    #[error("{url}: {reason}; {}", advice(.reason))]
    Down {
        /// What was asked for.
        url: String,
        /// What came of it.
        reason: String,
    },
    /// There is no document, and the target does not name the endpoints.
    #[error("no metadata document at {tried}; name authorization and token under [endpoints]")]
    Nothing {
        /// What was asked for.
        tried: String,
    },
    /// The document lacks an endpoint, and the target does not name it.
    #[error("the metadata document at {url} has no {member}; name it under [endpoints]")]
    Lacks {
        /// The document.
        url: String,
        /// What it lacks.
        member: &'static str,
    },
}

/// What to do about a server that does not answer.
pub(crate) fn advice(reason: &str) -> &'static str {
    if reason.contains("certificate") {
        "name the authority that signed it with --ca"
    } else if reason.contains("the suite reads no more") {
        "is the address right?"
    } else {
        "is the server running, and is the address right?"
    }
}

/// The places of the metadata document, the standard's first.
fn places(issuer: &str) -> Vec<String> {
    let Ok(url) = Url::parse(issuer) else { return Vec::new() };
    let origin = url.origin().ascii_serialization();
    let path = url.path().trim_end_matches('/');
    let mut places = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
        format!("{origin}{path}/.well-known/openid-configuration"),
    ];
    places.dedup();
    places
}

/// Whether a document is about a server, and not what some hosts answer at every address.
pub(crate) fn is_metadata(document: &Value) -> bool {
    let members = ["issuer", "authorization_endpoint", "token_endpoint", "response_types_supported"];
    members.iter().any(|member| document.get(member).is_some())
}

/// Looks for the metadata document of the target's issuer and fills in what the target does not name.
///
/// # Errors
/// When the server does not answer, or an endpoint stays unknown.
pub async fn discover(wire: &Wire, target: &mut Target) -> Result<(), DiscoverError> {
    let Some(issuer) = target.issuer.clone() else { return Ok(()) };
    let places = places(&issuer);
    for url in places.iter().filter(|url| target.place(url) == Place::Own) {
        let request = wire.dress(Request::get(url).header("Accept", "application/json"));
        let (_, answer) = wire.send(&request, || Moment { tick: 0, at: Instant::now() }).await;
        let response =
            answer.map_err(|fault| DiscoverError::Down { url: url.clone(), reason: fault.to_string() })?;
        if let Some(document) = response.json().filter(|json| response.status == 200 && is_metadata(json)) {
            target.metadata = Some(document);
            target.metadata_url = Some(url.clone());
            break;
        }
    }
    fill(target, &places.join(", "))
}

fn fill(target: &mut Target, tried: &str) -> Result<(), DiscoverError> {
    let member = |name: &str| target.metadata(name).and_then(Value::as_str).map(str::to_owned);
    let optional = |given: &Option<String>, name: &str| given.clone().or_else(|| member(name));
    let needed = |given: &String, name: &'static str| {
        if !given.is_empty() {
            return Ok(given.clone());
        }
        let lacking = || match &target.metadata_url {
            Some(url) => DiscoverError::Lacks { url: url.clone(), member: name },
            None => DiscoverError::Nothing { tried: tried.into() },
        };
        member(name).filter(|text| Url::parse(text).is_ok()).ok_or_else(lacking)
    };
    let given = &target.endpoints;
    let endpoints = Endpoints {
        authorization: needed(&given.authorization, "authorization_endpoint")?,
        token: needed(&given.token, "token_endpoint")?,
        resource: optional(&given.resource, "userinfo_endpoint"),
        introspection: optional(&given.introspection, "introspection_endpoint"),
        revocation: optional(&given.revocation, "revocation_endpoint"),
        registration: optional(&given.registration, "registration_endpoint"),
        pushed_authorization_request: optional(
            &given.pushed_authorization_request,
            "pushed_authorization_request_endpoint",
        ),
    };
    let known: BTreeSet<&str> = given.all().map(|(name, _)| name).collect();
    target.discovered = endpoints.all().map(|(name, _)| name).filter(|name| !known.contains(name)).collect();
    target.endpoints = endpoints;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_metadata, places};

    #[test]
    fn the_issuers_path_follows_the_well_known_part() {
        assert_eq!(
            places("https://as.example/tenant/"),
            [
                "https://as.example/.well-known/oauth-authorization-server/tenant",
                "https://as.example/.well-known/openid-configuration/tenant",
                "https://as.example/tenant/.well-known/openid-configuration",
            ]
        );
        assert_eq!(places("http://127.0.0.1:9000").len(), 2);
    }

    #[test]
    fn what_is_answered_at_every_address_is_no_metadata() {
        assert!(is_metadata(&json!({ "issuer": "https://as.example" })));
        assert!(is_metadata(&json!({ "token_endpoint": "https://as.example/token" })));
        assert!(!is_metadata(&json!({ "status": 404, "message": "no such page" })));
        assert!(!is_metadata(&json!(["issuer"])));
    }
}
