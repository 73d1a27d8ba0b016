//! What is wrong with a proof of possession (RFC 9449 4.3): with its form, or with what it proves.

use super::{Answer, ErrorCode};
use oauth_rules::RuleId;
use oauth_rules::rules;

/// What a codec could not read as a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DpopDefect {
    /// There is more than one `DPoP` header field.
    Repeated,
    /// It is no JWT.
    NotAJwt,
    /// Its `typ` is not `dpop+jwt`.
    Type,
    /// Its `alg` is none that is known here.
    Algorithm,
    /// Its `jwk` holds a private member.
    PrivateKey,
    /// Its `jwk` is none, or not one for its `alg`.
    Key,
    /// It lacks `jti`, `htm`, `htu` or `iat`, or a claim has a wrong type.
    Claim,
}

impl DpopDefect {
    /// What to say of it.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Repeated => "there is more than one DPoP header field",
            Self::NotAJwt => "the DPoP proof is no JWT",
            Self::Type => "typ of the DPoP proof has to be dpop+jwt",
            Self::Algorithm => "alg of the DPoP proof is not known here",
            Self::PrivateKey => "jwk of the DPoP proof holds a private key; please forget that key",
            Self::Key => "jwk of the DPoP proof is no public key for its alg",
            Self::Claim => "the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type",
        }
    }

    /// The rules that it enforces.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::Repeated => rules!["rfc9449-4.3-one-header-field"],
            Self::NotAJwt => rules!["rfc9449-4.3-well-formed-jwt"],
            Self::Type => rules!["rfc9449-4.3-typ"],
            Self::Algorithm => rules!["rfc9449-4.3-alg-asymmetric"],
            Self::PrivateKey => rules!["rfc9449-4.3-no-private-key"],
            Self::Key => rules!["rfc9449-4.3-signature"],
            Self::Claim => rules!["rfc9449-4.3-required-claims"],
        }
    }
}

/// What a step refuses of a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DpopFlaw {
    /// There is none, and there has to be.
    Missing,
    /// Its signature is wrong.
    Signature,
    /// It was made for another method or address.
    Request,
    /// It is too old, or dated ahead.
    Stale,
    /// It has no nonce, and has to have one.
    NonceMissing,
    /// Its nonce is none that was lately given out.
    NonceWrong,
    /// It was used before.
    Again,
    /// It was made for another access token, or for none.
    Token,
    /// It proves another key than the one that something is bound to.
    Key,
}

impl DpopFlaw {
    /// How it is told at the token endpoint and to who pushes a request.
    #[must_use]
    pub(super) const fn answer_at_token(self) -> Answer {
        match self {
            Self::NonceMissing | Self::NonceWrong => Answer::Token(ErrorCode::UseDpopNonce),
            Self::Missing
            | Self::Signature
            | Self::Request
            | Self::Stale
            | Self::Again
            | Self::Token
            | Self::Key => Answer::Token(ErrorCode::InvalidDpopProof),
        }
    }

    /// How it is told at a resource.
    #[must_use]
    pub(super) const fn answer_at_resource(self) -> Answer {
        match self {
            Self::NonceMissing | Self::NonceWrong => Answer::Challenge(401, Some(ErrorCode::UseDpopNonce)),
            Self::Key => Answer::Challenge(401, Some(ErrorCode::InvalidToken)),
            Self::Missing | Self::Signature | Self::Request | Self::Stale | Self::Again | Self::Token => {
                Answer::Challenge(401, Some(ErrorCode::InvalidDpopProof))
            }
        }
    }

    /// What to say of it.
    #[must_use]
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Missing => "a DPoP proof is required",
            Self::Signature => "the DPoP proof is not signed by its own key",
            Self::Request => "the DPoP proof was made for another method or address",
            Self::Stale => "the DPoP proof is too old, or dated ahead",
            Self::NonceMissing | Self::NonceWrong => "the DPoP proof has to carry the nonce of this answer",
            Self::Again => "the DPoP proof was used before",
            Self::Token => "the DPoP proof was not made for this access token",
            Self::Key => "the DPoP proof is by another key",
        }
    }

    /// The rules that it enforces.
    #[must_use]
    pub(super) const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::Missing => {
                rules!["rfc9449-5.2-bound-client-needs-proof", "rfc9449-5-public-refresh-token-bound"]
            }
            Self::Signature => rules!["rfc9449-4.3-signature"],
            Self::Request => rules!["rfc9449-4.3-htm", "rfc9449-4.3-htu"],
            Self::Stale => rules!["rfc9449-4.3-iat-window", "rfc9449-11.1-proof-time-limited"],
            Self::NonceMissing => rules!["rfc9449-11.3-no-proof-without-nonce"],
            Self::NonceWrong => rules!["rfc9449-4.3-nonce", "rfc9449-8-as-nonce"],
            Self::Again => rules!["rfc9449-11.1-jti-single-use"],
            Self::Token => rules!["rfc9449-4.3-ath"],
            Self::Key => rules![
                "rfc9449-4.3-key-binding",
                "rfc9449-5-public-refresh-token-bound",
                "rfc9449-10-dpop-jkt-enforced",
            ],
        }
    }
}
