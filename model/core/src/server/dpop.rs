//! Proofs of possession (RFC 9449): read one, judge it, say which key it proves.
//!
//! Three things come in from the edge, as inputs of the step: whether the signature is right, whether the proof was
//! used before, and the nonces. What is left out: how signatures are checked, and where used proofs are remembered.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::jwk::{Algorithm, is_private, public_key, thumbprint_text};
use super::{Inputs, Request};
use crate::directory::{Client, Directory};
use crate::form::normal_target;
use crate::http::HttpRequest;
use crate::policy::{Lifetime, Time};
use crate::refusal::{DpopDefect, DpopFlaw, Malformed};
use crate::secret::Digest;

/// How far ahead of our clock a proof may be dated.
const AHEAD: Lifetime = Lifetime(60);

/// The most characters of a proof that are read.
const PROOF_LIMIT: usize = 8192;

/// A proof, as what steps compare of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DpopProof {
    /// The thumbprint of its key.
    pub key: Digest,
    /// What tells it from every other proof: its `jti`, for this key and this address.
    pub id: Digest,
    /// When it says that it was made.
    pub made: Time,
    /// Whether it was made for this method.
    pub fits_method: bool,
    /// Whether it was made for this address.
    pub fits_target: bool,
    /// The hash of the access token that it was made for.
    pub token: Option<Digest>,
    /// The nonce that it carries.
    pub nonce: Option<Digest>,
    /// What the edge found out about its signature.
    pub signature: Signature,
    /// Whether the edge could mark it as used.
    pub used: Use,
}

/// The verdict on a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signature {
    /// The proof's own key made it.
    Right,
    /// It did not, or nobody looked.
    Wrong,
}

/// Whether a proof is used for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// Nobody used it before.
    First,
    /// Somebody did, or nobody looked.
    Again,
}

/// The text of a proof, for whoever checks its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedText {
    /// What was signed.
    pub input: String,
    /// The signature, in base64url.
    pub signature: String,
    /// How it was made.
    pub algorithm: Algorithm,
    /// The public key, as JSON.
    pub jwk: String,
}

/// What the `DPoP` header of a request held, for whoever checks the signature of a proof and gives a nonce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DpopHeader {
    /// There was none.
    Absent,
    /// What is no proof.
    Other,
    /// A proof.
    Proof(SignedText),
}

/// That a proof was used: a single-use marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    /// The proof.
    pub id: Digest,
    /// From when on it need not be remembered: the proof is too old by then.
    pub until: Time,
}

/// The nonces that are good: the one that is given out, and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nonces {
    /// What is given out.
    pub current: Digest,
    /// What was given out before.
    pub before: Digest,
}

impl DpopProof {
    /// Reads the `DPoP` header of a request whose path is below the issuer; none if there is none.
    ///
    /// # Errors
    /// [`Malformed::Proof`], with what is wrong with it.
    pub fn parse(
        request: &HttpRequest,
        directory: &Directory,
    ) -> Result<Option<(Self, SignedText)>, Malformed> {
        Self::parse_but(None, request, directory).map_err(Malformed::Proof)
    }

    /// As [`DpopProof::parse`], blind to one kind of defect.
    pub fn parse_but(
        ignored: Option<DpopDefect>,
        request: &HttpRequest,
        directory: &Directory,
    ) -> Result<Option<(Self, SignedText)>, DpopDefect> {
        let check = |holds: bool, defect| if holds || ignored == Some(defect) { Ok(()) } else { Err(defect) };
        let mut headers = request.header("dpop");
        let Some(header) = headers.next() else { return Ok(None) };
        // rfc9449-4.3-one-header-field
        check(headers.next().is_none(), DpopDefect::Repeated)?;
        let text = core::str::from_utf8(header).map_err(|_| DpopDefect::NotAJwt)?;
        let Jwt { head, claims, input, signature } = Jwt::parse(text).ok_or(DpopDefect::NotAJwt)?;
        // No extension of JWS is known here, and whoever names one as critical wants it understood (RFC 7515 4.1.11).
        check(!head.contains_key("crit"), DpopDefect::NotAJwt)?;

        // rfc9449-4.3-typ
        check(head.get("typ").and_then(Value::as_str) == Some("dpop+jwt"), DpopDefect::Type)?;
        let jwk = head.get("jwk").and_then(Value::as_object).ok_or(DpopDefect::Key)?;
        // rfc9449-4.3-alg-asymmetric
        let named = head.get("alg").and_then(Value::as_str).and_then(Algorithm::find);
        let algorithm = match (named, ignored) {
            (Some(algorithm), _) => algorithm,
            (None, Some(DpopDefect::Algorithm)) => Algorithm::Es256,
            (None, _) => return Err(DpopDefect::Algorithm),
        };
        // rfc9449-4.3-no-private-key
        check(!is_private(jwk), DpopDefect::PrivateKey)?;
        let (key, jwk) = public_key(jwk, algorithm).ok_or(DpopDefect::Key)?;

        // rfc9449-4.3-required-claims
        let claim = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let (jti, htm, htu) = (claim("jti"), claim("htm"), claim("htu"));
        let made = claims.get("iat").and_then(seconds);
        let complete = jti.is_some() && htm.is_some() && htu.is_some() && made.is_some();
        check(complete, DpopDefect::Claim)?;
        for optional in ["nonce", "ath"] {
            check(claims.get(optional).is_none_or(Value::is_string), DpopDefect::Claim)?;
        }
        let target = format!("{}{}", directory.issuer, request.path);
        let same_target =
            |htu: &str| normal_target(htu).is_some() && normal_target(htu) == normal_target(&target);
        let id = format!("{} {} {}", thumbprint_text(&key), request.path, jti.unwrap_or_default());
        let proof = Self {
            key,
            id: Digest::of(&id),
            made: Time(made.unwrap_or_default()),
            fits_method: htm.is_none_or(|htm| htm == request.method),
            fits_target: htu.is_none_or(same_target),
            token: claim("ath").map(hash_of),
            nonce: claim("nonce").map(Digest::of),
            signature: Signature::Wrong,
            used: Use::Again,
        };
        Ok(Some((proof, SignedText { input, signature, algorithm, jwk })))
    }

