//! The protected resource (RFC 6749 7, RFC 6750): who may see it with which token.
//!
//! A token that is bound to a key needs a proof of it (RFC 9449 7). The header is the only way to send a token here; RFC 6750's body and query are not offered.

use super::dpop::{DpopProof, fits};
use super::{Found, Inputs, Needs, Outcome, Reply, Served};
use crate::form::Params;
use crate::grant::{Grant, Phase};
use crate::http::HttpRequest;
use crate::policy::Time;
use crate::refusal::{DpopFlaw, Field, Malformed, Place, Refusal, Refused};
use crate::secret::{Digest, Shown};
use crate::text::{ResourceSet, ScopeSet};

/// Somebody asks for the protected resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceRequest {
    /// The token that it showed.
    pub bearer: Bearer,
    /// Behind which scheme.
    pub scheme: Scheme,
    /// The hash of the token's text, which a proof for it names (RFC 9449 4.2).
    pub hash: Digest,
    /// Which key it proves.
    pub proof: Result<Option<DpopProof>, Malformed>,
    /// What it takes.
    pub need: Need,
}

/// What a protected resource needs of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Need {
    /// To be for this resource.
    pub resource: ResourceSet,
    /// To have this scope.
    pub scope: ScopeSet,
}

/// The schemes that carry a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// `Bearer` (RFC 6750 2.1).
    Bearer,
    /// `DPoP` (RFC 9449 7.1).
    Dpop,
}

/// What stood in the `Authorization` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bearer {
    /// No token, or another scheme.
    None,
    /// A token that no token of this server looks like.
    Foreign,
    /// A token with the form of this server's.
    Shown(Shown),
}

impl ResourceRequest {
    /// Reads the header, and whether a token stands in a second place.
    ///
    /// # Errors
    /// [`Malformed::TwoTokens`], [`Malformed::Repeated`] or [`Malformed::Syntax`], all `invalid_request`.
    pub(super) fn parse(
        request: &HttpRequest,
        need: Need,
        proof: Result<Option<DpopProof>, Malformed>,
    ) -> Result<Self, Malformed> {
        let mut headers = request.header("authorization");
        let header = headers.next();
        if headers.next().is_some() {
            return Err(Malformed::Repeated(Field::Authorization));
        }
        let none = Self {
            bearer: Bearer::None,
            scheme: Scheme::Bearer,
            hash: Digest::of(""),
            proof: Ok(None),
            need,
        };
        let Some((scheme, token)) = header.and_then(token_of) else { return Ok(none) };
        // rfc6750-3.1-invalid-request-400
        if has_token_elsewhere(request) {
            return Err(Malformed::TwoTokens);
        }
        let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
        if token.is_empty() || !token.iter().all(is_token) {
            return Err(Malformed::Syntax(Field::Authorization));
        }
        let text = core::str::from_utf8(token).unwrap_or_default();
        let bearer = Shown::parse(text).map_or(Bearer::Foreign, Bearer::Shown);
        Ok(Self { bearer, scheme, hash: Digest::of(text), proof, need })
    }

    pub(super) fn locate(&self) -> Needs {
        let grant = match self.bearer {
            Bearer::Shown(shown) => Some(shown.grant),
            Bearer::None | Bearer::Foreign => None,
        };
        Needs { client: None, session: None, grant }
    }

    pub(super) fn step(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        let judged = self.proven(at).and_then(|key| {
            Ok(admit(at.now, self.need, &self.bearer, self.scheme, key, found.grant.as_ref())?)
        });
        Outcome::Reply(match judged {
            Ok(served) => Reply::Resource(served),
            Err(refused) => Reply::Refused(refused),
        })
    }

