//! Lies to a step: about the moment, the records and the request before it, about the outcome after it.

use std::borrow::Cow;

use super::request::nobody;
use super::{Fault, Faults, extensions, oauth21, tokens};
use oauth_core::directory::{Client, UserNo};
use oauth_core::grant::{Asked, Cause, Coded, Grant, Owner, Phase, Session};
use oauth_core::policy::{Lifetime, PkceNeed, Time};
use oauth_core::refusal::Refusal;
use oauth_core::secret::Handle;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::decide::Decide;
use oauth_core::server::redeem::{Redeem, TokenAsk};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::resource::Bearer;
use oauth_core::server::{Found, Inputs, Outcome, Pending, Reply, Request, Write, step};
use oauth_core::text::{CodeChallenge, ResourceSet, ScopeSet, Verifier};

pub(super) const NEVER: Time = Time(u64::MAX);

impl Faults {
    /// Whether records are written without comparing what was read.
    #[must_use]
    pub fn blind_write(&self) -> bool {
        self.has(Fault::BlindWrite)
    }

    /// Before the proof of a request is marked as used.
    pub fn before_marking(&self, at: &mut Inputs, request: &mut Request) {
        for fault in self.iter() {
            extensions::before_proof(fault, at, request);
        }
    }

    /// On the record of a client that a request needs.
    fn on_client<'a>(&self, client: &'a Client, request: &Request) -> Cow<'a, Client> {
        let mut client = Cow::Borrowed(client);
        for fault in self.iter() {
            match fault {
                Fault::ProofOptional if client.dpop_bound => client.to_mut().dpop_bound = false,
                Fault::StrangersTrusted if client.self_registered => client.to_mut().self_registered = false,
                Fault::RedirectUriUnchecked => {
                    let asked = match request {
                        Request::Authorize(authorize) => authorize.redirect,
                        Request::Push(push) => push.request.redirect,
                        _ => Ok(None),
                    };
                    if let Ok(Some(uri)) = asked
                        && !client.knows(&uri)
                    {
                        client.to_mut().redirects.push(uri);
                    }
                }
                Fault::PushOptional if client.pushed_only => client.to_mut().pushed_only = false,
                _ => {}
            }
        }
        client
    }

    /// Judges a request against the records that were found, and lies before and after.
    pub fn step(&self, at: &Inputs, found: &Found<'_>, request: &Request) -> Outcome {
        if self.is_empty() {
            return step(at, found, request);
        }
        let (mut at, mut request) = (*at, *request);
        let client = found.client.map(|client| self.on_client(client, &request));
        let mut found = Found { client: client.as_deref(), ..*found };
        self.before(&mut at, &mut found, &mut request);
        let mut outcome = step(&at, &found, &request);
        self.after(&at, &found, &request, &mut outcome);
        outcome
    }

    /// Before a step.
    fn before(&self, at: &mut Inputs, found: &mut Found<'_>, request: &mut Request) {
        for fault in self.iter() {
            lie_about_moment(fault, at);
            extensions::before_proof(fault, at, request);
            match request {
                Request::Authorize(authorize) => {
                    if let Ok(ask) = &mut authorize.ask {
                        ask.response_type_is_code |= fault == Fault::ResponseTypeUnchecked;
                        if let (Fault::ScopeNotReturned, Some(scope)) = (fault, &mut ask.scope) {
                            scope.has_unknown = false;
                        }
                    }
                    lie_about_login(fault, found);
                }
                Request::Decide(decide) => {
                    lie_about_login(fault, found);
                    lie_about_decision(fault, decide, found);
                }
                Request::Token(token) => {
                    extensions::before_token(fault, found, token);
                    if let (Ok(by), Some(client)) = (&mut token.by, found.client) {
                        lie_about_client(fault, by, client);
                    }
                    if let (Ok(TokenAsk::Redeem(redeem)), Some(grant)) = (&mut token.ask, &mut found.grant) {
                        lie_about_code(fault, redeem, grant, found.client);
                        lie_about_verifier(fault, redeem, grant);
                    }
                    if let (Ok(TokenAsk::Refresh(refresh)), Some(grant)) = (&mut token.ask, &mut found.grant)
                    {
                        lie_about_refresh(fault, refresh, grant, found.client);
                    }
                }
                Request::Resource(resource) => {
                    extensions::before_resource(fault, found, resource);
                    match fault {
                        Fault::ResourceScopeUnchecked => resource.need.scope = ScopeSet::EMPTY,
                        Fault::AudienceUnchecked => resource.need.resource = ResourceSet::EMPTY,
                        _ => {}
                    }
                    if let (Bearer::Shown(shown), Some(grant)) = (&mut resource.bearer, &mut found.grant)
                        && let Phase::Live(live) = &mut grant.phase
                    {
                        match fault {
                            Fault::TokenUnchecked => shown.digest = live.access.token,
                            Fault::TokenUnexpiring => live.access.until = NEVER,
                            Fault::RefreshOpensResource
                                if live.refresh.is_some_and(|refresh| refresh.token == shown.digest) =>
                            {
                                shown.digest = live.access.token;
                            }
                            _ => {}
                        }
                    }
                }
                Request::Push(push) => extensions::before_push(fault, found, push),
                Request::AuthorizePushed(pushed) => {
                    lie_about_login(fault, found);
                    extensions::before_pushed(fault, found, pushed);
                }
                Request::Revoke(named) | Request::Introspect(named) => {
                    tokens::before(fault, found, named);
                }
                Request::Home
                | Request::LogInPage(_)
                | Request::LogIn(_)
                | Request::Register(_)
                | Request::Metadata
                | Request::ResourceMetadata(_)
                | Request::Malformed(..) => {}
            }
        }
    }

    /// After a step.
    fn after(&self, at: &Inputs, found: &Found<'_>, request: &Request, outcome: &mut Outcome) {
        for fault in self.iter() {
            oauth21::after(fault, found, request, outcome);
            if let Request::Revoke(named) | Request::Introspect(named) = request {
                tokens::after(fault, found, named, outcome);
            }
            if let Request::Revoke(named) = request {
                super::introspect_revoke::after(fault, found, named, outcome);
            }
        }
        let Outcome::Write(pending) = outcome else { return };
        match pending.write {
            Write::InsertGrant(mut grant) if self.has(Fault::ConsentSkipped) => {
                let code = at.fresh.secret;
                grant.phase =
                    Phase::Coded(Coded { code: code.digest, until: at.now.after(at.policy.code_lifetime) });
                let reply = Reply::Code(Handle { grant: grant.id, secret: code.secret });
                *outcome = Outcome::Write(Pending::new(Write::InsertGrant(grant), reply));
            }
            Write::SwapGrant(Grant { phase: Phase::Dead(Cause::CodeReplayed), .. })
                if self.has(Fault::ReplayKeepsTokens) =>
            {
                *outcome = Outcome::Reply(Refusal::CodeReplayed.into());
            }
            Write::SwapGrant(Grant { phase: Phase::Dead(Cause::RefreshReplayed), .. })
                if self.has(Fault::RefreshReplayKeepsGrant) =>
            {
                *outcome = Outcome::Reply(Refusal::RefreshReplayed.into());
            }
            Write::SwapGrant(mut grant) if self.has(Fault::RefreshNarrowsGrant) => {
                if let Phase::Live(live) = grant.phase {
                    grant.terms.scope = live.access.scope;
                    *outcome = Outcome::Write(Pending::new(Write::SwapGrant(grant), pending.landed()));
                }
            }
            Write::InsertSession(_)
            | Write::InsertClient(_)
            | Write::InsertGrant(_)
            | Write::SwapGrant(_) => {}
        }
    }
}

