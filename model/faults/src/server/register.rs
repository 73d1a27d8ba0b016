//! Faults of dynamic registration (RFC 7591): what a client says of itself, and what it is told.

use oauth_core::form;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::server::received::Received;
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{Client, Error, Http, Query, Read, Reply, Told};
use super::REGISTER;
use crate::edit::{Members, Pairs, edit_json};
use crate::entry::{Entry, Lies::OfServer};

/// What stands in for redirect URIs that cannot be registered.
pub(super) const PLACEHOLDER: &str = "https://placeholder.example/callback";

/// Members that a registration may have without a fault's taking offence.
const KNOWN: &[&str] =
    &["client_name", "grant_types", "redirect_uris", "response_types", "scope", "token_endpoint_auth_method"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "registration-200",
        about: "a registration is answered 200",
        rules: rules!["rfc7591-3.2-created-201-json"],
        lies: OfServer(&[Reply(REGISTER, |_, reply, _| {
            if reply.status == 201 {
                reply.status = 200;
            }
        })]),
    },
    Entry {
        name: "registration-nameless",
        about: "a registered client is not told its identifier",
        rules: rules!["rfc7591-3.2.1-created-response"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            told.remove("client_id");
        })]),
    },
    Entry {
        name: "registration-closed",
        about: "nobody registers without a token",
        rules: rules!["rfc7591-3-open-registration"],
        lies: OfServer(&[Reply(REGISTER, |request, reply, _| {
            if request.header("authorization").next().is_none() {
                refuse(reply, 401);
                reply.set("WWW-Authenticate", "Bearer realm=\"registration\"");
            }
        })]),
    },
    Entry {
        name: "registration-tokens-unchallenged",
        about: "a bad initial access token is answered 400",
        rules: rules!["rfc7591-3.2.2-bad-token-as-its-type-demands"],
        lies: OfServer(&[Reply(REGISTER, |request, reply, _| {
            if request.header("authorization").next().is_some() {
                refuse(reply, 400);
            }
        })]),
    },
    Entry {
        name: "registration-uris-lost",
        about: "a client is told of another redirect URI than its own",
        rules: rules!["rfc7591-2-redirect-uris-supported"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            told.insert("redirect_uris".to_owned(), json!([PLACEHOLDER]));
        })]),
    },
    Entry {
        name: "registration-knows-all",
        about: "a member that is not known stops a registration",
        rules: rules!["rfc7591-2-unknown-metadata-ignored"],
        lies: OfServer(&[Http(REGISTER, |request| {
            edit_asked(request, |asked| {
                if asked.keys().any(|name| !KNOWN.contains(&name.as_str())) {
                    asked.insert("redirect_uris".to_owned(), json!([]));
                }
            });
        })]),
    },
    Entry {
        name: "registration-defaults-to-none",
        about: "a client that names no authentication method gets no secret",
        rules: rules!["rfc7591-2-auth-method-default"],
        lies: OfServer(&[
            Http(REGISTER, |request| {
                edit_asked(request, |asked| {
                    asked.entry("token_endpoint_auth_method").or_insert_with(|| json!("none"));
                });
            }),
            Told(REGISTER, |request, told| {
                if as_asked(request, "token_endpoint_auth_method").is_none() {
                    told.remove("token_endpoint_auth_method");
                }
            }),
        ]),
    },
    Entry {
        name: "registration-defaults-to-implicit",
        about: "a client that names no grant types is told of another one",
        rules: rules!["rfc7591-2-grant-and-response-defaults"],
        lies: OfServer(&[Told(REGISTER, |request, told| {
            if as_asked(request, "grant_types").is_none() {
                told.insert("grant_types".to_owned(), json!(["implicit"]));
            }
        })]),
    },
    Entry {
        name: "registration-secret-for-all",
        about: "a client with the method none gets a secret",
        rules: rules!["rfc7591-2-auth-method-none-no-secret"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            if told.get("token_endpoint_auth_method").is_some_and(|method| method == "none") {
                told.insert("client_secret".to_owned(), json!("a secret that nobody needs"));
            }
        })]),
    },
    Entry {
        name: "registration-keys-both-ways",
        about: "keys may be named in both ways",
        rules: rules!["rfc7591-2-jwks-or-jwks-uri"],
        lies: OfServer(&[
            Http(REGISTER, |request| {
                edit_asked(request, |asked| asked.retain(|name, _| !name.starts_with("jwks")));
            }),
            Told(REGISTER, |request, told| {
                tell_as_asked(request, told, "jwks");
                tell_as_asked(request, told, "jwks_uri");
            }),
        ]),
    },
    Entry {
        name: "registration-grants-unjudged",
        about: "grant types may contradict response types",
        rules: rules!["rfc7591-2.1-grants-fit-response-types"],
        lies: OfServer(&[
            Http(REGISTER, |request| {
                edit_asked(request, |asked| {
                    asked.insert("grant_types".to_owned(), json!(["authorization_code", "refresh_token"]));
                });
            }),
            Told(REGISTER, |request, told| tell_as_asked(request, told, "grant_types")),
        ]),
    },
    Entry {
        name: "registration-json-mended",
        about: "a brace that is missing is added",
        rules: rules!["rfc7591-3.1-body-is-a-json-object"],
        lies: OfServer(&[Http(REGISTER, |request| {
            if !request.body.trim_ascii_end().ends_with(b"}") {
                request.body.push(b'}');
            }
        })]),
    },
    Entry {
        name: "registration-json-refused",
        about: "a registration in JSON is answered 415",
        rules: rules!["rfc7591-3-post-json"],
        lies: OfServer(&[Reply(REGISTER, |_, reply, _| {
            if reply.status == 201 {
                *reply = HttpReply::status(415);
            }
        })]),
    },
    Entry {
        name: "registration-untold",
        about: "a client is not told how it authenticates",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            told.remove("token_endpoint_auth_method");
        })]),
    },
    Entry {
        name: "registration-secret-endless",
        about: "a client is not told when its secret ends",
        rules: rules!["rfc7591-3.2.1-secret-expires-at"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            told.remove("client_secret_expires_at");
        })]),
    },
    Entry {
        name: "registration-secret-outlives-its-end",
        about: "a client is told that its secret ends in an hour, and it does not",
        rules: rules!["rfc7591-3.2.1-secret-expires-at"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            let issued = told.get("client_id_issued_at").and_then(Value::as_u64);
            if let (Some(issued), true) = (issued, told.contains_key("client_secret")) {
                told.insert("client_secret_expires_at".to_owned(), json!(issued.saturating_add(3600)));
            }
        })]),
    },
    Entry {
        name: "registration-id-constant",
        about: "every client gets the same identifier",
        rules: rules!["rfc7591-3.2.1-client-id-unique"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            told.insert("client_id".to_owned(), json!("the-only-client"));
        })]),
    },
    Entry {
        name: "registration-id-chosen",
        about: "a client gets the identifier that it asks for",
        rules: rules!["rfc9700-4.15.1-client-id-not-chosen-by-client"],
        lies: OfServer(&[Told(REGISTER, |request, told| tell_as_asked(request, told, "client_id"))]),
    },
    Entry {
        name: "registration-secret-constant",
        about: "every client gets the same secret",
        rules: rules!["rfc7591-3.2.1-secret-unique"],
        lies: OfServer(&[Told(REGISTER, |_, told| {
            if told.contains_key("client_secret") {
                told.insert("client_secret".to_owned(), json!("everybody's secret"));
            }
        })]),
    },
    Entry {
        name: "registration-stored",
        about: "the answer to a registration may be cached",
        rules: rules!["rfc7591-3.2.1-response-not-stored"],
        lies: OfServer(&[Reply(REGISTER, |_, reply, _| reply.remove("Cache-Control"))]),
    },
    Entry {
        name: "registration-errors-wrong",
        about: "every refused registration is an invalid_request",
        rules: rules!["rfc7591-3.2.2-error-response"],
        lies: OfServer(&[Reply(REGISTER, |_, reply, _| {
            if reply.status == 400 {
                edit_json(reply, |told| {
                    told.insert("error".to_owned(), json!("invalid_request"));
                });
            }
        })]),
    },
    Entry {
        name: "registration-errors-nameless",
        about: "a refused registration is not told which error it is",
        rules: rules!["rfc7591-3.2.2-error-member"],
        lies: OfServer(&[Error(REGISTER, |_, told| {
            told.remove("error");
        })]),
    },
    Entry {
        name: "registration-without-uri",
        about: "a client that names no redirect URI is given one",
        rules: rules![
            "rfc7591-5-redirect-uris-required-for-redirect-flows",
            "rfc6749-3.1.2.2-every-client-registered-uri",
            "oauth21-2.3.1-complete-redirect-uri-registered"
        ],
        lies: OfServer(&[Http(REGISTER, |request| {
            edit_asked(request, |asked| {
                if asked.get("redirect_uris").and_then(Value::as_array).is_none_or(Vec::is_empty) {
                    asked.insert("redirect_uris".to_owned(), json!([PLACEHOLDER]));
                }
            });
        })]),
    },
    Entry {
        name: "registration-of-any-uri",
        about: "a redirect URI of whatever kind is registered",
        rules: rules![
            "rfc7591-5-redirect-uri-kinds",
            "rfc9700-2.6-no-http-redirect-uri",
            "rfc8252-8.4-private-scheme-needs-period",
            "oauth21-2.3.1-private-scheme-has-period"
        ],
        lies: OfServer(&[
            Http(REGISTER, |request| {
                edit_asked(request, |asked| {
                    for uri in
                        asked.get_mut("redirect_uris").and_then(Value::as_array_mut).into_iter().flatten()
                    {
                        if uri.as_str().is_some_and(|uri| !is_usual(uri)) {
                            *uri = json!(PLACEHOLDER);
                        }
                    }
                });
            }),
            Query(|pairs| {
                if pairs.value("redirect_uri").is_some_and(is_plain) {
                    pairs.replace("redirect_uri", |_| PLACEHOLDER.to_owned());
                }
            }),
            Read(|request, received, _| {
                let pairs = Pairs::query(request);
                let uri = pairs.value("redirect_uri").filter(|uri| is_plain(uri));
                if let Received::Authorize { response_target, .. } = received
                    && let Some(uri) = uri.and_then(|uri| form::decode(uri.as_bytes()))
                {
                    response_target.redirect_uri = uri;
                }
            }),
            Told(REGISTER, |request, told| tell_as_asked(request, told, "redirect_uris")),
        ]),
    },
    Entry {
        name: "registration-shows-any-host",
        about: "a logo at any host is taken over",
        rules: rules!["rfc7591-5-displayed-uris-same-host"],
        lies: OfServer(&[Told(REGISTER, |request, told| tell_as_asked(request, told, "logo_uri"))]),
    },
    Entry {
        name: "strangers-trusted",
        about: "errors go to the redirect URI of a client that registered itself",
        rules: rules!["rfc9700-4.11.2-auto-redirect-only-if-trusted"],
        lies: OfServer(&[Client(|client, _| client.self_registered = false)]),
    },
];

