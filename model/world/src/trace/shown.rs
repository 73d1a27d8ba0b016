//! Requests for a resource, and the proofs of possession that they and token requests carry.

use super::name;
use oauth_core::server::dpop::{DpopProof, Signature};
use oauth_core::server::resource::{Bearer, ResourceRequest, Scheme};
use oauth_core::text::ResourceSet;
use oauth_laws::fact::ResourceUse;

/// Where the observer's symbols of resources begin.
const RESOURCE_SYMBOLS: u32 = 500;

/// `GET` of a resource.
pub(super) fn resource(request: &ResourceRequest) -> Vec<String> {
    let token = match request.bearer {
        Bearer::None => None,
        Bearer::Foreign => Some("no-token-of-this-server".to_owned()),
        Bearer::Shown(shown) => Some(name::secret(shown.digest)),
    };
    let proof = request.proof.ok().flatten().map(|proof| proof_header(&proof));
    at_resource(request.need.resource, request.scheme, token, proof)
}

/// The same, as the observer saw it.
pub(super) fn resource_seen(seen: &ResourceUse, scheme: Scheme) -> Vec<String> {
    let resource = ResourceSet(u16::try_from(seen.resource.0.saturating_sub(RESOURCE_SYMBOLS)).unwrap_or(1));
    let token = name::sym(seen.token);
    let proof = seen
        .proof
        .map(|proof| proof_text(&name::sym(proof.key), &name::sym(proof.id), Some(&token), Signature::Right));
    at_resource(resource, scheme, Some(token), proof)
}

fn at_resource(
    resource: ResourceSet,
    scheme: Scheme,
    token: Option<String>,
    proof: Option<String>,
) -> Vec<String> {
    let path = name::resources(resource).first().copied().unwrap_or("/api/me");
    let scheme = match scheme {
        Scheme::Bearer => "Bearer",
        Scheme::Dpop => "DPoP",
    };
    let mut lines = vec![format!("GET {path}")];
    lines.extend(token.map(|token| format!("Authorization: {scheme} {token}")));
    lines.extend(proof);
    lines
}

/// A proof of possession: whose key it names, what tells it from others, which token it is for, whether another key signed it.
pub(super) fn proof_header(proof: &DpopProof) -> String {
    let token = proof.token.map(name::secret);
    proof_text(&name::secret(proof.key), &name::secret(proof.id), token.as_deref(), proof.signature)
}

fn proof_text(key: &str, id: &str, token: Option<&str>, signature: Signature) -> String {
    let token = token.map(|token| format!(", for {token}")).unwrap_or_default();
    let signed = match signature {
        Signature::Right => "",
        Signature::Wrong => ", signed by another key",
    };
    format!("DPoP: proof(by {key}, {id}{token}{signed})")
}
