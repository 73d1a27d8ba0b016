//! The protected resource (RFC 6749 7, RFC 6750): who may see it with which token.
//!
//! The header is the only way to send a token here; RFC 6750's body and query are not offered.

use super::{Found, Moment, Needs, Outcome, Reply, Served};
use crate::form::Params;
use crate::grant::{Grant, Phase};
use crate::http::HttpRequest;
use crate::policy::Time;
use crate::refusal::{Field, Malformed, Refusal};
use crate::secret::Shown;
use crate::text::{ResourceSet, ScopeSet};

/// Somebody asks for the protected resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceRequest {
    /// The token that it showed.
    pub bearer: Bearer,
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
    pub(super) fn parse(request: &HttpRequest, need: Need) -> Result<Self, Malformed> {
        let mut headers = request.header("authorization");
        let header = headers.next();
        if headers.next().is_some() {
            return Err(Malformed::Repeated(Field::Authorization));
        }
        let Some(token) = header.and_then(bearer_token) else {
            return Ok(Self { bearer: Bearer::None, need });
        };
        // rfc6750-3.1-invalid-request-400
        if has_token_elsewhere(request) {
            return Err(Malformed::TwoTokens);
        }
        let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(byte);
        if token.is_empty() || !token.iter().all(is_token) {
            return Err(Malformed::Syntax(Field::Authorization));
        }
        let shown = std::str::from_utf8(token).ok().and_then(Shown::parse);
        Ok(Self { bearer: shown.map_or(Bearer::Foreign, Bearer::Shown), need })
    }

    pub(super) fn locate(&self) -> Needs {
        let grant = match self.bearer {
            Bearer::Shown(shown) => Some(shown.grant),
            Bearer::None | Bearer::Foreign => None,
        };
        Needs { client: None, session: None, grant }
    }

    pub(super) fn step(&self, at: &Moment, found: &Found<'_>) -> Outcome {
        Outcome::Reply(match admit(at.now, self.need, &self.bearer, found.grant.as_ref()) {
            Ok(served) => Reply::Resource(served),
            Err(refusal) => refusal.into(),
        })
    }
}

/// Judges a token against the grant that it names and what the resource needs.
///
/// # Errors
/// The refusal; precedence: no token, unknown, ended, expired, for another resource, too little scope.
pub fn admit(now: Time, need: Need, bearer: &Bearer, grant: Option<&Grant>) -> Result<Served, Refusal> {
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

/// The token behind the scheme `Bearer`, in whatever case (RFC 9110 11.1); `None` for another scheme.
fn bearer_token(header: &[u8]) -> Option<&[u8]> {
    let end = header.iter().position(|byte| *byte == b' ').unwrap_or(header.len());
    let (scheme, rest) = header.split_at(end);
    // rfc9110-11.1-scheme-case-insensitive-rs
    scheme.eq_ignore_ascii_case(b"bearer").then(|| rest.trim_ascii_start())
}

/// Whether a token stands in the query or the form body as well (RFC 6750 2.2, 2.3).
fn has_token_elsewhere(request: &HttpRequest) -> bool {
    let has = |bytes: &[u8]| Params::read(bytes).has("access_token");
    request.query.as_ref().is_some_and(|query| has(query.as_bytes())) || has(&request.body)
}
