//! What must not end: a token that was good, as long as nobody who may end it did.

use super::code::is_repetition;
use super::facts::{Issue, every};
use super::{Facts, Judgement};
use crate::fact::{Fact, ResourceUse, SecretShown, Sender, Sym, What};

/// Judged where the token opened the resource before: then its scope and its audience are known to be enough.
pub(super) fn token_stays_good(facts: &Facts<'_>) -> Judgement {
    every(facts.facts.iter().enumerate().filter_map(|(at, fact)| {
        let What::Resource(service) = &fact.what else { return None };
        let own = fact.by == Sender::Client && opened_before(facts, fact, service);
        let issue = facts.issue_of(service.token).filter(|_| own)?;
        let lifetime = issue.issued.expires_in?;
        let lasts = fact.answered_at < issue.fact.sent_at.saturating_add(lifetime);
        let mut before = facts.facts.iter().filter(|other| !other.is_after(fact));
        (lasts && !before.any(|other| may_end(facts, &issue, other))).then_some((at, service.served))
    }))
}

fn opened_before(facts: &Facts<'_>, fact: &Fact, service: &ResourceUse) -> bool {
    let as_now = |other: &ResourceUse| other.token == service.token && other.resource == service.resource;
    facts.services().any(|(_, first, other)| {
        as_now(other) && other.proof.is_none() && service.proof.is_none() && fact.is_after(first)
    })
}

/// Whether a request may have ended the token or replaced it: one in the name of the client that has what it shows.
fn may_end(facts: &Facts<'_>, issue: &Issue<'_>, fact: &Fact) -> bool {
    let origin = |issue: &Issue<'_>| facts.origin(issue).map(|origin| origin.at);
    let is_own = |shown: Option<Issue<'_>>, client: Sym, secret: SecretShown| {
        // A token whose issue was not seen may be of this grant.
        let of_grant = shown.map_or(client == issue.client, |shown| {
            client == shown.client && origin(&shown) == origin(issue)
        });
        of_grant && secret != SecretShown::WrongOrMissing
    };
    match &fact.what {
        What::Redemption(redemption) => facts.redeemed().any(|(first, _, redeemed)| {
            Some(first) == origin(issue) && redemption.token.is_none() && is_repetition(redeemed, redemption)
        }),
        What::Refresh(refresh) => {
            let brought_it = refresh.issued.is_some_and(|issued| issued.token == issue.issued.token);
            !brought_it && is_own(facts.issue_of_refresh(refresh.token), refresh.client, refresh.secret)
        }
        What::Revocation(revocation) => {
            is_own(facts.issue_of_either(revocation.token), revocation.client, revocation.secret)
        }
        _ => false,
    }
}
