//! Faults of what is told of a token (RFC 7662).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_core::directory::Client;
use oauth_core::grant::{Cause, Grant, Live, Phase, Terms, TokenKind};
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::server::introspect::TokenInfo;
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::{Outcome, Reply as Answer, Request};
use oauth_core::text::ResourceSet;
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{After, Before, Reply, Told};
use super::revoke::named;
use super::{INTROSPECT, NEVER};
use crate::edit::{Members, change, edit_json};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "introspection-by-any-client",
        about: "any client with a secret learns of every access token",
        rules: rules!["rfc7662-4-callers-specifically-authorized"],
        // A resource's server is no client of a user: what that may learn is a rule of its own.
        lies: OfServer(&[After(|at, found, request, outcome| {
            if let Request::Introspect(IntrospectOrRevoke { token: Ok(Some(shown)), .. }) = request
                && found.client.is_some_and(|client| client.introspects.is_empty())
                && let Some(Grant { terms, phase: Phase::Live(live), .. }) = found.grant
                && live.kind_of(&shown.digest) == Some(TokenKind::Access)
                && at.now < live.access.until
                && let Outcome::Reply(Answer::Introspection(told @ None)) = outcome
            {
                *told = Some(access_token(&terms, &live));
            }
        })]),
    },
    Entry {
        name: "introspection-by-a-name",
        about: "a client without a secret learns of every access token",
        rules: rules!["rfc7662-2.1-authorization-required"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if let Request::Introspect(IntrospectOrRevoke { token: Ok(Some(shown)), .. }) = request
                && found.client.is_some_and(Client::is_public)
                && let Some(Grant { terms, phase: Phase::Live(live), .. }) = found.grant
                && live.kind_of(&shown.digest) == Some(TokenKind::Access)
            {
                *outcome = Outcome::Reply(Answer::Introspection(Some(access_token(&terms, &live))));
            }
        })]),
    },
    Entry {
        name: "introspection-of-any-audience",
        about: "a resource server learns of tokens for other resources",
        rules: rules!["rfc7662-4-audience-of-caller-checked"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(IntrospectOrRevoke { token: Ok(Some(shown)), .. }) = named(request)
                && let Some(Grant { phase: Phase::Live(live), .. }) = &mut found.grant
                && live.kind_of(&shown.digest) == Some(TokenKind::Access)
            {
                live.access.audience = ResourceSet(u16::MAX);
            }
        })]),
    },
    Entry {
        name: "introspection-unexpiring",
        about: "an expired access token is called active",
        rules: rules!["rfc7662-4-expiry-checked"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(IntrospectOrRevoke { token: Ok(Some(_)), .. }) = named(request)
                && let Some(Grant { phase: Phase::Live(live), .. }) = &mut found.grant
            {
                live.access.until = NEVER;
            }
        })]),
    },
    Entry {
        name: "refresh-told-after-its-end",
        about: "a refresh token that has ended is called active",
        rules: rules!["rfc7662-4-expiry-checked"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(IntrospectOrRevoke { token: Ok(Some(_)), .. }) = named(request)
                && let Some(Grant { phase: Phase::Live(live), .. }) = &mut found.grant
                && let Some(refresh) = &mut live.refresh
            {
                refresh.until = NEVER;
            }
        })]),
    },
    Entry {
        name: "introspection-unrevoked",
        about: "a revoked token is called active",
        rules: rules!["rfc7662-4-revocation-checked"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if let Some(IntrospectOrRevoke { token: Ok(Some(_)), .. }) = named(request)
                && let Some(Grant { terms, phase: Phase::Dead(Cause::Revoked), .. }) = found.grant
                && let Outcome::Reply(Answer::Introspection(told @ None)) = outcome
            {
                *told = Some(TokenInfo {
                    kind: TokenKind::Access,
                    client: terms.client,
                    user: terms.owner.map(|owner| owner.user),
                    scope: terms.scope,
                    audience: terms.audience,
                    key: None,
                    until: NEVER,
                });
            }
        })]),
    },
    Entry {
        name: "introspection-of-refresh-tokens",
        about: "a resource server is told that a refresh token is active",
        rules: rules!["rfc6749-1.5-refresh-token-not-for-rs"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if let Some(IntrospectOrRevoke { token: Ok(Some(shown)), .. }) = named(request)
                && let Some(Grant { terms, phase: Phase::Live(live), .. }) = found.grant
                && live.kind_of(&shown.digest) == Some(TokenKind::Refresh)
                && let Some(refresh) = live.refresh
                && found.client.is_some_and(|client| !client.introspects.is_empty())
                && let Outcome::Reply(Answer::Introspection(told @ None)) = outcome
            {
                *told = Some(TokenInfo {
                    kind: TokenKind::Refresh,
                    client: terms.client,
                    user: terms.owner.map(|owner| owner.user),
                    scope: terms.scope,
                    audience: terms.audience,
                    key: refresh.key,
                    until: refresh.until,
                });
            }
        })]),
    },
    Entry {
        name: "introspection-form-refused",
        about: "a form is answered 415 by the introspection endpoint",
        rules: rules!["rfc7662-2.1-post-form"],
        lies: OfServer(&[Reply(INTROSPECT, |_, reply, _| {
            if reply.status == 200 {
                *reply = HttpReply::status(415);
            }
        })]),
    },
    Entry {
        name: "active-as-text",
        about: "active is a string",
        rules: rules!["rfc7662-2.2-active-boolean-json"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if is_active(told) {
                told.insert("active".to_owned(), json!("true"));
            }
        })]),
    },
    Entry {
        name: "introspection-as-text",
        about: "what is told of a token is sent as text/html",
        rules: rules!["rfc7662-2.2-sent-as-json"],
        lies: OfServer(&[Reply(INTROSPECT, |_, reply, _| reply.set("Content-Type", "text/html"))]),
    },
    Entry {
        name: "inactive-is-error",
        about: "a token that is not active is told by an error",
        rules: rules!["rfc7662-2.2-inactive-is-200-false", "rfc7662-2.2-foreign-token-inactive"],
        lies: OfServer(&[Reply(INTROSPECT, |_, reply, _| {
            let mut is_inactive = false;
            edit_json(reply, |told| is_inactive = told.get("active") == Some(&json!(false)));
            if is_inactive {
                reply.status = 400;
                reply.body = Body::Text(json!({ "error": "invalid_request" }).to_string());
            }
        })]),
    },
    Entry {
        name: "inactive-with-reason",
        about: "it is told why a token is not active",
        rules: rules!["rfc7662-2.2-inactive-no-detail"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if told.get("active") == Some(&json!(false)) {
                told.insert("reason".to_owned(), json!("it ended"));
            }
        })]),
    },
    Entry {
        name: "times-as-text",
        about: "exp is a string",
        rules: rules!["rfc7662-2.2-times-are-integers"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if is_active(told) {
                let text = told.get("exp").map(ToString::to_string);
                told.insert("exp".to_owned(), json!(text));
            }
        })]),
    },
    Entry {
        name: "expiry-too-late",
        about: "exp is an hour after the token's end",
        rules: rules!["rfc7662-2.2-exp-agrees"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if is_active(told) {
                let end = told.get("exp").and_then(Value::as_u64).unwrap_or_default();
                told.insert("exp".to_owned(), json!(end.saturating_add(3600)));
            }
        })]),
    },
    Entry {
        name: "told-scope-wider",
        about: "scope has a value that the token has not",
        rules: rules!["rfc7662-2.2-scope-member"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            change(told, "scope", |scope| format!("{scope} suite"));
        })]),
    },
    Entry {
        name: "told-client-wrong",
        about: "client_id is who asks",
        rules: rules!["rfc7662-2.2-client-id-member"],
        lies: OfServer(&[Told(INTROSPECT, |request, told| {
            if is_active(told) {
                told.insert("client_id".to_owned(), json!(asks(request).unwrap_or_default()));
            }
        })]),
    },
    Entry {
        name: "told-type-wrong",
        about: "token_type says access_token",
        rules: rules!["rfc7662-2.2-token-type-member"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if is_active(told) {
                told.insert("token_type".to_owned(), json!("access_token"));
            }
        })]),
    },
    Entry {
        name: "told-subject-number",
        about: "sub is a number",
        rules: rules!["rfc7662-2.2-aud-and-text-members"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if is_active(told) {
                told.insert("sub".to_owned(), json!(1));
            }
        })]),
    },
    Entry {
        name: "told-audience-missing",
        about: "it is not told for which resources a token is",
        rules: rules!["rfc8707-2-introspection-aud"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            told.remove("aud");
        })]),
    },
    Entry {
        name: "told-kinds-alike",
        about: "a client's own token is told as a user's",
        rules: rules!["rfc9700-4.15.1-token-kinds-distinguishable"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if is_active(told) {
                told.remove("username");
                told.insert("sub".to_owned(), json!("somebody"));
            }
        })]),
    },
    Entry {
        name: "introspection-keyless",
        about: "introspection does not name the key of a bound token",
        rules: rules!["rfc9449-6.2-introspection-jkt"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            told.remove("cnf");
        })]),
    },
    Entry {
        name: "introspection-bound-as-bearer",
        about: "introspection calls a bound token a bearer's",
        rules: rules!["rfc9449-6.2-introspection-token-type"],
        lies: OfServer(&[Told(INTROSPECT, |_, told| {
            if told.contains_key("token_type") {
                told.insert("token_type".to_owned(), json!("Bearer"));
            }
        })]),
    },
];

/// What is told of a live grant's access token.
fn access_token(terms: &Terms, live: &Live) -> TokenInfo {
    TokenInfo {
        kind: TokenKind::Access,
        client: terms.client,
        user: terms.owner.map(|owner| owner.user),
        scope: live.access.scope,
        audience: live.access.audience,
        key: live.access.key,
        until: live.access.until,
    }
}

fn is_active(told: &Members) -> bool {
    told.get("active") == Some(&json!(true))
}

/// The user name of Basic credentials.
fn asks(request: &HttpRequest) -> Option<String> {
    let header = request.header("authorization").next()?.strip_prefix(b"Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(header).ok()?).ok()?;
    pair.split_once(':').map(|(id, _)| id.to_owned())
}
