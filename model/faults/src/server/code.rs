//! Faults of how a code is redeemed (RFC 6749 4.1.2, 4.1.3).

use oauth_core::directory::Client;
use oauth_core::grant::{Cause, Coded, Grant, Phase};
use oauth_core::policy::Lifetime;
use oauth_core::refusal::Refusal;
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::{Found, Outcome, Pending, Request, Write};
use oauth_rules::rules;

use super::Lie::{After, Before, Store};
use super::{NEVER, Race};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "code-replayable",
        about: "a code is redeemed as often as it is shown",
        rules: rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, grant, _)) = redeemed(found, request)
                && let Phase::Live(live) = &grant.phase
                && let Some(code) = live.code
            {
                grant.phase = Phase::Coded(Coded { code, until: NEVER });
            }
        })]),
    },
    Entry {
        name: "blind-write",
        about: "records are written without comparing what was read",
        rules: rules!["rfc6749-4.1.2-code-single-use-concurrent"],
        lies: OfServer(&[Store(Race::Redemption)]),
    },
    Entry {
        name: "blind-write-for-public-clients",
        about: "the codes of clients without a secret are redeemed without comparing what was read",
        rules: rules!["rfc6749-4.1.2-code-single-use-concurrent"],
        lies: OfServer(&[Store(Race::PublicRedemption)]),
    },
    Entry {
        name: "replay-keeps-tokens",
        about: "a replayed code is refused and nothing else happens",
        rules: rules!["rfc6749-4.1.2-code-reuse-revokes-tokens", "rfc9700-4.2.4-code-replay-revokes-tokens"],
        lies: OfServer(&[After(|_, _, _, outcome| {
            if let Outcome::Write(Pending {
                write: Write::SwapGrant(Grant { phase: Phase::Dead(Cause::CodeReplayed), .. }),
                ..
            }) = outcome
            {
                *outcome = Outcome::Reply(Refusal::CodeReplayed.into());
            }
        })]),
    },
    Entry {
        name: "code-unexpiring",
        about: "a code is redeemed however old it is",
        rules: rules!["rfc6749-4.1.2-code-expires-shortly", "rfc6749-4.1.2-code-lifetime-10-minutes"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, Grant { phase: Phase::Coded(coded), .. }, _)) = redeemed(found, request) {
                coded.until = NEVER;
            }
        })]),
    },
    Entry {
        name: "code-lingering",
        about: "a code is redeemed for ten seconds after its end",
        rules: rules!["rfc6749-4.1.2-code-expires-shortly"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, Grant { phase: Phase::Coded(coded), .. }, _)) = redeemed(found, request) {
                coded.until = coded.until.after(Lifetime(10));
            }
        })]),
    },
    Entry {
        name: "code-of-any-client",
        about: "a code is redeemed for any client",
        rules: rules!["rfc6749-4.1.3-code-bound-to-client", "rfc6749-4.1.3-code-bound-to-public-client-id"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, grant, Some(client))) = redeemed(found, request) {
                grant.terms.client = client.no;
            }
        })]),
    },
    Entry {
        name: "code-of-any-public-client",
        about: "a client without a secret may redeem any client's code",
        rules: rules!["rfc6749-4.1.3-code-bound-to-public-client-id"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, grant, Some(client))) = redeemed(found, request)
                && client.is_public()
            {
                grant.terms.client = client.no;
            }
        })]),
    },
    Entry {
        name: "code-unchecked",
        about: "only the grant id of a code is compared",
        rules: rules!["rfc6749-4.1.3-code-valid"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, Grant { phase: Phase::Coded(coded), .. }, _)) = redeemed(found, request)
                && let Some(shown) = &mut redeem.code
            {
                shown.digest = coded.code;
            }
        })]),
    },
    Entry {
        name: "redirect-uri-differs-taken",
        about: "the token request may name another redirect URI",
        rules: rules!["rfc6749-4.1.3-redirect-uri-identical", "oauth21-10.2-redirect-uri-enforced-when-sent"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, _)) = redeemed(found, request)
                && redeem.redirect.is_some()
            {
                redeem.redirect = grant.terms.redirect;
            }
        })]),
    },
    Entry {
        name: "redirect-uri-absent-taken",
        about: "the token request may leave the redirect URI out",
        rules: rules!["rfc6749-4.1.3-redirect-uri-present"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, _)) = redeemed(found, request)
                && redeem.redirect.is_none()
            {
                redeem.redirect = grant.terms.redirect;
            }
        })]),
    },
    Entry {
        name: "redirect-uri-always-demanded",
        about: "the token request has to name a redirect URI, though the authorization request named none",
        rules: rules!["rfc6749-4.1.3-redirect-uri-only-if-sent"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if let Request::Token(TokenRequest { ask: Ok(TokenAsk::Redeem(redeem)), .. }) = request
                && redeem.redirect.is_none()
                && let Some(Grant { terms, phase: Phase::Coded(_), .. }) = found.grant
                && terms.redirect.is_none()
                && let Outcome::Write(_) = *outcome
            {
                *outcome = Outcome::Reply(Refusal::RedirectUriDiffers.into());
            }
        })]),
    },
];

/// A code that is redeemed: what is asked, the grant, the client.
pub(super) fn redeemed<'a, 'c>(
    found: &'a mut Found<'c>,
    request: &'a mut Request,
) -> Option<(&'a mut Redeem, &'a mut Grant, Option<&'c Client>)> {
    if let (Request::Token(TokenRequest { ask: Ok(TokenAsk::Redeem(redeem)), .. }), Some(grant)) =
        (request, &mut found.grant)
    {
        Some((redeem, grant, found.client))
    } else {
        None
    }
}
