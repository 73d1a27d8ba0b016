//! Refusals: what a peer did wrong, and the one mapping from there to an error code and a channel.
//!
//! [`Malformed`] is found by a codec, [`Refusal`] by a step. Both say precisely what was wrong; [`Answer`] says
//! what the specifications let a stranger know of it. Failures of the world (a store that is down) are not here.

mod malformed;

use crate::rule::RuleId;
use crate::rules;

pub use malformed::{Field, Malformed, Place};

/// What a step refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The authorization request names a client that is not registered.
    ClientUnknown,
    /// The redirect URI is not one that is registered for the client.
    RedirectUriUnregistered,
    /// The request has no redirect URI, and the client has not exactly one.
    RedirectUriNeeded,
    /// The client is not registered for the code grant.
    ClientNotAllowed,
    /// The response type is not `code`.
    ResponseTypeUnsupported,
    /// The scope is unknown, or beyond what the client is registered for.
    ScopeRefused,
    /// The client has to send a PKCE challenge.
    ChallengeNeeded,
    /// The challenge method `plain` is off.
    PlainRefused,
    /// The resource owner said no.
    OwnerDenied,
    /// The name or the password is wrong.
    PasswordWrong,
    /// The login form did not come from this server's page in this browser.
    LogInForged,
    /// Nobody is logged in in the browser that decides.
    SessionMissing,
    /// The decision did not come from this server's consent page in this browser session.
    DecisionForged,
    /// The request was decided before.
    DecisionRepeated,
    /// The consent page lay open for too long.
    AskExpired,
    /// A confidential client showed no credentials.
    CredentialsMissing,
    /// The token request names a client that is not registered.
    ClientUnknownAtToken,
    /// The client's secret is wrong.
    SecretWrong,
    /// The client authenticated by another method than it is registered for.
    AuthenticationMethodWrong,
    /// The grant type is unknown.
    GrantTypeUnsupported,
    /// The client is not registered for the grant type.
    GrantTypeNotAllowed,
    /// No such code was issued, or the grant behind it has ended.
    CodeUnknown,
    /// The code was issued to another client.
    CodeOfAnotherClient,
    /// The code was redeemed before.
    CodeReplayed,
    /// The code's lifetime is over.
    CodeExpired,
    /// No such refresh token was issued, or the grant behind it has ended.
    RefreshUnknown,
    /// The refresh token was issued to another client.
    RefreshOfAnotherClient,
    /// The refresh token was used before.
    RefreshReplayed,
    /// The refresh token lay unused for too long.
    RefreshExpired,
    /// The refresh asks for more than the owner consented to.
    RefreshScopeWider,
    /// The redirect URI is not the authorization request's.
    RedirectUriDiffers,
    /// The code was issued for a challenge, and no verifier came.
    VerifierMissing,
    /// The verifier does not fit the challenge.
    VerifierWrong,
    /// A verifier came for a code that was issued without a challenge.
    VerifierUnexpected,
    /// The request for the resource has no token.
    TokenMissing,
    /// No such token was issued.
    TokenUnknown,
    /// The token's lifetime is over.
    TokenExpired,
    /// The grant behind the token has ended.
    TokenRevoked,
    /// The token's scope does not cover the resource.
    ScopeInsufficient,
}

/// The error codes of RFC 6749 4.1.2.1 and 5.2 and RFC 6750 3.1 that this server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the code of its name")]
pub enum ErrorCode {
    InvalidRequest,
    UnauthorizedClient,
    AccessDenied,
    UnsupportedResponseType,
    InvalidScope,
    InvalidClient,
    InvalidGrant,
    UnsupportedGrantType,
    InvalidToken,
    InsufficientScope,
}

impl ErrorCode {
    /// The code on the wire.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }
}

/// How the sender of a refused request is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// A page for the resource owner, with this status; no redirect (RFC 6749 4.1.2.1, 3.1.2.4).
    Page(u16),
    /// The client's redirect URI, with this error in its query (RFC 6749 4.1.2.1).
    Redirect(ErrorCode),
    /// The token endpoint's JSON (RFC 6749 5.2): 401 with a challenge for `invalid_client`, else 400.
    Token(ErrorCode),
    /// A Bearer challenge (RFC 6750 3); without a code where no credentials came.
    Challenge(u16, Option<ErrorCode>),
}

