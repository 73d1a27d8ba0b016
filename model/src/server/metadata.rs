//! Authorization server metadata (RFC 8414 2): what is offered, said by the constants that enforce it.

use serde_json::{Value, json};

use crate::directory::{Authentication, Directory};
use crate::policy::Policy;

/// The path of the metadata of an issuer without path (RFC 8414 3).
pub const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";

/// The document.
#[must_use]
pub fn metadata(directory: &Directory, policy: &Policy) -> Value {
    let issuer = &directory.issuer;
    let methods: Vec<&str> = Authentication::ALL.iter().map(|method| method.name()).collect();
    let challenges = if policy.plain { vec!["S256", "plain"] } else { vec!["S256"] };
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "scopes_supported": directory.scopes,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "code_challenge_methods_supported": challenges,
        "authorization_response_iss_parameter_supported": true,
    })
}