fn lie_about_moment(fault: Fault, at: &mut Inputs) {
    match fault {
        Fault::ErrorsBeforeLogin => at.policy.redirect_errors_before_login = true,
        Fault::ChallengeNotRequired => at.policy.pkce = PkceNeed::Optional,
        Fault::PlainTaken => at.policy.plain = true,
        Fault::RedirectUriDemanded => at.policy.redirect_uri_optional = false,
        Fault::TokenLifetimeLong => at.policy.access_token_lifetime = Lifetime(864_000),
        _ => {}
    }
}

fn lie_about_login(fault: Fault, found: &mut Found<'_>) {
    if fault == Fault::LoginSkipped && found.session.is_none() {
        found.session = Some(Session { key: nobody(), user: UserNo(0), until: NEVER });
    }
}

fn lie_about_decision(fault: Fault, decide: &mut Decide, found: &mut Found<'_>) {
    let (Some(ask), Some(grant)) = (&mut decide.ask, &mut found.grant) else { return };
    match (fault, grant.phase) {
        (Fault::ConsentForgeable, Phase::Asked(asked)) => ask.digest = asked.ask,
        (Fault::ConsentOfAnySession, Phase::Asked(_)) => {
            if let Some(session) = found.session {
                grant.terms.owner = Some(Owner { user: session.user, session: session.key });
            }
        }
        (Fault::DecisionRepeatable, Phase::Coded(_) | Phase::Live(_)) => {
            grant.phase = Phase::Asked(Asked { ask: ask.digest, until: NEVER });
        }
        _ => {}
    }
}

