//! What the specifications let a stranger know of a refusal: error code, channel, words.

use super::{Answer, ErrorCode, Refusal};

impl Refusal {
    /// How the sender is told.
    #[must_use]
    pub const fn answer(self) -> Answer {
        match self {
            Self::ClientUnknown
            | Self::RedirectUriUnregistered
            | Self::RedirectUriNeeded
            | Self::RequestUriUnknown
            | Self::RequestUriOfAnotherClient
            | Self::RequestUriExpired => Answer::Page(400),
            Self::ClientNotAllowed => Answer::Redirect(ErrorCode::UnauthorizedClient),
            Self::ResponseTypeUnsupported => Answer::Redirect(ErrorCode::UnsupportedResponseType),
            Self::ScopeRefused => Answer::Redirect(ErrorCode::InvalidScope),
            Self::ChallengeNeeded | Self::PlainRefused | Self::PushNeeded => {
                Answer::Redirect(ErrorCode::InvalidRequest)
            }
            Self::OwnerDenied => Answer::Redirect(ErrorCode::AccessDenied),
            Self::PasswordWrong | Self::LogInForged | Self::SessionMissing | Self::DecisionForged => {
                Answer::Page(403)
            }
            Self::DecisionRepeated | Self::AskExpired => Answer::Page(400),
            Self::CredentialsMissing
            | Self::ClientUnknownAtToken
            | Self::SecretWrong
            | Self::AuthenticationMethodWrong
            | Self::IntrospectionNotAllowed => Answer::Token(ErrorCode::InvalidClient),
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
            | Self::VerifierUnexpected
            | Self::TokenOfAnotherClient => Answer::Token(ErrorCode::InvalidGrant),
            Self::RefreshScopeWider | Self::ScopeNotForClient => Answer::Token(ErrorCode::InvalidScope),
            Self::ResourceUnknown => Answer::Redirect(ErrorCode::InvalidTarget),
            Self::ResourceNotGranted => Answer::Token(ErrorCode::InvalidTarget),
            Self::TokenMissing => Answer::Challenge(401, None),
            Self::RegistrationOff => Answer::Page(404),
            Self::RegistrationRefused(flaw) => flaw.answer(),
            Self::ProofAtToken(flaw) => flaw.answer_at_token(),
            Self::ProofAtResource(flaw) => flaw.answer_at_resource(),
            Self::TokenUnknown
            | Self::TokenExpired
            | Self::TokenRevoked
            | Self::BoundTokenAsBearer
            | Self::TokenNotBound
            | Self::TokenForAnotherResource => Answer::Challenge(401, Some(ErrorCode::InvalidToken)),
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
            Self::PushNeeded => "authorization requests of this client have to be pushed",
            Self::RequestUriUnknown | Self::RequestUriOfAnotherClient | Self::RequestUriExpired => {
                "this request_uri cannot be used (any more); please start again at the application"
            }
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
            | Self::AuthenticationMethodWrong
            | Self::IntrospectionNotAllowed => "client authentication failed",
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
            Self::ScopeNotForClient => "the scope is unknown or not for this client",
            Self::ResourceUnknown => "a resource is not known here, or is no absolute URI without fragment",
            Self::ResourceNotGranted => "a resource is not known here, or was not granted",
            Self::TokenOfAnotherClient => "the token was issued to another client",
            Self::VerifierMissing | Self::VerifierWrong | Self::VerifierUnexpected => {
                "code_verifier does not fit the authorization request"
            }
            Self::TokenMissing => "an access token is required",
            Self::RegistrationOff => "this server has no such page",
            Self::RegistrationRefused(flaw) => flaw.describe(),
            Self::ProofAtToken(flaw) | Self::ProofAtResource(flaw) => flaw.describe(),
            Self::BoundTokenAsBearer => "the access token needs a DPoP proof",
            Self::TokenUnknown
            | Self::TokenExpired
            | Self::TokenRevoked
            | Self::TokenNotBound
            | Self::TokenForAnotherResource => "the access token is not valid",
            Self::ScopeInsufficient => "the access token's scope does not cover this resource",
        }
    }
}
