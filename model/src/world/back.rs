//! The back channel: token requests with load and commit apart, and tokens at the resource.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::symbols::{digest, minted, redirect, secret, symbol, token, verifier_of};
use super::{Call, Next, PROFILE, Stage, Universe, World};
use crate::client::refusal::ClientRefusal;
use crate::client::{Act, Event, TokenAnswer};
use crate::directory::{Authentication, ClientNo};
use crate::fact::Who;
use crate::refusal::Refused;
use crate::secret::{Digest, Shown};
use crate::server::authenticate::{Presented, Proof};
use crate::server::dpop::{Use, marker};
use crate::server::redeem::{Redeem, TokenAsk, TokenRequest};
use crate::server::refresh::RefreshAsk;
use crate::server::resource::{Bearer, Need, ResourceRequest, Scheme};
use crate::server::{Found, Moment, Outcome, Reply, Request, Write, locate, step};
use crate::text::ResourceSet;

impl Universe {
    /// The token request that the client sends for a code.
    pub(super) fn honest_call(
        &self,
        world: &World,
        code: Shown,
        verifier: Option<u8>,
        session: Option<usize>,
    ) -> Call {
        let client = ClientNo(0);
        let proof = match self.client(client).map(|client| client.authentication) {
            Some(Authentication::Basic) => Proof::Basic(digest(secret(0))),
            Some(Authentication::Post) => Proof::Post(digest(secret(0))),
            Some(Authentication::None) | None => Proof::None,
        };
        let redeem = Redeem {
            code: Some(code),
            redirect: Some(redirect(0).exact),
            verifier: verifier.map(verifier_of),
            resources: None,
        };
        Call {
            by: Who::Client,
            request: TokenRequest {
                by: Ok(Presented { client: Some(client), proof }),
                ask: Ok(TokenAsk::Redeem(redeem)),
                proof: self.proof_of_call(world),
            },
            session,
            sent: world.sending(),
            sent_at: world.now,
            stage: Stage::Sent,
        }
    }

    /// A client sends a token request once more, as if the answer had been lost.
    pub(super) fn retry(&self, world: &World, at: usize) -> Option<Next> {
        let mut world = world.clone();
        let mut call = **world.calls.get(at)?;
        call.session = None;
        call.sent = world.sending();
        call.sent_at = world.now;
        call.stage = Stage::Sent;
        world.send(call);
        Some(Next::of(world))
    }

    fn judge(
        &self,
        world: &World,
        at: usize,
        call: &Call,
        seen: Option<(crate::grant::Grant, crate::policy::Time)>,
    ) -> Outcome {
        let mut request = Request::Token(call.request);
        let needs = locate(&request);
        let now = seen.map_or(world.now, |(_, now)| now);
        let grant = match seen {
            Some((grant, _)) => Some(grant),
            None => needs.grant.and_then(|id| world.grant(id)),
        };
        let mut moment = self.moment(now, world.grants.len(), token(at));
        let client = needs.client.and_then(|no| self.client(no)).map(|client| self.faults.on_client(client));
        let mut found = Found { client: client.as_deref(), session: None, grant };
        self.faults.before(&mut moment, &mut found, &mut request);
        let mut outcome = step(&moment, &found, &request);
        self.faults.after(&moment, &found, &request, &mut outcome);
        outcome
    }

    /// The server marks the proof of a call as used, once, before it judges.
    fn mark(&self, world: &mut World, at: usize) -> Option<()> {
        let mut moment = self.moment(world.now, 0, 0);
        let mut request = Request::Token(world.calls.get(at)?.request);
        self.faults.before_marking(&mut moment, &mut request);
        let marked = request.proof().is_some_and(|proof| proof.used == Use::First);
        if !marked {
            self.mark_request(&moment, &mut world.marks, &mut request);
        }
        if let (Request::Token(TokenRequest { proof: Ok(Some(proof)), .. }), Ok(Some(sent))) =
            (request, world.calls[at].request.proof)
            && proof.used != sent.used
            && let Ok(Some(sent)) = &mut world.call_mut(at).request.proof
        {
            sent.used = proof.used;
        }
        Some(())
    }

    /// Marks the proof of a request as used; if nobody did so before, it counts as used for the first time.
    pub(super) fn mark_request(
        &self,
        moment: &Moment,
        marks: &mut Arc<BTreeSet<Digest>>,
        request: &mut Request,
    ) {
        let Some(marker) = marker(moment, request) else { return };
        let first = !marks.contains(&marker.id) && Arc::make_mut(marks).insert(marker.id);
        if let Some(proof) = request.proof().filter(|_| first) {
            proof.used = Use::First;
        }
    }

    /// The server loads and judges; a judgement without a write is answered at once.
    pub(super) fn load(&self, world: &World, at: usize) -> Option<Next> {
        let mut world = world.clone();
        self.mark(&mut world, at)?;
        let call = **world.calls.get(at)?;
        match self.judge(&world, at, &call, None) {
            Outcome::Reply(reply) => Some(self.answer(world, at, &call, &reply)),
            Outcome::Write(pending) => {
                let next = match pending.write {
                    Write::SwapGrant(next) => next,
                    // Under a key that nobody knows yet, nobody can be faster.
                    Write::InsertGrant(grant) if world.grants.len() < usize::from(self.scope.grants) => {
                        world.hold(grant, None);
                        return Some(self.answer(world, at, &call, &pending.landed()));
                    }
                    Write::InsertGrant(_) | Write::InsertSession(_) | Write::InsertClient(_) => return None,
                };
                let seen = world.grant(next.id)?;
                world.call_mut(at).stage = Stage::Loaded(seen, world.now);
                Some(Next::of(world))
            }
        }
    }

