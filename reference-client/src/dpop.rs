//! The keys of DPoP proofs: made, held and used here, in memory only; what is signed is the model's.

use oauth_core::client::dpop::PublicKey;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};

/// A key that a login's tokens are bound to; never printed.
pub(crate) struct DpopKey {
    private: SigningKey,
    public: PublicKey,
}

impl DpopKey {
    /// A new key.
    pub(crate) fn fresh() -> Self {
        loop {
            // One number in 2^32 is none of the curve's.
            if let Some(key) = Self::of(rand::random()) {
                return key;
            }
        }
    }

    fn of(number: [u8; 32]) -> Option<Self> {
        let private = SigningKey::from_slice(&number).ok()?;
        let point = private.verifying_key().to_sec1_point(false);
        let public = PublicKey { x: (*point.x()?).into(), y: (*point.y()?).into() };
        Some(Self { private, public })
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Signs with ES256 (RFC 7518 3.4).
    pub(crate) fn sign(&self, input: &str) -> Vec<u8> {
        let signature: Signature = self.private.sign(input.as_bytes());
        signature.to_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Verifier as _;

    #[test]
    fn a_key_signs_so_that_its_public_half_agrees() {
        let key = DpopKey::fresh();
        let signature = Signature::from_slice(&key.sign("text")).expect("64 bytes");
        let mut point = vec![4];
        point.extend(key.public().x);
        point.extend(key.public().y);
        let public = p256::ecdsa::VerifyingKey::from_sec1_bytes(&point).expect("a point of the curve");
        assert!(public.verify(b"text", &signature).is_ok() && public.verify(b"other", &signature).is_err());
        assert!(DpopKey::of([0; 32]).is_none() && DpopKey::of([255; 32]).is_none());
    }

    #[test]
    fn no_two_keys_are_alike() {
        assert_ne!(DpopKey::fresh().public(), DpopKey::fresh().public());
    }
}
