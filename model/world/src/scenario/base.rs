//! What scenarios have in common: the least of one, the laws that many keep, the ways to compose requests.

use super::{Attacker, Bounds, ClientSetup, Expects, Mishaps, People, Scenario, ServerSetup, Tries};
use crate::world::action::{
    CodeOf, CredentialsOf, Redemption, RedirectOf, RefreshOf, RefreshScope, RefreshTry, VerifierOf,
};
use crate::world::{Action, OWNER};
use oauth_core::policy::{Lifetime, Policy};
use oauth_core::server::decide::Choice;
use oauth_laws::fact::Sender;
use oauth_laws::law::Law;
use oauth_laws::laws;

/// A policy whose lifetimes are a few steps of the clock.
pub(super) const SHORT: Policy = Policy {
    ask_lifetime: Lifetime(2),
    code_lifetime: Lifetime(1),
    access_token_lifetime: Lifetime(1),
    ..Policy::RFC9700
};

/// Lifetimes that no scenario's clock reaches.
pub(super) const LONG: Policy = Policy::RFC9700;

/// The least of a scenario: one login of the owner's at a client that keeps every rule.
pub(super) const BASE: Scenario = Scenario {
    name: "",
    why: "",
    client: ClientSetup::DEFAULT,
    server: ServerSetup::DEFAULT,
    people: People::DEFAULT,
    attacker: Attacker::DEFAULT,
    tries: Tries::DEFAULT,
    bounds: Bounds::DEFAULT,
    mishaps: Mishaps::DEFAULT,
    expects: Expects::DEFAULT,
};

/// The laws that every scenario with an honest flow keeps.
pub(super) const CORE: &[&Law] = laws![
    "code-after-login",
    "code-after-consent",
    "consent-is-the-owners",
    "code-to-registered-uri",
    "code-redeemed-once",
    "code-redeemed-by-its-client",
    "code-redeemed-with-its-redirect-uri",
    "code-redeemed-with-its-verifier",
    "no-verifier-without-challenge",
    "confidential-client-authenticated",
    "token-within-consent",
    "code-was-issued",
    "served-token-was-issued",
    "served-token-covers-resource",
    "session-integrity",
];

pub(super) const ALL: &[&Law] = laws![
    "code-after-login",
    "code-after-consent",
    "consent-is-the-owners",
    "code-to-registered-uri",
    "code-redeemed-once",
    "replay-ends-grant",
    "code-redeemed-in-time",
    "code-redeemed-by-its-client",
    "code-redeemed-with-its-redirect-uri",
    "code-redeemed-with-its-verifier",
    "no-verifier-without-challenge",
    "confidential-client-authenticated",
    "token-within-consent",
    "code-was-issued",
    "served-token-was-issued",
    "served-token-in-time",
    "served-token-covers-resource",
    "thief-gains-nothing",
    "session-integrity",
];

/// All but `thief-gains-nothing`: who holds a bearer token gets the resource (RFC 6750 5.1).
pub(super) const EXPIRY: &[&Law] = laws![
    "code-after-login",
    "code-after-consent",
    "code-redeemed-once",
    "code-redeemed-in-time",
    "code-redeemed-with-its-verifier",
    "served-token-was-issued",
    "served-token-in-time",
    "session-integrity",
];

/// The laws about refresh tokens, and those that they rest on.
pub(super) const REFRESH: &[&Law] = laws![
    "code-redeemed-once",
    "replay-ends-grant",
    "confidential-client-authenticated",
    "token-within-consent",
    "refresh-token-was-issued",
    "refresh-by-its-client",
    "public-refresh-used-once",
    "public-refresh-replay-ends-grant",
    "refresh-keeps-scope",
    "refresh-in-time",
    "served-token-was-issued",
    "served-token-in-time",
    "session-integrity",
];

pub(super) const fn shown(by: Sender, client: u16, token: RefreshOf, scope: RefreshScope) -> RefreshTry {
    RefreshTry { by, client, token, scope, resources: None, own_key: false }
}

/// The honest path: what the driven half of the suite walks.
pub const HONEST_PATH: &[Action] = &[
    Action::Start(OWNER),
    Action::Ask(OWNER),
    Action::LogIn(OWNER, true),
    Action::Ask(OWNER),
    Action::Decide(OWNER, Choice::Approve),
    Action::Callback(OWNER),
    Action::Load(0),
    Action::Commit(0),
    Action::Profile(OWNER),
];

pub(super) const fn composed(by: Sender, client: u16, credentials: CredentialsOf) -> Redemption {
    Redemption {
        by,
        client,
        credentials,
        code: CodeOf::Leaked,
        redirect: RedirectOf::Right,
        verifier: VerifierOf::Right,
        resources: None,
        proves: true,
    }
}
