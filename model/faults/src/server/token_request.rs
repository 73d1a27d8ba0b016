//! Faults of how a token request is read (RFC 6749 3.2), and of grants beside the code.

use oauth_core::http::Body;
use oauth_core::refusal::{Field, Malformed};
use oauth_core::server::received::Received;
use oauth_core::server::redeem::TokenAsk;
use oauth_rules::rules;
use serde_json::json;

use super::Lie::{Form, Http, Query, Read, Reply, Told};
use super::{At, TOKEN};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

const PARAMETERS: &[&str] = &[
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "grant_type",
    "redirect_uri",
    "refresh_token",
    "scope",
];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "empty-token-parameters-kept",
        about: "an empty code counts as a code",
        rules: rules!["rfc6749-3.2-empty-parameter-as-omitted"],
        lies: OfServer(&[Form(TOKEN, |pairs| {
            pairs.replace("code", |value| if value.is_empty() { "-".to_owned() } else { value.to_owned() });
        })]),
    },
    Entry {
        name: "unknown-token-parameters-refused",
        about: "a token request with an unknown parameter is refused",
        rules: rules!["rfc6749-3.2-unknown-parameter-ignored"],
        lies: OfServer(&[Read(|request, received, _| {
            if let Received::Token { request: token, .. } = received
                && !matches!(token.ask, Ok(TokenAsk::Unsupported))
                && Pairs::body(request).names().any(|name| !PARAMETERS.contains(&name))
            {
                token.ask = Err(Malformed::Missing(Field::GrantType));
            }
        })]),
    },
    Entry {
        name: "letters-beyond-ascii-refused",
        about: "a request with a letter beyond ASCII is refused at the token and the authorization endpoint",
        rules: rules!["rfc6749-3.1-unknown-parameter-ignored", "rfc6749-3.2-unknown-parameter-ignored"],
        lies: OfServer(&[
            Form(TOKEN, |pairs| {
                if has_letter(pairs) {
                    pairs.remove("grant_type");
                }
            }),
            Query(|pairs| {
                if has_letter(pairs) {
                    pairs.remove("response_type");
                }
            }),
        ]),
    },
    Entry {
        name: "repeated-token-parameters-taken",
        about: "of a repeated token parameter the first is taken",
        rules: rules!["rfc6749-3.2-duplicate-parameter-refused"],
        lies: OfServer(&[Form(TOKEN, Pairs::keep_first_of_each)]),
    },
    Entry {
        name: "media-types-verbatim",
        about: "a media type with a parameter is another one",
        rules: rules!["rfc9110-8.3.1-media-type-in-any-spelling"],
        lies: OfServer(&[Http(At::Everywhere, |request| {
            for (name, value) in &mut request.headers {
                if name.as_str() == "content-type" && value.contains(&b';') {
                    *value = b"application/octet-stream".to_vec();
                }
            }
        })]),
    },
    Entry {
        name: "chunked-bodies-cut",
        about: "of a body in chunks the first seven bytes are read",
        rules: rules!["rfc9112-7.1-chunked-decoded"],
        lies: OfServer(&[Http(At::Everywhere, |request| {
            if request.header("transfer-encoding").next().is_some() {
                request.body.truncate(7);
            }
        })]),
    },
    Entry {
        name: "awaited-bodies-unread",
        about: "a body that was held back for 100 Continue is not read",
        rules: rules!["rfc9112-6.3-body-read-to-its-length"],
        lies: OfServer(&[Http(At::Everywhere, |request| {
            if request.header("expect").next().is_some() {
                request.body.clear();
            }
        })]),
    },
    Entry {
        name: "password-grant-taken",
        about: "the password grant is served",
        rules: rules!["rfc9700-2.4-as-no-password-grant"],
        lies: OfServer(&[Reply(TOKEN, |request, reply, _| {
            if Pairs::body(request).value("grant_type") == Some("password") && reply.status == 400 {
                reply.status = 200;
                let token = json!({ "access_token": "anything", "token_type": "Bearer", "expires_in": 3600 });
                reply.body = Body::Text(token.to_string());
            }
        })]),
    },
    Entry {
        name: "credentials-refresh",
        about: "the client credentials grant gives a refresh token",
        rules: rules!["rfc6749-4.4.3-client-credentials-no-refresh-token"],
        lies: OfServer(&[Told(TOKEN, |request, told| {
            if Pairs::body(request).value("grant_type") == Some("client_credentials") {
                told.insert("refresh_token".to_owned(), json!("anything"));
            }
        })]),
    },
];

/// Whether a value has the letter that is U+00F6.
fn has_letter(pairs: &Pairs) -> bool {
    pairs.text().contains("%C3%B6")
}