fn lie_about_client(fault: Fault, by: &mut Presented, client: &Client) {
    let Some(secret) = client.secret else { return };
    match (fault, by.credentials) {
        (Fault::AuthenticationUnchecked, Credentials::Basic(_)) => {
            by.credentials = Credentials::Basic(secret);
        }
        (Fault::AuthenticationUnchecked, Credentials::Post(_)) => {
            by.credentials = Credentials::Post(secret);
        }
        (Fault::AuthenticationOptional, Credentials::None) => {
            by.credentials = Credentials::Basic(secret);
        }
        _ => {}
    }
}

fn lie_about_code(fault: Fault, redeem: &mut Redeem, grant: &mut Grant, client: Option<&Client>) {
    match (fault, &mut grant.phase) {
        (Fault::CodeReplayable, Phase::Live(live)) => {
            if let Some(code) = live.code {
                grant.phase = Phase::Coded(Coded { code, until: NEVER });
            }
        }
        (Fault::CodeUnexpiring, Phase::Coded(coded)) => coded.until = NEVER,
        (Fault::CodeUnchecked, Phase::Coded(coded)) => {
            if let Some(shown) = &mut redeem.code {
                shown.digest = coded.code;
            }
        }
        (Fault::CodeOfAnyClient, _) => {
            if let Some(client) = client {
                grant.terms.client = client.no;
            }
        }
        (Fault::RedirectUriDiffersTaken, _) if redeem.redirect.is_some() => {
            redeem.redirect = grant.terms.redirect;
        }
        (Fault::RedirectUriAbsentTaken, _) if redeem.redirect.is_none() => {
            redeem.redirect = grant.terms.redirect;
        }
        _ => {}
    }
}

/// Lies about the request only: what is written stays what was asked, so that a replay is still known as one.
fn lie_about_verifier(fault: Fault, redeem: &mut Redeem, grant: &Grant) {
    let fitting = |challenge: CodeChallenge| Verifier { plain: challenge.digest, s256: challenge.digest };
    match (fault, grant.terms.challenge, redeem.verifier) {
        (Fault::VerifierUnchecked, Some(challenge), Some(_))
        | (Fault::VerifierOptional, Some(challenge), None) => redeem.verifier = Some(fitting(challenge)),
        (Fault::VerifierTakenPlain, Some(challenge), Some(verifier))
            if verifier.plain == challenge.digest =>
        {
            redeem.verifier = Some(fitting(challenge));
        }
        (Fault::VerifierUnexpectedIgnored, None, Some(_)) => redeem.verifier = None,
        (Fault::VerifierReplacesChecks, Some(challenge), Some(verifier)) if verifier.fits(&challenge) => {
            redeem.redirect = grant.terms.redirect;
        }
        _ => {}
    }
}

fn lie_about_refresh(fault: Fault, ask: &mut RefreshAsk, grant: &mut Grant, client: Option<&Client>) {
    let Phase::Live(live) = &mut grant.phase else { return };
    let (Some(refresh), Some(shown)) = (&mut live.refresh, &mut ask.token) else { return };
    let spent = refresh.spent.holds(&shown.digest);
    match fault {
        Fault::RefreshReplayable if spent => shown.digest = refresh.token,
        Fault::RefreshUnchecked if !spent => shown.digest = refresh.token,
        Fault::RefreshUnexpiring => refresh.until = NEVER,
        Fault::RefreshOfAnyResource => {
            if let Some(resources) = &mut ask.resources {
                resources.has_unknown = false;
                grant.terms.audience = grant.terms.audience.or(resources.known);
            }
        }
        Fault::RefreshOfAnyClient => {
            if let Some(client) = client {
                grant.terms.client = client.no;
            }
        }
        Fault::RefreshScopeWider => {
            if let Some(scope) = &mut ask.scope {
                scope.has_unknown = false;
                grant.terms.scope = grant.terms.scope.or(scope.known);
            }
        }
        _ => {}
    }
}
