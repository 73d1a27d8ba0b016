//! A protected resource's metadata: where it lies, who names it, and of which resource it is (RFC 9728, sections
//! 3.1, 3.3 and 5.1).

use std::sync::Arc;

use serde_json::Value;
use url::Url;

use crate::case_end::Checked;
use crate::wire::{Exchange, Response, fields};

/// The address of a resource's metadata (RFC 9728, section 3.1).
pub(in crate::cases) fn address(identifier: &str) -> Option<String> {
    let url = Url::parse(identifier).ok().filter(|url| url.origin().is_tuple())?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = if url.path() == "/" { "" } else { url.path() };
    Some(format!("{}/.well-known/oauth-protected-resource{path}{query}", url.origin().ascii_serialization()))
}

/// Whether a document is about a resource, and not what some hosts answer at every address.
pub(in crate::cases) fn is_of_a_resource(document: &Value) -> bool {
    let members = ["resource", "authorization_servers", "scopes_supported", "bearer_methods_supported"];
    members.iter().any(|member| document.get(member).is_some())
}

/// Whether an answer has something for whoever asks for metadata. Some hosts answer every address with a page, or with an object
/// that says that nothing is there.
pub(in crate::cases) fn is_there(response: &Response) -> bool {
    let is_page = response.media_type().as_deref() == Some("text/html");
    let is_another = response.json().is_some_and(|json| json.is_object() && !is_of_a_resource(&json));
    (200..300).contains(&response.status) && !is_page && !is_another
}

/// The address of metadata that a challenge of this answer names (RFC 9728, section 5.1).
pub(in crate::cases) fn named_in(response: &Response) -> Option<String> {
    let challenges = fields::challenges(response);
    challenges.iter().find_map(|challenge| challenge.param("resource_metadata").map(str::to_owned))
}

/// The metadata is of the resource with this identifier.
pub(in crate::cases) fn identical(exchange: &Arc<Exchange>, json: &Value, expected: &str) -> Checked {
    let told = json.get("resource").and_then(Value::as_str).unwrap_or_default();
    if told == expected {
        return Ok(());
    }
    Err(exchange.broken(format!("resource {expected}"), format!("resource {told:?}")))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_well_known_part_stands_behind_the_host() {
        for (identifier, expected) in [
            ("https://rs.example", "https://rs.example/.well-known/oauth-protected-resource"),
            ("https://rs.example/", "https://rs.example/.well-known/oauth-protected-resource"),
            ("https://rs.example/a/b?c=d", "https://rs.example/.well-known/oauth-protected-resource/a/b?c=d"),
        ] {
            assert_eq!(address(identifier).as_deref(), Some(expected));
        }
    }
}
