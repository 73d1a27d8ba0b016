//! Pushed authorization requests (RFC 9126): a client brings its request itself, the browser only its name.
//!
//! A pushed request is judged as a plain one would be, and told at once what is wrong with it. Its grant waits without an
//! owner until a browser brings its `request_uri`, once; what else the browser brings is not looked at.

use super::authenticate::{Presented, authenticate};
use super::authorize::{Authorize, Judged, ask_owner};
use super::dpop::{DpopProof, fits};
use super::{Found, Inputs, Needs, Outcome, Pending, Reply, Write};
use crate::directory::{ClientNo, Directory};
use crate::form::Params;
use crate::grant::{Grant, Owner, Phase, Pushed, Terms};
use crate::http::HttpRequest;
use crate::policy::Lifetime;
use crate::refusal::{Field, Malformed, Place, Refusal, Refused};
use crate::secret::{Digest, Handle, Shown};

/// What stands before the handle in a `request_uri` (RFC 9126 2.2).
pub const REQUEST_URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// A client pushes its authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Push {
    /// Who.
    pub by: Result<Presented, Malformed>,
    /// The request.
    pub request: Authorize,
    /// Whether it names a pushed request itself.
    pub has_request_uri: Result<bool, Malformed>,
    /// Which key it proves (RFC 9449 10.1).
    pub proof: Result<Option<DpopProof>, Malformed>,
}

/// A browser brings the name of a pushed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AuthorizePushed {
    /// The client that it names; none if the directory has no such client.
    pub client: Result<Option<ClientNo>, Malformed>,
    /// The pushed request; none if no `request_uri` of this server has its form.
    pub pushed: Option<Shown>,
    /// The browser's session cookie.
    pub session: Option<Digest>,
}

/// What a client learns of its pushed request (RFC 9126 2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taken {
    /// What its `request_uri` is made of.
    pub handle: Handle,
    /// How long it can be used.
    pub expires_in: Lifetime,
}

impl Push {
    /// Reads a pushed request.
    #[must_use]
    pub(super) fn parse(
        request: &HttpRequest,
        params: &Params,
        proof: Result<Option<DpopProof>, Malformed>,
        directory: &Directory,
    ) -> Self {
        Self {
            proof,
            by: Presented::parse(request, params, directory),
            request: Authorize::parse(params, None, directory),
            has_request_uri: params.one(Field::RequestUri).map(|uri| uri.is_some()),
        }
    }

    pub(super) fn locate(&self) -> Needs {
        Needs { client: self.by.ok().and_then(|by| by.client), session: None, grant: None }
    }

    pub(super) fn step(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        match self.judge(at, found) {
            Ok(outcome) => outcome,
            // rfc9126-2.3-error-like-token-endpoint
            Err(Refused::Step(refusal)) => Outcome::Reply(Reply::Refused(Refused::AtPush(refusal))),
            Err(Refused::Malformed(_, malformed)) => {
                Outcome::Reply(Reply::Refused(Refused::Malformed(Place::PushedRequest, malformed)))
            }
            Err(refused @ (Refused::AtPush(_) | Refused::Untrusted(_))) => {
                Outcome::Reply(Reply::Refused(refused))
            }
        }
    }

    fn judge(&self, at: &Inputs, found: &Found<'_>) -> Result<Outcome, Refused> {
        let malformed = |malformed| Refused::Malformed(Place::PushedRequest, malformed);
        // rfc9126-2.1-client-authenticated
        let client = authenticate(&at.policy, &self.by.map_err(malformed)?, found.client)?;
        // rfc9126-2.1-request-uri-parameter-rejected
        if self.has_request_uri.map_err(malformed)? {
            return Err(malformed(Malformed::RequestUriPushed));
        }
        // rfc9126-2.1-client-id-required, rfc9126-2.1-validated-like-authorization-request
        self.request.client.map_err(malformed)?;
        self.request.judge_redirect(client)?;
        let Judged { scope, audience, challenge, key } = self.request.judge_ask(at, client)?;
        // rfc9449-10.1-par-proof-checked, rfc9449-10.1-par-mismatch-refused, rfc9449-10.1-par-both-ways
        let proof = self.proof.map_err(malformed)?;
        let proven = proof.map(|proof| proof.judge(at)).transpose().map_err(Refusal::ProofAtToken)?;
        if proven.is_some() {
            fits(key, proven).map_err(Refusal::ProofAtToken)?;
        }
        let key = key.or(proven);
        let redirect = self.request.redirect.ok().flatten().map(|uri| uri.exact);
        let terms = Terms {
            client: client.no,
            self_registered: client.self_registered,
            owner: None,
            redirect,
            scope,
            audience,
            challenge,
            key,
        };
        let expires_in = at.policy.push_lifetime;
        let phase = Phase::Pushed(Pushed { secret: at.fresh.secret.digest, until: at.now.after(expires_in) });
        let handle = Handle { grant: at.fresh.grant, secret: at.fresh.secret.secret };
        let grant = Grant { id: at.fresh.grant, terms, phase };
        let taken = Reply::Pushed(Taken { handle, expires_in });
        Ok(Outcome::Write(Pending::new(Write::InsertGrant(grant), taken)))
    }
}

impl AuthorizePushed {
    /// Reads a request with this `request_uri`; nothing beside it but `client_id` counts.
    #[must_use]
    pub(super) fn parse(uri: &str, params: &Params, session: Option<Digest>, directory: &Directory) -> Self {
        let pushed = uri.strip_prefix(REQUEST_URI_PREFIX).and_then(Shown::parse);
        Self { client: Authorize::client_of(params, directory), pushed, session }
    }

    pub(super) fn locate(&self) -> Needs {
        Needs {
            client: self.client.ok().flatten(),
            session: self.session,
            grant: self.pushed.map(|pushed| pushed.grant),
        }
    }

    pub(super) fn step(&self, at: &Inputs, found: &Found<'_>) -> Outcome {
        match self.judge(at, found) {
            Ok(outcome) => outcome,
            Err(refused) => Outcome::Reply(Reply::Refused(refused)),
        }
    }

    fn judge(&self, at: &Inputs, found: &Found<'_>) -> Result<Outcome, Refused> {
        // rfc9126-4-client-id-beside-request-uri
        self.client.map_err(|malformed| Refused::Malformed(Place::Page, malformed))?;
        let client = found.client.ok_or(Refusal::ClientUnknown)?;
        let unknown = Refusal::RequestUriUnknown;
        let (Some(shown), Some(grant)) = (self.pushed, found.grant) else { return Err(unknown.into()) };
        // rfc9126-4-one-time-use
        let Phase::Pushed(pushed) = grant.phase else { return Err(unknown.into()) };
        if !pushed.secret.matches(&shown.digest) {
            return Err(unknown.into());
        }
        // rfc9126-2.2-bound-to-client
        if grant.terms.client != client.no {
            return Err(Refusal::RequestUriOfAnotherClient.into());
        }
        // rfc9126-4-expired-rejected
        if at.now >= pushed.until {
            return Err(Refusal::RequestUriExpired.into());
        }
        // rfc9126-4-validated-at-use
        let Some(session) = found.session.and_then(|session| session.alive(at.now)) else {
            return Ok(Outcome::Reply(Reply::LogInFirst));
        };
        let owner = Owner { user: session.user, session: session.key };
        let terms = Terms { owner: Some(owner), ..grant.terms };
        Ok(ask_owner(at, grant.id, terms, owner.user, Write::SwapGrant))
    }
}
