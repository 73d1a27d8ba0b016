//! Scenarios about tokens that are bound to a key.

use super::base::{BASE, HONEST_PATH, LONG, SHORT, composed, shown};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, Odd, People, ProofFor, Reached, Scenario, ServerSetup,
    Size, Tries,
};
use crate::world::action::{CredentialsOf, Redemption, RefreshOf, RefreshScope, RefreshTry, VerifierOf};
use oauth_core::policy::{Lifetime, PkceNeed, Policy};
use oauth_core::refusal::{DpopFlaw, Refusal};
use oauth_laws::fact::Sender;
use oauth_laws::law::Law;
use oauth_laws::laws;

/// The laws about keys, and those that they rest on.
const LAWS: &[&Law] = laws![
    "code-with-its-key",
    "public-refresh-with-its-key",
    "bound-token-with-its-key",
    "proof-in-time",
    "proof-used-once",
    "code-redeemed-once",
    "replay-ends-grant",
    "served-token-was-issued",
    "thief-gains-nothing",
    "session-integrity",
];

pub(super) const THEFT: Scenario = Scenario {
    name: "dpop-theft",
    why: "a public client whose tokens are bound to its key, and a thief who has its tokens and a proof that it sent",
    client: ClientSetup { public: true, dpop: true, refresh: true, ..ClientSetup::DEFAULT },
    people: People { uses: 2, ..People::DEFAULT },
    attacker: Attacker {
        leaks: Leaks { tokens: true, refresh: true, proofs: true, ..Leaks::NONE },
        attempts: 1,
        ..Attacker::DEFAULT
    },
    tries: Tries {
        refreshes: &[
            shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All),
            RefreshTry { own_key: true, ..shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All) },
            shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 75_925, generated: 138_368 },
        laws: LAWS,
        sometimes: &[
            Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Missing)),
            Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Key)),
            Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Missing)),
            Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Key)),
            Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Signature)),
            Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Again)),
            Reached::Refused(Refusal::BoundTokenAsBearer),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const TAKEOVER: Scenario = Scenario {
    name: "dpop-takeover",
    why: "a public client without a key, and a thief who binds its first refresh token to a key of his own",
    client: ClientSetup { public: true, refresh: true, ..ClientSetup::DEFAULT },
    people: People { uses: 1, ..People::DEFAULT },
    attacker: Attacker { leaks: Leaks { refresh: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        refreshes: &[
            RefreshTry { own_key: true, ..shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All) },
            RefreshTry { own_key: true, ..shown(Sender::Thief, 0, RefreshOf::Latest, RefreshScope::All) },
            shown(Sender::Thief, 0, RefreshOf::Latest, RefreshScope::All),
            shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 4, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 45_561, generated: 92_888 },
        laws: laws![
            "public-refresh-used-once",
            "public-refresh-replay-ends-grant",
            "public-refresh-with-its-key",
            "bound-token-with-its-key",
            "session-integrity",
        ],
        sometimes: &[
            Reached::Refused(Refusal::RefreshReplayed),
            Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Missing)),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const CODE: Scenario = Scenario {
    name: "dpop-code",
    why: "a code that is bound to a key instead of a challenge, in the hands of a thief without the key",
    client: ClientSetup { public: true, pkce: false, dpop: true, unbound_too: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { pkce: PkceNeed::Optional, ..LONG }, ..ServerSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        redemptions: &[
            Redemption {
                verifier: VerifierOf::Missing,
                ..composed(Sender::Thief, 0, CredentialsOf::Missing)
            },
            Redemption {
                verifier: VerifierOf::Missing,
                proves: false,
                ..composed(Sender::Thief, 0, CredentialsOf::Missing)
            },
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 112, generated: 119 },
        laws: LAWS,
        sometimes: &[
            Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Key)),
            Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Missing)),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const STALE: Scenario = Scenario {
    name: "dpop-late",
    why: "proofs that lie on the way until they are too old",
    client: ClientSetup { dpop: true, retries: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { proof_lifetime: Lifetime(1), ..LONG }, ..ServerSetup::DEFAULT },
    bounds: Bounds { ticks: 2, calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 1_414, generated: 1_508 },
        laws: LAWS,
        sometimes: &[Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Stale)), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const CODE_AND_CHALLENGE: Scenario = Scenario {
    name: "dpop-code-and-challenge",
    why: "a code that is bound to a key and to a challenge, in the hands of a thief who has the verifier without the key",
    client: ClientSetup { pkce: true, unbound_too: false, ..CODE.client },
    tries: Tries {
        redemptions: &[
            composed(Sender::Thief, 0, CredentialsOf::Missing),
            Redemption { proves: false, ..composed(Sender::Thief, 0, CredentialsOf::Missing) },
        ],
        ..Tries::DEFAULT
    },
    expects: Expects { size: Size { distinct: 112, generated: 119 }, ..CODE.expects },
    ..CODE
};

pub(super) const CONFIDENTIAL: Scenario = Scenario {
    name: "dpop-confidential",
    why: "a client with a secret that is registered for bound tokens, and redeems a code that is bound to no key without a proof",
    client: ClientSetup { dpop: true, key_by_proof: true, ..ClientSetup::DEFAULT },
    tries: Tries {
        redemptions: &[Redemption { proves: false, ..composed(Sender::Client, 0, CredentialsOf::Right) }],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 28, generated: 30 },
        laws: LAWS,
        sometimes: &[Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Missing)), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const GRACE: Scenario = Scenario {
    name: "dpop-grace",
    why: "a refresh token that is bound to a key, in the hands of a thief before its grace is over",
    client: THEFT.client,
    server: ServerSetup { policy: Policy { refresh_grace: Lifetime(1), ..LONG }, ..ServerSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { refresh: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        refreshes: &[
            shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All),
            RefreshTry { own_key: true, ..shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All) },
            shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 551, generated: 734 },
        laws: LAWS,
        sometimes: &[
            Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Missing)),
            Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Key)),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const TOKEN: Scenario = Scenario {
    name: "dpop-token",
    why: "a bound token with a proof by its key for this token or another one, before its end and after",
    client: ClientSetup { dpop: true, ..ClientSetup::DEFAULT },
    server: ServerSetup {
        policy: Policy { access_token_lifetime: SHORT.access_token_lifetime, ..LONG },
        ..ServerSetup::DEFAULT
    },
    tries: Tries {
        odd: &[Odd::BoundToken(ProofFor::ThisToken), Odd::BoundToken(ProofFor::AnotherToken)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { ticks: 1, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 111, generated: 238 },
        laws: laws![
            "bound-token-with-its-key",
            "served-token-in-time",
            "proof-used-once",
            "served-token-was-issued",
            "session-integrity",
        ],
        sometimes: &[
            Reached::Refused(Refusal::TokenExpired),
            Reached::Refused(Refusal::ProofAtResource(DpopFlaw::Token)),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};
