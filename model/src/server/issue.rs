//! Issuing tokens (RFC 6749 5.1): what a redemption and a refresh have in common. Whether they may is theirs to judge.

use super::{Moment, Outcome, Pending, Reply, Tokens, Write};
use crate::grant::{Access, Grant, Live, Phase, Refresh, Spent};
use crate::secret::{Digest, Handle};
use crate::text::ScopeSet;

/// Puts a fresh access token of this scope in place, and the refresh token with it, if there is one; tells both.
pub(super) fn issue(
    at: &Moment,
    mut grant: Grant,
    code: Digest,
    scope: ScopeSet,
    refresh: Option<Refresh>,
) -> Outcome {
    let lifetime = at.policy.access_token_lifetime;
    let access = Access { token: at.fresh.secret.digest, scope, until: at.now.after(lifetime) };
    grant.phase = Phase::Live(Live { code, access, refresh });
    let handle = |secret| Handle { grant: grant.id, secret };
    let tokens = Tokens {
        access: handle(at.fresh.secret.secret),
        expires_in: lifetime,
        scope,
        refresh: refresh.map(|_| handle(at.fresh.refresh.secret)),
    };
    Outcome::Write(Pending::new(Write::SwapGrant(grant), Reply::Tokens(tokens)))
}

/// A fresh refresh token, in the place of the one before.
pub(super) fn issue_refresh(at: &Moment, before: Option<&Refresh>) -> Refresh {
    Refresh {
        token: at.fresh.refresh.digest,
        until: at.now.after(at.policy.refresh_lifetime),
        since: at.now,
        spent: before.map_or(Spent::default(), |before| before.spent.with(&before.token)),
    }
}
