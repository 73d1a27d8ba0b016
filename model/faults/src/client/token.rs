//! Faults of a client's token requests, and of what it makes of the answers (RFC 6749 3.2, 5, 6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_core::client::Event;
use oauth_core::client::settings::Settings;
use oauth_core::form;
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{Before, TokenAnswer, TokenCall};
use super::{edit_form, forget_authorization};
use crate::edit::{Members, Pairs};
use crate::entry::{Entry, Lies::OfClient};

const MEMBERS: &[&str] = &["access_token", "token_type", "expires_in", "refresh_token", "scope"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-token-type-unchecked",
        about: "a token of any type is used",
        rules: rules!["rfc6749-7.1-client-unknown-token-type"],
        lies: OfClient(&[TokenAnswer(|told| {
            told.insert("token_type".to_owned(), json!("Bearer"));
        })]),
    },
    Entry {
        name: "client-token-type-case-sensitive",
        about: "token_type has to be Bearer in this case",
        rules: rules!["rfc6749-5.1-client-token-type-case-insensitive"],
        lies: OfClient(&[TokenAnswer(|told| {
            if kind(told) != Some("Bearer") {
                told.remove("token_type");
            }
        })]),
    },
    Entry {
        name: "client-unknown-members-refused",
        about: "a token response with an unknown member is refused",
        rules: rules!["rfc6749-5.1-client-ignores-unknown-members"],
        lies: OfClient(&[TokenAnswer(|told| {
            if told.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
                told.clear();
            }
        })]),
    },
    Entry {
        name: "client-unbound-token-taken",
        about: "a Bearer token is taken where a bound one was asked for",
        rules: rules!["rfc9449-5-client-checks-token-type"],
        lies: OfClient(&[TokenAnswer(|told| {
            if kind(told).is_some_and(|kind| kind.eq_ignore_ascii_case("bearer")) {
                told.insert("token_type".to_owned(), json!("DPoP"));
            }
        })]),
    },
    Entry {
        name: "client-secret-in-body",
        about: "the secret is sent in the body",
        rules: rules!["rfc6749-2.3.1-client-prefers-basic"],
        lies: OfClient(&[TokenCall(|settings, call| {
            forget_authorization(call);
            edit_form(call, |pairs| add_credentials(settings, pairs));
        })]),
    },
    Entry {
        name: "client-secret-in-query",
        about: "the secret is sent in the query of the token endpoint's URI",
        rules: rules!["rfc6749-2.3.1-client-secret-not-in-uri"],
        lies: OfClient(&[TokenCall(|settings, call| {
            forget_authorization(call);
            let secret = settings.client_secret.as_deref().unwrap_or_default();
            let pairs = [("client_id", settings.client_id.as_str()), ("client_secret", secret)];
            call.url = form::add_to_uri(&call.url, &pairs);
        })]),
    },
    Entry {
        name: "client-token-endpoint-query-dropped",
        about: "the query of the token endpoint's URI is lost",
        rules: rules!["rfc6749-3.2-client-keeps-endpoint-query"],
        lies: OfClient(&[TokenCall(|_, call| {
            if let Some(at) = call.url.find('?') {
                call.url.truncate(at);
            }
        })]),
    },
    Entry {
        name: "client-two-authentications",
        about: "the secret is sent in the header and in the body",
        rules: rules!["rfc6749-2.3-client-one-auth-method"],
        lies: OfClient(&[TokenCall(|settings, call| {
            edit_form(call, |pairs| add_credentials(settings, pairs));
        })]),
    },
    Entry {
        name: "client-basic-unencoded",
        about: "Basic credentials are not form-encoded",
        rules: rules!["rfc6749-2.3.1-client-basic-form-encoding"],
        lies: OfClient(&[TokenCall(|settings, call| {
            let secret = settings.client_secret.as_deref().unwrap_or_default();
            let raw = format!("{}:{secret}", settings.client_id);
            forget_authorization(call);
            call.headers.push(("Authorization", format!("Basic {}", STANDARD.encode(raw))));
        })]),
    },
    Entry {
        name: "client-unauthenticated",
        about: "a client with a secret does not authenticate",
        rules: rules!["rfc6749-3.2.1-confidential-client-authenticates"],
        lies: OfClient(&[TokenCall(|_, call| {
            forget_authorization(call);
            edit_form(call, |pairs| pairs.remove("client_secret"));
        })]),
    },
    Entry {
        name: "client-id-omitted",
        about: "a public client does not name itself at the token endpoint",
        rules: rules!["rfc6749-3.2.1-public-client-sends-client-id"],
        lies: OfClient(&[TokenCall(|_, call| edit_form(call, |pairs| pairs.remove("client_id")))]),
    },
    Entry {
        name: "client-token-by-get",
        about: "the token request is a GET",
        rules: rules!["rfc6749-3.2-client-uses-post"],
        lies: OfClient(&[TokenCall(|_, call| {
            call.method = "GET";
            call.url = format!("{}?{}", call.url, call.body);
            call.body.clear();
        })]),
    },
    Entry {
        name: "client-password-grant",
        about: "the token request is one for the password grant",
        rules: rules!["rfc9700-2.4-client-no-password-grant"],
        lies: OfClient(&[TokenCall(|_, call| {
            edit_form(call, |pairs| {
                pairs.replace("grant_type", |_| "password".to_owned());
                pairs.push("username", "id001");
                pairs.push("password", "mypassword");
            });
        })]),
    },
    Entry {
        name: "client-redirect-uri-differs",
        about: "the token request has another redirect URI than the authorization request",
        rules: rules!["rfc6749-4.1.3-client-token-request"],
        lies: OfClient(&[TokenCall(|_, call| {
            edit_form(call, |pairs| pairs.replace("redirect_uri", |uri| format!("{uri}%2F")));
        })]),
    },
    Entry {
        name: "client-keeps-old-refresh",
        about: "a client goes on with the refresh token that was replaced",
        rules: rules!["rfc6749-6-client-replaces-refresh-token"],
        lies: OfClient(&[Before(|_, _, event| {
            if let Event::RefreshAnswer(Ok(answer)) = event {
                answer.refresh = None;
            }
        })]),
    },
];

/// The type of a token that was answered.
fn kind(told: &Members) -> Option<&str> {
    told.get("token_type").and_then(Value::as_str)
}

fn add_credentials(settings: &Settings, pairs: &mut Pairs) {
    pairs.push("client_id", &form::encode(&settings.client_id));
    pairs.push("client_secret", &form::encode(settings.client_secret.as_deref().unwrap_or_default()));
}
