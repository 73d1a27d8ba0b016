//! Faults of refresh tokens (RFC 6749 6, RFC 9700 4.14).

use oauth_core::directory::Client;
use oauth_core::grant::{Cause, Grant, Live, Phase, Refresh, Spent, Terms};
use oauth_core::refusal::Refusal;
use oauth_core::secret::Digest;
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authorize::AskedScope;
use oauth_core::server::redeem::{TokenAsk, TokenRequest};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::{Found, Outcome, Pending, Request, Write};
use oauth_rules::rules;

use super::Lie::{self, After, Before, Store};
use super::resource::shown;
use super::{NEVER, Race, written};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "refresh-replayable",
        about: "a spent refresh token is taken as if it were good",
        rules: rules!["rfc6749-10.4-public-refresh-abuse-detected", "rfc9700-2.2.2-public-refresh-protected"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { shown, refresh, .. }) = refreshed(found, request)
                && refresh.spent.holds(shown)
            {
                *shown = refresh.token;
            }
        })]),
    },
    Entry {
        name: "refresh-blind-write",
        about: "a refresh is written without comparing what was read",
        rules: rules!["rfc9700-2.2.2-public-refresh-protected"],
        lies: OfServer(&[Store(Race::Refresh)]),
    },
    Entry {
        name: "refresh-replay-keeps-grant",
        about: "a spent refresh token is refused and nothing else happens",
        rules: rules!["rfc9700-4.14.2-rotation-replay-revokes-family"],
        lies: OfServer(&[After(|_, _, _, outcome| {
            if let Outcome::Write(Pending {
                write: Write::SwapGrant(Grant { phase: Phase::Dead(Cause::RefreshReplayed), .. }),
                ..
            }) = outcome
            {
                *outcome = Outcome::Reply(Refusal::RefreshReplayed.into());
            }
        })]),
    },
    Entry {
        name: "spent-refresh-forgotten",
        about: "of the spent refresh tokens only the last one is remembered",
        rules: rules!["rfc9700-4.14.2-rotation-replay-revokes-family"],
        lies: OfServer(&[After(|_, _, _, outcome| {
            if let Some(Grant { phase: Phase::Live(Live { refresh: Some(refresh), .. }), .. }) =
                written(outcome)
            {
                let mut shorts = *refresh.spent.shorts();
                shorts[1..].fill(0);
                refresh.spent = Spent::from_shorts(shorts);
            }
        })]),
    },
    Entry {
        name: "refresh-of-any-client",
        about: "a refresh token is taken from any client",
        rules: rules!["rfc6749-6-refresh-token-bound-to-client"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { terms, client: Some(client), .. }) = refreshed(found, request) {
                terms.client = client.no;
            }
        })]),
    },
    Entry {
        name: "refresh-by-who-proves-itself",
        about: "whoever shows a secret may use any client's refresh token",
        rules: rules!["rfc6749-6-refresh-token-bound-to-client"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { terms, client: Some(client), .. }) = refreshed(found, request)
                && !client.is_public()
            {
                terms.client = client.no;
            }
        })]),
    },
    Entry {
        name: "refresh-refused-to-public-clients",
        about: "a client without a secret is given refresh tokens that it cannot use",
        rules: rules!["rfc6749-6-given-token-is-taken"],
        lies: OfServer(&[Lie::Client(|client, request| {
            if client.is_public()
                && let Request::Token(TokenRequest { ask: Ok(TokenAsk::Refresh(_)), .. }) = request
            {
                client.refresh_grant = false;
            }
        })]),
    },
    Entry {
        name: "refresh-of-any-resource",
        about: "a refresh gets a token for whatever resource it names",
        rules: rules!["rfc9700-4.14.2-refresh-bound-to-resource"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { resources: Some(resources), terms, .. }) = refreshed(found, request) {
                resources.has_unknown = false;
                terms.audience = terms.audience.or(resources.known);
            }
        })]),
    },
    Entry {
        name: "refresh-unchecked",
        about: "only the grant id of a refresh token is compared",
        rules: rules![
            "rfc6749-6-refresh-token-validated",
            "rfc6749-10.4-refresh-token-not-forgeable",
            "rfc9700-4.14.2-refresh-token-integrity"
        ],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { shown, refresh, .. }) = refreshed(found, request)
                && !refresh.spent.holds(shown)
            {
                *shown = refresh.token;
            }
        })]),
    },
    Entry {
        name: "refresh-unexpiring",
        about: "a refresh token is good however long it lay unused",
        rules: rules!["rfc9700-4.14.2-refresh-expires-when-idle"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { refresh, .. }) = refreshed(found, request) {
                refresh.until = NEVER;
            }
        })]),
    },
    Entry {
        name: "refresh-scope-wider",
        about: "a refresh gets whatever scope it asks for",
        rules: rules!["rfc6749-6-scope-not-beyond-original", "rfc9700-4.14.2-refresh-bound-to-scope"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { scope: Some(scope), terms, .. }) = refreshed(found, request) {
                scope.has_unknown = false;
                terms.scope = terms.scope.or(scope.known);
            }
        })]),
    },
    Entry {
        name: "refresh-scope-of-registration",
        about: "a refresh gets whatever scope its client is registered for",
        rules: rules!["rfc6749-6-scope-not-beyond-original", "rfc9700-4.14.2-refresh-bound-to-scope"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Asked { scope: Some(scope), terms, client: Some(client), .. }) =
                refreshed(found, request)
            {
                terms.scope = terms.scope.or(scope.known.and(client.scope));
            }
        })]),
    },
    Entry {
        name: "refresh-narrows-grant",
        about: "a refresh with a narrower scope narrows all that follow",
        rules: rules!["rfc6749-6-new-refresh-token-same-scope", "rfc6749-6-scope-omitted-means-original"],
        lies: OfServer(&[After(|_, _, _, outcome| {
            if let Some(Grant { terms, phase: Phase::Live(live), .. }) = written(outcome) {
                terms.scope = live.access.scope;
            }
        })]),
    },
    Entry {
        name: "refresh-narrows-grant-of-public-clients",
        about: "for a client without a secret a refresh with a narrower scope narrows all that follow",
        rules: rules!["rfc6749-6-new-refresh-token-same-scope", "rfc6749-6-scope-omitted-means-original"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if let Request::Token(TokenRequest { ask: Ok(TokenAsk::Refresh(_)), .. }) = request
                && found.client.is_some_and(Client::is_public)
                && let Some(Grant { terms, phase: Phase::Live(live), .. }) = written(outcome)
            {
                terms.scope = live.access.scope;
            }
        })]),
    },
    Entry {
        name: "refresh-opens-resource",
        about: "a refresh token opens the resource",
        rules: rules!["rfc6749-1.5-refresh-token-not-for-rs"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((digest, live)) = shown(found, request)
                && live.refresh.is_some_and(|refresh| refresh.token == *digest)
            {
                *digest = live.access.token;
            }
        })]),
    },
];

/// A refresh token that is shown for a grant with one.
struct Asked<'a, 'c> {
    shown: &'a mut Digest,
    scope: Option<&'a mut AskedScope>,
    resources: Option<&'a mut AskedResources>,
    refresh: &'a mut Refresh,
    terms: &'a mut Terms,
    client: Option<&'c Client>,
}

fn refreshed<'a, 'c>(found: &'a mut Found<'c>, request: &'a mut Request) -> Option<Asked<'a, 'c>> {
    let Request::Token(TokenRequest { ask: Ok(TokenAsk::Refresh(ask)), .. }) = request else { return None };
    let Grant { terms, phase: Phase::Live(live), .. } = found.grant.as_mut()? else { return None };
    let RefreshAsk { token, scope, resources, .. } = ask;
    Some(Asked {
        shown: &mut token.as_mut()?.digest,
        scope: scope.as_mut(),
        resources: resources.as_mut(),
        refresh: live.refresh.as_mut()?,
        terms,
        client: found.client,
    })
}