impl Refusal {
    /// Every refusal, for the model's `sometimes` and for the ledger test.
    pub const ALL: &'static [Self] = &[
        Self::ClientUnknown,
        Self::RedirectUriUnregistered,
        Self::RedirectUriNeeded,
        Self::ClientNotAllowed,
        Self::ResponseTypeUnsupported,
        Self::ScopeRefused,
        Self::ChallengeNeeded,
        Self::PlainRefused,
        Self::OwnerDenied,
        Self::PasswordWrong,
        Self::LogInForged,
        Self::SessionMissing,
        Self::DecisionForged,
        Self::DecisionRepeated,
        Self::AskExpired,
        Self::CredentialsMissing,
        Self::ClientUnknownAtToken,
        Self::SecretWrong,
        Self::AuthenticationMethodWrong,
        Self::GrantTypeUnsupported,
        Self::GrantTypeNotAllowed,
        Self::CodeUnknown,
        Self::CodeOfAnotherClient,
        Self::CodeReplayed,
        Self::CodeExpired,
        Self::RefreshUnknown,
        Self::RefreshOfAnotherClient,
        Self::RefreshReplayed,
        Self::RefreshExpired,
        Self::RefreshScopeWider,
        Self::RedirectUriDiffers,
        Self::VerifierMissing,
        Self::VerifierWrong,
        Self::VerifierUnexpected,
        Self::TokenMissing,
        Self::TokenUnknown,
        Self::TokenExpired,
        Self::TokenRevoked,
        Self::ScopeInsufficient,
    ];

    /// How the sender is told.
    #[must_use]
    pub const fn answer(self) -> Answer {
        match self {
            Self::ClientUnknown | Self::RedirectUriUnregistered | Self::RedirectUriNeeded => {
                Answer::Page(400)
            }
            Self::ClientNotAllowed => Answer::Redirect(ErrorCode::UnauthorizedClient),
            Self::ResponseTypeUnsupported => Answer::Redirect(ErrorCode::UnsupportedResponseType),
            Self::ScopeRefused => Answer::Redirect(ErrorCode::InvalidScope),
            Self::ChallengeNeeded | Self::PlainRefused => Answer::Redirect(ErrorCode::InvalidRequest),
            Self::OwnerDenied => Answer::Redirect(ErrorCode::AccessDenied),
            Self::PasswordWrong | Self::LogInForged | Self::SessionMissing | Self::DecisionForged => {
                Answer::Page(403)
            }
            Self::DecisionRepeated | Self::AskExpired => Answer::Page(400),
            Self::CredentialsMissing
            | Self::ClientUnknownAtToken
            | Self::SecretWrong
            | Self::AuthenticationMethodWrong => Answer::Token(ErrorCode::InvalidClient),
            Self::GrantTypeUnsupported => Answer::Token(ErrorCode::UnsupportedGrantType),
            Self::GrantTypeNotAllowed => Answer::Token(ErrorCode::UnauthorizedClient),
            Self::CodeUnknown
            | Self::CodeOfAnotherClient
            | Self::CodeReplayed
            | Self::CodeExpired
            | Self::RefreshUnknown
            | Self::RefreshOfAnotherClient
            | Self::RefreshReplayed
            | Self::RefreshExpired
            | Self::RedirectUriDiffers
            | Self::VerifierMissing
            | Self::VerifierWrong
            | Self::VerifierUnexpected => Answer::Token(ErrorCode::InvalidGrant),
            Self::RefreshScopeWider => Answer::Token(ErrorCode::InvalidScope),
            Self::TokenMissing => Answer::Challenge(401, None),
            Self::TokenUnknown | Self::TokenExpired | Self::TokenRevoked => {
                Answer::Challenge(401, Some(ErrorCode::InvalidToken))
            }
            Self::ScopeInsufficient => Answer::Challenge(403, Some(ErrorCode::InsufficientScope)),
        }
    }

    /// What to say of it to a stranger; refusals that share an error code and would help a thief share the text.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::ClientUnknown => "this client is not registered here",
            Self::RedirectUriUnregistered => "this redirect_uri is not registered for the client",
            Self::RedirectUriNeeded => "the client has to say which of its redirect URIs it wants",
            Self::ClientNotAllowed => "the client is not registered for the code grant",
            Self::ResponseTypeUnsupported => "response_type has to be code",
            Self::ScopeRefused => "the scope is unknown or not for this client",
            Self::ChallengeNeeded => "code_challenge is required",
            Self::PlainRefused => "code_challenge_method has to be S256",
            Self::OwnerDenied => "the resource owner said no",
            Self::PasswordWrong => "the name or the password is wrong",
            Self::LogInForged => "the form is too old or not this server's; please log in again",
            Self::SessionMissing => "nobody is logged in here; please start again at the application",
            Self::DecisionForged => "this answer does not come from the page of this server that asked",
            Self::DecisionRepeated => {
                "this request was answered before; please start again at the application"
            }
            Self::AskExpired => "this request is too old; please start again at the application",
            Self::CredentialsMissing
            | Self::ClientUnknownAtToken
            | Self::SecretWrong
            | Self::AuthenticationMethodWrong => "client authentication failed",
            Self::GrantTypeUnsupported => "grant_type is not supported",
            Self::GrantTypeNotAllowed => "the client is not registered for this grant_type",
            Self::CodeUnknown
            | Self::CodeOfAnotherClient
            | Self::CodeReplayed
            | Self::CodeExpired
            | Self::RedirectUriDiffers => "the code is not valid for this request",
            Self::RefreshUnknown
            | Self::RefreshOfAnotherClient
            | Self::RefreshReplayed
            | Self::RefreshExpired => "the refresh token is not valid for this request",
            Self::RefreshScopeWider => "the scope is more than what was granted",
            Self::VerifierMissing | Self::VerifierWrong | Self::VerifierUnexpected => {
                "code_verifier does not fit the authorization request"
            }
            Self::TokenMissing => "an access token is required",
            Self::TokenUnknown | Self::TokenExpired | Self::TokenRevoked => "the access token is not valid",
            Self::ScopeInsufficient => "the access token's scope does not cover this resource",
        }
    }

    /// The rules that it enforces.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::ClientUnknown => rules!["rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"],
            Self::RedirectUriUnregistered => rules![
                "rfc6749-3.1.2.2-public-client-registered-uri",
                "rfc6749-3.1.2.3-registered-uris-compared",
                "rfc6749-3.1.2.3-simple-string-comparison",
                "rfc6749-3.1.2.4-no-redirect-to-invalid-uri",
                "rfc9700-2.1-redirect-uri-exact-match",
                "rfc9700-4.1.3-simple-string-comparison",
            ],
            Self::RedirectUriNeeded => rules!["rfc6749-3.1.2.3-redirect-uri-required-if-many"],
            Self::ClientNotAllowed => rules!["rfc6749-4.1.2.1-unauthorized-client"],
            Self::ResponseTypeUnsupported => {
                rules!["rfc6749-3.1.1-response-type-unknown", "rfc6749-4.1.2.1-unsupported-response-type"]
            }
            Self::ScopeRefused => rules!["rfc6749-4.1.2.1-invalid-scope"],
            Self::ChallengeNeeded => rules!["rfc7636-4.4.1-challenge-required"],
            Self::PlainRefused => rules!["rfc7636-7.2-plain-not-used"],
            Self::OwnerDenied => rules!["rfc6749-4.1.2.1-access-denied"],
            Self::PasswordWrong => rules!["rfc6749-3.1-owner-wrong-password-refused"],
            Self::LogInForged | Self::DecisionForged => {
                rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"]
            }
            Self::SessionMissing => rules!["rfc6749-3.1-owner-authenticated-first"],
            Self::DecisionRepeated | Self::AskExpired => rules!["rfc6749-4.1.1-owner-decision-obtained"],
            Self::CredentialsMissing => rules![
                "rfc6749-2.2-client-id-alone-no-auth",
                "rfc6749-4.1.3-client-auth-required",
                "rfc6749-5.2-invalid-client",
            ],
            Self::ClientUnknownAtToken => rules!["rfc6749-5.2-invalid-client"],
            Self::SecretWrong => {
                rules!["rfc6749-4.1.3-client-auth-checked-if-included", "rfc6749-5.2-invalid-client"]
            }
            Self::AuthenticationMethodWrong => rules!["rfc6749-5.2-invalid-client"],
            Self::GrantTypeUnsupported => rules!["rfc6749-5.2-unsupported-grant-type"],
            Self::GrantTypeNotAllowed => rules!["rfc6749-5.2-unauthorized-client"],
            Self::CodeUnknown => rules!["rfc6749-4.1.3-code-valid", "rfc6749-5.2-invalid-grant"],
            Self::CodeOfAnotherClient => {
                rules!["rfc6749-4.1.3-code-bound-to-client", "rfc6749-4.1.3-code-bound-to-public-client-id"]
            }
            Self::CodeReplayed => rules![
                "rfc6749-4.1.2-code-single-use",
                "rfc6749-4.1.2-code-single-use-concurrent",
                "rfc6749-4.1.2-code-reuse-revokes-tokens",
                "rfc9700-4.2.4-code-single-use",
                "rfc9700-4.2.4-code-replay-revokes-tokens",
            ],
            Self::CodeExpired => {
                rules!["rfc6749-4.1.2-code-expires-shortly", "rfc6749-4.1.2-code-lifetime-10-minutes"]
            }
            Self::RefreshUnknown => rules!["rfc6749-6-refresh-token-validated"],
            Self::RefreshOfAnotherClient => rules!["rfc6749-6-refresh-token-bound-to-client"],
            Self::RefreshReplayed => rules![
                "rfc6749-10.4-public-refresh-abuse-detected",
                "rfc9700-2.2.2-public-refresh-protected",
                "rfc9700-4.14.2-rotation-replay-revokes-family",
            ],
            Self::RefreshExpired => rules!["rfc9700-4.14.2-refresh-expires-when-idle"],
            Self::RefreshScopeWider => {
                rules!["rfc6749-6-scope-not-beyond-original", "rfc9700-4.14.2-refresh-bound-to-scope"]
            }
            Self::RedirectUriDiffers => {
                rules!["rfc6749-4.1.3-redirect-uri-present", "rfc6749-4.1.3-redirect-uri-identical"]
            }
            Self::VerifierMissing => {
                rules!["rfc7636-4.5-verifier-required", "rfc9700-2.1.1-as-enforces-verifier"]
            }
            Self::VerifierWrong => rules![
                "rfc7636-4.6-mismatch-invalid-grant",
                "rfc7636-4.4-challenge-bound-to-code",
                "rfc7636-4.5-method-bound-to-code",
                "rfc9700-4.5.3-code-bound-to-transaction",
            ],
            Self::VerifierUnexpected => rules!["rfc9700-4.8.2-pkce-downgrade-rejected"],
            Self::TokenMissing => {
                rules!["rfc6750-3-challenge-without-token", "rfc6750-3.1-no-error-without-token"]
            }
            Self::TokenUnknown => {
                rules!["rfc6750-3.1-invalid-token-401", "rfc6749-10.3-access-token-not-forgeable"]
            }
            Self::TokenRevoked => {
                rules!["rfc6750-3.1-invalid-token-401", "rfc6749-4.1.2-code-reuse-revokes-tokens"]
            }
            Self::TokenExpired => rules![
                "rfc6750-3.1-invalid-token-401",
                "rfc6749-7-expired-token-refused",
                "rfc6750-5.2-token-lifetime-limited",
            ],
            Self::ScopeInsufficient => {
                rules!["rfc6749-7-scope-covers-resource", "rfc6750-3.1-insufficient-scope-403"]
            }
        }
    }
}

