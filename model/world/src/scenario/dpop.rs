//! Scenarios about tokens that are bound to a key.

use super::base::{BASE, HONEST_PATH, LONG, NOTHING, shown};
use super::{Leaks, Reached, Scenario, Size};
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
    size: Size { distinct: 75_925, generated: 138_368 },
    public: true,
    dpop: true,
    refresh: true,
    uses: 2,
    calls: 3,
    leaks: Leaks { tokens: true, refresh: true, proofs: true, ..NOTHING },
    refreshes: &[
        shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All),
        RefreshTry { own_key: true, ..shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All) },
        shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All),
    ],
    attempts: 1,
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
    ..BASE
};

pub(super) const TAKEOVER: Scenario = Scenario {
    name: "dpop-takeover",
    why: "a public client without a key, and a thief who binds its first refresh token to a key of his own",
    size: Size { distinct: 45_561, generated: 92_888 },
    public: true,
    refresh: true,
    uses: 1,
    calls: 4,
    leaks: Leaks { refresh: true, ..NOTHING },
    refreshes: &[
        RefreshTry { own_key: true, ..shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All) },
        RefreshTry { own_key: true, ..shown(Sender::Thief, 0, RefreshOf::Latest, RefreshScope::All) },
        shown(Sender::Thief, 0, RefreshOf::Latest, RefreshScope::All),
        shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All),
    ],
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
    ..BASE
};

pub(super) const CODE: Scenario = Scenario {
    name: "dpop-code",
    why: "a code that is bound to a key instead of a challenge, in the hands of a thief without the key",
    size: Size { distinct: 57, generated: 60 },
    public: true,
    pkce: false,
    policy: Policy { pkce: PkceNeed::Optional, ..LONG },
    dpop: true,
    calls: 2,
    leaks: Leaks { responses: true, ..NOTHING },
    redemptions: &[Redemption {
        by: Sender::Thief,
        client: 0,
        credentials: CredentialsOf::Missing,
        code: CodeOf::Leaked,
        redirect: RedirectOf::Right,
        verifier: VerifierOf::Missing,
    }],
    laws: LAWS,
    sometimes: &[Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Key)), Reached::Served],
    honest: HONEST_PATH,
    ..BASE
};

pub(super) const STALE: Scenario = Scenario {
    name: "dpop-late",
    why: "proofs that lie on the way until they are too old",
    size: Size { distinct: 1_414, generated: 1_508 },
    dpop: true,
    policy: Policy { proof_lifetime: Lifetime(1), ..LONG },
    ticks: 2,
    retries: true,
    calls: 2,
    laws: LAWS,
    sometimes: &[Reached::Refused(Refusal::ProofAtToken(DpopFlaw::Stale)), Reached::Served],
    honest: HONEST_PATH,
    ..BASE
};
