//! Faults of the token response (RFC 6749 5).

use oauth_core::form;
use oauth_core::http::{Body, HttpReply};
use oauth_core::policy::Lifetime;
use oauth_core::secret::{GrantId, Minted, Secret};
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{Before, Error, Form, Fresh, Http, Policy, Reply, Told};
use super::authorize::asked;
use super::{At, INTROSPECT, REVOKE, TOKEN, is_refresh};
use crate::edit::{Members, Pairs, append, change};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "scope-malformed",
        about: "scope in the token response begins with a space",
        rules: rules!["rfc6749-3.3-scope-syntax"],
        lies: OfServer(&[Told(TOKEN, |_, told| change(told, "scope", |scope| format!(" {scope}")))]),
    },
    Entry {
        name: "scope-not-returned",
        about: "unknown scope values are dropped and the token response does not say so",
        rules: rules!["rfc6749-3.3-scope-returned-if-different"],
        lies: OfServer(&[
            Before(|_, request| {
                if let Some(scope) = asked(request).and_then(|ask| ask.scope.as_mut()) {
                    scope.has_unknown = false;
                }
            }),
            Told(TOKEN, |_, told| {
                told.remove("scope");
            }),
        ]),
    },
    Entry {
        name: "token-errors-wrong",
        about: "every token error says server_error",
        rules: rules![
            "rfc6749-5.2-invalid-request",
            "rfc6749-5.2-invalid-client",
            "rfc6749-5.2-invalid-grant",
            "rfc6749-5.2-unsupported-grant-type",
            "rfc6749-5.2-unauthorized-client"
        ],
        lies: OfServer(&[Error(TOKEN, |_, told| {
            told.insert("error".to_owned(), json!("server_error"));
        })]),
    },
    Entry {
        name: "token-errors-200",
        about: "token errors have status 200",
        rules: rules!["rfc6749-5.2-error-400-json"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| reply.status = 200)]),
    },
    Entry {
        name: "token-error-unclean",
        about: "error_description of a token error holds a quotation mark",
        rules: rules!["rfc6749-5.2-error-charset"],
        lies: OfServer(&[Error(TOKEN, |_, told| {
            told.insert("error_description".to_owned(), json!("say \"no\""));
        })]),
    },
    Entry {
        name: "token-cacheable",
        about: "the token response has no Cache-Control",
        rules: rules!["rfc6749-5.1-no-store", "oauth21-3.2.3-no-store"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| reply.remove("Cache-Control"))]),
    },
    Entry {
        name: "refresh-cacheable",
        about: "the answer to a refresh has no Cache-Control",
        rules: rules!["rfc6749-5.1-no-store", "oauth21-3.2.3-no-store"],
        lies: OfServer(&[Reply(TOKEN, |request, reply, _| {
            if is_refresh(&Pairs::body(request)) {
                reply.remove("Cache-Control");
            }
        })]),
    },
    Entry {
        name: "pragma-missing",
        about: "the token response has no Pragma",
        rules: rules!["rfc6749-5.1-pragma-no-cache"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| reply.remove("Pragma"))]),
    },
    Entry {
        name: "token-as-text",
        about: "the token response says text/html",
        rules: rules!["rfc6749-5.1-success-200-json"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| reply.set("Content-Type", "text/html"))]),
    },
    Entry {
        name: "token-type-twice",
        about: "token_type stands twice in the token response, the second time in small letters",
        rules: rules!["rfc6749-3.2-duplicate-parameter-in-response"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| repeat(reply, "token_type", str::to_ascii_lowercase))]),
    },
    Entry {
        name: "token-error-description-twice",
        about: "error_description stands twice in a token error, the second time in other words",
        rules: rules!["rfc6749-3.2-duplicate-parameter-in-response"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| {
            repeat(reply, "error_description", |said| format!("{said}, once more"));
        })]),
    },
    Entry {
        name: "access-token-missing",
        about: "the token response has no access_token",
        rules: rules!["rfc6749-5.1-access-token-present"],
        lies: OfServer(&[Told(TOKEN, |_, told| {
            told.remove("access_token");
        })]),
    },
    Entry {
        name: "token-type-missing",
        about: "the token response has no token_type",
        rules: rules!["rfc6749-5.1-token-type-present"],
        lies: OfServer(&[Told(TOKEN, |_, told| {
            told.remove("token_type");
        })]),
    },
    Entry {
        name: "expires-in-text",
        about: "expires_in is a string",
        rules: rules!["rfc6749-5.1-expires-in"],
        lies: OfServer(&[Told(TOKEN, |_, told| {
            let seconds = told.get("expires_in").map(ToString::to_string).unwrap_or_default();
            told.insert("expires_in".to_owned(), json!(seconds));
        })]),
    },
    Entry {
        name: "expires-in-too-long",
        about: "expires_in says fifty minutes of a token that lives for thirty",
        rules: rules!["rfc6749-5.1-expires-in", "rfc7662-2.2-exp-agrees"],
        lies: OfServer(&[
            Policy(|policy| policy.access_token_lifetime = Lifetime(1800)),
            Told(TOKEN, |_, told| {
                told.insert("expires_in".to_owned(), json!(3000));
            }),
        ]),
    },
    Entry {
        name: "scope-widened-at-token",
        about: "a scope in the token request widens the token",
        rules: rules!["rfc6749-5.2-scope-not-beyond-grant"],
        lies: OfServer(&[Told(TOKEN, |request, told| {
            let body = Pairs::body(request);
            if let Some(scope) = body.value("scope").and_then(|scope| form::decode(scope.as_bytes())) {
                told.insert("scope".to_owned(), json!(scope));
            }
        })]),
    },
    Entry {
        name: "token-unsendable",
        about: "the access token holds characters that its header cannot carry",
        rules: rules!["rfc6750-2.1-token-fits-b64token"],
        lies: OfServer(&[
            // A bound token is hashed by whoever shows it, as it was told.
            Told(TOKEN, |_, told| {
                if told.get("token_type").is_some_and(|kind| kind == "Bearer") {
                    append(told, "access_token", "!");
                }
            }),
            Http(At::Below("/api/"), |request| {
                for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "authorization") {
                    take_mark(value);
                }
            }),
            Form(INTROSPECT, |pairs| pairs.replace("token", without_mark)),
            Form(REVOKE, |pairs| pairs.replace("token", without_mark)),
        ]),
    },
    Entry {
        name: "token-lifetime-long",
        about: "access tokens live ten days",
        rules: rules!["rfc6750-5.3-token-lifetime-one-hour", "rfc9449-11.2-short-lived-without-nonce"],
        lies: OfServer(&[Policy(|policy| policy.access_token_lifetime = Lifetime(864_000))]),
    },
    Entry {
        name: "handles-guessable",
        about: "codes and tokens have 32 random bits",
        rules: rules!["rfc6749-10.10-token-entropy", "rfc9126-2.2-request-uri-unguessable"],
        lies: OfServer(&[Fresh(|fresh| {
            let mut id = [0; 16];
            id[14..].copy_from_slice(&fresh.grant.bytes()[14..]);
            fresh.grant = GrantId::from_bytes(id);
            let mut secret = [1; 32];
            secret[30..].copy_from_slice(&fresh.secret.digest.bytes()[30..]);
            fresh.secret = Minted::new(Secret::from_bytes(secret));
        })]),
    },
];

/// Lets a member that is a text stand a second time, at the end and in other words, where a JSON body has it.
fn repeat(reply: &mut HttpReply, name: &str, again: fn(&str) -> String) {
    if let Body::Text(text) = &mut reply.body
        && let Ok(members) = serde_json::from_str::<Members>(text)
        && let Some(value) = members.get(name).and_then(Value::as_str)
        && let Some(open) = text.strip_suffix('}')
    {
        *text = format!("{open},{}:{}}}", json!(name), json!(again(value)));
    }
}

/// Takes the exclamation mark off the end of a bearer token; one that has none there is none that was told.
fn take_mark(value: &mut Vec<u8>) {
    if value.last() == Some(&b'!') {
        value.pop();
    } else if value.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer ")) {
        value.push(b'0');
    }
}

/// A token of a form without the mark, if it has one: a refresh token has none.
fn without_mark(token: &str) -> String {
    token.strip_suffix("%21").or_else(|| token.strip_suffix('!')).unwrap_or(token).to_owned()
}
