//! What is wrong with a proof of possession (RFC 9449 4.3): with its form, or with what it proves.

use super::ErrorCode::{self, InvalidDpopProof, InvalidToken, UseDpopNonce};
use super::{Answer, Row};
use crate::table::table;
use oauth_rules::{RuleId, rules};

/// The words for a defect, and the rules that it breaks.
pub(super) struct DefectRow {
    says: &'static str,
    rules: &'static [RuleId],
}

const fn defect(says: &'static str, rules: &'static [RuleId]) -> DefectRow {
    DefectRow { says, rules }
}

table! {
    /// What a codec could not read as a proof.
    pub enum DpopDefect: DefectRow;

    /// There is more than one `DPoP` header field.
    Repeated => defect("there is more than one DPoP header field", rules!["rfc9449-4.3-one-header-field"]);
    /// It is no JWT.
    NotAJwt => defect("the DPoP proof is no JWT", rules!["rfc9449-4.3-well-formed-jwt"]);
    /// Its `typ` is not `dpop+jwt`.
    Type => defect("typ of the DPoP proof has to be dpop+jwt", rules!["rfc9449-4.3-typ"]);
    /// Its `alg` is none that is known here.
    Algorithm => defect("alg of the DPoP proof is not known here", rules!["rfc9449-4.3-alg-asymmetric"]);
    /// Its `jwk` holds a private member.
    PrivateKey => defect("jwk of the DPoP proof holds a private key; please forget that key", rules![
        "rfc9449-4.3-no-private-key",
    ]);
    /// Its `jwk` is none, or not one for its `alg`.
    Key => defect("jwk of the DPoP proof is no public key for its alg", rules!["rfc9449-4.3-signature"]);
    /// It lacks `jti`, `htm`, `htu` or `iat`, or a claim has a wrong type.
    Claim => defect("the DPoP proof lacks jti, htm, htu or iat, or a claim has a wrong type", rules![
        "rfc9449-4.3-required-claims",
    ]);
}

/// The error codes of a flaw at the token endpoint and at a resource, its words, and the rules that it breaks.
pub(super) struct FlawRow {
    at_token: ErrorCode,
    at_resource: ErrorCode,
    says: &'static str,
    rules: &'static [RuleId],
}

const fn flaw(
    at_token: ErrorCode,
    at_resource: ErrorCode,
    says: &'static str,
    rules: &'static [RuleId],
) -> FlawRow {
    FlawRow { at_token, at_resource, says, rules }
}

table! {
    /// What a step refuses of a proof.
    pub enum DpopFlaw: FlawRow;

    /// There is none, and there has to be.
    Missing => flaw(InvalidDpopProof, InvalidDpopProof, "a DPoP proof is required", rules![
        "rfc9449-5.2-bound-client-needs-proof",
        "rfc9449-5-public-refresh-token-bound",
    ]);
    /// Its signature is wrong.
    Signature => flaw(
        InvalidDpopProof,
        InvalidDpopProof,
        "the DPoP proof is not signed by its own key",
        rules!["rfc9449-4.3-signature"],
    );
    /// It was made for another method or address.
    Request => flaw(
        InvalidDpopProof,
        InvalidDpopProof,
        "the DPoP proof was made for another method or address",
        rules!["rfc9449-4.3-htm", "rfc9449-4.3-htu"],
    );
    /// It is too old, or dated ahead.
    Stale => flaw(InvalidDpopProof, InvalidDpopProof, "the DPoP proof is too old, or dated ahead", rules![
        "rfc9449-4.3-iat-window",
        "rfc9449-11.1-proof-time-limited",
    ]);
    /// It has no nonce, and has to have one.
    NonceMissing => flaw(
        UseDpopNonce,
        UseDpopNonce,
        "the DPoP proof has to carry the nonce of this answer",
        rules!["rfc9449-11.3-no-proof-without-nonce"],
    );
    /// Its nonce is none that was lately given out.
    NonceWrong => flaw(
        UseDpopNonce,
        UseDpopNonce,
        "the DPoP proof has to carry the nonce of this answer",
        rules!["rfc9449-4.3-nonce", "rfc9449-8-as-nonce"],
    );
    /// It was used before.
    Again => flaw(InvalidDpopProof, InvalidDpopProof, "the DPoP proof was used before", rules![
        "rfc9449-11.1-jti-single-use",
    ]);
    /// It was made for another access token, or for none.
    Token => flaw(
        InvalidDpopProof,
        InvalidDpopProof,
        "the DPoP proof was not made for this access token",
        rules!["rfc9449-4.3-ath"],
    );
    /// It proves another key than the one that something is bound to.
    Key => flaw(InvalidDpopProof, InvalidToken, "the DPoP proof is by another key", rules![
        "rfc9449-4.3-key-binding",
        "rfc9449-5-public-refresh-token-bound",
        "rfc9449-10-dpop-jkt-enforced",
    ]);
}

impl DpopFlaw {
    /// Those of a proof at the token endpoint or beside a push, where no access token is shown.
    pub(super) const AT_TOKEN: [Self; Self::ALL.len() - 1] = {
        let mut flaws = [Self::Missing; Self::ALL.len() - 1];
        let (mut at, mut from) = (0, 0);
        while from < Self::ALL.len() {
            if !matches!(Self::ALL[from], Self::Token) {
                flaws[at] = Self::ALL[from];
                at += 1;
            }
            from += 1;
        }
        flaws
    };

    /// As a refusal at the token endpoint, or of a pushed request.
    pub(super) const fn row_at_token(self) -> Row {
        let FlawRow { at_token, says, rules, .. } = self.row();
        Row { answer: Answer::Token(at_token), says, rules }
    }

    /// As a refusal at a resource.
    pub(super) const fn row_at_resource(self) -> Row {
        let FlawRow { at_resource, says, rules, .. } = self.row();
        Row { answer: Answer::Challenge(401, Some(at_resource)), says, rules }
    }
}
