//! Scenarios about tokens that are revoked, asked about, shown elsewhere, or issued to a client for itself.

use super::base::{BASE, CORE, HONEST_PATH, LONG, SHORT, shown};
use super::refresh::for_resource;
use super::{
    Attacker, Bounds, ClientSetup, Expects, Leaks, People, PhaseName, Reached, Scenario, ServerSetup, Size,
    Tries,
};
use crate::world::SECOND;
use crate::world::action::{
    CredentialsOf, ForItselfTry, IntrospectOrRevokeTry, RefreshOf, RefreshScope, TokenOf, Wanted,
};
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::refusal::Refusal;
use oauth_core::text::ResourceSet;
use oauth_laws::fact::Sender;
use oauth_laws::laws;

const fn naming(what: Wanted, by: Sender, client: u16, token: TokenOf) -> IntrospectOrRevokeTry {
    let credentials = match by {
        Sender::Client | Sender::OtherClient => CredentialsOf::Right,
        Sender::Owner | Sender::Thief => CredentialsOf::Missing,
    };
    IntrospectOrRevokeTry { what, by, client, credentials, token }
}

/// The resource server of the first resource.
const RESOURCE_SERVER: u16 = 4;
/// That of the second.
const OTHER_RESOURCE_SERVER: u16 = 5;

