//! Scenarios about refresh tokens.

use super::base::{BASE, HONEST_PATH, NOTHING, REFRESH, SHORT, shown};
use super::{Leaks, PhaseName, Reached, Scenario, Size};
use crate::world::action::{RefreshOf, RefreshScope};
use crate::world::{EMAIL, PROFILE};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::refusal::Refusal;
use oauth_core::text::ScopeSet;
use oauth_laws::fact::Sender;

pub(super) const PUBLIC: Scenario = Scenario {
    name: "refresh",
    why: "a public client that refreshes, with less scope, with more, and with a token that was spent",
    size: Size { distinct: 74_118, generated: 107_093 },
    public: true,
    client_scope: ScopeSet(PROFILE.0 | EMAIL.0),
    refresh: true,
    retries: true,
    calls: 4,
    refreshes: &[
        shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All),
        shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::Narrower),
        shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::Wider),
        shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All),
        shown(Sender::Thief, 0, RefreshOf::MadeUp, RefreshScope::All),
    ],
    laws: REFRESH,
    sometimes: &[
        Reached::Refused(Refusal::RefreshUnknown),
        Reached::Refused(Refusal::RefreshReplayed),
        Reached::Refused(Refusal::RefreshScopeWider),
        Reached::Phase(PhaseName::RefreshReplayed),
        Reached::Served,
    ],
    honest: HONEST_PATH,
    ..BASE
};

pub(super) const THEFT: Scenario = Scenario {
    name: "refresh-theft",
    why: "a public client that refreshes before expiry, and a thief who has its first refresh token",
    size: Size { distinct: 45_653, generated: 60_404 },
    public: true,
    policy: Policy { refresh_lifetime: Lifetime(2), ..SHORT },
    refresh: true,
    uses: 3,
    calls: 3,
    ticks: 3,
    leaks: Leaks { refresh: true, ..NOTHING },
    refreshes: &[shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All)],
    laws: REFRESH,
    sometimes: &[
        Reached::Refused(Refusal::RefreshReplayed),
        Reached::Refused(Refusal::RefreshExpired),
        Reached::ClientRefused(ClientRefusal::RefreshInProgress),
        Reached::Phase(PhaseName::RefreshReplayed),
        Reached::Served,
    ],
    honest: HONEST_PATH,
    ..BASE
};

pub(super) const GRACE: Scenario = Scenario {
    name: "refresh-grace",
    why: "a public client that refreshes twice at once, at a server that grants a second for that",
    size: Size { distinct: 8_949, generated: 11_458 },
    public: true,
    policy: Policy { refresh_grace: Lifetime(1), ..SHORT },
    refresh: true,
    uses: 2,
    calls: 3,
    ticks: 2,
    refreshes: &[shown(Sender::Client, 0, RefreshOf::First, RefreshScope::All)],
    laws: REFRESH,
    sometimes: &[
        Reached::Refused(Refusal::RefreshReplayed),
        Reached::Phase(PhaseName::RefreshReplayed),
        Reached::Served,
    ],
    honest: HONEST_PATH,
    ..BASE
};

pub(super) const TWO_CLIENTS: Scenario = Scenario {
    name: "refresh-two-clients",
    why: "a refresh token that leaked, in the hands of another client, and without the client's secret",
    size: Size { distinct: 526, generated: 699 },
    refresh: true,
    calls: 3,
    leaks: Leaks { refresh: true, ..NOTHING },
    refreshes: &[
        shown(Sender::OtherClient, 1, RefreshOf::Leaked, RefreshScope::All),
        shown(Sender::Thief, 0, RefreshOf::Leaked, RefreshScope::All),
        shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All),
    ],
    laws: REFRESH,
    sometimes: &[Reached::Refused(Refusal::RefreshOfAnotherClient), Reached::Served],
    honest: HONEST_PATH,
    ..BASE
};
