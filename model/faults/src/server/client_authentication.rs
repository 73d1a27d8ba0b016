//! Faults of how clients authenticate (RFC 6749 2.3, RFC 7617).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_core::directory::ClientNo;
use oauth_core::form;
use oauth_core::http::Body;
use oauth_core::refusal::{Field, Malformed};
use oauth_core::secret::Digest;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::received::Received;
use oauth_core::server::redeem::TokenRequest;
use oauth_core::server::{Found, Request};
use oauth_rules::rules;
use serde_json::json;

use super::Lie::{Before, Http, Read, Reply};
use super::TOKEN;
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "authentication-unchecked",
        about: "any client secret is right",
        rules: rules!["rfc6749-4.1.3-client-auth-checked-if-included"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((by, secret)) = presented(found, request) {
                by.credentials = match by.credentials {
                    Credentials::Basic(_) => Credentials::Basic(secret),
                    Credentials::Post(_) => Credentials::Post(secret),
                    Credentials::None => Credentials::None,
                };
            }
        })]),
    },
    Entry {
        name: "authentication-optional",
        about: "a confidential client needs no secret",
        rules: rules![
            "rfc6749-4.1.3-client-auth-required",
            "rfc6749-2.2-client-id-alone-no-auth",
            "rfc9700-2.5-client-authentication-enforced",
            "rfc6749-6-client-auth-required",
            "rfc6749-4.4-client-credentials-confidential-only"
        ],
        lies: OfServer(&[Before(|found, request| {
            if let Some((by, secret)) = presented(found, request)
                && by.credentials == Credentials::None
            {
                by.credentials = Credentials::Basic(secret);
            }
        })]),
    },
    Entry {
        name: "basic-undecoded",
        about: "Basic credentials are not form-decoded",
        rules: rules!["rfc6749-2.3.1-basic-form-decoding"],
        lies: OfServer(&[Http(TOKEN, |request| {
            for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "authorization") {
                if let Some(twice) = encoded_twice(value) {
                    *value = twice;
                }
            }
        })]),
    },
    Entry {
        name: "basic-plus-kept",
        about: "a plus sign in Basic credentials is no space",
        rules: rules!["rfc6749-2.3.1-basic-form-decoding"],
        lies: OfServer(&[Http(TOKEN, |request| {
            for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "authorization") {
                let decoded = value.strip_prefix(b"Basic ").and_then(|text| STANDARD.decode(text).ok());
                if let Some(text) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) {
                    *value = format!("Basic {}", STANDARD.encode(text.replace('+', "%2B"))).into_bytes();
                }
            }
        })]),
    },
    Entry {
        name: "credentials-in-uri-taken",
        about: "client credentials are taken from the URI",
        rules: rules!["rfc6749-2.3.1-no-credentials-in-uri", "oauth21-2.4.1-secret-not-in-uri"],
        lies: OfServer(&[Http(TOKEN, |request| {
            let query = Pairs::query(request);
            Pairs::edit_body(request, |pairs| {
                for name in ["client_id", "client_secret"] {
                    if let Some(value) = query.value(name) {
                        pairs.remove(name);
                        pairs.push(name, value);
                    }
                }
            });
            request.query = None;
            // Whoever sends its secret in the URI is taken, whatever it is registered for.
            if let (Some(id), Some(secret)) = (query.value("client_id"), query.value("client_secret")) {
                Pairs::edit_body(request, forget_client);
                let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
                request.headers.push(("authorization".to_owned(), basic.into_bytes()));
            }
        })]),
    },
    Entry {
        name: "two-authentications-taken",
        about: "a secret in the body beside Basic is ignored",
        rules: rules!["rfc6749-5.2-multiple-client-auth-refused", "oauth21-3.2.4-one-authentication-method"],
        lies: OfServer(&[Http(TOKEN, |request| {
            if request.header("authorization").next().is_some()
                && Pairs::body(request).value("client_secret").is_some()
            {
                Pairs::edit_body(request, forget_client);
            }
        })]),
    },
    Entry {
        name: "token-challenge-missing",
        about: "401 of the token endpoint has no WWW-Authenticate",
        rules: rules!["rfc6749-5.2-invalid-client-401-challenge", "rfc9110-15.5.2-401-has-challenge"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| reply.remove("WWW-Authenticate"))]),
    },
    Entry {
        name: "basic-realm-missing",
        about: "the Basic challenge has no realm",
        rules: rules!["rfc7617-2-basic-challenge-has-realm"],
        lies: OfServer(&[Reply(TOKEN, |_, reply, _| {
            if reply.status == 401 {
                reply.set("WWW-Authenticate", "Basic");
            }
        })]),
    },
    Entry {
        name: "basic-case-sensitive",
        about: "the scheme Basic is compared with regard to case",
        rules: rules!["rfc9110-11.1-scheme-case-insensitive-as"],
        lies: OfServer(&[Http(TOKEN, |request| {
            for (_, value) in request.headers.iter_mut().filter(|(name, _)| name == "authorization") {
                if !value.starts_with(b"Basic ") {
                    *value = b"Unknown".to_vec();
                }
            }
        })]),
    },
    Entry {
        name: "basic-refused",
        about: "HTTP Basic is known from the first client alone",
        rules: rules!["rfc6749-2.3.1-basic-supported"],
        lies: OfServer(&[Read(|_, received, _| {
            if let Received::Token { request: token, .. } = received
                && let Ok(Presented { client, credentials: Credentials::Basic(_) }) = token.by
                && client != Some(ClientNo(0))
            {
                token.by = Err(Malformed::Syntax(Field::Authorization));
            }
        })]),
    },
    Entry {
        name: "public-secret-demanded",
        about: "a client without a secret is refused at the token endpoint",
        rules: rules![
            "rfc8252-8.5-public-client-no-secret-needed",
            "oauth21-8.1-no-secret-of-native-clients",
            "rfc8252-7.2-https-redirect-for-public-client"
        ],
        lies: OfServer(&[Reply(TOKEN, |request, reply, _| {
            if request.header("authorization").next().is_none()
                && Pairs::body(request).value("client_secret").is_none()
            {
                reply.status = 401;
                reply.set("WWW-Authenticate", "Basic realm=\"token endpoint\"");
                reply.body = Body::Text(json!({ "error": "invalid_client" }).to_string());
            }
        })]),
    },
];

/// What a client with a secret presented at the token endpoint, with the secret.
pub(super) fn presented<'a>(
    found: &Found<'_>,
    request: &'a mut Request,
) -> Option<(&'a mut Presented, Digest)> {
    let secret = found.client?.secret?;
    if let Request::Token(TokenRequest { by: Ok(by), .. }) = request { Some((by, secret)) } else { None }
}

fn forget_client(pairs: &mut Pairs) {
    pairs.remove("client_id");
    pairs.remove("client_secret");
}

/// Basic credentials, form-encoded once more.
fn encoded_twice(header: &[u8]) -> Option<Vec<u8>> {
    let decoded = STANDARD.decode(header.strip_prefix(b"Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    let twice = format!("{}:{}", form::encode(id), form::encode(secret));
    Some(format!("Basic {}", STANDARD.encode(twice)).into_bytes())
}
