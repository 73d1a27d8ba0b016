//! Key pairs of other algorithms than ES256, by which the library signs that does TLS.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::SigningKey;
use serde_json::{Value, json};

/// An algorithm of proofs beside ES256, by its name in `alg`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `Ed25519` (RFC 9864).
    Ed25519,
    /// `EdDSA` (RFC 8037), the older name of the same with this kind of key.
    EdDsa,
    /// `PS256` (RFC 7518, section 3.5).
    Ps256,
    /// `RS256` (RFC 7518, section 3.3).
    Rs256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Ed25519, Self::EdDsa, Self::Ps256, Self::Rs256];

    /// The value of `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm that makes other signatures by the same key, if there is one.
    #[must_use]
    pub const fn sibling(self) -> Option<Self> {
        match self {
            Self::Ed25519 | Self::EdDsa => None,
            Self::Ps256 => Some(Self::Rs256),
            Self::Rs256 => Some(Self::Ps256),
        }
    }

    const fn scheme(self) -> SignatureScheme {
        match self {
            Self::Ed25519 | Self::EdDsa => SignatureScheme::ED25519,
            Self::Ps256 => SignatureScheme::RSA_PSS_SHA256,
            Self::Rs256 => SignatureScheme::RSA_PKCS1_SHA256,
        }
    }
}

/// What stands before the 32 bytes of a private key of Ed25519 (RFC 8410, section 7).
const ED25519: [u8; 16] = *b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";

/// The one RSA key of the suite, as PKCS #8: it guards nothing, and a new one would take a second.
const RSA: &str = "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQDHljiD4jzCpHQzMOwmoZORc1fmYf+pmyFwAHIztJKujkUPgww/\
    zLOkPXxRY6lSDe+Yv7FtbkasrllSyaFhT2lRUu5gEOZoD3NeEyDPGSz0LcDZQlV+iMpe6EdyMLxIbxc8RX/sjuZNQImffcfyF/R+\
    8nnuWNwrP21J92y+UvSRryednSauNLVE61OedHM7j3bpJVjPou40L5I6sfIXj8yjKsov6Kz3lDZJXOtkIBe2T7hZsYWEwpqWKXGI\
    MM5NMz472xnRArkPkGGP0uPVKQt9FRFM4Q9gvUhnRTdlbZKLQegSGxKJqAvCbABz3uTfTfHck1Y8THJIgWYkEGGTnFSxAgMBAAEC\
    ggEAAZwIA6RA6i7qUvlbhio6Zutfs5dpuOPr3pvaT+luX2L9UpUzdZZAgpwOUxezJ1q+amRtWV0Qy9ayGLVQjFjYGBRLoNGyEffB\
    7enIk3L4BlYSHo5m4xjWTPKhlN2ovwrKTK2gzPcQC2JwWa1pfd3MlnN9ITttNxoRVw3cPiKsHzqfOPkRM7HG2IOX9QHQrcLGLUZZ\
    dtqvuLjruJAnnXS9922LGQyzkv5TRwkxeshCmswpyJTZ7FfEbJREBdz3o3yGXu1Xl9OFxqnrCNNvRftu8P/b1G8aPjvx2QVbFGX5\
    I6wC7cmQFU42J3dLY+jXopb2JzxWVs6rZWTpvrwqRZRA8wKBgQDorNnDR+GRR5x5klZ1sEwHCr90KOeCEAlllFSmj0SzFodZM1b+\
    TGuWy6BYW4Xokk2XRXBTahbnos2PXDqLqe9Y3W9eh0jSCVs5O4aPGL00DnLBO27AFKd21E7qz5E9hb+Z2RmHZjROgxO31+FXmWqz\
    AIMfNmKY1RcMCmSZaKNyPwKBgQDbmDjEoqRBo3ur+0Ya0BHRNRdOZEw33w37ffpkqsEWE4lFlrPFlSrp6YcKsJHDGALRCUplmQEQ\
    gyF3DyU+yPfqemmKxHaF0FiqBw2N7y6abn0Y8rh14qO0hv74LbD2AsWWQISiNfVVQoSsx3kMs1AdlVjWUTte3o7bHlD0nQidDwKB\
    gB3XFTKDRH2SVpIM34PGcWmxyi4GlPJMRjg91sFpvGDPcdpRyEVi3aWARfcu/bR/Fu5gnHBGOdvJOF27cVK6H5UhCQhxhzhQtN9Z\
    L/+oJ5PGipcXnTOLMpL91YUty629On5rpmeEBw9Opje8uwy2A0Yjua1GF00MfyEvMAmwrs2XAoGBAJ4URLl5A5mk4IB70Im4wzrB\
    Z1etaBjIX75tf/U73ufPhIAt7pgLu+rLi8UsOqIhBNYKRB5DOLr0SwD0TDGYZq/LE3Mr3s6Rn2I21ZEZX4kYhMGS6SsjzglFLQLn\
    kX5nnGl/ZHuJMGUCD5R5vDBiXQgO3PbbX0v6FwiyGEEfUnYNAoGBAIEOWdWHL+vfhnxgbr4KFpFYYynzJ6VD4i3Db+I0gpdbEjke\
    nM8WHExU012E4Bcu3vovwiO7YR4qNBhYEdH9AebitV8IPSMDAf1gvkUjm4aA3m7wyy7bPjK6sdJ9BrR10uHOGGhOcOys6SOArG3l\
    Ri5kJB57iNSyrCQeDDI0v2oa";

