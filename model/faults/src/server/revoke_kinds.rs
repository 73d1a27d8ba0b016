//! Faults of revocation towards one kind of token: the others end, or are looked after (RFC 7009 2).

use oauth_core::grant::{Grant, Live, Phase, TokenKind};
use oauth_core::secret::Digest;
use oauth_core::server::authenticate::Credentials;
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::{Found, Outcome, Reply as Answer, Request};
use oauth_rules::rules;

use super::Lie::{After, Before};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "revocation-keeps-bound-tokens",
        about: "the revocation of an access token that is bound to a key is answered, and nothing ends",
        rules: rules!["rfc7009-2-access-token-revocable"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            keep_if(found, request, outcome, |_, live, token| {
                live.access.key.is_some() && live.kind_of(token) == Some(TokenKind::Access)
            });
        })]),
    },
    Entry {
        name: "revocation-keeps-bound-refresh-tokens",
        about: "the revocation of a refresh token that is bound to a key is answered, and nothing ends",
        rules: rules!["rfc7009-2-refresh-token-revocable"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            keep_if(found, request, outcome, |_, live, token| {
                live.access.key.is_some() && live.kind_of(token) != Some(TokenKind::Access)
            });
        })]),
    },
    Entry {
        name: "revocation-keeps-own-tokens",
        about: "the revocation of a token that a client got for itself is answered, and nothing ends",
        rules: rules!["rfc7009-2-access-token-revocable"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            keep_if(found, request, outcome, |grant, _, _| grant.terms.owner.is_none());
        })]),
    },
    Entry {
        name: "revocation-keeps-refreshed-tokens",
        about: "the revocation of an access token that a refresh brought is answered, and nothing ends",
        rules: rules!["rfc7009-2-access-token-revocable"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            keep_if(found, request, outcome, |_, live, token| {
                live.refresh.is_some_and(|refresh| refresh.spent.shorts().iter().any(|short| *short != 0))
                    && live.kind_of(token) == Some(TokenKind::Access)
            });
        })]),
    },
    Entry {
        name: "refresh-tokens-revoked-unauthenticated",
        about: "whoever names a client may revoke its refresh tokens, and no others",
        rules: rules!["rfc7009-2.1-client-authentication-validated"],
        lies: OfServer(&[Before(|found, request| {
            if let Request::Revoke(named) = request
                && let Ok(Some(shown)) = named.token
                && let Some(Grant { phase: Phase::Live(live), .. }) = &found.grant
                && live.kind_of(&shown.digest).is_some_and(|kind| kind != TokenKind::Access)
                && let (Ok(by), Some(secret)) = (&mut named.by, found.client.and_then(|client| client.secret))
            {
                by.credentials = Credentials::Basic(secret);
            }
        })]),
    },
];

/// Lets a revocation say that it was done, and writes nothing, where the grant and the token that is shown are such.
fn keep_if(
    found: &Found<'_>,
    request: &Request,
    outcome: &mut Outcome,
    is_kept: fn(&Grant, &Live, &Digest) -> bool,
) {
    if let Request::Revoke(IntrospectOrRevoke { token: Ok(Some(shown)), .. }) = request
        && let Some(grant) = &found.grant
        && let Phase::Live(live) = &grant.phase
        && let Outcome::Write(_) = outcome
        && is_kept(grant, live, &shown.digest)
    {
        *outcome = Outcome::Reply(Answer::Revoked);
    }
}
