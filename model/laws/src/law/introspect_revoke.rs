//! Laws about tokens that are named: to be revoked (RFC 7009), or to be asked about (RFC 7662).

use super::facts::{all, every};
use super::{Facts, Judgement};
use crate::fact::{Fact, Sym, What};

/// Whether a refresh token is this one, or came of it by requests that were sent after its revocation.
fn comes_of(facts: &Facts<'_>, (revoked, of): (&Fact, Sym), mut token: Sym) -> bool {
    // A chain is no longer than the facts are many.
    for _ in 0..facts.facts.len() {
        if token == of {
            return true;
        }
        let issue = facts.issue_of_refresh(token).filter(|issue| issue.fact.is_after(revoked));
        match issue.map(|issue| &issue.fact.what) {
            Some(What::Refresh(refresh)) => token = refresh.token,
            Some(_) | None => return false,
        }
    }
    false
}

/// A refresh token that was given up brings nothing.
pub(super) fn refresh_token_is_dead(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().map(|(_, revoked, revocation)| {
        let of = revocation.token;
        let brought = facts.refreshed().any(|(_, fact, used)| used.token == of && fact.is_after(revoked));
        let is_named = |token: Sym| token == of || (brought && comes_of(facts, (revoked, of), token));
        let named = facts.refreshes().filter(|(_, _, refresh)| is_named(refresh.token));
        let named = named.map(|(at, fact, refresh)| (at, fact, refresh.issued.is_some()));
        facts.nothing_gained_of_what_ended(revoked, named)
    }))
}

/// A refresh token that was given up takes the access tokens of its grant along.
pub(super) fn refresh_token_ends_access(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().filter_map(|(_, revoked, revocation)| {
        let issue = facts.issue_of_refresh(revocation.token)?;
        let origin = facts.origin(&issue)?.at;
        let uses = facts.facts.iter().enumerate().filter(|(_, fact)| matches!(fact.what, What::Resource(_)));
        let of_grant = uses.filter_map(|(at, fact)| Some((at, fact, facts.gains(fact, origin)?)));
        Some(facts.nothing_gained_of_what_ended(revoked, of_grant))
    }))
}

/// An access token that was given up opens nothing.
pub(super) fn access_token_is_dead(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().map(|(_, revoked, revocation)| {
        let named = facts.uses().filter(|(_, _, service)| service.token == revocation.token);
        let named = named.map(|(at, fact, service)| (at, fact, service.served));
        facts.nothing_gained_of_what_ended(revoked, named)
    }))
}

pub(super) fn active_in_time(facts: &Facts<'_>) -> Judgement {
    let called_active = facts.questions().filter(|(_, _, asked)| asked.active);
    every(called_active.filter_map(|(at, fact, asked)| Some((at, !facts.outlived(at, fact, asked.token)?))))
}

pub(super) fn active_concerns_who_asks(facts: &Facts<'_>) -> Judgement {
    let called_active = facts.questions().filter(|(_, _, asked)| asked.active);
    every(called_active.filter_map(|(at, _, asked)| Some((at, asked.concerned?))))
}

/// Judged wherever somebody asked after a revocation that is done, whatever the answer was. That a token is called active is
/// the truth where its revocation ended nothing: so another has to show that it ended the token.
pub(super) fn active_not_revoked(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().map(|(_, revoked, revocation)| {
        let named = facts.questions().filter(|(_, _, asked)| asked.token == revocation.token);
        let named = named.map(|(at, fact, asked)| (at, fact, asked.active));
        match facts.nothing_gained_of_what_ended(revoked, named) {
            Judgement::Broken(_) if !facts.was_refused_as_revoked(revocation.token) => Judgement::Silent,
            judged @ (Judgement::Broken(_) | Judgement::Holds | Judgement::Silent) => judged,
        }
    }))
}
