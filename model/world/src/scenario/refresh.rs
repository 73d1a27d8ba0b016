//! Scenarios about refresh tokens.

use super::base::{BASE, HONEST_PATH, LONG, REFRESH, SHORT, shown};
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, Odd, People, PhaseName, Reached, Scenario, ServerSetup,
    Size, Tries,
};
use crate::world::action::{RefreshOf, RefreshScope, RefreshTry};
use crate::world::{EMAIL, PROFILE, PUBLIC as WITHOUT_SECRET};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::refusal::Refusal;
use oauth_core::server::decide::Choice;
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_laws::fact::Sender;
use oauth_laws::laws;

/// The client shows its latest refresh token, for this resource.
pub(super) const fn for_resource(resource: ResourceSet) -> RefreshTry {
    let shown = shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All);
    RefreshTry { resources: Some(resource), ..shown }
}

pub(super) const PUBLIC: Scenario = Scenario {
    name: "refresh",
    why: "a public client that refreshes, with less scope, with more, and with a token that was spent",
    client: ClientSetup {
        public: true,
        scope: ScopeSet(PROFILE.0 | EMAIL.0),
        refresh: true,
        retries: true,
        ..ClientSetup::DEFAULT
    },
    tries: Tries {
        refreshes: &[
            shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All),
            shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::Narrower),
            shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::Wider),
            shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All),
            shown(Sender::Thief, 0, RefreshOf::MadeUp, RefreshScope::All),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 4, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 74_118, generated: 107_093 },
        laws: REFRESH,
        sometimes: &[
            Reached::Refused(Refusal::RefreshUnknown),
            Reached::Refused(Refusal::RefreshReplayed),
            Reached::Refused(Refusal::RefreshScopeWider),
            Reached::Phase(PhaseName::RefreshReplayed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const THEFT: Scenario = Scenario {
    name: "refresh-theft",
    why: "a public client that refreshes before expiry, and a thief who has its first refresh token",
    client: ClientSetup { public: true, refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { refresh_lifetime: Lifetime(2), ..SHORT }, ..ServerSetup::DEFAULT },
    people: People { uses: 3, ..People::DEFAULT },
    attacker: Attacker { leaks: Leaks { refresh: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ticks: 3, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 45_653, generated: 60_404 },
        laws: REFRESH,
        sometimes: &[
            Reached::Refused(Refusal::RefreshReplayed),
            Reached::Refused(Refusal::RefreshExpired),
            Reached::ClientRefused(ClientRefusal::RefreshInProgress),
            Reached::Phase(PhaseName::RefreshReplayed),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const GRACE: Scenario = Scenario {
    name: "refresh-grace",
    why: "a public client that refreshes twice at once, at a server that grants a second for that",
    client: ClientSetup { public: true, refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { refresh_grace: Lifetime(1), ..SHORT }, ..ServerSetup::DEFAULT },
    people: People { uses: 2, ..People::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ticks: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 8_949, generated: 11_458 },
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

pub(super) const TWO_CLIENTS: Scenario = Scenario {
    name: "refresh-two-clients",
    why: "a refresh token that leaked, in the hands of another client, and without the client's secret",
    client: ClientSetup { refresh: true, ..ClientSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { refresh: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        refreshes: &[
            shown(Sender::OtherClient, 1, RefreshOf::Leaked, RefreshScope::All),
            shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All),
            shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 526, generated: 699 },
        laws: REFRESH,
        sometimes: &[Reached::Refused(Refusal::RefreshOfAnotherClient), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const PUBLIC_CLIENT: Scenario = Scenario {
    name: "refresh-by-public-client",
    why: "a refresh token that leaked, of a client with a secret, in the hands of a client without",
    client: ClientSetup { refresh: true, ..ClientSetup::DEFAULT },
    attacker: Attacker { leaks: Leaks { refresh: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::OtherClient, WITHOUT_SECRET, RefreshOf::Leaked, RefreshScope::All)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 19, generated: 20 },
        laws: REFRESH,
        sometimes: &[Reached::Refused(Refusal::RefreshOfAnotherClient), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const NARROWED: Scenario = Scenario {
    name: "refresh-narrowed",
    why: "an owner who grants less than was asked, and a client that asks for all of its registration when it refreshes",
    client: ClientSetup {
        public: true,
        scope: ScopeSet(PROFILE.0 | EMAIL.0),
        refresh: true,
        ..ClientSetup::DEFAULT
    },
    people: People { choices: &[Choice::ApproveOnly(PROFILE)], ..People::DEFAULT },
    tries: Tries {
        refreshes: &[
            shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All),
            shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::Registered),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 561, generated: 701 },
        laws: REFRESH,
        sometimes: &[Reached::Refused(Refusal::RefreshScopeWider), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const LONG_SPENT: Scenario = Scenario {
    name: "refresh-long-spent",
    why: "a public client that refreshes twice, and shows the token that it used first once more",
    client: ClientSetup { public: true, refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup {
        policy: Policy { access_token_lifetime: SHORT.access_token_lifetime, ..LONG },
        ..ServerSetup::DEFAULT
    },
    people: People { uses: 3, ..People::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::Client, 0, RefreshOf::TwoAgo, RefreshScope::All)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 4, ticks: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 403, generated: 451 },
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

pub(super) const GRACE_PASSED: Scenario = Scenario {
    name: "refresh-grace-passed",
    why: "the same at a server that grants a second to the token before the last one, and to no other",
    server: ServerSetup {
        policy: Policy { refresh_grace: Lifetime(1), ..LONG_SPENT.server.policy },
        ..ServerSetup::DEFAULT
    },
    expects: Expects { size: Size { distinct: 403, generated: 451 }, ..LONG_SPENT.expects },
    ..LONG_SPENT
};

pub(super) const OUTLIVED: Scenario = Scenario {
    name: "refresh-outlived",
    why: "access tokens that live longer than refresh tokens, of which a spent one is shown when the last one has ended as well",
    client: ClientSetup { public: true, refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup { policy: Policy { refresh_lifetime: Lifetime(1), ..LONG }, ..ServerSetup::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All)],
        odd: &[Odd::LatestToken(ResourceSet::FIRST)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ticks: 1, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 8_343, generated: 16_793 },
        laws: laws!["public-refresh-used-once", "public-refresh-replay-ends-grant", "refresh-in-time"],
        sometimes: &[Reached::Refused(Refusal::RefreshReplayed), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const SPENT_ELSEWHERE: Scenario = Scenario {
    name: "refresh-spent-elsewhere",
    why: "another client that shows a refresh token which leaked, before and after its own client has used it",
    client: ClientSetup { refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup {
        policy: Policy { access_token_lifetime: SHORT.access_token_lifetime, ..LONG },
        ..ServerSetup::DEFAULT
    },
    people: People { uses: 3, ..People::DEFAULT },
    attacker: Attacker { leaks: Leaks { refresh: true, ..Leaks::NONE }, ..Attacker::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::OtherClient, 1, RefreshOf::Leaked, RefreshScope::All)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 3, ticks: 1, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 2_556, generated: 2_818 },
        laws: laws!["token-stays-good", "refresh-by-its-client", "session-integrity"],
        sometimes: &[Reached::Refused(Refusal::RefreshOfAnotherClient), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const USELESS: Scenario = Scenario {
    name: "refresh-useless",
    why: "a client that refreshes for scope which opens nothing, and whoever shows its latest token to the resource",
    client: ClientSetup { scope: ScopeSet(PROFILE.0 | EMAIL.0), refresh: true, ..ClientSetup::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::Useless)],
        odd: &[Odd::LatestToken(ResourceSet::FIRST)],
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 49, generated: 88 },
        laws: laws!["served-token-covers-resource", "token-within-consent", "session-integrity"],
        sometimes: &[Reached::Refused(Refusal::ScopeInsufficient), Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};
