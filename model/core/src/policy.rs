//! What a deployer may lawfully choose. What nobody may choose is a fault (`oauth_faults`).

use serde::{Deserialize, Serialize};

/// A moment, in whole seconds since an epoch that the edge picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Time(pub u64);

impl Time {
    /// The moment a lifetime later.
    #[must_use]
    pub const fn after(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_add(lifetime.0 as u64))
    }
}

/// A span, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime(pub u32);

/// Which clients have to send a PKCE challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PkceNeed {
    /// None has to.
    Optional,
    /// Those that cannot keep a secret (RFC 9700 2.1.1).
    PublicClients,
    /// All.
    EveryClient,
}

/// What becomes of a code that was shown with a wrong verifier (decision 0006).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WrongVerifier {
    /// The code stays redeemable by who holds the right one.
    KeepsCode,
    /// The code dies, which bounds guessing.
    BurnsCode,
}

/// What becomes of a request for more scope than the client is registered for (RFC 6749 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExcessScope {
    /// It is refused with `invalid_scope`.
    Refused,
    /// It is narrowed to what the client may have; refused if nothing is left.
    Narrowed,
}

/// The choices of one deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Policy {
    /// Who has to send a challenge.
    pub pkce: PkceNeed,
    /// Whether the method `plain` is taken (RFC 7636 7.2 advises against it).
    pub plain: bool,
    /// What a wrong verifier does to the code.
    pub wrong_verifier: WrongVerifier,
    /// What a scope beyond the registration does.
    pub excess_scope: ExcessScope,
    /// Whether a bad request of a good client is answered by redirect before anybody logged in (RFC 6749 4.1.2.1), or only
    /// after that (RFC 9700 4.11.2).
    pub redirect_errors_before_login: bool,
    /// Whether a client with a secret may send it in the body, whatever it is registered for (OAuth 2.1 2.4.1).
    pub secret_in_body: bool,
    /// Whether the token request may leave the redirect URI out where a verifier comes (OAuth 2.1 10.2).
    pub redirect_uri_optional: bool,
    /// Whether clients may register themselves (RFC 7591).
    pub registration: bool,
    /// Whether proofs have to carry a nonce of this server (RFC 9449 8, 9).
    pub dpop_nonce: bool,
    /// How long after it was made a proof is taken (RFC 9449 11.1).
    pub proof_lifetime: Lifetime,
    /// Whether every authorization request has to be pushed (RFC 9126 5).
    pub pushed_only: bool,
    /// How long a pushed request waits for its browser, the login included.
    pub push_lifetime: Lifetime,
    /// How long a consent page may lie open.
    pub ask_lifetime: Lifetime,
    /// How long a code can be redeemed; at most ten minutes (RFC 6749 4.1.2).
    pub code_lifetime: Lifetime,
    /// How long an access token is served; at most an hour (RFC 6750 5.3).
    pub access_token_lifetime: Lifetime,
    /// How long a login lasts.
    pub session_lifetime: Lifetime,
    /// How long a refresh token is good if it is not used (RFC 9700 4.14.2).
    pub refresh_lifetime: Lifetime,
    /// For how long after a rotation the token before it is still taken, for honest clients that refresh twice at once;
    /// zero for never (decision 0009).
    pub refresh_grace: Lifetime,
}

impl Policy {
    /// RFC 9700 (BCP 240): the default.
    pub const RFC9700: Self = Self {
        pkce: PkceNeed::PublicClients,
        plain: false,
        wrong_verifier: WrongVerifier::KeepsCode,
        excess_scope: ExcessScope::Refused,
        redirect_errors_before_login: false,
        secret_in_body: false,
        redirect_uri_optional: false,
        registration: false,
        dpop_nonce: true,
        proof_lifetime: Lifetime(300),
        pushed_only: false,
        push_lifetime: Lifetime(300),
        ask_lifetime: Lifetime(600),
        code_lifetime: Lifetime(60),
        access_token_lifetime: Lifetime(3600),
        session_lifetime: Lifetime(8 * 3600),
        refresh_lifetime: Lifetime(14 * 24 * 3600),
        refresh_grace: Lifetime(0),
    };

    /// The OAuth 2.1 draft.
    pub const OAUTH21: Self = Self {
        pkce: PkceNeed::EveryClient,
        secret_in_body: true,
        redirect_uri_optional: true,
        ..Self::RFC9700
    };

    /// RFC 6749 with RFC 7636 as published, before RFC 9700.
    pub const RFC6749: Self =
        Self { pkce: PkceNeed::Optional, plain: true, redirect_errors_before_login: true, ..Self::RFC9700 };
}