/// A refused request, and at which place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refused {
    /// By a codec.
    Malformed(Place, Malformed),
    /// By a step.
    Step(Refusal),
}

impl Refused {
    /// How the sender is told.
    #[must_use]
    pub const fn answer(self) -> Answer {
        match self {
            Self::Malformed(place, malformed) => malformed.answer(place),
            Self::Step(refusal) => refusal.answer(),
        }
    }

    /// What to say of it to a stranger.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Malformed(_, malformed) => malformed.describe(),
            Self::Step(refusal) => refusal.describe().to_owned(),
        }
    }

    /// The rules that it enforces.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::Malformed(place, malformed) => malformed.rules(place),
            Self::Step(refusal) => refusal.rules(),
        }
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Step(refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_keep_to_the_characters_of_rfc6749_5_2() {
        let malformed = [
            Malformed::Encoding,
            Malformed::TooLarge,
            Malformed::NotAForm,
            Malformed::Repeated(Field::State),
            Malformed::MethodNotAllowed("GET"),
        ];
        let said = Refusal::ALL.iter().map(|refusal| refusal.describe().to_owned());
        for text in said.chain(malformed.into_iter().map(Malformed::describe)) {
            assert!(
                text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
                "{text:?}"
            );
        }
    }

    #[test]
    fn every_refusal_names_its_rules() {
        for refusal in Refusal::ALL {
            assert!(!refusal.rules().is_empty(), "{refusal:?}");
        }
    }
}
