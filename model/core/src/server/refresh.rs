//! Refresh tokens (RFC 6749 6, RFC 9700 4.14): each is good once, and brings the next one.
//!
//! A spent token that comes back means that two hold what only one should: the whole grant ends, unless it is the
//! token just before the good one and policy grants honest clients that refresh twice at once some seconds
//! (decision 0009). A narrower scope narrows the access token and never the grant.

use super::audience::{AskedResources, of_granted};
use super::authorize::AskedScope;
use super::dpop::fits;
use super::issue::{Issue, issue, issue_refresh};
use super::{Inputs, Outcome, Pending, Write};
use crate::directory::{Client, Directory};
use crate::form::Params;
use crate::grant::{Cause, Grant, Phase, Refresh};
use crate::refusal::{Field, Malformed, Refusal};
use crate::secret::{Digest, Shown};

/// A client shows a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefreshAsk {
    /// The token; none if no token of this server has its form.
    pub token: Option<Shown>,
    /// The scope; none for all that was granted.
    pub scope: Option<AskedScope>,
    /// The resources that the access token is wanted for; none for all that were granted.
    pub resources: Option<AskedResources>,
}

/// What a shown token is to a grant.
enum Standing {
    /// The good one.
    Good,
    /// The one before it, shown soon enough after.
    InGrace,
    /// One that was spent.
    Spent,
    /// None of them.
    Unknown,
}

impl RefreshAsk {
    pub(super) fn parse(params: &Params, directory: &Directory) -> Result<Self, Malformed> {
        let token = params.one(Field::RefreshToken)?.ok_or(Malformed::Missing(Field::RefreshToken))?;
        let scope = params.one(Field::Scope)?.map(|text| AskedScope::parse(text, directory));
        let resources = AskedResources::parse(params, directory)?;
        Ok(Self { token: Shown::parse(token), scope, resources })
    }

    pub(super) fn step(
        &self,
        at: &Inputs,
        client: &Client,
        key: Option<Digest>,
        grant: Option<Grant>,
    ) -> Outcome {
        match self.judge(at, client, key, grant) {
            Ok((grant, of)) => issue(at, grant.id, grant.terms, of, Write::SwapGrant),
            Err(refusal) => match grant {
                // rfc9700-4.14.2-rotation-replay-revokes-family
                Some(mut grant) if refusal == Refusal::RefreshReplayed => {
                    grant.phase = Phase::Dead(Cause::RefreshReplayed);
                    Outcome::Write(Pending::new(Write::SwapGrant(grant), refusal.into()))
                }
                Some(_) | None => Outcome::Reply(refusal.into()),
            },
        }
    }

    fn judge(
        &self,
        at: &Inputs,
        client: &Client,
        key: Option<Digest>,
        grant: Option<Grant>,
    ) -> Result<(Grant, Issue), Refusal> {
        let unknown = Refusal::RefreshUnknown;
        // rfc6749-6-refresh-token-validated
        let (Some(shown), Some(grant)) = (self.token, grant) else { return Err(unknown) };
        let Phase::Live(live) = grant.phase else { return Err(unknown) };
        let refresh = live.refresh.ok_or(unknown)?;
        let standing = standing(at, &refresh, &shown);
        if matches!(standing, Standing::Unknown) {
            return Err(unknown);
        }
        // rfc6749-6-refresh-token-bound-to-client
        if grant.terms.client != client.no {
            return Err(Refusal::RefreshOfAnotherClient);
        }
        // Before the key: a token may be spent that was bound to none, or that a thief bound to his own.
        if matches!(standing, Standing::Spent) {
            return Err(Refusal::RefreshReplayed);
        }
        // rfc9449-5-public-refresh-token-bound
        fits(refresh.key, key).map_err(Refusal::ProofAtToken)?;
        // rfc9700-4.14.2-refresh-expires-when-idle
        if at.now >= refresh.until {
            return Err(Refusal::RefreshExpired);
        }
        // rfc6749-6-scope-not-beyond-original, rfc9700-4.14.2-refresh-bound-to-scope
        if self.scope.is_some_and(|scope| scope.has_unknown || !grant.terms.scope.covers(scope.known)) {
            return Err(Refusal::RefreshScopeWider);
        }
        let audience = of_granted(grant.terms.audience, self.resources)?;
        // rfc6749-6-scope-omitted-means-original, rfc6749-6-new-refresh-token-same-scope
        let scope = self.scope.map_or(grant.terms.scope, |scope| scope.known);
        let refresh = Some(issue_refresh(at, client, key, Some(&refresh)));
        Ok((grant, Issue { code: live.code, scope, audience, key, refresh }))
    }
}

fn standing(at: &Inputs, refresh: &Refresh, shown: &Shown) -> Standing {
    if refresh.token.matches(&shown.digest) {
        return Standing::Good;
    }
    let in_grace = at.now < refresh.since.after(at.policy.refresh_grace);
    if in_grace && refresh.before.is_some_and(|before| before.matches(&shown.digest)) {
        return Standing::InGrace;
    }
    if refresh.spent.holds(&shown.digest) { Standing::Spent } else { Standing::Unknown }
}
