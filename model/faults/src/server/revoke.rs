//! Faults of revocation, and of how a token is named to be revoked or to be asked about (RFC 7009).

use oauth_core::directory::{Client, ClientNo};
use oauth_core::grant::{Grant, Phase, TokenKind};
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::refusal::{Field, Malformed, Refusal};
use oauth_core::secret::Digest;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::received::Received;
use oauth_core::server::{Found, Outcome, Pending, Reply as Answer, Request, Write};
use oauth_rules::rules;
use serde_json::json;

use super::Lie::{After, Before, Http, Read, Reply};
use super::{INTROSPECT, REVOKE};
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfServer};

const HINTS: &[&str] = &["access_token", "refresh_token"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "revocation-keeps-tokens",
        about: "a revocation is answered, and nothing ends",
        rules: rules!["rfc7009-2-refresh-token-revocable", "rfc7009-2-access-token-revocable"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if named(request).is_some_and(|named| matches!(named.token, Ok(Some(_))))
                && let (Some(_), Outcome::Write(_)) = (found.grant, &*outcome)
            {
                *outcome = Outcome::Reply(Answer::Revoked);
            }
        })]),
    },
    Entry {
        name: "revocation-keeps-access",
        about: "a revoked refresh token leaves the access token as it is",
        rules: rules!["rfc7009-2.1-refresh-revocation-cascades"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if let (Some(grant), Some(IntrospectOrRevoke { token: Ok(Some(shown)), .. })) =
                (found.grant, named(request))
                && let Outcome::Write(_) = *outcome
                && let Some(kept) = without_refresh(grant, &shown.digest)
            {
                *outcome = Outcome::Write(Pending::new(Write::SwapGrant(kept), Answer::Revoked));
            }
        })]),
    },
    Entry {
        name: "revocation-by-any-client",
        about: "a token is revoked for any client",
        rules: rules!["rfc7009-2.1-token-bound-to-client"],
        lies: OfServer(&[Before(|found, request| {
            if matches!(request, Request::Revoke(_)) {
                own_the_grant(found, request);
            }
        })]),
    },
    Entry {
        name: "revocation-by-public-clients",
        about: "a client without a secret ends any client's tokens",
        rules: rules!["rfc7009-2.1-token-bound-to-client"],
        lies: OfServer(&[Before(|found, request| {
            if found.client.is_some_and(Client::is_public) && matches!(request, Request::Revoke(_)) {
                own_the_grant(found, request);
            }
        })]),
    },
    Entry {
        name: "naming-unauthenticated",
        about: "whoever names a client may revoke and introspect for it",
        rules: rules![
            "rfc7009-2.1-client-authentication-validated",
            "rfc7662-2.1-authorization-required",
            "rfc7662-2.3-bad-credentials-401"
        ],
        lies: OfServer(&[Before(|found, request| {
            if let Request::Revoke(named) | Request::Introspect(named) = request
                && let (Ok(by), Some(secret)) = (&mut named.by, found.client.and_then(|client| client.secret))
            {
                by.credentials = Credentials::Basic(secret);
            }
        })]),
    },
    Entry {
        name: "hints-believed",
        about: "a token that comes with a hint is not found",
        rules: rules!["rfc7009-2.1-wrong-hint-search-extended", "rfc7662-2.1-wrong-hint-search-extended"],
        lies: OfServer(&[Http(REVOKE, believe_hint), Http(INTROSPECT, believe_hint)]),
    },
    Entry {
        name: "token-not-needed",
        about: "a request that names no token is a success",
        rules: rules!["rfc7009-2.1-token-parameter-required", "rfc7662-2.1-token-parameter-required"],
        lies: OfServer(&[
            Reply(REVOKE, |request, reply, _| {
                if !names_token(request) && reply.status == 400 {
                    *reply = HttpReply::status(200);
                }
            }),
            Reply(INTROSPECT, |request, reply, _| {
                if !names_token(request) {
                    *reply = HttpReply::status(200).with("Content-Type", "application/json");
                    reply.body = Body::Text(json!({ "active": true }).to_string());
                }
            }),
        ]),
    },
    Entry {
        name: "hint-unknown-refused",
        about: "a revocation with an unknown hint is refused",
        rules: rules!["rfc7009-2.2-unknown-hint-ignored"],
        lies: OfServer(&[Reply(REVOKE, |request, reply, _| {
            if Pairs::body(request).value("token_type_hint").is_some_and(|hint| !HINTS.contains(&hint)) {
                *reply = HttpReply::status(400).with("Content-Type", "application/json");
                reply.body = Body::Text(json!({ "error": "unsupported_token_type" }).to_string());
            }
        })]),
    },
    Entry {
        name: "revocation-by-get",
        about: "a token in a GET's query is revoked",
        rules: rules!["rfc7009-2-post-form"],
        lies: OfServer(&[Http(REVOKE, |request| {
            if request.method == "GET" {
                "POST".clone_into(&mut request.method);
                request.body = request.query.take().unwrap_or_default().into_bytes();
                let form = b"application/x-www-form-urlencoded".to_vec();
                request.headers.push(("content-type".to_owned(), form));
            }
        })]),
    },
    Entry {
        name: "revocation-of-unknown-refused",
        about: "revoking what is no token is refused",
        rules: rules!["rfc7009-2.2-invalid-token-is-200"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if is_revoked(request, outcome) && found.grant.is_none() {
                *outcome = Outcome::Reply(Refusal::TokenOfAnotherClient.into());
            }
        })]),
    },
    Entry {
        name: "revocation-repeat-refused",
        about: "revoking a token of a grant that has ended is refused",
        rules: rules!["rfc7009-2.2-repeated-revocation-is-200"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            let ended = found.grant.is_some_and(|grant| matches!(grant.phase, Phase::Dead(_)));
            if is_revoked(request, outcome)
                && ended
                && named(request).is_some_and(|named| named.token.is_ok())
            {
                *outcome = Outcome::Reply(Refusal::TokenOfAnotherClient.into());
            }
        })]),
    },
    Entry {
        name: "revocation-errors-as-pages",
        about: "a refused revocation is told as text/html",
        rules: rules!["rfc7009-2.2.1-errors-like-token-endpoint"],
        lies: OfServer(&[Reply(REVOKE, |_, reply, _| {
            if reply.status >= 400 {
                reply.set("Content-Type", "text/html");
                reply.body = Body::Text("<!doctype html><p>refused</p>".to_owned());
            }
        })]),
    },
    Entry {
        name: "revocation-unnamed",
        about: "a revocation that names no client is a public client's",
        rules: rules!["rfc7009-5-client-named"],
        lies: OfServer(&[Read(|_, received, directory| {
            if let Received::Revoke(named) = received
                && named.by == Err(Malformed::Missing(Field::ClientId))
            {
                let mut numbers =
                    (0..=u16::MAX).map(ClientNo).take_while(|no| directory.client(*no).is_some());
                let public =
                    |no: &ClientNo| directory.client(*no).is_some_and(|entry| entry.client.is_public());
                named.by = Ok(Presented { client: numbers.find(public), credentials: Credentials::None });
            }
        })]),
    },
];

