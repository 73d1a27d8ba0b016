//! Public keys as JSON (RFC 7517), as far as proofs carry them, and their thumbprints (RFC 7638).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::secret::Digest;

/// A signature algorithm that proofs may have, and the type of its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the algorithm of its name")]
pub enum Algorithm {
    Es256,
    Ed25519,
    EdDsa,
    Ps256,
    Rs256,
}

impl Algorithm {
    /// All of them, as the metadata lists them; none is symmetric, and none is `none` (RFC 9449 11.6). `EdDSA` is the
    /// older name of what RFC 9864 calls `Ed25519`; clients know one or the other.
    pub const ALL: &'static [Self] = &[Self::Es256, Self::Ed25519, Self::EdDsa, Self::Ps256, Self::Rs256];

    /// The value of `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Ed25519 => "Ed25519",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of a name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|algorithm| algorithm.name() == name)
    }

    /// All names, as challenges list them (RFC 9449 7.1).
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|algorithm| algorithm.name()).collect()
    }
}

/// The members that give a key away (RFC 7518 6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Shorter moduli are no protection (RFC 7518 3.3), and longer ones no edge checks; in bytes.
const RSA_MODULUS: core::ops::RangeInclusive<usize> = 256..=512;

/// Whether a key holds a private member.
pub(super) fn is_private(jwk: &Map<String, Value>) -> bool {
    PRIVATE.iter().any(|member| jwk.contains_key(*member))
}

/// The public key that an algorithm needs, and no more: its thumbprint, and its JSON for whoever checks a signature.
/// `None` for a key of another kind, size or spelling.
pub(super) fn public_key(jwk: &Map<String, Value>, algorithm: Algorithm) -> Option<(Digest, String)> {
    let text = |member: &str| jwk.get(member).and_then(Value::as_str);
    let bytes = |member: &str| URL_SAFE_NO_PAD.decode(text(member)?).ok();
    let sized = |member: &str, size: usize| {
        let fits = bytes(member)?.len() == size;
        text(member).filter(|_| fits)
    };
    // The members of the thumbprint stand in lexicographic order, which `serde_json` keeps.
    let public = match algorithm {
        Algorithm::Es256 => {
            (text("kty") == Some("EC") && text("crv") == Some("P-256")).then_some(())?;
            json!({ "crv": "P-256", "kty": "EC", "x": sized("x", 32)?, "y": sized("y", 32)? })
        }
        Algorithm::Ed25519 | Algorithm::EdDsa => {
            (text("kty") == Some("OKP") && text("crv") == Some("Ed25519")).then_some(())?;
            json!({ "crv": "Ed25519", "kty": "OKP", "x": sized("x", 32)? })
        }
        Algorithm::Ps256 | Algorithm::Rs256 => {
            (text("kty") == Some("RSA") && RSA_MODULUS.contains(&bytes("n")?.len())).then_some(())?;
            (!bytes("e")?.is_empty()).then_some(())?;
            json!({ "e": text("e")?, "kty": "RSA", "n": text("n")? })
        }
    };
    let public = public.to_string();
    Some((Digest::of(&public), public))
}

/// Reads a thumbprint as `dpop_jkt` has it (RFC 9449 10).
#[must_use]
pub(super) fn thumbprint(text: &str) -> Option<Digest> {
    let bytes: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
    Some(Digest::from_bytes(bytes))
}

/// A thumbprint as it is written (RFC 9449 6).
#[must_use]
pub(super) fn thumbprint_text(key: &Digest) -> String {
    URL_SAFE_NO_PAD.encode(key.bytes())
}

#[cfg(test)]
mod tests {
    use std::borrow::ToOwned as _;

    use super::*;

    #[test]
    fn the_thumbprint_of_rfc7638_3_1_is_the_printed_one() {
        let jwk: Value = serde_json::from_str(
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#,
        )
        .expect("the example is JSON");
        let (key, _) = public_key(jwk.as_object().expect("an object"), Algorithm::Rs256).expect("a good key");
        assert_eq!(thumbprint_text(&key), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(thumbprint("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"), Some(key));
    }

    #[test]
    fn keys_of_another_kind_size_or_spelling_are_none() {
        let good = json!({ "kty": "EC", "crv": "P-256", "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA" });
        let read = |change: &dyn Fn(&mut Map<String, Value>), algorithm| {
            let mut jwk = good.as_object().cloned().unwrap_or_default();
            change(&mut jwk);
            public_key(&jwk, algorithm)
        };
        assert!(read(&|_| {}, Algorithm::Es256).is_some());
        assert!(read(&|_| {}, Algorithm::EdDsa).is_none());
        assert!(read(&|_| {}, Algorithm::Rs256).is_none());
        for (member, value) in [("kty", "OKP"), ("crv", "P-384"), ("x", "AA"), ("y", "!"), ("y", "")] {
            assert!(
                read(&|jwk| drop(jwk.insert(member.to_owned(), json!(value))), Algorithm::Es256).is_none()
            );
            assert!(read(&|jwk| drop(jwk.remove(member)), Algorithm::Es256).is_none());
        }
    }
}
