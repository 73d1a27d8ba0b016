//! DPoP as a client speaks it (RFC 9449): what a proof says, which nonce it has, and when a request is sent again. The
//! edge holds the key and signs.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString};

use alloc::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::auth_challenge::AuthChallenge;
use super::http_call::HttpCall;
use crate::policy::Time;
use crate::secret::{Digest, Secret, s256};
use crate::uri;

/// The public half of a proof key: a point of the curve P-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey {
    /// The first coordinate.
    pub x: [u8; 32],
    /// The second.
    pub y: [u8; 32],
}

impl PublicKey {
    fn members(&self) -> [(&'static str, String); 4] {
        let text = |bytes: &[u8; 32]| URL_SAFE_NO_PAD.encode(bytes);
        // In the order that RFC 7638 3.2 hashes them in.
        [("crv", "P-256".to_owned()), ("kty", "EC".to_owned()), ("x", text(&self.x)), ("y", text(&self.y))]
    }

    /// The key's thumbprint (RFC 7638 3), as `dpop_jkt` has it in base64url.
    #[must_use]
    pub fn thumbprint(&self) -> Digest {
        let members = self.members().map(|(name, value)| format!("\"{name}\":\"{value}\""));
        Digest::of(&format!("{{{}}}", members.join(",")))
    }
}

/// A thumbprint as it travels (RFC 9449 10).
#[must_use]
pub fn jkt(thumbprint: &Digest) -> String {
    URL_SAFE_NO_PAD.encode(thumbprint.bytes())
}

/// What a proof is made from, beside the request.
#[derive(Debug, Clone, Copy)]
pub struct Making<'a> {
    /// The key that signs.
    pub key: &'a PublicKey,
    /// When the request is sent.
    pub now: Time,
    /// What no other proof has.
    pub jti: &'a Secret,
    /// The access token that goes along.
    pub token: Option<&'a str>,
    /// The latest nonce of the server.
    pub nonce: Option<&'a str>,
}

/// A proof that waits for its signature (RFC 9449 4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The JOSE header.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
}

impl Proof {
    /// The proof for a request.
    #[must_use]
    pub fn of(call: &HttpCall, making: Making<'_>) -> Self {
        let mut header = Map::new();
        let jwk: Map<String, Value> =
            making.key.members().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        // rfc9449-4.2-client-proof-form, rfc9449-4.2-client-no-private-key
        header.insert("typ".to_owned(), json!("dpop+jwt"));
        header.insert("alg".to_owned(), json!("ES256"));
        header.insert("jwk".to_owned(), Value::Object(jwk));
        let mut claims = Map::new();
        // rfc9449-4.2-client-jti-unique
        claims.insert("jti".to_owned(), json!(making.jti.text()));
        claims.insert("htm".to_owned(), json!(call.method));
        claims.insert("htu".to_owned(), json!(call.url.split(['?', '#']).next().unwrap_or_default()));
        claims.insert("iat".to_owned(), json!(making.now.0));
        if let Some(token) = making.token {
            // rfc9449-4.2-client-ath
            claims.insert("ath".to_owned(), json!(s256(token)));
        }
        if let Some(nonce) = making.nonce {
            // rfc9449-4.2-client-nonce-once-given
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        Self { header, claims }
    }

    /// What is signed (RFC 7515 5.1).
    #[must_use]
    pub fn signing_input(&self) -> String {
        let part = |part: &Map<String, Value>| {
            URL_SAFE_NO_PAD.encode(Value::Object(part.clone()).to_string().as_bytes())
        };
        format!("{}.{}", part(&self.header), part(&self.claims))
    }

    /// Adds the signed proof to its request.
    pub fn add_to(call: &mut HttpCall, signing_input: &str, signature: &[u8]) {
        call.headers.push(("DPoP", format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature))));
    }
}

/// Which of two servers a request goes to; each gives nonces of its own (RFC 9449 9), even where both are one program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// The authorization server.
    AuthorizationServer,
    /// The resource server.
    ResourceServer,
}

/// How often a request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Not before.
    First,
    /// Once, and the server asked for a nonce.
    Second,
}

/// Where a nonce belongs: a server, by its part and its origin.
pub type Place = (Peer, String);

/// The latest nonce of each server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nonces(BTreeMap<Place, String>);

/// How many servers' nonces are kept; a client has a few servers.
const CAPACITY: usize = 64;

/// The longest nonce that is kept.
const NONCE_LIMIT: usize = 1024;

impl Nonces {
    /// Where the nonces of a request's server are kept.
    #[must_use]
    pub fn place(peer: Peer, url: &str) -> Place {
        // rfc9449-9-client-nonce-per-server
        (peer, uri::origin(url).to_owned())
    }

    /// The nonce for the next proof.
    #[must_use]
    pub fn latest(&self, place: &Place) -> Option<&str> {
        self.0.get(place).map(String::as_str)
    }

    /// Takes the nonce that came with an answer, whatever its status.
    pub fn learn(&mut self, place: Place, nonce: String) {
        // rfc9449-8.2-client-uses-new-nonce
        if self.0.len() >= CAPACITY && !self.0.contains_key(&place) {
            self.0.pop_first();
        }
        self.0.insert(place, nonce);
    }
}

/// The nonce of an answer: in one field, in the characters that RFC 9449 8.1 gives it.
#[must_use]
pub fn given_nonce(fields: &[&str]) -> Option<String> {
    let [nonce] = fields else { return None };
    let legal = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    (!nonce.is_empty() && nonce.len() <= NONCE_LIMIT && nonce.bytes().all(legal)).then(|| (*nonce).to_owned())
}

/// Whether an answer asks for the same request with another nonce (RFC 9449 8, 9).
#[must_use]
pub fn asks_for_nonce(peer: Peer, status: u16, body: &[u8], challenges: &[AuthChallenge]) -> bool {
    const CODE: &str = "use_dpop_nonce";
    // rfc9449-8-client-retries-with-nonce
    match peer {
        Peer::AuthorizationServer => {
            let document: Option<Value> = serde_json::from_slice(body).ok();
            let error = document.as_ref().and_then(|document| document.get("error"));
            matches!(status, 400 | 401) && error.and_then(Value::as_str) == Some(CODE)
        }
        // rfc9449-7.1-client-ignores-unknown-parameters
        Peer::ResourceServer => {
            let dpop = challenges.iter().filter(|challenge| challenge.scheme == "dpop");
            status == 401 && dpop.into_iter().any(|challenge| challenge.param("error") == Some(CODE))
        }
    }
}
