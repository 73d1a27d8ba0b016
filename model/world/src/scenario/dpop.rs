//! Scenarios about tokens that are bound to a key.

use super::base::{BASE, HONEST_PATH, LONG, shown};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, People, Reached, Scenario, ServerSetup, Size, Tries,
};
use crate::world::action::{
    CodeOf, CredentialsOf, Redemption, RedirectOf, RefreshOf, RefreshScope, RefreshTry, VerifierOf,
};
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
    client: ClientSetup { public: true, pkce: false, dpop: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { pkce: PkceNeed::Optional, ..LONG }, ..ServerSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { responses: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        redemptions: &[Redemption {
            by: Sender::Thief,
            client: 0,
            credentials: CredentialsOf::Missing,
            code: CodeOf::Leaked,
            redirect: RedirectOf::Right,
            verifier: VerifierOf::Missing,
        }],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 57, generated: 60 },
        laws: LAWS,
        sometimes: &[Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Key)), Reached::Served],
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
