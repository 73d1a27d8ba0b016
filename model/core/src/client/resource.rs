//! What a protected resource says of itself and of its authorization servers (RFC 9728): the way of a client that is
//! given the resource and no server. The resource's challenge leads to its metadata; without one the metadata lies at
//! the well-known place.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value;

use super::auth_challenge::{AuthChallenge, challenges, param_of};
use super::http_call::HttpCall;
use super::settings::{Endpoints, MetadataRefusal, Settings};
use crate::text::{RedirectUri, scope_values};
use crate::uri::split_origin;

/// The path of the metadata of a resource without path (RFC 9728 3).
pub const RESOURCE_METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// The request that asks a resource for its challenge: without a token, at the very URL that the metadata has to name.
#[must_use]
pub fn probe(settings: &Settings) -> HttpCall {
    HttpCall::get(settings.named_resource().to_owned())
}

/// The challenges of a resource's answer.
#[must_use]
pub fn challenges_of<F: AsRef<str>>(status: u16, fields: &[F]) -> Vec<AuthChallenge> {
    if status == 401 { challenges(fields) } else { Vec::new() }
}

/// Where a resource's metadata lies (RFC 9728 3.1): the well-known path goes between host and path.
#[must_use]
pub fn resource_metadata_url(resource: &str) -> String {
    let (origin, tail) = split_origin(resource);
    let tail = match tail.strip_prefix('/') {
        Some(rest) if rest.is_empty() || rest.starts_with('?') => rest,
        _ => tail,
    };
    // rfc9728-3.1-client-get-at-inserted-path
    format!("{origin}{RESOURCE_METADATA_PATH}{tail}")
}

/// The request for a resource's metadata, after the resource answered with these challenges.
///
/// # Errors
/// [`MetadataRefusal::OutOfReach`] if the challenge leads where this client does not go.
pub fn metadata_call(settings: &Settings, challenges: &[AuthChallenge]) -> Result<HttpCall, MetadataRefusal> {
    let resource = settings.named_resource();
    // rfc9728-5-client-follows-challenge
    let url = match param_of(challenges, "resource_metadata") {
        Some(url) if settings.may_call(resource, url) => url.to_owned(),
        Some(_) => return Err(MetadataRefusal::OutOfReach),
        None => resource_metadata_url(resource),
    };
    Ok(HttpCall::get(url))
}

impl Settings {
    /// What the resource is called.
    fn named_resource(&self) -> &str {
        self.resource.as_deref().unwrap_or(&self.endpoints.resource)
    }

    /// Whether a URL that a server named may be called: as safe as the one that led there, and within reach.
    pub(super) fn may_call(&self, named_by: &str, url: &str) -> bool {
        let safe =
            url.starts_with("https://") || (url.starts_with("http://") && !named_by.starts_with("https://"));
        safe && RedirectUri::parse(url).is_some() && self.reach.allows(url)
    }

    /// Takes over what a resource's metadata says: the first authorization server that this client may go to. The scope
    /// that a challenge asks for is taken where the configuration names none.
    ///
    /// # Errors
    /// Why the metadata is not used; the settings stay as they were.
    pub fn find_server(&mut self, body: &[u8], challenges: &[AuthChallenge]) -> Result<(), MetadataRefusal> {
        let document: Value = serde_json::from_slice(body).map_err(|_| MetadataRefusal::Malformed)?;
        let resource = self.named_resource();
        // rfc9728-3.3-client-rejects-mismatch, rfc9728-3.3-client-rejects-challenge-mismatch,
        // rfc9728-6-client-compares-code-points
        if document.get("resource").and_then(Value::as_str) != Some(resource) {
            return Err(MetadataRefusal::OtherResource);
        }
        let servers = document.get("authorization_servers").and_then(Value::as_array);
        let issuer = servers
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            // rfc9728-7.7-client-no-ssrf
            .find(|issuer| self.may_call(resource, issuer) && !issuer.contains('?'))
            .ok_or(MetadataRefusal::NoServer)?;
        // rfc9728-7.2-client-limited-scope: what the challenge asks for, and never all that the metadata lists.
        if self.scope.is_none() {
            let asked = param_of(challenges, "scope").filter(|scope| scope_values(scope).is_some());
            self.scope = asked.map(str::to_owned);
        }
        self.endpoints =
            Endpoints { resource: self.endpoints.resource.clone(), ..Endpoints::documented(issuer) };
        self.issuer = issuer.to_owned();
        Ok(())
    }
}
