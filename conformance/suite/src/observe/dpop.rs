//! Proofs of possession (RFC 9449) as they travelled: which key signed them, for which request, and when.
//!
//! Only ES256 is read: what other algorithms prove the suite shows to the token endpoint alone, and uses no token of it. Whether a
//! server would take a proof is not asked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_laws::fact::Proved;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::Observer;
use super::parse::{Twice, goes_to, header, known_as};
use crate::wire::{Exchange, Request};

impl Observer {
    /// The good proof of a request: signed with the key that it names, for this very request and, at a resource, for
    /// its token. It was made no earlier than it says, and no earlier than its nonce was given away.
    pub(super) fn proof(&mut self, request: &Request, token: Option<&str>) -> Result<Option<Proved>, Twice> {
        let Some(text) = header(request, "dpop")? else { return Ok(None) };
        let Some(read) = read(text).filter(|read| read.is_for(request, token)) else { return Ok(None) };
        let given = read.claim("nonce").and_then(|nonce| self.nonces.get(&*known_as(nonce)).copied());
        let made = read.made.max(given.unwrap_or_default());
        Ok(Some(Proved { key: self.sym(&read.thumbprint), id: self.sym(text), made }))
    }

    /// The thumbprint of the key that a request shows possession of.
    pub(super) fn proven_key(&self, request: &Request) -> Option<String> {
        let text = header(request, "dpop").ok().flatten()?;
        read(text).filter(|read| read.is_for(request, None)).map(|read| read.thumbprint)
    }

    /// Remembers when a nonce was given away last.
    pub(super) fn nonce(&mut self, exchange: &Exchange) {
        let Some(answered) = exchange.answered else { return };
        let at = self.seconds(answered.at).ceil() as u64;
        let response = exchange.answer.as_ref().ok();
        for nonce in response.into_iter().flat_map(|response| response.headers("dpop-nonce")) {
            self.nonces.insert(known_as(nonce).into_owned(), at);
        }
    }
}

/// A proof whose signature is right.
struct Read {
    thumbprint: String,
    made: u64,
    claims: Value,
}

impl Read {
    fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    fn is_for(&self, request: &Request, token: Option<&str>) -> bool {
        let hash = token.map(|token| URL_SAFE_NO_PAD.encode(Sha256::digest(token)));
        self.claim("htm") == Some(&request.method)
            && self.claim("htu").is_some_and(|place| is_at(request, place))
            && (hash.is_none() || self.claim("ath") == hash.as_deref())
    }
}

/// Whether a request goes to this place, in whatever spelling.
fn is_at(request: &Request, place: &str) -> bool {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let bare = request.url.split(['?', '#']).next().unwrap_or_default();
    goes_to(request, place) || goes_to(&Request::get(decoded(bare)), &decoded(place))
}

fn read(text: &str) -> Option<Read> {
    let (input, signature) = text.rsplit_once('.')?;
    let (header, claims) = input.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let json = |part: &str| serde_json::from_slice::<Value>(&decode(part)?).ok();
    let (header, claims) = (json(header)?, json(claims)?);
    let jwk = header.get("jwk")?;
    let says = |object: &Value, name: &str, value: &str| object.get(name).is_some_and(|have| have == value);
    if !says(&header, "alg", "ES256") || !says(jwk, "kty", "EC") || !says(jwk, "crv", "P-256") {
        return None;
    }
    let half = |name: &str| decode(jwk.get(name)?.as_str()?);
    let (x, y) = (half("x")?, half("y")?);
    let key = VerifyingKey::from_sec1_bytes(&[&[4], x.as_slice(), &y].concat()).ok()?;
    let signature = Signature::from_slice(&decode(signature)?).ok()?;
    key.verify(input.as_bytes(), &signature).ok()?;
    // RFC 7638: the required members in the order of their names.
    let [x, y] = [x, y].map(|half| URL_SAFE_NO_PAD.encode(half));
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(members));
    Some(Read { thumbprint, made: claims.get("iat")?.as_u64()?, claims })
}

#[cfg(test)]
mod tests {
    use super::{Read, read};
    use crate::wire::Request;
    use crate::wire::dpop::{DpopKey, Proof};

    const URL: &str = "https://as.example/token";

    fn proof() -> Proof {
        Proof::new(&DpopKey::drawn([7; 32]), ("POST", URL), "id", 1_700_000_000)
    }

    fn seen(proof: &Proof) -> Option<Read> {
        read(&proof.fields()[0])
    }

    fn is_for(proof: &Proof, request: &Request, token: Option<&str>) -> bool {
        seen(proof).is_some_and(|read| read.is_for(request, token))
    }

    #[test]
    fn a_proof_is_read_only_with_the_signature_of_its_own_key() {
        let good = seen(&proof()).expect("it is good");
        assert_eq!((good.thumbprint, good.made), (DpopKey::drawn([7; 32]).thumbprint(), 1_700_000_000));
        let others = [
            proof().altered(),
            proof().signed_by(&DpopKey::drawn([8; 32])),
            proof().unsigned(),
            proof().symmetric(),
            proof().mac_by_public_key(),
            proof().without_header("jwk"),
            proof().without_claim("iat"),
            proof().text("no JWT"),
        ];
        for (at, other) in others.iter().enumerate() {
            assert!(seen(other).is_none(), "the spoilt proof {at} is read");
        }
    }

    #[test]
    fn a_proof_is_for_one_request_and_token_in_any_spelling() {
        let request = Request::get(format!("{URL}?a=b")).method("POST");
        assert!(is_for(&proof(), &request, None));
        assert!(is_for(&proof().claim("htu", "HTTPS://AS.example:443/%74oken"), &request, None));
        assert!(!is_for(&proof().claim("htu", "https://as.example/other"), &request, None));
        assert!(!is_for(&proof(), &Request::get(URL), None));
        assert!(is_for(&proof().for_token("token"), &request, Some("token")));
        assert!(!is_for(&proof().for_token("other"), &request, Some("token")));
        assert!(!is_for(&proof(), &request, Some("token")));
    }
}
