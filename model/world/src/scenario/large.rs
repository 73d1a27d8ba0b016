//! Scenarios that are large, to measure the search on, and to see more steps between each other than the small ones let.

use super::base::{ALL, BASE, HONEST_PATH, NOTHING, SHORT, composed};
use super::{Leaks, PhaseName, Reached, Scenario, Size};
use crate::world::action::CredentialsOf;
use oauth_core::refusal::Refusal;
use oauth_laws::fact::Sender;

pub(super) const CROWD: Scenario = Scenario {
    name: "crowd",
    why: "two clients and a thief at one grant, whose code leaked, at a server that loads and commits in any order",
    size: Size { distinct: 1_899_613, generated: 2_431_889 },
    policy: SHORT,
    retries: true,
    calls: 3,
    uses: 2,
    ticks: 2,
    leaks: Leaks { responses: true, ..NOTHING },
    redemptions: &[
        composed(Sender::OtherClient, 1, CredentialsOf::Right),
        composed(Sender::Thief, 0, CredentialsOf::Missing),
    ],
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

pub(super) const THRONG: Scenario = Scenario {
    name: "throng",
    why: "the same with one more token request, so that four are under way beside the one that is honest",
    size: Size { distinct: 17_312_877, generated: 22_886_684 },
    calls: 4,
    ticks: 1,
    ..CROWD
};
