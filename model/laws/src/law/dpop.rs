//! Laws about keys and the proofs of who has them (RFC 9449).

use super::facts::every;
use super::{Facts, Judgement};
use crate::fact::{Fact, Proved, SecretShown, What};

pub(super) fn token_with_its_key(facts: &Facts<'_>) -> Judgement {
    every(facts.services().filter_map(|(at, _, service)| {
        let key = facts.issue_of(service.token)?.issued.key?;
        Some((at, service.proof.is_some_and(|proof| proof.key == key)))
    }))
}

pub(super) fn refresh_with_its_key(facts: &Facts<'_>) -> Judgement {
    let public = facts.refreshed().filter(|(_, _, refresh)| refresh.secret == SecretShown::NoneNeeded);
    every(public.filter_map(|(at, _, refresh)| {
        let key = facts.issue_of_refresh(refresh.token)?.issued.key?;
        Some((at, refresh.proof.is_some_and(|proof| proof.key == key)))
    }))
}

/// The requests that gained something, each with the proof that came along.
fn gained<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (usize, &'a Fact, Proved)> {
    facts.facts.iter().enumerate().filter_map(|(at, fact)| {
        let (gained, proof) = match &fact.what {
            What::Redemption(redemption) => (redemption.token.is_some(), redemption.proof),
            What::Refresh(refresh) => (refresh.issued.is_some(), refresh.proof),
            What::Resource(service) => (service.served, service.proof),
            _ => return None,
        };
        Some((at, fact, proof.filter(|_| gained)?))
    })
}

pub(super) fn proof_in_time(facts: &Facts<'_>) -> Judgement {
    every(
        gained(facts)
            .map(|(at, fact, proof)| (at, fact.sent_at < proof.made.saturating_add(facts.proof_lifetime))),
    )
}

pub(super) fn proof_used_once(facts: &Facts<'_>) -> Judgement {
    every(gained(facts).map(|(at, _, proof)| {
        let mut before = gained(facts).take_while(|(earlier, _, _)| *earlier < at);
        (at, !before.any(|(_, _, other)| other.id == proof.id))
    }))
}
