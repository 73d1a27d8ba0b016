//! Scenarios that are large, to measure the search on, and to see more steps between each other than the small ones let.

use super::base::{ALL, BASE, HONEST_PATH, SHORT, composed};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, People, PhaseName, Reached, Scenario, ServerSetup, Size,
    Tries,
};
use crate::world::action::CredentialsOf;
use oauth_core::refusal::Refusal;
use oauth_laws::fact::Sender;

pub(super) const CROWD: Scenario = Scenario {
    name: "crowd",
    why: "two clients and a thief at one grant, whose code leaked, at a server that loads and commits in any order",
    client: ClientSetup { retries: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: SHORT, ..ServerSetup::DEFAULT },
    people: People { uses: 2, ..People::DEFAULT },
    attacker: Attacker {
        leaks: Leaks { responses: true, ..Leaks::NONE },
        made_up_tokens: true,
        attempts: 1,
        ..Attacker::DEFAULT
    },
    tries: Tries {
        redemptions: &[
            composed(Sender::OtherClient, 1, CredentialsOf::Right),
            composed(Sender::Thief, 0, CredentialsOf::Missing),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ticks: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 1_899_613, generated: 2_431_889 },
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
    },
    ..BASE
};

pub(super) const THRONG: Scenario = Scenario {
    name: "throng",
    why: "the same with one more token request, so that four are under way beside the one that is honest",
    bounds: Bounds { calls: 4, ticks: 1, ..CROWD.bounds },
    expects: Expects { size: Size { distinct: 17_312_877, generated: 22_886_684 }, ..CROWD.expects },
    ..CROWD
};
