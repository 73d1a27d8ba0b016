//! Scenarios about single branches of what a code is asked for and redeemed with.

use super::base::{ALL, BASE, HONEST_PATH, LONG, composed};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, Odd, People, PhaseName, Reached, Scenario, ServerSetup,
    Size, Tries,
};
use crate::world::action::{CredentialsOf, Redemption, VerifierOf};
use crate::world::{PROFILE, SECOND, WIDE};
use oauth_core::policy::{ExcessScope, Policy, WrongVerifier};
use oauth_core::refusal::Refusal;
use oauth_core::text::ResourceSet;
use oauth_laws::fact::Sender;
use oauth_laws::laws;

pub(super) const SPOILT_REPLAY: Scenario = Scenario {
    name: "spoilt-replay",
    why: "a used code that a thief, another client and a client with another verifier show, while its token is in use",
    people: People { uses: 2, ..People::DEFAULT },
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        redemptions: &[
            composed(Sender::OtherClient, 1, CredentialsOf::Right),
            composed(Sender::Thief, 0, CredentialsOf::Missing),
            Redemption { verifier: VerifierOf::Own, ..composed(Sender::Client, 0, CredentialsOf::Right) },
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 231, generated: 243 },
        laws: laws!["token-stays-good", "code-redeemed-once", "thief-gains-nothing"],
        sometimes: &[
            Reached::Refused(Refusal::CodeOfAnotherClient),
            Reached::Refused(Refusal::CredentialsMissing),
            Reached::Refused(Refusal::VerifierWrong),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const SPOILT_REPLAY_BURNING: Scenario = Scenario {
    name: "spoilt-replay-burning",
    why: "the same at a server where a wrong verifier ends a code, which is no reason to end a token",
    server: ServerSetup {
        policy: Policy { wrong_verifier: WrongVerifier::BurnsCode, ..LONG },
        ..ServerSetup::DEFAULT
    },
    expects: Expects {
        size: Size { distinct: 243, generated: 265 },
        sometimes: &[
            Reached::Refused(Refusal::VerifierWrong),
            Reached::Phase(PhaseName::CodeBurnt),
            Reached::Served,
        ],
        ..SPOILT_REPLAY.expects
    },
    ..SPOILT_REPLAY
};

pub(super) const PLAIN_LEFT_OUT: Scenario = Scenario {
    name: "plain-left-out",
    why: "a code for a plain challenge, in the hands of a thief who leaves the verifier out",
    client: ClientSetup { public: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { plain: true, ..LONG }, ..ServerSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        redemptions: &[Redemption {
            verifier: VerifierOf::Missing,
            ..composed(Sender::Thief, 0, CredentialsOf::Missing)
        }],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 56, generated: 60 },
        laws: ALL,
        sometimes: &[Reached::Refused(Refusal::VerifierMissing), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const SECRET_IN_BODY: Scenario = Scenario {
    name: "secret-in-body",
    why: "a client that sends its secret in the body, and a thief who makes one up",
    client: ClientSetup { post: true, ..ClientSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        redemptions: &[
            composed(Sender::Thief, 0, CredentialsOf::Wrong),
            composed(Sender::Thief, 0, CredentialsOf::Missing),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 109, generated: 119 },
        laws: ALL,
        sometimes: &[
            Reached::Refused(Refusal::SecretWrong),
            Reached::Refused(Refusal::CredentialsMissing),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const EXCESS_SCOPE: Scenario = Scenario {
    name: "excess-scope",
    why: "a client that asks for more scope than it may have, at a server that narrows what it asks for",
    client: ClientSetup { scope: PROFILE, asks: Some(WIDE), ..ClientSetup::DEFAULT },
    server: ServerSetup {
        policy: Policy { excess_scope: ExcessScope::Narrowed, ..LONG },
        ..ServerSetup::DEFAULT
    },
    expects: Expects {
        size: Size { distinct: 10, generated: 10 },
        laws: ALL,
        sometimes: &[Reached::LoggedIn, Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const REDEEMED_ELSEWHERE: Scenario = Scenario {
    name: "redeemed-elsewhere",
    why: "a client that asks for one resource, and names another one when it redeems its code",
    client: ClientSetup { resource: Some(ResourceSet::FIRST), ..ClientSetup::DEFAULT },
    tries: Tries {
        redemptions: &[Redemption {
            resources: Some(SECOND),
            ..composed(Sender::Client, 0, CredentialsOf::Right)
        }],
        odd: &[Odd::LatestToken(SECOND)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 28, generated: 46 },
        laws: laws!["served-token-is-for-resource", "code-redeemed-once", "session-integrity"],
        sometimes: &[
            Reached::Refused(Refusal::ResourceNotGranted),
            Reached::Refused(Refusal::TokenForAnotherResource),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const ONE_OF_TWO: Scenario = Scenario {
    name: "one-of-two-resources",
    why: "a client that may have tokens for two resources, and asks for some that are for one",
    client: ClientSetup {
        resource: Some(ResourceSet(ResourceSet::FIRST.0 | SECOND.0)),
        refresh: true,
        ..ClientSetup::DEFAULT
    },
    tries: Tries {
        redemptions: &[Redemption {
            resources: Some(ResourceSet::FIRST),
            ..composed(Sender::Client, 0, CredentialsOf::Right)
        }],
        refreshes: &[super::refresh::for_resource(ResourceSet::FIRST)],
        odd: &[Odd::LatestToken(ResourceSet::FIRST), Odd::LatestToken(SECOND)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 216, generated: 599 },
        laws: laws![
            "served-token-is-for-resource",
            "refresh-within-resources",
            "code-redeemed-once",
            "session-integrity",
        ],
        sometimes: &[Reached::Refused(Refusal::TokenForAnotherResource), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};