/// The members of a registration.
fn asked(request: &HttpRequest) -> Option<Members> {
    serde_json::from_slice(&request.body).ok()
}

fn as_asked(request: &HttpRequest, name: &str) -> Option<Value> {
    asked(request)?.get(name).cloned()
}

pub(super) fn edit_asked(request: &mut HttpRequest, edit: impl FnOnce(&mut Members)) {
    if let Some(mut members) = asked(request) {
        edit(&mut members);
        request.body = Value::Object(members).to_string().into_bytes();
    }
}

/// Tells a client what it said, if it did.
pub(super) fn tell_as_asked(request: &HttpRequest, told: &mut Members, name: &str) {
    if let Some(value) = as_asked(request, name) {
        told.insert(name.to_owned(), value);
    }
}

fn refuse(reply: &mut HttpReply, status: u16) {
    reply.status = status;
    reply.body = Body::Text(json!({ "error": "invalid_token" }).to_string());
}

/// Whether a redirect URI, undecoded, is one of the suite's on plain http.
fn is_plain(uri: &str) -> bool {
    uri.starts_with("http%3A%2F%2Fapp.") || uri.starts_with("http://app.")
}

/// Whether a redirect URI is https, or on this machine.
fn is_usual(uri: &str) -> bool {
    ["https://", "http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|start| uri.starts_with(start))
        && !uri.contains('#')
}
