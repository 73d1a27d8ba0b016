//! Scenarios about pushed requests.

use super::base::{BASE, HONEST_PATH, SHORT};
use super::{
    Attacker, Bounds, ClientSetup, Expects, People, PhaseName, Reached, Scenario, ServerSetup, Size,
};
use crate::world::action::Lure;
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::refusal::Refusal;
use oauth_laws::law::Law;
use oauth_laws::laws;

/// The laws about pushed requests, and those that they rest on.
const LAWS: &[&Law] = laws![
    "pushed-request-of-its-client",
    "pushed-request-used-once",
    "pushed-request-in-time",
    "code-after-login",
    "code-after-consent",
    "code-to-registered-uri",
    "code-redeemed-once",
    "code-redeemed-by-its-client",
    "code-redeemed-with-its-verifier",
    "session-integrity",
];

pub(super) const PUSHED: Scenario = Scenario {
    name: "pushed",
    why: "a client that pushes its requests, and an attacker who brings their names again, or under its own client's name",
    client: ClientSetup { pushed: true, ..ClientSetup::DEFAULT },
    people: People { starts: [1, 1], ..People::DEFAULT },
    attacker: Attacker {
        lures: &[Lure::PushedOfAnother, Lure::PushedAgain, Lure::PushedByNobody],
        attempts: 1,
        ..Attacker::DEFAULT
    },
    bounds: Bounds { calls: 2, grants: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 7_731, generated: 16_858 },
        laws: LAWS,
        sometimes: &[
            Reached::Refused(Refusal::RequestUriUnknown),
            Reached::Refused(Refusal::RequestUriOfAnotherClient),
            Reached::Phase(PhaseName::Pushed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const LATE: Scenario = Scenario {
    name: "pushed-late",
    why: "a browser that brings the name of a pushed request before and after its end",
    client: ClientSetup { pushed: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { push_lifetime: Lifetime(1), ..SHORT }, ..ServerSetup::DEFAULT },
    bounds: Bounds { ticks: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 118, generated: 122 },
        laws: LAWS,
        sometimes: &[Reached::Refused(Refusal::RequestUriExpired), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};
