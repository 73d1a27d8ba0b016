//! Refusals: what a peer did wrong, and the one mapping from there to an error code and a channel.
//!
//! [`Malformed`] is found by a codec, [`Refusal`] by a step. Both say precisely what was wrong; [`Answer`] says
//! what the specifications let a stranger know of it. Failures of the world (a store that is down) are not here.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

mod dpop;
mod malformed;
mod registration;
mod step;

use oauth_rules::RuleId;
use oauth_rules::rules;

pub use dpop::{DpopDefect, DpopFlaw};
pub use malformed::{Field, Malformed, Place};
pub use registration::RegistrationFlaw;
pub use step::Refusal;

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

/// All that there is to say of one refusal.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// How the sender is told.
    answer: Answer,
    /// What a stranger is told.
    says: &'static str,
    /// The rules that it enforces.
    rules: &'static [RuleId],
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
