//! Scenarios about what goes wrong without anybody's ill will: lost answers, servers that stop, records read late.

use super::base::{ALL, BASE, HONEST_PATH, LONG, REFRESH, SHORT};
use super::{
    Bounds, ClientSetup, Expects, Mishaps, People, PhaseName, Reached, Scenario, ServerSetup, Size, Tries,
};
use crate::scenario::base::shown;
use crate::world::action::{RefreshOf, RefreshScope};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::refusal::Refusal;
use oauth_laws::fact::Sender;
use oauth_laws::laws;

pub(super) const LOSS: Scenario = Scenario {
    name: "loss",
    why: "answers that are lost after the write, and a server that stops before it, while the client repeats its request",
    client: ClientSetup { retries: true, ..ClientSetup::DEFAULT },
    people: People { uses: 1, ..People::DEFAULT },
    bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
    mishaps: Mishaps { at_most: 2, losses: true, stops: true, ..Mishaps::DEFAULT },
    expects: Expects {
        size: Size { distinct: 678, generated: 1_312 },
        laws: ALL,
        sometimes: &[
            Reached::Refused(Refusal::CodeReplayed),
            Reached::ClientRefused(ClientRefusal::TokenEndpointSilent),
            Reached::Phase(PhaseName::CodeReplayed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const LOST_REFRESH: Scenario = Scenario {
    name: "lost-refresh",
    why: "a public client whose refresh is answered and not heard, so that it shows the spent token again",
    client: ClientSetup { public: true, refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: SHORT, ..ServerSetup::DEFAULT },
    people: People { uses: 2, ..People::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ticks: 2, ..Bounds::DEFAULT },
    mishaps: Mishaps { at_most: 1, losses: true, stops: true, ..Mishaps::DEFAULT },
    expects: Expects {
        size: Size { distinct: 18_724, generated: 29_591 },
        laws: REFRESH,
        sometimes: &[
            Reached::Refused(Refusal::RefreshReplayed),
            Reached::Phase(PhaseName::RefreshReplayed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const SLOW: Scenario = Scenario {
    name: "slow-owner",
    why: "an owner who leaves pages open for ten minutes at a time, at a server whose logins last as long and whose consent pages last longer",
    server: ServerSetup {
        policy: Policy { session_lifetime: Lifetime(600), ask_lifetime: Lifetime(1200), ..LONG },
        ..ServerSetup::DEFAULT
    },
    people: People { starts: [2, 0], ..People::DEFAULT },
    bounds: Bounds { grants: 2, calls: 2, ticks: 2, tick: 600 },
    expects: Expects {
        size: Size { distinct: 1_762, generated: 1_970 },
        laws: ALL,
        sometimes: &[
            Reached::ClientRefused(ClientRefusal::FlowExpired),
            Reached::Refused(Refusal::SessionMissing),
            Reached::Refused(Refusal::CodeExpired),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const STALE: Scenario = Scenario {
    name: "stale-reads",
    why: "two processes on one store, of which one may see a grant as it was one write ago; what ends a grant may be seen late",
    client: ClientSetup { retries: true, ..ClientSetup::DEFAULT },
    people: People { uses: 2, ..People::DEFAULT },
    bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
    mishaps: Mishaps { at_most: 2, stale_reads: true, ..Mishaps::DEFAULT },
    expects: Expects {
        size: Size { distinct: 2_755, generated: 4_792 },
        laws: laws![
            "code-after-login",
            "code-after-consent",
            "code-redeemed-once",
            "code-redeemed-by-its-client",
            "code-redeemed-with-its-redirect-uri",
            "code-redeemed-with-its-verifier",
            "code-was-issued",
            "served-token-was-issued",
            "session-integrity",
        ],
        sometimes: &[
            Reached::Refused(Refusal::CodeReplayed),
            Reached::Refused(Refusal::TokenUnknown),
            Reached::Phase(PhaseName::CodeReplayed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const FRESH: Scenario = Scenario {
    name: "fresh-reads",
    why: "the same where each process reads the store",
    mishaps: Mishaps { stale_reads: false, ..STALE.mishaps },
    expects: Expects {
        size: Size { distinct: 441, generated: 672 },
        laws: ALL,
        sometimes: &[Reached::Refused(Refusal::CodeReplayed), Reached::Served],
        ..STALE.expects
    },
    ..STALE
};
