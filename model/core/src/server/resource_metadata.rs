//! Protected resource metadata (RFC 9728): where a resource's tokens come from, and how they are sent.

use alloc::format;
use alloc::string::String;

use serde_json::{Value, json};

use super::jwk::Algorithm;
use crate::directory::{Directory, Resource};

/// What stands before the path of a resource in the path of its metadata (RFC 9728 3).
pub const RESOURCE_METADATA_PATH: &str = "/.well-known/oauth-protected-resource";

/// The document (RFC 9728 2).
#[must_use]
pub fn resource_metadata(directory: &Directory, resource: &Resource) -> Value {
    json!({
        // rfc9728-3.3-resource-identical
        "resource": directory.resource_identifier(resource),
        "authorization_servers": [directory.issuer],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": Algorithm::names(),
        "scopes_supported": directory.scope_names(resource.scope),
    })
}

/// Where the document is.
#[must_use]
pub fn resource_metadata_url(directory: &Directory, resource: &Resource) -> String {
    let (origin, base) = directory.origin_and_base();
    format!("{origin}{RESOURCE_METADATA_PATH}{base}{}", resource.path)
}
