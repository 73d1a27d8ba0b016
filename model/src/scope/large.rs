//! Scopes that are large, to measure the search on, and to see more steps between each other than the small ones let.

use super::base::{ALL, BASE, HONEST_PATH, NOTHING, SHORT, composed};
use super::{Leaks, PhaseName, Reached, Scope};
use crate::fact::Who;
use crate::refusal::Refusal;
use crate::world::action::ProofOf;

pub(super) const CROWD: Scope = Scope {
    name: "crowd",
    why: "two clients and a thief at one grant, whose code leaked, at a server that loads and commits in any order",
    policy: SHORT,
    retries: true,
    calls: 3,
    uses: 2,
    ticks: 2,
    leaks: Leaks { responses: true, ..NOTHING },
    redemptions: &[composed(Who::OtherClient, 1, ProofOf::Right), composed(Who::Thief, 0, ProofOf::Missing)],
    made_up_tokens: true,
    attempts: 1,
    laws: ALL,
    sometimes: &[
        Reached::Refused(Refusal::CodeOfAnotherClient),
        Reached::Refused(Refusal::CredentialsMissing),
        Reached::Refused(Refusal::CodeReplayed),
        Reached::Refused(Refusal::CodeExpired),
        Reached::Phase(PhaseName::CodeReplayed),
        Reached::Served,
    ],
    honest: HONEST_PATH,
    ..BASE
};

pub(super) const THRONG: Scope = Scope {
    name: "throng",
    why: "the same with one more token request, so that four are under way beside the one that is honest",
    calls: 4,
    ticks: 1,
    ..CROWD
};
