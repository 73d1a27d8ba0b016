//! Revocation (RFC 7009): a client gives a token up, and with it the whole grant (decision 0010).
//!
//! Whatever is no token of a living grant is answered as if it had been revoked: the client has what it wanted.

use super::authenticate::authenticate;
use super::introspect_revoke::IntrospectOrRevoke;
use super::{Found, Inputs, Outcome, Pending, Reply, Write};
use crate::grant::{Cause, Phase};
use crate::refusal::{Place, Refusal, Refused};

impl IntrospectOrRevoke {
    pub(super) fn revoke(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        match self.judge_revocation(at, found) {
            Ok(outcome) => outcome,
            Err(refused) => Outcome::Reply(Reply::Refused(refused)),
        }
    }

    fn judge_revocation(&self, at: &Inputs, found: &Found<'_>) -> Result<Outcome, Refused> {
        let malformed = |malformed| Refused::Malformed(Place::RevocationRequest, malformed);
        // rfc7009-2.1-client-authentication-validated
        let client = authenticate(&at.policy, &self.by.map_err(malformed)?, found.client)?;
        // rfc7009-2.2-invalid-token-is-200
        let done = Ok(Outcome::Reply(Reply::Revoked));
        let (Some(shown), Some(mut grant)) = (self.token.map_err(malformed)?, found.grant) else {
            return done;
        };
        let Phase::Live(live) = grant.phase else { return done };
        if live.kind_of(&shown.digest).is_none() {
            return done;
        }
        // rfc7009-2.1-token-bound-to-client
        if grant.terms.client != client.no {
            return Err(Refusal::TokenOfAnotherClient.into());
        }
        // rfc7009-2-refresh-token-revocable, rfc7009-2-access-token-revocable,
        // rfc7009-2.1-refresh-revocation-cascades
        grant.phase = Phase::Dead(Cause::Revoked);
        Ok(Outcome::Write(Pending::new(Write::SwapGrant(grant), Reply::Revoked)))
    }
}