pub(super) const REVOCATION: Scenario = Scenario {
    name: "revocation",
    why: "a client that gives its tokens up while it refreshes, others who try the same, and resource servers who ask",
    client: ClientSetup { refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup {
        policy: Policy { access_token_lifetime: SHORT.access_token_lifetime, ..LONG },
        ..ServerSetup::DEFAULT
    },
    people: People { uses: 2, ..People::DEFAULT },
    tries: Tries {
        refreshes: &[shown(Sender::Client, 0, RefreshOf::Latest, RefreshScope::All)],
        names: &[
            naming(Wanted::Revoke, Sender::Client, 0, TokenOf::Access),
            naming(Wanted::Revoke, Sender::Client, 0, TokenOf::Refresh(RefreshOf::First)),
            naming(Wanted::Revoke, Sender::OtherClient, 1, TokenOf::Refresh(RefreshOf::Latest)),
            naming(Wanted::Revoke, Sender::Thief, 0, TokenOf::Access),
            naming(Wanted::Introspect, Sender::Client, 0, TokenOf::Refresh(RefreshOf::Latest)),
            naming(Wanted::Introspect, Sender::OtherClient, RESOURCE_SERVER, TokenOf::Access),
            naming(Wanted::Introspect, Sender::OtherClient, OTHER_RESOURCE_SERVER, TokenOf::Access),
            naming(Wanted::Introspect, Sender::OtherClient, 1, TokenOf::Access),
        ],
        names_at_most: 2,
        ..Tries::DEFAULT
    },
    bounds: Bounds { calls: 2, ticks: 1, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 77_515, generated: 94_811 },
        laws: laws![
            "revoked-refresh-token-is-dead",
            "revoked-refresh-token-ends-access",
            "revoked-access-token-is-dead",
            "active-token-in-time",
            "active-token-not-revoked",
            "token-stays-good",
            "served-token-was-issued",
            "served-token-in-time",
        ],
        sometimes: &[
            Reached::Refused(Refusal::TokenOfAnotherClient),
            Reached::Refused(Refusal::CredentialsMissing),
            Reached::Refused(Refusal::TokenRevoked),
            Reached::Refused(Refusal::RefreshUnknown),
            Reached::Phase(PhaseName::Revoked),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const ASKED_LATE: Scenario = Scenario {
    name: "asked-late",
    why: "a client and a resource server that ask about tokens until the refresh token has ended as well",
    client: ClientSetup { refresh: true, ..ClientSetup::DEFAULT },
    server: ServerSetup {
        policy: Policy {
            access_token_lifetime: SHORT.access_token_lifetime,
            refresh_lifetime: Lifetime(2),
            ..LONG
        },
        ..ServerSetup::DEFAULT
    },
    tries: Tries {
        names: &[
            naming(Wanted::Introspect, Sender::Client, 0, TokenOf::Refresh(RefreshOf::Latest)),
            naming(Wanted::Introspect, Sender::OtherClient, RESOURCE_SERVER, TokenOf::Access),
        ],
        names_at_most: 2,
        ..Tries::DEFAULT
    },
    bounds: Bounds { ticks: 2, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 963, generated: 976 },
        laws: laws!["active-token-in-time", "served-token-was-issued", "served-token-in-time"],
        sometimes: &[Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const ASKED_BY_OTHERS: Scenario = Scenario {
    name: "asked-by-others",
    why: "the tokens of a client, about which it asks, and another client, and those who guard their resource and another one",
    client: ClientSetup { refresh: true, resource: Some(ResourceSet::FIRST), ..ClientSetup::DEFAULT },
    tries: Tries {
        names: &[
            naming(Wanted::Introspect, Sender::Client, 0, TokenOf::Access),
            naming(Wanted::Introspect, Sender::Client, 0, TokenOf::Refresh(RefreshOf::Latest)),
            naming(Wanted::Introspect, Sender::OtherClient, 1, TokenOf::Access),
            naming(Wanted::Introspect, Sender::OtherClient, 1, TokenOf::Refresh(RefreshOf::Latest)),
            naming(Wanted::Introspect, Sender::OtherClient, RESOURCE_SERVER, TokenOf::Access),
            naming(
                Wanted::Introspect,
                Sender::OtherClient,
                RESOURCE_SERVER,
                TokenOf::Refresh(RefreshOf::Latest),
            ),
            naming(Wanted::Introspect, Sender::OtherClient, OTHER_RESOURCE_SERVER, TokenOf::Access),
        ],
        names_at_most: 1,
        ..Tries::DEFAULT
    },
    expects: Expects {
        size: Size { distinct: 25, generated: 29 },
        laws: laws!["active-token-concerns-who-asks", "active-token-in-time", "served-token-was-issued"],
        sometimes: &[Reached::Served],
        honest: HONEST_PATH,
    },
    ..BASE
};

pub(super) const TWO_RESOURCES: Scenario = Scenario {
    name: "two-resources",
    why: "a resource server that shows the tokens which it gets at another resource, and a client that asks for more than it was granted",
    client: ClientSetup { refresh: true, resource: Some(SECOND), ..ClientSetup::DEFAULT },
    people: People { uses: 2, ..People::DEFAULT },
    attacker: Attacker { leaks: Leaks { tokens: true, ..Leaks::NONE }, attempts: 2, ..Attacker::DEFAULT },
    tries: Tries { refreshes: &[for_resource(ResourceSet::FIRST), for_resource(SECOND)], ..Tries::DEFAULT },
    bounds: Bounds { calls: 3, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 17_728, generated: 21_968 },
        laws: laws![
            "served-token-is-for-resource",
            "refresh-within-resources",
            "refresh-keeps-scope",
            "served-token-was-issued",
            "served-token-covers-resource",
            "thief-gains-nothing",
            "session-integrity",
        ],
        sometimes: &[
            Reached::Refused(Refusal::TokenForAnotherResource),
            Reached::Refused(Refusal::ResourceNotGranted),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};

const fn for_itself(by: Sender, client: u16, credentials: CredentialsOf) -> ForItselfTry {
    ForItselfTry { by, client, credentials }
}

pub(super) const CLIENT_CREDENTIALS: Scenario = Scenario {
    name: "client-credentials",
    why: "clients that ask for themselves, registered for it or not, with the right secret or without, beside an owner's flow",
    tries: Tries {
        for_itself: &[
            for_itself(Sender::OtherClient, 3, CredentialsOf::Right),
            for_itself(Sender::OtherClient, 1, CredentialsOf::Right),
            for_itself(Sender::Thief, 3, CredentialsOf::Wrong),
            for_itself(Sender::Thief, 3, CredentialsOf::Missing),
        ],
        ..Tries::DEFAULT
    },
    bounds: Bounds { grants: 3, calls: 3, ..Bounds::DEFAULT },
    expects: Expects {
        size: Size { distinct: 38_728, generated: 50_010 },
        laws: CORE,
        sometimes: &[
            Reached::Refused(Refusal::GrantTypeNotAllowed),
            Reached::Refused(Refusal::SecretWrong),
            Reached::Refused(Refusal::CredentialsMissing),
            Reached::Served,
        ],
        honest: HONEST_PATH,
    },
    ..BASE
};
