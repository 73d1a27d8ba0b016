//! Introspection (RFC 7662): whether a token is good, told to whom it concerns.
//!
//! A resource server learns of the access tokens that are for its resources, any client with a secret of its own
//! tokens. Nobody learns why a token is not good, nor of a token that is no concern of theirs.

use super::authenticate::authenticate;
use super::introspect_revoke::IntrospectOrRevoke;
use super::{Found, Inputs, Outcome, Reply};
use crate::directory::{Client, ClientNo, UserNo};
use crate::grant::{Grant, Phase, TokenKind};
use crate::policy::Time;
use crate::refusal::{Place, Refusal, Refused};
use crate::secret::Digest;
use crate::text::{ResourceSet, ScopeSet};

/// What is told of a good token (RFC 7662 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenInfo {
    /// An access token or a refresh token.
    pub kind: TokenKind,
    /// The client that holds it.
    pub client: ClientNo,
    /// Whose resources it opens; none where the client asked for itself.
    pub user: Option<UserNo>,
    /// What it may do.
    pub scope: ScopeSet,
    /// Where.
    pub audience: ResourceSet,
    /// The thumbprint of the key that it is bound to.
    pub key: Option<Digest>,
    /// When it ends.
    pub until: Time,
}

impl IntrospectOrRevoke {
    pub(super) fn introspect(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        Outcome::Reply(match self.judge_introspection(at, found) {
            Ok(told) => Reply::Introspection(told),
            Err(refused) => Reply::Refused(refused),
        })
    }

    fn judge_introspection(&self, at: &Inputs, found: &Found<'_>) -> Result<Option<TokenInfo>, Refused> {
        let malformed = |malformed| Refused::Malformed(Place::IntrospectionRequest, malformed);
        // rfc7662-2.1-authorization-required, rfc7662-2.3-bad-credentials-401
        let caller = authenticate(&at.policy, &self.by.map_err(malformed)?, found.client)?;
        if caller.is_public() {
            return Err(Refusal::IntrospectionNotAllowed.into());
        }
        let (Some(shown), Some(grant)) = (self.token.map_err(malformed)?, found.grant) else {
            return Ok(None);
        };
        // rfc7662-4-callers-specifically-authorized, rfc7662-4-audience-of-caller-checked
        Ok(tell(at.now, &grant, &shown.digest).filter(|told| concerns(caller, told)))
    }
}

/// What a token is, if it is good.
fn tell(now: Time, grant: &Grant, token: &Digest) -> Option<TokenInfo> {
    // rfc7662-4-revocation-checked
    let Phase::Live(live) = grant.phase else { return None };
    let kind = live.kind_of(token)?;
    let (scope, audience, key, until) = match (kind, live.refresh) {
        (TokenKind::Access, _) => {
            let access = live.access;
            (access.scope, access.audience, access.key, access.until)
        }
        (TokenKind::Refresh, Some(refresh)) => {
            (grant.terms.scope, grant.terms.audience, refresh.key, refresh.until)
        }
        (TokenKind::Refresh, None) | (TokenKind::SpentRefresh, _) => return None,
    };
    let user = grant.terms.owner.map(|owner| owner.user);
    // rfc7662-4-expiry-checked
    (now < until).then_some(TokenInfo { kind, client: grant.terms.client, user, scope, audience, key, until })
}

fn concerns(caller: &Client, told: &TokenInfo) -> bool {
    let own = told.client == caller.no;
    own || (told.kind == TokenKind::Access && !caller.introspects.and(told.audience).is_empty())
}
