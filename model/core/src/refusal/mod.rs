//! Refusals: what a peer did wrong, and the one mapping from there to an error code and a channel.
//!
//! [`Malformed`] is found by a codec, [`Refusal`] by a step. Both say precisely what was wrong; [`Answer`] says
//! what the specifications let a stranger know of it. Failures of the world (a store that is down) are not here.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

mod dpop;
mod enforces;
mod error_response;
mod malformed;
mod registration;

use oauth_rules::RuleId;
use oauth_rules::rules;

pub use dpop::{DpopDefect, DpopFlaw};
pub use malformed::{Field, Malformed, Place};
pub use registration::RegistrationFlaw;

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
    /// The client has to push its authorization requests.
    PushNeeded,
    /// No such request was pushed, or it was used.
    RequestUriUnknown,
    /// The pushed request is another client's.
    RequestUriOfAnotherClient,
    /// The pushed request waited for too long.
    RequestUriExpired,
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
    /// A client that asks for itself asks for scope that it is not registered for.
    ScopeNotForClient,
    /// The authorization request names a resource that is not known here.
    ResourceUnknown,
    /// The token request names a resource that is not known here, or was not granted.
    ResourceNotGranted,
    /// The redirect URI is not the authorization request's.
    RedirectUriDiffers,
    /// The code was issued for a challenge, and no verifier came.
    VerifierMissing,
    /// The verifier does not fit the challenge.
    VerifierWrong,
    /// A verifier came for a code that was issued without a challenge.
    VerifierUnexpected,
    /// This server registers no clients.
    RegistrationOff,
    /// A client that registers says something of itself that cannot be.
    RegistrationRefused(RegistrationFlaw),
    /// The token to be revoked was issued to another client.
    TokenOfAnotherClient,
    /// A client without a secret asks whether a token is good.
    IntrospectionNotAllowed,
    /// The request for the resource has no token.
    TokenMissing,
    /// No such token was issued.
    TokenUnknown,
    /// The token's lifetime is over.
    TokenExpired,
    /// The grant behind the token has ended.
    TokenRevoked,
    /// A token that is bound to a key came behind `Bearer`.
    BoundTokenAsBearer,
    /// A token that is bound to no key came behind `DPoP`.
    TokenNotBound,
    /// What is wrong with the proof of a request to the token endpoint, or of a pushed one.
    ProofAtToken(DpopFlaw),
    /// What is wrong with the proof of a request for a resource.
    ProofAtResource(DpopFlaw),
    /// The token is for another resource.
    TokenForAnotherResource,
    /// The token's scope does not cover the resource.
    ScopeInsufficient,
}

