//! Scopes about tokens that are revoked, asked about, shown elsewhere, or issued to a client for itself.

use super::base::{BASE, CORE, HONEST_PATH, LONG, NOTHING, SHORT, shown};
use super::{Leaks, PhaseName, Reached, Scope};
use crate::fact::Who;
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::text::ResourceSet;
use crate::world::SECOND;
use crate::world::action::{
    ForItselfTry, NamedOf, Naming, ProofOf, RefreshOf, RefreshScope, RefreshTry, Wanted,
};

const fn naming(what: Wanted, by: Who, client: u16, token: NamedOf) -> Naming {
    let proof = match by {
        Who::Client | Who::OtherClient => ProofOf::Right,
        Who::Owner | Who::Thief => ProofOf::Missing,
    };
    Naming { what, by, client, proof, token }
}

/// The resource server of the first resource.
const RESOURCE_SERVER: u16 = 4;
/// That of the second.
const OTHER_RESOURCE_SERVER: u16 = 5;

pub(super) const REVOCATION: Scope = Scope {
    name: "revocation",
    why: "a client that gives its tokens up while it refreshes, others who try the same, and resource servers who ask",
    policy: Policy { access_token_lifetime: SHORT.access_token_lifetime, ..LONG },
    refresh: true,
    uses: 2,
    calls: 2,
    ticks: 1,
    refreshes: &[shown(Who::Client, 0, RefreshOf::Latest, RefreshScope::All)],
    names: &[
        naming(Wanted::Revoke, Who::Client, 0, NamedOf::Access),
        naming(Wanted::Revoke, Who::Client, 0, NamedOf::Refresh(RefreshOf::First)),
        naming(Wanted::Revoke, Who::OtherClient, 1, NamedOf::Refresh(RefreshOf::Latest)),
        naming(Wanted::Revoke, Who::Thief, 0, NamedOf::Access),
        naming(Wanted::Introspect, Who::Client, 0, NamedOf::Refresh(RefreshOf::Latest)),
        naming(Wanted::Introspect, Who::OtherClient, RESOURCE_SERVER, NamedOf::Access),
        naming(Wanted::Introspect, Who::OtherClient, OTHER_RESOURCE_SERVER, NamedOf::Access),
        naming(Wanted::Introspect, Who::OtherClient, 1, NamedOf::Access),
    ],
    namings: 2,
    laws: &[
        "revoked-refresh-token-is-dead",
        "revoked-refresh-token-ends-access",
        "revoked-access-token-is-dead",
        "active-token-in-time",
        "active-token-not-revoked",
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
    ..BASE
};

pub(super) const TWO_RESOURCES: Scope = Scope {
    name: "two-resources",
    why: "a resource server that shows the tokens which it gets at another resource, and a client that asks for more than it was granted",
    refresh: true,
    resource: Some(SECOND),
    uses: 2,
    calls: 3,
    leaks: Leaks { tokens: true, ..NOTHING },
    refreshes: &[
        RefreshTry {
            resources: Some(ResourceSet::FIRST),
            ..shown(Who::Client, 0, RefreshOf::Latest, RefreshScope::All)
        },
        RefreshTry { resources: Some(SECOND), ..shown(Who::Client, 0, RefreshOf::Latest, RefreshScope::All) },
    ],
    attempts: 2,
    laws: &[
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
    ..BASE
};

const fn for_itself(by: Who, client: u16, proof: ProofOf) -> ForItselfTry {
    ForItselfTry { by, client, proof }
}

pub(super) const CLIENT_CREDENTIALS: Scope = Scope {
    name: "client-credentials",
    why: "clients that ask for themselves, registered for it or not, with the right secret or without, beside an owner's flow",
    grants: 3,
    calls: 3,
    for_itself: &[
        for_itself(Who::OtherClient, 3, ProofOf::Right),
        for_itself(Who::OtherClient, 1, ProofOf::Right),
        for_itself(Who::Thief, 3, ProofOf::Wrong),
        for_itself(Who::Thief, 3, ProofOf::Missing),
    ],
    laws: CORE,
    sometimes: &[
        Reached::Refused(Refusal::GrantTypeNotAllowed),
        Reached::Refused(Refusal::SecretWrong),
        Reached::Refused(Refusal::CredentialsMissing),
        Reached::Served,
    ],
    honest: HONEST_PATH,
    ..BASE
};
