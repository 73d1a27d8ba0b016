//! Signatures of proofs: the only file that names the JOSE crate. Whether a proof is good is the model's to say.

use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm as JoseAlgorithm, DecodingKey, crypto};
use oauth_core::server::dpop::{Signature, SignedText};
use oauth_core::server::jwk::Algorithm;

/// Checks a signature against the key that came with it.
pub(crate) fn check(signed: &SignedText) -> Signature {
    let algorithm = match signed.algorithm {
        Algorithm::Es256 => JoseAlgorithm::ES256,
        Algorithm::Ed25519 | Algorithm::EdDsa => JoseAlgorithm::EdDSA,
        Algorithm::Ps256 => JoseAlgorithm::PS256,
        Algorithm::Rs256 => JoseAlgorithm::RS256,
    };
    // A key that the crate cannot read has signed nothing.
    let verified = || {
        let jwk: Jwk = serde_json::from_str(&signed.jwk).ok()?;
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        crypto::verify(&signed.signature, signed.input.as_bytes(), &key, algorithm).ok()
    };
    if verified() == Some(true) { Signature::Right } else { Signature::Wrong }
}