    /// The server writes, if nobody was faster, and answers; else it has to load again.
    pub(super) fn commit(&self, world: &World, at: usize) -> Option<Next> {
        let mut world = world.clone();
        let call = **world.calls.get(at)?;
        let Stage::Loaded(seen, loaded_at) = call.stage else { return None };
        let Outcome::Write(pending) = self.judge(&world, at, &call, Some((seen, loaded_at))) else {
            return None;
        };
        let Write::SwapGrant(next) = pending.write else { return None };
        if world.grant(next.id)? != seen && !self.faults.blind_write() {
            world.call_mut(at).stage = Stage::Sent;
            return Some(Next::of(world));
        }
        world.swap(next)?;
        Some(self.answer(world, at, &call, &pending.landed()))
    }

    /// The answer arrives: the observer sees it, and the client session that waits folds it in.
    fn answer(&self, mut world: World, at: usize, call: &Call, reply: &Reply) -> Next {
        world.call_mut(at).stage = Stage::Done;
        self.observe_call(&mut world, call, reply);
        let mut client_refused = None;
        if let Some(browser) = call.session {
            let answer = match reply {
                Reply::Tokens(tokens) => Ok(TokenAnswer {
                    token: digest(tokens.access.secret.symbol()),
                    until: Some(world.now.after(tokens.expires_in)),
                    refresh: tokens.refresh.map(|handle| digest(handle.secret.symbol())),
                }),
                _ => Err(ClientRefusal::TokenRefused),
            };
            if let Ok(TokenAsk::Refresh(_)) = call.request.ask {
                return self.refreshed(world, browser, answer, reply);
            }
            match self.fold(&mut world, browser, Event::TokenAnswer(answer, minted(token(at)))) {
                Act::ToProfile(_) => {
                    if let Some(login) = world.sessions[browser].login {
                        self.observe_login(&mut world, browser, login.token);
                    }
                }
                Act::ShowError(refusal) => client_refused = Some(refusal),
                _ => {}
            }
        }
        if let (Ok(TokenAsk::ClientCredentials(_)), Reply::Tokens(tokens)) = (call.request.ask, reply) {
            // What a client got for itself it uses.
            let digest = digest(tokens.access.secret.symbol());
            let shown = Shown { grant: tokens.access.grant, digest };
            let used = self.show(&mut world, call.by, shown, ResourceSet::FIRST);
            return Next { world, refused: used.and_then(|(_, refused)| refused), client_refused };
        }
        Next { world, refused: reply.refusal(), client_refused }
    }

    /// The answer to the client's own refresh: the profile that waited for it goes on.
    fn refreshed(
        &self,
        mut world: World,
        browser: usize,
        answer: Result<TokenAnswer, ClientRefusal>,
        reply: &Reply,
    ) -> Next {
        let mut refused = reply.refusal();
        let mut client_refused = None;
        match self.fold(&mut world, browser, Event::RefreshAnswer(answer)) {
            Act::CallResource => {
                if let Some((of_resource, of_client)) = self.fetch(&mut world, browser) {
                    refused = refused.or(of_resource);
                    client_refused = of_client;
                }
            }
            Act::ShowError(refusal) => client_refused = Some(refusal),
            _ => {}
        }
        Next { world, refused, client_refused }
    }

    /// The client fetches the resource with the token of a browser's login.
    pub(super) fn fetch(
        &self,
        world: &mut World,
        browser: usize,
    ) -> Option<(Option<Refused>, Option<ClientRefusal>)> {
        let token = world.sessions[browser].login?.token;
        let call = usize::from(symbol(token) - super::symbols::token(0));
        let grant = match world.calls.get(call)?.request.ask.ok()? {
            TokenAsk::Redeem(redeem) => redeem.code?.grant,
            TokenAsk::Refresh(refresh) => refresh.token?.grant,
            TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported => return None,
        };
        let resource = self.scope.resource.unwrap_or(ResourceSet::FIRST);
        let need = Need { resource, scope: PROFILE };
        let request = self.resource_request(world, browser, Shown { grant, digest: token }, need);
        let (reply, refused) = self.send_to_resource(world, Who::Client, request)?;
        let answer = match reply {
            Reply::Resource(_) => Ok(()),
            _ => Err(ClientRefusal::ResourceRefused),
        };
        let client_refused = match self.fold(world, browser, Event::ResourceAnswer(token, answer)) {
            Act::ShowError(refusal) => Some(refusal),
            _ => None,
        };
        Some((refused, client_refused))
    }

    /// The token request with which the client refreshes a browser's login.
    pub(super) fn refresh_call(&self, world: &World, browser: usize, shown: Shown) -> Call {
        let honest = self.honest_call(world, shown, None, Some(browser));
        let ask = Ok(TokenAsk::Refresh(RefreshAsk { token: Some(shown), scope: None, resources: None }));
        Call { request: TokenRequest { ask, ..honest.request }, ..honest }
    }

    /// Somebody shows a token to the resource.
    pub(super) fn show(
        &self,
        world: &mut World,
        by: Who,
        shown: Shown,
        resource: ResourceSet,
    ) -> Option<(Reply, Option<Refused>)> {
        let need = Need { resource, scope: PROFILE };
        let request = ResourceRequest {
            bearer: Bearer::Shown(shown),
            scheme: Scheme::Bearer,
            hash: shown.digest,
            proof: Ok(None),
            need,
        };
        self.send_to_resource(world, by, request)
    }

    /// A request for a resource and its answer.
    fn send_to_resource(
        &self,
        world: &mut World,
        by: Who,
        request: ResourceRequest,
    ) -> Option<(Reply, Option<Refused>)> {
        let reply = self.serve(world, Request::Resource(request), 0, 0)?;
        self.observe_resource(world, by, &request, &reply);
        Some((reply, reply.refusal()))
    }
}
