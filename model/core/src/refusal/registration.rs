//! What a client that registers may not say of itself (RFC 7591 3.2.2).

use super::{Answer, ErrorCode};
use oauth_rules::RuleId;
use oauth_rules::rules;

/// What cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistrationFlaw {
    /// There is no redirect URI, or one of a kind that cannot be registered.
    RedirectUri,
    /// The authentication method is not known here.
    Authentication,
    /// Grant types and response types are not known here, or contradict each other.
    Grants,
    /// The scope breaks the grammar, or has a value that is not known here.
    Scope,
    /// Keys stand there in both ways.
    Keys,
    /// A member has a wrong type, or is too long.
    Member,
}

impl RegistrationFlaw {
    /// How it is told.
    pub(super) const fn answer(self) -> Answer {
        match self {
            Self::RedirectUri => Answer::Json(400, ErrorCode::InvalidRedirectUri),
            Self::Authentication | Self::Grants | Self::Scope | Self::Keys | Self::Member => {
                Answer::Json(400, ErrorCode::InvalidClientMetadata)
            }
        }
    }

    /// What to say of it.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::RedirectUri => {
                "redirect_uris has to hold https URLs, http URLs on this machine, or URIs whose scheme has a period"
            }
            Self::Authentication => "token_endpoint_auth_method is not known here",
            Self::Grants => {
                "grant_types has to hold authorization_code and perhaps refresh_token, response_types code alone"
            }
            Self::Scope => "scope has a value that is not known here",
            Self::Keys => "jwks and jwks_uri exclude each other",
            Self::Member => "a member has a wrong type or is too long",
        }
    }

    /// The rules that it enforces.
    pub(super) const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::RedirectUri => rules![
                "rfc7591-5-redirect-uris-required-for-redirect-flows",
                "rfc7591-5-redirect-uri-kinds",
                "rfc8252-8.4-private-scheme-needs-period",
                "rfc9700-2.6-no-http-redirect-uri",
            ],
            Self::Grants => rules!["rfc7591-2.1-grants-fit-response-types"],
            Self::Keys => rules!["rfc7591-2-jwks-or-jwks-uri"],
            Self::Authentication | Self::Scope | Self::Member => rules!["rfc7591-3.2.2-error-response"],
        }
    }
}
