//! Laws about refresh tokens.

use super::facts::{all, every};
use super::{Facts, Judgement};
use crate::fact::{Fact, RefreshUse, SecretShown, Sym};

/// Silent as long as no refresh token was seen issued: then the observer joined too late to know.
pub(super) fn was_issued(facts: &Facts<'_>) -> Judgement {
    if !facts.issues().any(|issue| issue.issued.refresh.is_some()) {
        return Judgement::Silent;
    }
    every(facts.refreshed().map(|(at, _, refresh)| (at, facts.issue_of_refresh(refresh.token).is_some())))
}

pub(super) fn by_its_client(facts: &Facts<'_>) -> Judgement {
    every(facts.refreshed().filter_map(|(at, _, refresh)| {
        let issue = facts.issue_of_refresh(refresh.token)?;
        Some((at, issue.client == refresh.client))
    }))
}

/// Clients without a secret: others may keep a refresh token (RFC 6749 6).
fn is_public(refresh: &RefreshUse) -> bool {
    refresh.secret == SecretShown::NoneNeeded
}

/// Whether a refresh token came together with a token for a key: who has the key alone can use it, however often.
fn has_a_key(facts: &Facts<'_>, token: Sym) -> bool {
    facts.issue_of_refresh(token).is_some_and(|issue| issue.issued.key.is_some())
}

pub(super) fn used_once(facts: &Facts<'_>) -> Judgement {
    let of_public = facts.refreshed().filter(|(_, _, refresh)| is_public(refresh));
    let used: Vec<(usize, &Fact, &RefreshUse)> =
        of_public.filter(|(_, _, refresh)| !has_a_key(facts, refresh.token)).collect();
    every(used.iter().map(|(at, fact, refresh)| {
        let first = used.iter().find(|(_, _, other)| other.token == refresh.token);
        let good = first.is_none_or(|(earlier, first, _)| {
            let in_grace = fact.sent_at < first.answered_at.saturating_add(facts.refresh_grace);
            earlier == at || (facts.refresh_grace > 0 && (in_grace || !fact.is_after(first)))
        });
        (*at, good)
    }))
}

/// The spent tokens that their own clients show again, and that are refused: each request, and where the grant began.
fn replays<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a Fact, usize)> {
    let replays = facts.refreshes().filter(|(_, _, refresh)| is_public(refresh) && refresh.issued.is_none());
    replays.filter_map(move |(_, replay, refused)| {
        let is_spent =
            facts.refreshed().any(|(_, first, other)| other.token == refused.token && replay.is_after(first));
        let issue = facts.issue_of_refresh(refused.token).filter(|issue| issue.client == refused.client)?;
        let origin = facts.origin(&issue)?;
        (is_spent && issue.issued.key.is_none()).then_some((replay, origin.at))
    })
}

/// A replay ends the grant.
pub(super) fn replay_ends_grant(facts: &Facts<'_>) -> Judgement {
    all(replays(facts).map(|(replay, origin)| facts.nothing_gained_after(replay, origin)))
}

/// Whether a token that was good otherwise was shown after a replay.
pub(super) fn replay_was_followed(facts: &Facts<'_>) -> bool {
    replays(facts).any(|(replay, origin)| facts.shows_flawless(replay, origin, true))
}

pub(super) fn keeps_scope(facts: &Facts<'_>) -> Judgement {
    every(facts.refreshed().map(|(at, _, refresh)| (at, !refresh.falls_short)))
}

pub(super) fn within_resources(facts: &Facts<'_>) -> Judgement {
    every(
        facts
            .refreshes()
            .filter(|(_, _, refresh)| refresh.strays)
            .map(|(at, _, refresh)| (at, refresh.issued.is_none())),
    )
}

pub(super) fn in_time(facts: &Facts<'_>) -> Judgement {
    every(
        facts
            .refreshed()
            .filter_map(|(at, fact, refresh)| Some((at, !facts.lay_idle(at, fact, refresh.token)?))),
    )
}
