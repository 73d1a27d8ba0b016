//! Laws about tokens that are named: to be revoked (RFC 7009), or to be asked about (RFC 7662).

use super::facts::{all, every};
use super::{Facts, Judgement};
use crate::fact::{Introspection, Sym, What};

/// A refresh token that was given up brings nothing.
pub(super) fn refresh_token_is_dead(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().map(|(_, revoked, revocation)| {
        let later = facts.refreshes().filter(|(_, fact, _)| fact.is_after(revoked));
        every(
            later
                .filter(|(_, _, refresh)| refresh.token == revocation.token)
                .map(|(at, _, refresh)| (at, refresh.issued.is_none())),
        )
    }))
}

/// A refresh token that was given up takes the access tokens of its grant along.
pub(super) fn refresh_token_ends_access(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().filter_map(|(_, revoked, revocation)| {
        let issue = facts.issue_of_refresh(revocation.token)?;
        let origin = facts.origin(&issue)?.at;
        let later = facts.facts.iter().enumerate().filter(|(_, fact)| fact.is_after(revoked));
        let of_grant = later.filter(|(_, fact)| matches!(fact.what, What::Resource(_)));
        Some(every(of_grant.filter_map(|(at, fact)| Some((at, !facts.gains(fact, origin)?)))))
    }))
}

/// An access token that was given up opens nothing.
pub(super) fn access_token_is_dead(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().map(|(_, revoked, revocation)| {
        let later = facts.facts.iter().enumerate().filter(|(_, fact)| fact.is_after(revoked));
        every(later.filter_map(|(at, fact)| match &fact.what {
            What::Resource(service) if service.token == revocation.token => Some((at, !service.served)),
            _ => None,
        }))
    }))
}

pub(super) fn active_in_time(facts: &Facts<'_>) -> Judgement {
    every(facts.called_active().filter_map(|(at, fact, asked)| {
        let (since, lifetime) = match facts.issue_of(asked.token) {
            Some(issue) => (issue.fact.answered_at, issue.issued.expires_in?),
            None => (facts.unused_since(asked.token, fact)?, facts.refresh_lifetime?),
        };
        Some((at, fact.sent_at < since.saturating_add(lifetime)))
    }))
}

/// Judged wherever somebody asked after a revocation that is done, whatever the answer was.
pub(super) fn active_not_revoked(facts: &Facts<'_>) -> Judgement {
    let asked = |token: Sym| {
        facts.facts.iter().enumerate().filter_map(move |(at, fact)| match &fact.what {
            What::Introspection(Introspection { token: asked, active }) if *asked == token => {
                Some((at, fact, *active))
            }
            _ => None,
        })
    };
    all(facts.revocations().map(|(_, revoked, revocation)| {
        let later = asked(revocation.token).filter(|(_, fact, _)| fact.is_after(revoked));
        every(later.map(|(at, _, active)| (at, !active)))
    }))
}
