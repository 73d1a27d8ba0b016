//! Key pairs for proofs, drawn from the seed of the run: of P-256, and of what `other.rs` has.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::other::{Algorithm, OtherKey};

/// A key pair.
#[derive(Clone, PartialEq, Eq)]
pub struct DpopKey(Pair);

#[derive(Clone, PartialEq, Eq)]
enum Pair {
    /// Of P-256, for ES256.
    Es256(SigningKey),
    /// For another algorithm.
    Other(OtherKey),
}

impl DpopKey {
    /// The pair that these bytes stand for.
    #[must_use]
    pub fn drawn(bytes: [u8; 32]) -> Self {
        let mut bytes = bytes;
        loop {
            // All but a few numbers of that length are private keys.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Self(Pair::Es256(key));
            }
            bytes = Sha256::digest(bytes).into();
        }
    }

    /// The pair for another algorithm that these bytes stand for; for RSA, all stand for one.
    #[must_use]
    pub fn drawn_for(algorithm: Algorithm, bytes: [u8; 32]) -> Self {
        Self(Pair::Other(OtherKey::drawn(algorithm, bytes)))
    }

    /// The algorithm that it signs by, as `alg` has it.
    #[must_use]
    pub const fn algorithm(&self) -> &'static str {
        match &self.0 {
            Pair::Es256(_) => "ES256",
            Pair::Other(key) => key.algorithm.name(),
        }
    }

    /// The public half, as the header of a proof has it.
    #[must_use]
    pub fn jwk(&self) -> Value {
        match &self.0 {
            Pair::Es256(key) => {
                let [x, y] = coordinates(key);
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
            }
            Pair::Other(key) => key.jwk(),
        }
    }

    /// Its SHA-256 thumbprint (RFC 7638), as `dpop_jkt` and `jkt` have it.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        thumbprint(&self.jwk()).unwrap_or_default()
    }

    /// Both halves, of a pair for ES256; of another the public one.
    pub(super) fn private_jwk(&self) -> Value {
        let mut jwk = self.jwk();
        if let Pair::Es256(key) = &self.0 {
            jwk["d"] = URL_SAFE_NO_PAD.encode(key.to_bytes()).into();
        }
        jwk
    }

    /// The signature; that of ES256 is deterministic (RFC 6979) and has 64 bytes.
    pub(super) fn sign(&self, input: &str) -> Vec<u8> {
        match &self.0 {
            Pair::Es256(key) => {
                let signature: Signature = key.sign(input.as_bytes());
                signature.to_bytes().to_vec()
            }
            Pair::Other(key) => key.sign(input),
        }
    }
}

fn coordinates(key: &SigningKey) -> [String; 2] {
    let point = key.verifying_key().to_sec1_point(false);
    let halves = point.as_bytes().get(1..).unwrap_or_default();
    let (x, y) = halves.split_at(halves.len() / 2);
    [x, y].map(|half| URL_SAFE_NO_PAD.encode(half))
}

/// The SHA-256 thumbprint (RFC 7638) of a public key; `None` for one of another kind than proofs have.
pub(crate) fn thumbprint(jwk: &Value) -> Option<String> {
    let member = |name: &str| jwk.get(name)?.as_str();
    // The required members in the order of their names.
    let members = match member("kty")? {
        "EC" => {
            let (curve, x, y) = (member("crv")?, member("x")?, member("y")?);
            format!(r#"{{"crv":"{curve}","kty":"EC","x":"{x}","y":"{y}"}}"#)
        }
        "OKP" => {
            let (curve, x) = (member("crv")?, member("x")?);
            format!(r#"{{"crv":"{curve}","kty":"OKP","x":"{x}"}}"#)
        }
        "RSA" => {
            let (exponent, modulus) = (member("e")?, member("n")?);
            format!(r#"{{"e":"{exponent}","kty":"RSA","n":"{modulus}"}}"#)
        }
        _ => return None,
    };
    Some(URL_SAFE_NO_PAD.encode(Sha256::digest(members)))
}

/// The thumbprint alone: the private half is nobody's business.
impl std::fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DpopKey({})", self.thumbprint())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{Signature, VerifyingKey};

    use super::DpopKey;

    #[test]
    fn a_signature_is_that_of_its_key() {
        let key = DpopKey::drawn([1; 32]);
        let jwk = key.jwk();
        let half = |name: &str| {
            let text = jwk[name].as_str().expect("both coordinates stand there");
            URL_SAFE_NO_PAD.decode(text).expect("base64url")
        };
        let point = [vec![4], half("x"), half("y")].concat();
        let public = VerifyingKey::from_sec1_bytes(&point).expect("a point of the curve");
        let signature = Signature::from_slice(&key.sign("text")).expect("64 bytes");
        assert!(public.verify(b"text", &signature).is_ok());
        assert!(public.verify(b"other text", &signature).is_err());
    }

    #[test]
    fn keys_differ_and_their_thumbprints_too() {
        let (one, other) = (DpopKey::drawn([1; 32]), DpopKey::drawn([2; 32]));
        assert_ne!(one.thumbprint(), other.thumbprint());
        assert_eq!(one.thumbprint().len(), 43);
        assert_eq!(format!("{one:?}"), format!("DpopKey({})", one.thumbprint()));
        // No number is too large or zero: the next one is tried.
        assert_ne!(DpopKey::drawn([0; 32]).thumbprint(), DpopKey::drawn([255; 32]).thumbprint());
    }
}