    /// Judges a proof by itself, but for whether it was used before.
    ///
    /// # Errors
    /// What is wrong with it.
    fn judge_alone(&self, at: &Inputs) -> Result<(), DpopFlaw> {
        // rfc9449-4.3-signature
        if self.signature == Signature::Wrong {
            return Err(DpopFlaw::Signature);
        }
        // rfc9449-4.3-htm, rfc9449-4.3-htu
        if !self.fits_method || !self.fits_target {
            return Err(DpopFlaw::Request);
        }
        // rfc9449-4.3-iat-window, rfc9449-11.1-proof-time-limited
        if at.now >= self.made.after(at.policy.proof_lifetime) || self.made > at.now.after(AHEAD) {
            return Err(DpopFlaw::Stale);
        }
        // rfc9449-8-as-nonce, rfc9449-11.3-no-proof-without-nonce
        match self.nonce {
            None if at.policy.dpop_nonce => Err(DpopFlaw::NonceMissing),
            Some(nonce)
                if at.policy.dpop_nonce
                    && !at.nonces.current.matches(&nonce)
                    && !at.nonces.before.matches(&nonce) =>
            {
                Err(DpopFlaw::NonceWrong)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Judges a proof.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn judge(&self, at: &Inputs) -> Result<Digest, DpopFlaw> {
        self.judge_alone(at)?;
        // rfc9449-11.1-jti-single-use
        match self.used {
            Use::First => Ok(self.key),
            Use::Again => Err(DpopFlaw::Again),
        }
    }
}

/// A NumericDate, which may have a fraction (RFC 7519 2), in whole seconds.
fn seconds(date: &Value) -> Option<u64> {
    let whole =
        || date.as_f64().filter(|seconds| (0.0..1e15).contains(seconds)).map(|seconds| seconds as u64);
    date.as_u64().or_else(whole)
}

/// The key that a request to the token endpoint, or one that is pushed, proves.
///
/// # Errors
/// What is wrong with its proof, or that the client has to have one.
pub(super) fn proven(
    at: &Inputs,
    proof: Option<DpopProof>,
    client: &Client,
) -> Result<Option<Digest>, DpopFlaw> {
    match proof {
        Some(proof) => proof.judge(at).map(Some),
        // rfc9449-5.2-bound-client-needs-proof
        None if client.dpop_bound => Err(DpopFlaw::Missing),
        None => Ok(None),
    }
}

/// Whether a request proves the key that something is bound to.
///
/// # Errors
/// [`DpopFlaw::Missing`] or [`DpopFlaw::Key`].
pub(super) fn fits(bound_to: Option<Digest>, proven: Option<Digest>) -> Result<(), DpopFlaw> {
    match (bound_to, proven) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(DpopFlaw::Missing),
        (Some(key), Some(shown)) if key.matches(&shown) => Ok(()),
        (Some(_), Some(_)) => Err(DpopFlaw::Key),
    }
}

impl Request {
    /// The proof that comes with a request.
    #[must_use]
    pub fn proof(&mut self) -> Option<&mut DpopProof> {
        let proof = match self {
            Self::Token(request) => &mut request.proof,
            Self::Push(request) => &mut request.proof,
            Self::Resource(request) => &mut request.proof,
            _ => return None,
        };
        proof.as_mut().ok().and_then(Option::as_mut)
    }
}

/// The marker that has to be set before the request of a proof is judged: the proof may then count as used for the first
/// time. None for one that is not good in itself: what is refused anyway is not remembered.
#[must_use]
pub fn marker(at: &Inputs, proof: &DpopProof) -> Option<Marker> {
    proof.judge_alone(at).ok()?;
    let until = proof.made.after(at.policy.proof_lifetime);
    Some(Marker { id: proof.id, until })
}

/// A JWT in its compact form (RFC 7519 3), undecided.
struct Jwt {
    head: Map<String, Value>,
    claims: Map<String, Value>,
    input: String,
    signature: String,
}

impl Jwt {
    fn parse(text: &str) -> Option<Self> {
        if text.len() > PROOF_LIMIT {
            return None;
        }
        let (input, signature) = text.rsplit_once('.')?;
        let (head, claims) = input.split_once('.')?;
        URL_SAFE_NO_PAD.decode(signature).ok()?;
        let object = |part: &str| match serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()? {
            Value::Object(members) => Some(members),
            _ => None,
        };
        Some(Self {
            head: object(head)?,
            claims: object(claims)?,
            input: input.to_owned(),
            signature: signature.to_owned(),
        })
    }
}

/// A hash that a claim names; a text that is none is the hash of nothing.
fn hash_of(text: &str) -> Digest {
    super::jwk::thumbprint(text).unwrap_or(Digest::from_bytes([0; 32]))
}
