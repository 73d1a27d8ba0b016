//! Faults of a resource's metadata (RFC 9728).

use oauth_core::http::HttpReply;
use oauth_core::server::resource_metadata::RESOURCE_METADATA_PATH;
use oauth_rules::rules;
use serde_json::json;

use super::At;
use super::Lie::{Reply, Told};
use crate::edit::{append, change};
use crate::entry::{Entry, Lies::OfServer};

const METADATA: At = At::Below(RESOURCE_METADATA_PATH);
/// The paths of the resources in the built-in data.
const FIRST: &str = "/api/me";
const SECOND: &str = "/api/notes";

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "resource-metadata-missing",
        about: "the resource's metadata is not where its challenge says",
        rules: rules!["rfc9728-3-wellknown-location", "rfc9728-5.1-www-authenticate-resource-metadata"],
        lies: OfServer(&[Reply(METADATA, |_, reply, _| *reply = HttpReply::status(404))]),
    },
    Entry {
        name: "resource-metadata-odd",
        about: "the resource in the metadata has a fragment",
        rules: rules!["rfc9728-2-resource-member", "rfc9728-3.3-resource-identical"],
        lies: OfServer(&[Told(METADATA, |_, told| append(told, "resource", "#a"))]),
    },
    Entry {
        name: "second-resource-described-as-first",
        about: "the metadata of the second resource is about the first one",
        rules: rules!["rfc9728-3.3-resource-identical"],
        lies: OfServer(&[Told(METADATA, |request, told| {
            if request.path.ends_with(SECOND) {
                change(told, "resource", |resource| resource.replace(SECOND, FIRST));
            }
        })]),
    },
    Entry {
        name: "challenge-names-another-resource",
        about: "the challenge of the second resource names the metadata of the first one",
        rules: rules!["rfc9728-3.3-resource-identical"],
        lies: OfServer(&[Reply(At::Path(SECOND), |_, reply, _| {
            for (name, value) in &mut reply.headers {
                if name.eq_ignore_ascii_case("WWW-Authenticate") {
                    *value = value.replace(SECOND, FIRST);
                }
            }
        })]),
    },
    Entry {
        name: "resource-metadata-as-text",
        about: "the resource's metadata is sent as text/html",
        rules: rules!["rfc9728-3.2-response-200-json"],
        lies: OfServer(&[Reply(METADATA, |_, reply, _| reply.set("Content-Type", "text/html"))]),
    },
    Entry {
        name: "resource-metadata-list-empty",
        about: "the resource's metadata has an empty list",
        rules: rules!["rfc9728-3.2-no-empty-arrays"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("resource_signing_alg_values_supported".to_owned(), json!([]));
        })]),
    },
    Entry {
        name: "resource-metadata-algorithm-none",
        about: "the resource says that it signs with none",
        rules: rules!["rfc9728-2-signing-algorithms-without-none"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("resource_signing_alg_values_supported".to_owned(), json!(["none"]));
        })]),
    },
    Entry {
        name: "resource-metadata-stray-server",
        about: "the resource's metadata names an authorization server that there is not",
        rules: rules!["rfc9728-2-authorization-servers-form"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            let first = told.get("authorization_servers").and_then(|list| list.get(0)).cloned();
            let stray = first.and_then(|first| Some(format!("{}/stray", first.as_str()?)));
            told.insert("authorization_servers".to_owned(), json!([stray]));
        })]),
    },
    Entry {
        name: "resource-metadata-scopeless",
        about: "the resource's metadata lists no scopes",
        rules: rules!["rfc9728-2-scopes-supported"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.remove("scopes_supported");
        })]),
    },
    Entry {
        name: "resource-metadata-methods-wrong",
        about: "the resource's metadata says that a token may be in the query, which is not read",
        rules: rules!["rfc9728-2-bearer-methods"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("bearer_methods_supported".to_owned(), json!(["header", "query"]));
        })]),
    },
    Entry {
        name: "resource-metadata-undated",
        about: "the resource's metadata does not say for how long it may be kept",
        rules: rules!["rfc9728-7.10-cacheable"],
        lies: OfServer(&[Reply(METADATA, |_, reply, _| reply.remove("Cache-Control"))]),
    },
];