/// The error codes of RFC 6749 4.1.2.1 and 5.2, RFC 6750 3.1, RFC 8707 2 and RFC 9449 5, 8 that this server sends.
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
    InvalidTarget,
    InvalidDpopProof,
    UseDpopNonce,
    InvalidRedirectUri,
    InvalidClientMetadata,
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
            Self::InvalidTarget => "invalid_target",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidRedirectUri => "invalid_redirect_uri",
            Self::InvalidClientMetadata => "invalid_client_metadata",
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
    /// The same JSON with another status.
    Json(u16, ErrorCode),
    /// A challenge in the scheme of the request (RFC 6750 3, RFC 9449 7.1); without a code where no credentials came.
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
        Self::PushNeeded,
        Self::RequestUriUnknown,
        Self::RequestUriOfAnotherClient,
        Self::RequestUriExpired,
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
        Self::ScopeNotForClient,
        Self::ResourceUnknown,
        Self::ResourceNotGranted,
        Self::RedirectUriDiffers,
        Self::VerifierMissing,
        Self::VerifierWrong,
        Self::VerifierUnexpected,
        Self::RegistrationOff,
        Self::RegistrationRefused(RegistrationFlaw::RedirectUri),
        Self::RegistrationRefused(RegistrationFlaw::Authentication),
        Self::RegistrationRefused(RegistrationFlaw::Grants),
        Self::RegistrationRefused(RegistrationFlaw::Scope),
        Self::RegistrationRefused(RegistrationFlaw::Keys),
        Self::RegistrationRefused(RegistrationFlaw::Member),
        Self::TokenOfAnotherClient,
        Self::IntrospectionNotAllowed,
        Self::TokenMissing,
        Self::TokenUnknown,
        Self::TokenExpired,
        Self::TokenRevoked,
        Self::BoundTokenAsBearer,
        Self::TokenNotBound,
        Self::ProofAtToken(DpopFlaw::Missing),
        Self::ProofAtToken(DpopFlaw::Signature),
        Self::ProofAtToken(DpopFlaw::Request),
        Self::ProofAtToken(DpopFlaw::Stale),
        Self::ProofAtToken(DpopFlaw::NonceMissing),
        Self::ProofAtToken(DpopFlaw::NonceWrong),
        Self::ProofAtToken(DpopFlaw::Again),
        Self::ProofAtToken(DpopFlaw::Key),
        Self::ProofAtResource(DpopFlaw::Missing),
        Self::ProofAtResource(DpopFlaw::Signature),
        Self::ProofAtResource(DpopFlaw::Request),
        Self::ProofAtResource(DpopFlaw::Stale),
        Self::ProofAtResource(DpopFlaw::NonceMissing),
        Self::ProofAtResource(DpopFlaw::NonceWrong),
        Self::ProofAtResource(DpopFlaw::Again),
        Self::ProofAtResource(DpopFlaw::Token),
        Self::ProofAtResource(DpopFlaw::Key),
        Self::TokenForAnotherResource,
        Self::ScopeInsufficient,
    ];
}

/// A refused request, and at which place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refused {
    /// By a codec.
    Malformed(Place, Malformed),
    /// By a step.
    Step(Refusal),
    /// By a codec or a step: an authorization request of a client that registered itself. The error is shown as a page
    /// and never redirected to the client (RFC 9700 4.11.2).
    Untrusted(Untold),
    /// By a step, of a pushed request: its client is told at once (RFC 9126 2.3).
    AtPush(Refusal),
}

impl Refused {
    /// How the sender is told.
    #[must_use]
    pub const fn answer(self) -> Answer {
        match self {
            Self::Malformed(place, malformed) => malformed.answer(place),
            Self::Step(refusal) => refusal.answer(),
            Self::Untrusted(_) => Answer::Page(400),
            Self::AtPush(refusal) => match refusal.answer() {
                Answer::Redirect(code) => Answer::Token(code),
                Answer::Page(_) => Answer::Token(ErrorCode::InvalidRequest),
                answer @ (Answer::Token(_) | Answer::Json(..) | Answer::Challenge(..)) => answer,
            },
        }
    }

    /// What to say of it to a stranger.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Malformed(_, malformed) | Self::Untrusted(Untold::Malformed(malformed)) => {
                malformed.describe()
            }
            Self::Untrusted(Untold::Step(refusal)) => refusal.describe().to_owned(),
            Self::Step(refusal) | Self::AtPush(refusal) => refusal.describe().to_owned(),
        }
    }

    /// The rules that it enforces.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::Malformed(place, malformed) => malformed.rules(place),
            Self::Untrusted(_) => rules!["rfc9700-4.11.2-auto-redirect-only-if-trusted"],
            Self::Step(refusal) | Self::AtPush(refusal) => refusal.rules(),
        }
    }
}

/// What a client that registered itself would have been told by redirect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Untold {
    /// By a codec.
    Malformed(Malformed),
    /// By a step.
    Step(Refusal),
}

impl Refused {
    /// The same for a client that nobody has vouched for.
    #[must_use]
    pub(crate) const fn untrusted(self) -> Self {
        match self {
            Self::Malformed(_, malformed) => Self::Untrusted(Untold::Malformed(malformed)),
            Self::Step(refusal) => Self::Untrusted(Untold::Step(refusal)),
            Self::Untrusted(_) | Self::AtPush(_) => self,
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
