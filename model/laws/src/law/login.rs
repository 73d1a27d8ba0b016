//! Laws about who is logged in where, and about secrets that reach the wrong place. Only the model sees these facts.

use super::facts::every;
use super::{Facts, Judgement};
use crate::fact::{Handed, Sender, Sym, What};

/// Whose grant a token came of, if that was seen.
pub(super) fn owner_of(facts: &Facts<'_>, token: Sym) -> Option<Sym> {
    let issue = facts.issue_of(token)?;
    let What::Redemption(redemption) = facts.origin(&issue)?.fact.what else { return None };
    facts.code(redemption.code)?.1.owner
}

pub(super) fn of(facts: &Facts<'_>, whose: impl Fn(Sender) -> bool) -> Judgement {
    every(facts.facts.iter().enumerate().filter(|(_, fact)| whose(fact.by)).filter_map(|(at, fact)| {
        let What::LoggedIn(login) = &fact.what else { return None };
        Some((at, owner_of(facts, login.token)? == login.person))
    }))
}

pub(super) fn resource_of_the_person(facts: &Facts<'_>) -> Judgement {
    every(
        facts
            .services()
            .filter_map(|(at, _, service)| Some((at, owner_of(facts, service.token)? == service.shown_to?))),
    )
}

pub(super) fn each_handed(facts: &Facts<'_>, holds: impl Fn(&Handed) -> bool) -> Judgement {
    every(facts.facts.iter().enumerate().filter_map(|(at, fact)| match &fact.what {
        What::Handed(handed) => Some((at, holds(handed))),
        _ => None,
    }))
}

pub(super) fn no_way_to_strangers(facts: &Facts<'_>) -> Judgement {
    every(facts.facts.iter().enumerate().filter_map(|(at, fact)| match &fact.what {
        What::SentAway(away) if fact.by == Sender::Owner => Some((at, away.registered && away.vouched)),
        _ => None,
    }))
}