    /// The key that a request behind `DPoP` proves, by a proof that was made for this very token.
    fn proven(&self, at: &Inputs) -> Result<Option<Digest>, Refused> {
        if self.scheme == Scheme::Bearer {
            return Ok(None);
        }
        let flaw = |flaw| Refused::from(Refusal::ProofAtResource(flaw));
        let malformed = |malformed| Refused::Malformed(Place::ResourceRequest, malformed);
        let proof = self.proof.map_err(malformed)?.ok_or_else(|| flaw(DpopFlaw::Missing))?;
        let key = proof.judge(at).map_err(flaw)?;
        // rfc9449-4.3-ath
        if !proof.token.is_some_and(|token| token.matches(&self.hash)) {
            return Err(flaw(DpopFlaw::Token));
        }
        Ok(Some(key))
    }
}

/// Judges a token against the grant that it names and what the resource needs.
///
/// # Errors
/// The refusal; precedence: no token, unknown, ended, expired, without its key, for another resource, too little scope.
pub fn admit(
    now: Time,
    need: Need,
    bearer: &Bearer,
    scheme: Scheme,
    key: Option<Digest>,
    grant: Option<&Grant>,
) -> Result<Served, Refusal> {
    let shown = match bearer {
        // rfc6750-3-challenge-without-token
        Bearer::None => return Err(Refusal::TokenMissing),
        Bearer::Foreign => return Err(Refusal::TokenUnknown),
        Bearer::Shown(shown) => shown,
    };
    let grant = grant.ok_or(Refusal::TokenUnknown)?;
    let live = match grant.phase {
        Phase::Live(live) => live,
        Phase::Dead(_) => return Err(Refusal::TokenRevoked),
        Phase::Pushed(_) | Phase::Asked(_) | Phase::Coded(_) => return Err(Refusal::TokenUnknown),
    };
    // rfc6749-10.3-access-token-not-forgeable
    if !live.access.token.matches(&shown.digest) {
        return Err(Refusal::TokenUnknown);
    }
    // rfc6749-7-expired-token-refused
    if now >= live.access.until {
        return Err(Refusal::TokenExpired);
    }
    match (live.access.key, scheme) {
        // rfc9449-7.2-bound-token-not-as-bearer
        (Some(_), Scheme::Bearer) => return Err(Refusal::BoundTokenAsBearer),
        // rfc9449-7.1-unbound-token-not-as-dpop
        (None, Scheme::Dpop) => return Err(Refusal::TokenNotBound),
        // rfc9449-4.3-key-binding, rfc9700-4.10.1-rs-checks-possession
        (bound_to, Scheme::Dpop) => fits(bound_to, key).map_err(Refusal::ProofAtResource)?,
        (None, Scheme::Bearer) => {}
    }
    // rfc9700-2.3-rs-refuses-wrong-audience
    if !live.access.audience.covers(need.resource) {
        return Err(Refusal::TokenForAnotherResource);
    }
    // rfc6749-7-scope-covers-resource
    if !live.access.scope.covers(need.scope) {
        return Err(Refusal::ScopeInsufficient);
    }
    let user = grant.terms.owner.map(|owner| owner.user);
    Ok(Served { user, client: grant.terms.client, scope: live.access.scope })
}

/// The token behind the scheme `Bearer` or `DPoP`, in whatever case (RFC 9110 11.1); `None` for another scheme.
fn token_of(header: &[u8]) -> Option<(Scheme, &[u8])> {
    let end = header.iter().position(|byte| *byte == b' ').unwrap_or(header.len());
    let (scheme, rest) = header.split_at(end);
    // rfc9110-11.1-scheme-case-insensitive-rs
    let is = |name: &[u8]| scheme.eq_ignore_ascii_case(name);
    let scheme = match (is(b"bearer"), is(b"dpop")) {
        (true, _) => Scheme::Bearer,
        (_, true) => Scheme::Dpop,
        (false, false) => return None,
    };
    Some((scheme, rest.trim_ascii_start()))
}

/// Whether a token stands in the query or the form body as well (RFC 6750 2.2, 2.3).
fn has_token_elsewhere(request: &HttpRequest) -> bool {
    let has = |bytes: &[u8]| Params::read(bytes).has("access_token");
    request.query.as_ref().is_some_and(|query| has(query.as_bytes())) || has(&request.body)
}
