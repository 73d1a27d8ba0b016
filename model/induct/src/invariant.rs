//! The invariant: how a record and what was seen of it hang together, clause by clause.
//!
//! Of a dead record it asks nothing; of one that lives it asks that it tells what was seen, and no more.

use super::domain::{ID, Setting};
use super::ghost::{Asked, End, Ghost, Page, Redemption};
use oauth_core::grant::{Grant, Live, Phase, Spent, Terms};
use oauth_core::policy::Time;
use oauth_world::world::symbols::digest;

/// A record, what was seen of it, and the clock.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// Who is registered, and the lifetimes.
    pub setting: &'a Setting,
    /// The record; none before there is one.
    pub grant: Option<&'a Grant>,
    /// What was seen.
    pub ghost: &'a Ghost,
    /// The clock.
    pub now: Time,
}

/// A part of the invariant.
#[derive(Debug, Clone, Copy)]
pub struct Clause {
    /// Words; a law's id where the clause alone makes this law hold.
    pub id: &'static str,
    /// The clause, in one sentence.
    pub about: &'static str,
    holds: fn(&Standing<'_>) -> bool,
}

/// The clause that does not hold, if there is one.
#[must_use]
pub fn broken(standing: &Standing<'_>) -> Option<&'static Clause> {
    INVARIANT.iter().find(|clause| !(clause.holds)(standing))
}

/// Every clause.
pub const INVARIANT: &[Clause] = &[
    Clause {
        id: "nothing-before-the-request",
        about: "As long as there is no record, nothing was seen of it; a record keeps its key.",
        holds: |it| match it.grant {
            Some(grant) => grant.id == ID,
            None => *it.ghost == Ghost::default(),
        },
    },
    Clause {
        id: "code-after-consent",
        about: "A grant whose owner said no is dead.",
        holds: |it| ended(it, &[End::Denied]),
    },
    Clause {
        id: "replay-ends-grant",
        about: "A grant whose redemption was repeated in full is dead.",
        holds: |it| ended(it, &[End::CodeReplayed]),
    },
    Clause {
        id: "public-refresh-replay-ends-grant",
        about: "A grant of which a spent refresh token was shown again is dead.",
        holds: |it| ended(it, &[End::RefreshReplayed]),
    },
    Clause {
        id: "revoked-access-token-is-dead",
        about: "A grant whose access token was given up is dead.",
        holds: |it| ended(it, &[End::AccessRevoked]),
    },
    Clause {
        id: "revoked-refresh-token-ends-access",
        about: "A grant of which a refresh token was given up is dead.",
        holds: |it| ended(it, &[End::RefreshRevoked]),
    },
    Clause {
        id: "terms-as-asked",
        about: "The record's client, redirect URI, challenge, key and resources are those of the request.",
        holds: |it| living(it, |grant| it.ghost.request == Some(asked(&grant.terms))),
    },
    Clause {
        id: "pushed-as-told",
        about: "A pushed request waits as its client was told; nothing came of it.",
        holds: |it| match phase(it) {
            Some(Phase::Pushed(pushed)) => {
                let waits = it.ghost.pushed == Some((pushed.secret, pushed.until));
                waits && it.ghost.page.is_none() && no_code(it.ghost)
            }
            _ => true,
        },
    },
    Clause {
        id: "page-as-shown",
        about: "An asked grant waits for the page that was shown, in its browser, with its scope.",
        holds: |it| match (it.grant, phase(it)) {
            (Some(grant), Some(Phase::Asked(asked))) => {
                let session = grant.terms.owner.map(|owner| owner.session);
                let page = Page { ask: asked.ask, session, scope: grant.terms.scope };
                session.is_some() && it.ghost.page == Some(page) && no_code(it.ghost)
            }
            _ => true,
        },
    },
    Clause {
        id: "code-as-issued",
        about: "A code waits for its time; nobody redeemed it yet.",
        holds: |it| match phase(it) {
            Some(Phase::Coded(coded)) => {
                let lifetime = it.setting.policy.code_lifetime;
                let code = it.ghost.code;
                code.is_some_and(|(code, at)| code == coded.code && at.after(lifetime) == coded.until)
                    && it.ghost.redemption.is_none()
                    && no_tokens(it.ghost)
            }
            _ => true,
        },
    },
    Clause {
        id: "one-page-one-code",
        about: "A code, and the tokens that it brought, came of a page that was shown.",
        holds: |it| living(it, |_| it.ghost.code.is_none() || it.ghost.page.is_some()),
    },
    Clause {
        id: "scope-as-consented",
        about: "From the code on, the record's scope is what the owner said yes to.",
        holds: |it| {
            living(it, |grant| match grant.phase {
                Phase::Coded(_) | Phase::Live(Live { code: Some(_), .. }) => {
                    !grant.terms.scope.is_empty() && it.ghost.consent == Some(grant.terms.scope)
                }
                Phase::Live(Live { code: None, .. })
                | Phase::Pushed(_)
                | Phase::Asked(_)
                | Phase::Dead(_) => true,
            })
        },
    },
    Clause {
        id: "code-as-redeemed",
        about: "A live record remembers the one code that was redeemed for it, or that there was none.",
        holds: |it| {
            live(it, |_, live| {
                live.code == it.ghost.code.map(|(code, _)| code)
                    && live.code.is_some() == it.ghost.redemption.is_some()
            })
        },
    },
    Clause {
        id: "redemption-fits",
        about: "What the redemption showed fits the terms, so that its repetition does.",
        holds: |it| {
            live(it, |grant, _| it.ghost.redemption.is_none_or(|shown| fits(it, &grant.terms, &shown)))
        },
    },
    Clause {
        id: "access-as-issued",
        about: "The access token of the record is the latest that was issued, and within the grant.",
        holds: |it| {
            live(it, |grant, live| {
                let access = live.access;
                let as_issued = it.ghost.access.is_some_and(|seen| {
                    seen.token == access.token
                        && seen.scope == access.scope
                        && seen.audience == access.audience
                        && seen.key == access.key
                        && seen.until == access.until
                });
                as_issued
                    && grant.terms.scope.covers(access.scope)
                    && grant.terms.audience.covers(access.audience)
            })
        },
    },
    Clause {
        id: "refresh-as-issued",
        about: "The refresh token of the record is the latest that was issued; only a code brings one.",
        holds: |it| {
            live(it, |_, live| match (live.refresh, it.ghost.refresh) {
                (None, None) => true,
                (Some(have), Some(seen)) => {
                    live.code.is_some()
                        && have.token == seen.token
                        && have.key == seen.key
                        && have.until == seen.at.after(it.setting.policy.refresh_lifetime)
                        && have.since <= it.now
                }
                (Some(_), None) | (None, Some(_)) => false,
            })
        },
    },
    Clause {
        id: "spent-as-seen",
        about: "The record knows the spent refresh tokens; the good one is not among them.",
        holds: |it| {
            live(it, |_, live| match live.refresh {
                Some(refresh) => refresh.spent == remembered(it.ghost) && !it.ghost.is_spent(refresh.token),
                None => true,
            })
        },
    },
];

/// What a record says was asked.
pub(super) fn asked(terms: &Terms) -> Asked {
    let Terms { client, redirect, challenge, key, audience, .. } = *terms;
    Asked { client, redirect, challenge, key, audience }
}

/// The spent tokens that were seen, as a record keeps them.
pub(super) fn remembered(ghost: &Ghost) -> Spent {
    let seen = ghost.spent.iter().rev().filter(|symbol| **symbol != 0);
    seen.fold(Spent::default(), |spent, symbol| spent.with(&digest(*symbol)))
}

fn phase<'a>(it: &Standing<'a>) -> Option<&'a Phase> {
    it.grant.map(|grant| &grant.phase)
}