/// A request that names a token.
pub(super) fn named(request: &Request) -> Option<&IntrospectOrRevoke> {
    if let Request::Revoke(named) | Request::Introspect(named) = request { Some(named) } else { None }
}

/// Makes the grant of a token that is named that of the client who asks.
fn own_the_grant(found: &mut Found<'_>, request: &mut Request) {
    if let Some(Client { no, .. }) = found.client
        && let Some(IntrospectOrRevoke { token: Ok(Some(_)), .. }) = named(request)
        && let Some(grant @ Grant { phase: Phase::Live(_), .. }) = &mut found.grant
    {
        grant.terms.client = *no;
    }
}

/// Whether a request has a token that is not empty.
fn names_token(request: &HttpRequest) -> bool {
    Pairs::body(request).value("token").is_some_and(|token| !token.is_empty())
}

fn believe_hint(request: &mut HttpRequest) {
    Pairs::edit_body(request, |pairs| {
        if pairs.value("token_type_hint").is_some_and(|hint| HINTS.contains(&hint)) {
            pairs.replace("token", |_| "x".to_owned());
        }
    });
}

fn is_revoked(request: &Request, outcome: &Outcome) -> bool {
    matches!((request, outcome), (Request::Revoke(_), Outcome::Reply(Answer::Revoked)))
}

/// The grant with its access token alone, if this was its refresh token.
fn without_refresh(mut grant: Grant, token: &Digest) -> Option<Grant> {
    let Phase::Live(live) = &mut grant.phase else { return None };
    if live.kind_of(token) == Some(TokenKind::Access) {
        return None;
    }
    live.refresh = None;
    Some(grant)
}
