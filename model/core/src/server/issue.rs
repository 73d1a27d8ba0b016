//! Issuing tokens (RFC 6749 5.1): what all grant types have in common. Whether they may is theirs to judge.

use super::{Inputs, Outcome, Pending, Reply, Tokens, Write};
use crate::directory::Client;
use crate::grant::{Access, Grant, Live, Phase, Refresh, Spent, Terms};
use crate::secret::{Digest, GrantId, Handle};
use crate::text::{ResourceSet, ScopeSet};

/// What is issued.
#[derive(Clone, Copy)]
pub(super) struct Issue {
    /// The code that it was issued for, if there was one.
    pub(super) code: Option<Digest>,
    /// What the access token may do.
    pub(super) scope: ScopeSet,
    /// Where.
    pub(super) audience: ResourceSet,
    /// The thumbprint of the key that the access token is bound to.
    pub(super) key: Option<Digest>,
    /// The refresh token, for clients that get one.
    pub(super) refresh: Option<Refresh>,
}

/// Puts a fresh access token in place, and the refresh token with it; tells both once the write has landed.
pub(super) fn issue(
    at: &Inputs,
    id: GrantId,
    terms: Terms,
    of: Issue,
    write: impl FnOnce(Grant) -> Write,
) -> Outcome {
    let Issue { code, scope, audience, key, refresh } = of;
    let lifetime = at.policy.access_token_lifetime;
    let until = at.now.after(lifetime);
    let access = Access { token: at.fresh.secret.digest, scope, audience, key, until };
    let handle = |secret| Handle { grant: id, secret };
    let tokens = Tokens {
        access: handle(at.fresh.secret.secret),
        expires_in: lifetime,
        scope,
        // rfc9449-5-token-type-dpop
        bound: key.is_some(),
        refresh: refresh.map(|_| handle(at.fresh.refresh.secret)),
    };
    let grant = Grant { id, terms, phase: Phase::Live(Live { code, access, refresh }) };
    Outcome::Write(Pending::new(write(grant), Reply::Tokens(tokens)))
}

/// A fresh refresh token, in the place of the one before.
pub(super) fn issue_refresh(
    at: &Inputs,
    client: &Client,
    key: Option<Digest>,
    before: Option<&Refresh>,
) -> Refresh {
    Refresh {
        token: at.fresh.refresh.digest,
        // rfc9449-5-public-refresh-token-bound, rfc9449-5-confidential-refresh-not-bound
        key: key.filter(|_| client.is_public()),
        until: at.now.after(at.policy.refresh_lifetime),
        since: at.now,
        before: before.map(|before| before.token),
        spent: before.map_or(Spent::default(), |before| before.spent.with(&before.token)),
    }
}