fn living(it: &Standing<'_>, holds: impl FnOnce(&Grant) -> bool) -> bool {
    it.grant.is_none_or(|grant| matches!(grant.phase, Phase::Dead(_)) || holds(grant))
}

fn live(it: &Standing<'_>, holds: impl FnOnce(&Grant, &Live) -> bool) -> bool {
    living(it, |grant| match &grant.phase {
        Phase::Live(live) => holds(grant, live),
        Phase::Pushed(_) | Phase::Asked(_) | Phase::Coded(_) | Phase::Dead(_) => true,
    })
}

fn ended(it: &Standing<'_>, by: &[End]) -> bool {
    living(it, |_| it.ghost.ended.is_none_or(|end| !by.contains(&end)))
}

fn no_code(ghost: &Ghost) -> bool {
    ghost.consent.is_none() && ghost.code.is_none() && ghost.redemption.is_none() && no_tokens(ghost)
}

fn no_tokens(ghost: &Ghost) -> bool {
    ghost.access.is_none() && ghost.refresh.is_none() && ghost.spent == [0; 8]
}

fn fits(it: &Standing<'_>, terms: &Terms, shown: &Redemption) -> bool {
    let registered = |uri| {
        let client = it.setting.client(terms.client);
        client.is_some_and(|client| client.redirects.iter().any(|known| known.exact == uri))
    };
    let redirect = match (terms.redirect, shown.redirect) {
        (Some(_), _) => terms.redirect == shown.redirect,
        (None, Some(uri)) => registered(uri),
        (None, None) => true,
    };
    let verifier = match (terms.challenge, shown.verifier) {
        (Some(challenge), Some(verifier)) => verifier.fits(&challenge),
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let resources =
        shown.resources.is_none_or(|asked| !asked.has_unknown && terms.audience.covers(asked.known));
    redirect && verifier && resources && (terms.key.is_none() || terms.key == shown.key)
}
