//! Faults of the server's metadata (RFC 8414).

use oauth_core::http::{Body, HttpReply};
use oauth_core::server::receive::METADATA_PATH;
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{Http, Reply, Told};
use super::{At, METADATA};
use crate::edit::append;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "metadata-missing",
        about: "no metadata is published",
        rules: rules!["rfc9700-2.6-publishes-metadata"],
        lies: OfServer(&[Reply(METADATA, |_, reply, _| *reply = HttpReply::status(404))]),
    },
    Entry {
        name: "metadata-behind-slash",
        about: "the metadata's address takes one more slash at its end",
        rules: rules!["rfc8414-3-wellknown-location"],
        lies: OfServer(&[Http(At::Below(METADATA_PATH), |request| {
            request.path = match request.path.strip_suffix('/') {
                Some(without) => without.to_owned(),
                None => format!("{}/", request.path),
            };
        })]),
    },
    Entry {
        name: "metadata-head-counts-nothing",
        about: "HEAD says of the metadata that it is empty",
        rules: rules!["rfc9110-8.6-head-length-of-get"],
        lies: OfServer(&[Reply(METADATA, |request, reply, _| {
            if request.method == "HEAD" {
                reply.body = Body::Empty;
                reply.set("Content-Length", "0");
            }
        })]),
    },
    Entry {
        name: "metadata-issuer-odd",
        about: "the issuer in the metadata has a query",
        rules: rules!["rfc8414-2-issuer-form", "rfc8414-3.3-issuer-identical"],
        lies: OfServer(&[Told(METADATA, |_, told| append(told, "issuer", "?a=b"))]),
    },
    Entry {
        name: "metadata-types-missing",
        about: "the metadata names no response types",
        rules: rules!["rfc8414-2-required-members"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.remove("response_types_supported");
        })]),
    },
    Entry {
        name: "metadata-endpoints-mixed-up",
        about: "the metadata names the revocation endpoint as the token endpoint",
        rules: rules!["rfc8414-2-named-endpoints-work"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            if let Some(other) = told.get("revocation_endpoint").cloned() {
                told.insert("token_endpoint".to_owned(), other);
            }
        })]),
    },
    Entry {
        name: "metadata-claims-too-much",
        about: "the metadata lists a response mode that the server does not know",
        rules: rules!["rfc8414-2-listed-is-supported"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("response_modes_supported".to_owned(), json!(["query", "fragment"]));
        })]),
    },
    Entry {
        name: "metadata-claims-too-little",
        about: "the metadata lists neither the code grant nor the method by which clients authenticate",
        rules: rules!["rfc8414-2-used-is-listed"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            for list in ["grant_types_supported", "token_endpoint_auth_methods_supported"] {
                if let Some(listed) = told.get_mut(list).and_then(Value::as_array_mut) {
                    listed.retain(|value| value != "authorization_code" && value != "client_secret_basic");
                }
            }
        })]),
    },
    Entry {
        name: "metadata-fragments",
        about: "the endpoints in the metadata have fragments",
        rules: rules![
            "rfc6749-3.1-authorization-endpoint-no-fragment",
            "rfc6749-3.2-token-endpoint-no-fragment"
        ],
        lies: OfServer(&[Told(METADATA, |_, told| {
            append(told, "authorization_endpoint", "#a");
            append(told, "token_endpoint", "#a");
        })]),
    },
    Entry {
        name: "metadata-algorithm-none",
        about: "the metadata offers assertions without signature",
        rules: rules!["rfc8414-2-auth-signing-alg-values"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("token_endpoint_auth_signing_alg_values_supported".to_owned(), json!(["none"]));
        })]),
    },
    Entry {
        name: "metadata-as-text",
        about: "the metadata is sent as text/html",
        rules: rules!["rfc8414-3.2-response-200-json"],
        lies: OfServer(&[Reply(METADATA, |_, reply, _| reply.set("Content-Type", "text/html"))]),
    },
    Entry {
        name: "metadata-list-empty",
        about: "the metadata has an empty list",
        rules: rules!["rfc8414-3.2-no-empty-arrays"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("ui_locales_supported".to_owned(), json!([]));
        })]),
    },
    Entry {
        name: "metadata-list-as-text",
        about: "a list in the metadata is text",
        rules: rules!["rfc8414-3.2-lists-are-arrays"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("ui_locales_supported".to_owned(), json!("en"));
        })]),
    },
    Entry {
        name: "forwarded-host-trusted",
        about: "the metadata takes its addresses from X-Forwarded-Host",
        rules: rules!["rfc9700-4.13-inbound-headers-sanitized"],
        lies: OfServer(&[Told(METADATA, |request, told| {
            let host =
                request.header("x-forwarded-host").next().and_then(|host| std::str::from_utf8(host).ok());
            if let Some(host) = host {
                told.insert("issuer".to_owned(), json!(format!("https://{host}")));
            }
        })]),
    },
];
