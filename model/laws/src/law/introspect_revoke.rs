//! Laws about tokens that are named: to be revoked (RFC 7009), or to be asked about (RFC 7662).

use super::facts::{all, every};
use super::{Facts, Judgement};
use crate::fact::What;

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
        let later = facts.uses().filter(|(_, fact, _)| fact.is_after(revoked));
        every(
            later
                .filter(|(_, _, service)| service.token == revocation.token)
                .map(|(at, _, service)| (at, !service.served)),
        )
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

/// Judged wherever somebody asked after a revocation that is done, whatever the answer was.
pub(super) fn active_not_revoked(facts: &Facts<'_>) -> Judgement {
    all(facts.revocations().map(|(_, revoked, revocation)| {
        let later = facts.questions().filter(|(_, fact, _)| fact.is_after(revoked));
        every(
            later
                .filter(|(_, _, asked)| asked.token == revocation.token)
                .map(|(at, _, asked)| (at, !asked.active)),
        )
    }))
}
