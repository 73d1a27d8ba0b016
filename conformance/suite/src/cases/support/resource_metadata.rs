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
