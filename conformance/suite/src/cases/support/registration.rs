//! Metadata of clients with something left out (RFC 7591).

use serde_json::Value;

/// Leaves members out.
pub(in crate::cases) fn without(metadata: &mut Value, names: &[&str]) {
    if let Some(members) = metadata.as_object_mut() {
        members.retain(|name, _| !names.contains(&name.as_str()));
    }
}