/// Its modulus, as a public key has it.
const RSA_MODULUS: &str = "x5Y4g-I8wqR0MzDsJqGTkXNX5mH_qZshcAByM7SSro5FD4MMP8yzpD18UWOpUg3vmL-xbW5GrK5ZUsmhYU9pUVLuYBDmaA9zXhMg\
    zxks9C3A2UJVfojKXuhHcjC8SG8XPEV_7I7mTUCJn33H8hf0fvJ57ljcKz9tSfdsvlL0ka8nnZ0mrjS1ROtTnnRzO4926SVYz6Lu\
    NC-SOrHyF4_MoyrKL-is95Q2SVzrZCAXtk-4WbGFhMKalilxiDDOTTM-O9sZ0QK5D5Bhj9Lj1SkLfRURTOEPYL1IZ0U3ZW2Si0Ho\
    EhsSiagLwmwAc97k303x3JNWPExySIFmJBBhk5xUsQ";

/// A key pair.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct OtherKey {
    pub(super) algorithm: Algorithm,
    /// As PKCS #8.
    private: Vec<u8>,
}

impl OtherKey {
    /// The pair that these bytes stand for; of RSA, there is one.
    pub(super) fn drawn(algorithm: Algorithm, bytes: [u8; 32]) -> Self {
        let private = match algorithm {
            Algorithm::Ed25519 | Algorithm::EdDsa => [ED25519.as_slice(), bytes.as_slice()].concat(),
            Algorithm::Ps256 | Algorithm::Rs256 => STANDARD.decode(RSA).expect("a test reads it"),
        };
        Self { algorithm, private }
    }

    /// The public half, as the header of a proof has it.
    pub(super) fn jwk(&self) -> Value {
        match self.algorithm {
            Algorithm::Ed25519 | Algorithm::EdDsa => {
                let x = self.pair().public_key().map(|public| {
                    // The key itself is the end of what says of which kind it is.
                    URL_SAFE_NO_PAD.encode(&public[public.len().saturating_sub(32)..])
                });
                json!({ "kty": "OKP", "crv": "Ed25519", "x": x })
            }
            Algorithm::Ps256 | Algorithm::Rs256 => json!({ "kty": "RSA", "n": RSA_MODULUS, "e": "AQAB" }),
        }
    }

    pub(super) fn sign(&self, input: &str) -> Vec<u8> {
        let signer = self.pair().choose_scheme(&[self.algorithm.scheme()]).expect("its kind of key signs so");
        signer.sign(input.as_bytes()).expect("nothing is wrong with the key")
    }

    fn pair(&self) -> Arc<dyn SigningKey> {
        let private = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.private.as_slice()));
        any_supported_type(&private).expect("a test reads a key of each kind")
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use rustls::SignatureScheme;

    use super::{Algorithm, OtherKey, RSA_MODULUS};

    #[test]
    fn a_signature_is_that_of_its_key_and_algorithm() {
        let provider = rustls::crypto::ring::default_provider();
        let checks = |scheme: SignatureScheme, key: &OtherKey, text: &str, signature: &[u8]| {
            let (_, algorithms) = provider
                .signature_verification_algorithms
                .mapping
                .iter()
                .find(|(mapped, _)| *mapped == scheme)
                .expect("the library knows it");
            let public = key.pair().public_key().expect("it tells it").to_vec();
            // Before the key there stand its kind and lengths.
            let bare = if key.algorithm.sibling().is_some() { &public[24..] } else { &public[12..] };
            algorithms[0].verify_signature(bare, text.as_bytes(), signature).is_ok()
        };
        for algorithm in Algorithm::ALL {
            let key = OtherKey::drawn(algorithm, [1; 32]);
            let signature = key.sign("text");
            assert!(checks(algorithm.scheme(), &key, "text", &signature), "{algorithm:?}");
            assert!(!checks(algorithm.scheme(), &key, "other text", &signature), "{algorithm:?}");
            if let Some(sibling) = algorithm.sibling() {
                assert!(!checks(sibling.scheme(), &key, "text", &signature), "{algorithm:?}");
            }
        }
    }

    #[test]
    fn the_public_half_is_that_of_the_pair() {
        let rsa = OtherKey::drawn(Algorithm::Ps256, [1; 32]);
        let public = rsa.pair().public_key().expect("it tells it").to_vec();
        let modulus = URL_SAFE_NO_PAD.decode(RSA_MODULUS).expect("base64url");
        assert!(public.windows(modulus.len()).any(|window| window == modulus));
        // The private key and its public half of RFC 8037, appendix A.
        let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").expect("base64url");
        let key = OtherKey::drawn(Algorithm::Ed25519, seed.try_into().expect("32 bytes"));
        assert_eq!(key.jwk()["x"], "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
    }
}
