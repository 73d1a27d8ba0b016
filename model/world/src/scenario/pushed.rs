//! Scenarios about pushed requests.

use super::base::{BASE, HONEST_PATH, SHORT, composed};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, Odd, People, PhaseName, Reached, Scenario, ServerSetup,
    Size, Tries,
};
use crate::world::SECOND;
use crate::world::action::{CredentialsOf, Lure, Redemption, RedirectOf, VerifierOf};
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::refusal::{DpopFlaw, Refusal};
use oauth_core::text::ResourceSet;
use oauth_laws::fact::Sender;
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

pub(super) const SLOPPY: Scenario = Scenario {
    name: "pushed-sloppy",
    why: "a client that pushes its request, and redeems its code with another redirect URI or none, or with another verifier",
    client: ClientSetup { pushed: true, resource: Some(ResourceSet::FIRST), ..ClientSetup::DEFAULT },
    tries: Tries {
        redemptions: &[
            Redemption { redirect: RedirectOf::Other, ..composed(Sender::Client, 0, CredentialsOf::Right) },
            Redemption { redirect: RedirectOf::Missing, ..composed(Sender::Client, 0, CredentialsOf::Right) },
            Redemption { verifier: VerifierOf::Own, ..composed(Sender::Client, 0, CredentialsOf::Right) },
        ],
        odd: &[Odd::LatestToken(SECOND)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 64, generated: 114 },
        laws: laws![
            "code-redeemed-once",
            "code-redeemed-with-its-redirect-uri",
            "code-redeemed-with-its-verifier",
            "token-within-consent",
            "served-token-is-for-resource",
            "session-integrity",
        ],
        sometimes: &[
            Reached::Refused(Refusal::RedirectUriDiffers),
            Reached::Refused(Refusal::VerifierWrong),
            Reached::Refused(Refusal::TokenForAnotherResource),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const BOUND: Scenario = Scenario {
    name: "pushed-bound",
    why: "a public client that pushes the key of its code, and a thief who has the verifier without the key",
    client: ClientSetup { public: true, pushed: true, dpop: true, ..ClientSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries { redemptions: &[composed(Sender::Thief, 0, CredentialsOf::Missing)], ..Tries::DEFAULT },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 57, generated: 60 },
        laws: laws!["code-with-its-key", "thief-gains-nothing", "code-redeemed-once", "session-integrity"],
        sometimes: &[Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Key)), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const BY_PROOF: Scenario = Scenario {
    name: "pushed-by-proof",
    why: "the same where the pushed request has a proof by the key in place of its name",
    client: ClientSetup { key_by_proof: true, ..BOUND.client },
    expects: Expects { size: Size { distinct: 57, generated: 60 }, ..BOUND.expects },
    ..BOUND
};
