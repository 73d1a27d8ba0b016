//! The resource owner's answer to the consent page, and the code that follows (RFC 6749 4.1.1, 4.1.2).
//!
//! The page carries a handle to the asked grant. The handle's secret proves that the page was seen, the session
//! that it was seen in this browser; together they are the anti-CSRF value of RFC 6749 10.12.

use super::{Found, Inputs, Needs, Outcome, Pending, Reply, Write};
use crate::directory::Directory;
use crate::form::Params;
use crate::grant::{Asked, Cause, Coded, Grant, Phase};
use crate::refusal::{Field, Malformed, Refusal, Refused};
use crate::secret::{Digest, Handle, Shown};
use crate::text::ScopeSet;

/// The resource owner answers the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decide {
    /// The page's anti-CSRF value.
    pub ask: Option<Shown>,
    /// The browser's session cookie.
    pub session: Option<Digest>,
    /// The answer.
    pub choice: Choice,
}

/// What the resource owner wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Choice {
    /// Everything that was asked.
    Approve,
    /// Only this of what was asked.
    ApproveOnly(ScopeSet),
    /// Nothing.
    Deny,
}

impl Decide {
    /// Reads the consent form.
    ///
    /// # Errors
    /// What is malformed, an answer other than `yes` and `no` included.
    pub(super) fn parse(
        params: &Params,
        session: Option<Digest>,
        directory: &Directory,
    ) -> Result<Self, Malformed> {
        let ask = params.one(Field::Ask)?.and_then(Shown::parse);
        let choice = match params.one(Field::Confirm)? {
            None => return Err(Malformed::Missing(Field::Confirm)),
            Some("no") => Choice::Deny,
            Some("yes") if params.all("choosable").next().is_some() => {
                let kept = params.all("keep").filter_map(|value| directory.find_scope(value));
                Choice::ApproveOnly(kept.fold(ScopeSet::EMPTY, ScopeSet::or))
            }
            Some("yes") => Choice::Approve,
            Some(_) => return Err(Malformed::Syntax(Field::Confirm)),
        };
        Ok(Self { ask, session, choice })
    }

    pub(super) fn locate(&self) -> Needs {
        Needs { client: None, session: self.session, grant: self.ask.map(|ask| ask.grant) }
    }

    pub(super) fn step(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        match self.judge(at, found) {
            Ok((grant, scope)) => self.decided(at, grant, scope),
            Err(refusal) => Outcome::Reply(refusal.into()),
        }
    }

    /// Finds the grant that may be decided, and what of its scope the owner leaves.
    fn judge(&self, at: &Inputs, found: &Found<'_>) -> Result<(Grant, ScopeSet), Refusal> {
        // rfc6749-3.1-owner-authenticated-first
        let session =
            found.session.and_then(|session| session.alive(at.now)).ok_or(Refusal::SessionMissing)?;
        // rfc6749-10.12-authorization-endpoint-csrf-protected
        let ask = self.ask.ok_or(Refusal::DecisionForged)?;
        let grant = found.grant.ok_or(Refusal::DecisionForged)?;
        if !grant.terms.owner.is_some_and(|owner| owner.session.matches(&session.key)) {
            return Err(Refusal::DecisionForged);
        }
        let asked: Asked = match grant.phase {
            Phase::Asked(asked) => asked,
            // rfc6749-4.1.1-owner-decision-obtained
            Phase::Coded(_) | Phase::Live(_) | Phase::Dead(_) => return Err(Refusal::DecisionRepeated),
            Phase::Pushed(_) => return Err(Refusal::DecisionForged),
        };
        if !asked.ask.matches(&ask.digest) {
            return Err(Refusal::DecisionForged);
        }
        if at.now >= asked.until {
            return Err(Refusal::AskExpired);
        }
        let scope = match self.choice {
            Choice::Approve => grant.terms.scope,
            // rfc6749-10.12-no-more-than-agreed
            Choice::ApproveOnly(kept) => grant.terms.scope.and(kept),
            Choice::Deny => ScopeSet::EMPTY,
        };
        Ok((grant, scope))
    }

    /// Ends the grant if nothing is left of its scope, else issues the code.
    fn decided(&self, at: &Inputs, mut grant: Grant, scope: ScopeSet) -> Outcome {
        if scope.is_empty() {
            // rfc6749-4.1.2.1-access-denied
            grant.phase = Phase::Dead(Cause::Denied);
            let denied = Refused::from(Refusal::OwnerDenied);
            // rfc9700-4.11.2-auto-redirect-only-if-trusted
            let denied = if grant.terms.self_registered { denied.untrusted() } else { denied };
            return Outcome::Write(Pending::new(Write::SwapGrant(grant), Reply::Refused(denied)));
        }
        grant.terms.scope = scope;
        // rfc6749-4.1.2-code-lifetime-10-minutes
        grant.phase = Phase::Coded(Coded {
            code: at.fresh.secret.digest,
            until: at.now.after(at.policy.code_lifetime),
        });
        let code = Handle { grant: grant.id, secret: at.fresh.secret.secret };
        Outcome::Write(Pending::new(Write::SwapGrant(grant), Reply::Code(code)))
    }
}
