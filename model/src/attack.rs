//! Attacks as data: a scope, the fault that enables one, the law that falls.
//!
//! Each is found with its fault on and absent with it off; the checker's shortest trace is the attack.

use crate::fault::Fault;

/// A known attack.
#[derive(Debug, Clone, Copy)]
pub struct Attack {
    /// Words.
    pub id: &'static str,
    /// Where it is described.
    pub source: &'static str,
    /// The scope in which it is looked for.
    pub scope: &'static str,
    /// What has to be broken for it.
    pub faults: &'static [Fault],
    /// The law that falls.
    pub law: &'static str,
}

impl Attack {
    /// Finds an attack by its id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        ATTACKS.iter().find(|attack| attack.id == id)
    }
}

macro_rules! attacks {
    ($($id:literal, $source:literal, $scope:literal, [$($fault:ident),+], $law:literal;)*) => {
        /// Every attack, in reading order.
        pub const ATTACKS: &[Attack] = &[$(Attack {
            id: $id,
            source: $source,
            scope: $scope,
            faults: &[$(Fault::$fault),+],
            law: $law,
        }),*];
    };
}

attacks! {
    "code-replay", "RFC 6749 4.1.2, RFC 9700 4.2.4", "replay", [CodeReplayable], "code-redeemed-once";
    "code-race", "RFC 6749 4.1.2", "replay", [BlindWrite], "code-redeemed-once";
    "replay-unpunished", "RFC 6749 4.1.2", "replay", [ReplayKeepsTokens], "replay-ends-grant";
    "late-code", "RFC 6749 4.1.2", "replay", [CodeUnexpiring], "code-redeemed-in-time";
    "late-token", "RFC 6749 7", "expiry", [TokenUnexpiring], "served-token-in-time";
    "made-up-token", "RFC 6749 10.3", "replay", [TokenUnchecked], "served-token-was-issued";
    "made-up-code", "RFC 6749 4.1.3", "two-clients", [CodeUnchecked], "code-was-issued";
    "code-of-another-client", "RFC 6749 4.1.3", "two-clients", [CodeOfAnyClient], "code-redeemed-by-its-client";
    "client-impersonation", "RFC 6749 10.2", "two-clients", [AuthenticationOptional],
        "confidential-client-authenticated";
    "client-secret-unchecked", "RFC 6749 2.3", "two-clients", [AuthenticationUnchecked],
        "confidential-client-authenticated";
    "other-redirect-uri-at-token", "RFC 6749 4.1.3", "sloppy-client", [RedirectUriDiffersTaken],
        "code-redeemed-with-its-redirect-uri";
    "no-redirect-uri-at-token", "RFC 6749 4.1.3", "sloppy-client", [RedirectUriAbsentTaken],
        "code-redeemed-with-its-redirect-uri";
    "code-interception", "RFC 7636 1", "interception", [VerifierUnchecked], "thief-gains-nothing";
    "verifier-left-out", "RFC 7636 4.6", "interception", [VerifierOptional], "thief-gains-nothing";
    "challenge-as-verifier", "RFC 7636 7.2", "interception", [VerifierTakenPlain], "thief-gains-nothing";
    "public-client-without-pkce", "RFC 7636 1", "interception", [ClientWithoutPkce, ChallengeNotRequired],
        "thief-gains-nothing";
    "unexpected-verifier", "RFC 9700 4.8.2", "downgrade", [VerifierUnexpectedIgnored], "no-verifier-without-challenge";
    "redirect-uri-manipulation", "RFC 9700 4.1", "lure", [RedirectUriUnchecked], "code-to-registered-uri";
    "stolen-by-redirect", "RFC 9700 4.1", "lure", [RedirectUriUnchecked, RedirectUriDiffersTaken],
        "thief-gains-nothing";
    "login-csrf", "RFC 6749 10.12, RFC 9700 4.7", "csrf",
        [ClientStateUnchecked, ClientWithoutPkce, ChallengeNotRequired], "session-integrity";
    "consent-csrf", "RFC 6749 10.12", "csrf", [ConsentForgeable], "consent-is-the-owners";
    "consent-of-another-session", "RFC 6749 10.12", "csrf", [ConsentOfAnySession], "consent-is-the-owners";
    "no-consent", "RFC 6749 4.1.1", "honest", [ConsentSkipped], "code-after-consent";
    "no-login", "RFC 6749 3.1", "honest", [LoginSkipped], "code-after-login";
    "any-password", "RFC 6749 3.1", "honest", [PasswordUnchecked], "code-after-login";
    "refresh-replay", "RFC 9700 4.14", "refresh-theft", [RefreshReplayable], "public-refresh-used-once";
    "refresh-replay-unpunished", "RFC 9700 4.14.2", "refresh-theft", [RefreshReplayKeepsGrant],
        "public-refresh-replay-ends-grant";
    "refresh-by-another-client", "RFC 6749 6", "refresh-two-clients", [RefreshOfAnyClient], "refresh-by-its-client";
    "made-up-refresh-token", "RFC 6749 10.4", "refresh", [RefreshUnchecked], "refresh-token-was-issued";
    "scope-upgrade-at-refresh", "RFC 6749 6", "refresh", [RefreshScopeWider], "token-within-consent";
    "refresh-forgets-scope", "RFC 6749 6", "refresh", [RefreshNarrowsGrant], "refresh-keeps-scope";
    "idle-refresh-token", "RFC 9700 4.14.2", "refresh-theft", [RefreshUnexpiring], "refresh-in-time";
    "scope-too-small", "RFC 6749 7", "honest", [ResourceScopeUnchecked], "served-token-covers-resource";
    "revocation-without-effect", "RFC 7009 2", "revocation", [RevocationKeepsTokens], "revoked-access-token-is-dead";
    "revoked-refresh-token-used", "RFC 7009 2", "revocation", [RevocationKeepsTokens],
        "revoked-refresh-token-is-dead";
    "access-outlives-revocation", "RFC 7009 2.1", "revocation", [RevocationKeepsAccess],
        "revoked-refresh-token-ends-access";
    "revocation-lost-in-a-race", "RFC 7009 2.1", "revocation", [BlindWrite], "revoked-refresh-token-ends-access";
    "expired-token-called-active", "RFC 7662 4", "revocation", [IntrospectionUnexpiring], "active-token-in-time";
    "revoked-token-called-active", "RFC 7662 4", "revocation", [IntrospectionUnrevoked],
        "active-token-not-revoked";
    "token-shown-at-another-resource", "RFC 9700 4.10.2", "two-resources", [AudienceUnchecked],
        "served-token-is-for-resource";
    "refresh-for-another-resource", "RFC 9700 4.14.2", "two-resources", [RefreshOfAnyResource],
        "refresh-within-resources";
    "pushed-request-of-another-client", "RFC 9126 2.2", "pushed", [RequestUriOfAnyClient],
        "pushed-request-of-its-client";
    "pushed-request-brought-again", "RFC 9126 7.3", "pushed", [RequestUriReusable], "pushed-request-used-once";
    "late-pushed-request", "RFC 9126 4", "pushed-late", [RequestUriUnexpiring], "pushed-request-in-time";
    "bound-token-as-bearer", "RFC 9449 7.2", "dpop-theft", [BoundTokenAsBearerTaken], "bound-token-with-its-key";
    "bound-token-with-another-key", "RFC 9449 7.1", "dpop-theft", [ProofOfAnyKey], "bound-token-with-its-key";
    "proof-sent-again", "RFC 9449 11.1", "dpop-theft", [ProofReplayable], "proof-used-once";
    "refresh-with-another-key", "RFC 9449 5", "dpop-theft", [RefreshOfAnyKey], "public-refresh-with-its-key";
    "code-with-another-key", "RFC 9449 10", "dpop-code", [CodeOfAnyKey], "code-with-its-key";
    "late-proof", "RFC 9449 11.1", "dpop-late", [ProofUnexpiring], "proof-in-time";
}
