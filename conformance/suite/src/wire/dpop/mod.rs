//! DPoP proofs (RFC 9449, section 4), made here and by nobody whom they judge, and spoilt in one place at will.

mod key;
mod other;

pub use key::DpopKey;
pub(crate) use key::thumbprint;
pub use other::Algorithm;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

/// A proof, before it is signed and sent.
#[derive(Debug, Clone)]
pub struct Proof {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    key: DpopKey,
    signature: Signature,
    copies: usize,
    text: Option<String>,
}

/// What stands behind the last dot.
#[derive(Debug, Clone)]
enum Signature {
    /// That of the key in the header.
    Right,
    /// That of another key.
    By(DpopKey),
    /// The right one with one bit turned over.
    Altered,
    /// A MAC whose key is this text.
    Mac(String),
    /// Nothing.
    Absent,
}

impl Proof {
    /// The good proof of a key for one request: its method, its URL, a fresh identifier, the time.
    #[must_use]
    pub fn new(key: &DpopKey, (method, url): (&str, &str), jti: &str, iat: u64) -> Self {
        let htu = url.split(['?', '#']).next().unwrap_or_default();
        let header = json!({ "typ": "dpop+jwt", "alg": key.algorithm(), "jwk": key.jwk() });
        let claims = json!({ "jti": jti, "htm": method, "htu": htu, "iat": iat });
        Self {
            header: object(header),
            claims: object(claims),
            key: key.clone(),
            signature: Signature::Right,
            copies: 1,
            text: None,
        }
    }

    /// Binds it to an access token: `ath`.
    #[must_use]
    pub fn for_token(self, access_token: &str) -> Self {
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(access_token.as_bytes()));
        self.claim("ath", hash)
    }

    /// Gives a header parameter this value.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.into(), value.into());
        self
    }

    /// Leaves a header parameter out.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Gives a claim this value.
    #[must_use]
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Leaves a claim out.
    #[must_use]
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// A claim as it stands.
    #[must_use]
    pub fn claimed(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }

    /// Is signed with another key than the header names.
    #[must_use]
    pub fn signed_by(mut self, other: &DpopKey) -> Self {
        self.signature = Signature::By(other.clone());
        self
    }

    /// Has a signature that no key made.
    #[must_use]
    pub fn altered(mut self) -> Self {
        self.signature = Signature::Altered;
        self
    }

    /// Has no signature, and says so: `alg` is `none`.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        self.signature = Signature::Absent;
        self.header("alg", "none")
    }

    /// Has a MAC in place of a signature; anybody can make it, since its key stands in the header.
    #[must_use]
    pub fn symmetric(mut self) -> Self {
        let secret = "a secret that everybody is told of";
        self.signature = Signature::Mac(secret.into());
        let jwk = json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(secret) });
        self.header("alg", "HS256").header("jwk", jwk)
    }

    /// Has a MAC in place of a signature, whose key is the public one as it stands in the header.
    #[must_use]
    pub fn mac_by_public_key(mut self) -> Self {
        // A check that takes any key for any algorithm would use these bytes.
        let bytes: String = self.key.jwk().to_string().chars().take(64).collect();
        self.signature = Signature::Mac(bytes);
        self.header("alg", "HS256")
    }

    /// The key in the header has its private half beside it.
    #[must_use]
    pub fn with_private_key(mut self) -> Self {
        let jwk = self.key.private_jwk();
        self.header.insert("jwk".into(), jwk);
        self
    }

    /// Is sent in two header fields.
    #[must_use]
    pub const fn twice(mut self) -> Self {
        self.copies = 2;
        self
    }

    /// Is this text instead.
    #[must_use]
    pub fn text(mut self, text: &str) -> Self {
        self.text = Some(text.into());
        self
    }

    /// The values of the `DPoP` header fields.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let text = self.text.clone().unwrap_or_else(|| self.compact());
        vec![text; self.copies]
    }

    fn compact(&self) -> String {
        let part = |map: &Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(map.clone()).to_string());
        let input = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = match &self.signature {
            Signature::Right => self.key.sign(&input),
            Signature::By(other) => other.sign(&input),
            Signature::Altered => {
                let mut bytes = self.key.sign(&input);
                bytes[16] ^= 1;
                bytes
            }
            Signature::Mac(secret) => mac(secret.as_bytes(), input.as_bytes()),
            Signature::Absent => Vec::new(),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

/// HMAC with SHA-256 (RFC 2104), for a key of at most one block.
fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::Value;

    use super::{DpopKey, Proof, mac};

    fn proof() -> Proof {
        Proof::new(&DpopKey::drawn([7; 32]), ("POST", "https://as.example/token?a=b#c"), "id", 1_700_000_000)
    }

    fn parts(proof: &Proof) -> (Value, Value, Vec<u8>) {
        let fields = proof.fields();
        let parts: Vec<Vec<u8>> =
            fields[0].split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url")).collect();
        let read = |bytes: &[u8]| serde_json::from_slice(bytes).expect("JSON");
        (read(&parts[0]), read(&parts[1]), parts[2].clone())
    }

    #[test]
    fn a_proof_names_its_request_and_is_the_same_each_time() {
        let (header, claims, signature) = parts(&proof());
        assert_eq!((header["typ"].as_str(), header["alg"].as_str()), (Some("dpop+jwt"), Some("ES256")));
        assert!(header["jwk"].get("d").is_none());
        assert_eq!(
            (claims["htm"].as_str(), claims["htu"].as_str()),
            (Some("POST"), Some("https://as.example/token"))
        );
        assert_eq!(signature.len(), 64);
        assert_eq!(proof().fields(), proof().fields());
    }

    #[test]
    fn each_way_of_spoiling_changes_what_it_says_and_nothing_else() {
        let (good, other) = (parts(&proof()), DpopKey::drawn([8; 32]));
        let altered = parts(&proof().altered());
        assert_eq!((&altered.0, &altered.1), (&good.0, &good.1));
        assert_eq!(altered.2.iter().zip(&good.2).filter(|(a, b)| a != b).count(), 1);
        let by_other = parts(&proof().signed_by(&other));
        assert_eq!((&by_other.0, &by_other.1), (&good.0, &good.1));
        assert_ne!(by_other.2, good.2);
        assert!(parts(&proof().unsigned()).2.is_empty());
        assert!(parts(&proof().with_private_key()).0["jwk"]["d"].is_string());
        assert_eq!(parts(&proof().symmetric()).2.len(), 32);
        assert!(parts(&proof().without_claim("jti")).1.get("jti").is_none());
        assert_eq!(proof().twice().fields().len(), 2);
        assert_eq!(proof().text("no JWT").fields(), ["no JWT"]);
    }

    #[test]
    fn a_mac_is_that_of_rfc_4231() {
        let found: String =
            mac(b"Jefe", b"what do ya want for nothing?").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
