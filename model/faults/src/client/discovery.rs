//! Faults of how a client finds out about its servers: metadata, resources, certificates (RFC 8414, RFC 9728).

use oauth_core::client::Channel;
use oauth_core::client::reach::Reach;
use oauth_core::client::resource::{RESOURCE_METADATA_PATH, resource_metadata_url};
use oauth_core::form;
use oauth_core::server::receive::METADATA_PATH;
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{
    Before, CertificatesBelieved, Challenges, Metadata, MetadataCall, ResourceKept, ResourceMetadata,
    ResourceMetadataCall,
};
use crate::edit::Members;
use crate::entry::{Entry, Lies::OfClient};

const RESOURCE_MEMBERS: &[&str] =
    &["resource", "authorization_servers", "scopes_supported", "bearer_methods_supported"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-metadata-unused",
        about: "the metadata is not read",
        rules: rules!["rfc9700-2.6-client-uses-metadata"],
        lies: OfClient(&[Metadata(|_, body| body.clear())]),
    },
    Entry {
        name: "client-metadata-path-appended",
        about: "the metadata is asked for below the issuer's path",
        rules: rules!["rfc8414-3.1-client-path-insertion"],
        lies: OfClient(&[MetadataCall(|settings, call| {
            call.url = format!("{}{METADATA_PATH}", settings.issuer.trim_end_matches('/'));
        })]),
    },
    Entry {
        name: "client-metadata-issuer-unchecked",
        about: "metadata of whatever issuer is used",
        rules: rules!["rfc8414-3.3-client-rejects-issuer-mismatch"],
        lies: OfClient(&[Metadata(|settings, body| {
            if let Ok(mut members) = serde_json::from_slice::<Members>(body) {
                members.insert("issuer".to_owned(), json!(settings.issuer));
                *body = Value::Object(members).to_string().into_bytes();
            }
        })]),
    },
    Entry {
        name: "client-issuer-normalised",
        about: "issuers compare without regard to case and escapes",
        rules: rules!["rfc8414-4-client-compares-code-points"],
        lies: OfClient(&[Metadata(|settings, body| {
            if let Ok(mut members) = serde_json::from_slice::<Members>(body)
                && let Some(issuer) = members.get("issuer").and_then(Value::as_str)
                && plain(issuer) == plain(&settings.issuer)
            {
                members.insert("issuer".to_owned(), json!(settings.issuer));
                *body = Value::Object(members).to_string().into_bytes();
            }
        })]),
    },
    Entry {
        name: "client-challenge-ignored",
        about: "the challenge of a resource is not followed to its metadata",
        rules: rules!["rfc9728-5-client-follows-challenge"],
        lies: OfClient(&[Challenges(Vec::clear)]),
    },
    Entry {
        name: "client-resource-path-appended",
        about: "the metadata of a resource is asked for below its path",
        rules: rules!["rfc9728-3.1-client-get-at-inserted-path"],
        lies: OfClient(&[ResourceMetadataCall(|settings, call| {
            let resource = &settings.endpoints.resource;
            if call.url == resource_metadata_url(resource) {
                call.url = format!("{}{RESOURCE_METADATA_PATH}", resource.trim_end_matches('/'));
            }
        })]),
    },
    Entry {
        name: "client-resource-unchecked",
        about: "metadata of whatever resource is used",
        rules: rules!["rfc9728-3.3-client-rejects-mismatch", "rfc9728-3.3-client-rejects-challenge-mismatch"],
        lies: OfClient(&[ResourceMetadata(|settings, told| {
            told.insert("resource".to_owned(), json!(settings.endpoints.resource));
        })]),
    },
    Entry {
        name: "client-resource-normalised",
        about: "resources compare without regard to case and escapes",
        rules: rules!["rfc9728-6-client-compares-code-points"],
        lies: OfClient(&[ResourceMetadata(|settings, told| {
            let resource = told.get("resource").and_then(Value::as_str).unwrap_or_default();
            if plain(resource) == plain(&settings.endpoints.resource) {
                told.insert("resource".to_owned(), json!(settings.endpoints.resource));
            }
        })]),
    },
    Entry {
        name: "client-unknown-metadata-refused",
        about: "a resource's metadata with an unknown member is refused",
        rules: rules!["rfc9728-3.2-client-ignores-unknown-members"],
        lies: OfClient(&[ResourceMetadata(|_, told| {
            if told.keys().any(|name| !RESOURCE_MEMBERS.contains(&name.as_str())) {
                told.clear();
            }
        })]),
    },
    Entry {
        name: "client-resource-metadata-kept",
        about: "a resource is asked for its server once and never again",
        rules: rules!["rfc9728-5.2-client-refetches"],
        lies: OfClient(&[ResourceKept]),
    },
    Entry {
        name: "client-asks-every-scope",
        about: "every scope is asked for that the resource's metadata lists",
        rules: rules!["rfc9728-7.2-client-limited-scope"],
        lies: OfClient(&[ResourceMetadata(|settings, told| {
            let listed = told.get("scopes_supported").and_then(Value::as_array).into_iter().flatten();
            let all: Vec<&str> = listed.filter_map(Value::as_str).collect();
            settings.scope = (!all.is_empty()).then(|| all.join(" "));
        })]),
    },
    Entry {
        name: "client-inner-addresses-called",
        about: "metadata may send the client to whatever address",
        rules: rules!["rfc9728-7.7-client-no-ssrf"],
        lies: OfClient(&[ResourceMetadata(|settings, _| settings.reach = Reach::Everywhere)]),
    },
    Entry {
        name: "client-certificate-unchecked",
        about: "a server is believed whatever its certificate",
        rules: rules![
            "rfc6749-10.9-client-validates-certificate",
            "rfc6750-5.3-client-tls",
            "rfc8414-6.1-client-checks-certificate",
            "rfc9728-7.3-client-checks-certificate"
        ],
        lies: OfClient(&[CertificatesBelieved]),
    },
    Entry {
        name: "client-sends-in-clear",
        about: "codes and tokens go over a network in clear text",
        rules: rules!["rfc6750-5.3-client-tls", "rfc6749-10.8-client-no-secrets-in-clear"],
        lies: OfClient(&[Before(|rules, _, _| rules.channel = Channel::Private)]),
    },
];

/// An identifier without the differences that some readers overlook: case, and what was escaped.
fn plain(identifier: &str) -> String {
    form::decode(identifier.as_bytes()).unwrap_or_default().to_ascii_lowercase()
}
