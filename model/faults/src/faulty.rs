//! The logic with faults around it: what stands in its place where a loop is to break rules on purpose.

use std::sync::Arc;

use crate::Faults;
use oauth_core::client::auth_challenge::AuthChallenge;
use oauth_core::client::call::{ServerWords, TokenJudgement};
use oauth_core::client::dpop::{Attempt, Making, Nonces, Peer, Place, Proof};
use oauth_core::client::http_call::HttpCall;
use oauth_core::client::logic::Honest;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::reply::{ClientPage, Shown};
use oauth_core::client::settings::{MetadataRefusal, Settings};
use oauth_core::client::site::{Site, SiteRefusal};
use oauth_core::client::{self, Act, Departure, Event, Rules, Session};
use oauth_core::directory::{Authentication, Directory};
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::policy::Time;
use oauth_core::secret::Secret;
use oauth_core::server::dpop::{DpopProof, Marker, marker};
use oauth_core::server::login::{Checked, Password};
use oauth_core::server::receive::{below_issuer, receive};
use oauth_core::server::received::Received;
use oauth_core::server::reply::Context;
use oauth_core::server::{self, Found, Inputs, Outcome, Reply, Request};

/// A server's and a client's logic under faults.
#[derive(Debug, Clone, Default)]
pub struct Faulty {
    faults: Faults,
}

impl Faulty {
    /// The logic under these faults.
    #[must_use]
    pub const fn under(faults: Faults) -> Self {
        Self { faults }
    }
}

impl server::logic::Logic for Faulty {
    fn receive(&self, request: &HttpRequest, directory: &Directory) -> Received {
        let arrived = below_issuer(request, directory);
        let mut lied = request.clone();
        self.faults.on_http(&arrived.path, &mut lied);
        let mut received = receive(&lied, directory);
        self.faults.on_received(&arrived, &mut received, directory);
        received
    }

    fn owner(&self, password: &Password, directory: &Directory, checked: Checked) -> Checked {
        self.faults.on_checked(password, directory, checked)
    }

    fn marker(&self, at: &Inputs, proof: &mut DpopProof) -> Option<Marker> {
        let mut at = *at;
        self.faults.before_marking(&mut at, proof);
        marker(&at, proof)
    }

    fn step(&self, at: &Inputs, found: &Found<'_>, request: &Request) -> Outcome {
        let mut at = *at;
        self.faults.on_fresh(&mut at.fresh);
        self.faults.step(&at, found, request)
    }

    fn encode(&self, request: &HttpRequest, reply: &Reply, context: &Context<'_>) -> HttpReply {
        let mut encoded = reply.encode(context);
        let request = below_issuer(request, context.directory);
        self.faults.on_reply(&request, &mut encoded, context.directory);
        encoded
    }
}

impl client::logic::Logic for Faulty {
    fn own_origin(&self, methods: &[Authentication], port: u16) -> String {
        let mut origin = Honest.own_origin(methods, port);
        self.faults.on_own_origin(&mut origin);
        origin
    }

    fn configured(&self, mut settings: Settings) -> Settings {
        self.faults.on_client_settings(&mut settings);
        settings
    }

    fn check(&self, servers: &[Settings]) -> Result<(), SiteRefusal> {
        let mut judged = Honest.check(servers);
        self.faults.on_configuration(&mut judged);
        judged
    }

    fn checks_certificates(&self) -> bool {
        self.faults.checks_certificates()
    }

    fn receive(
        &self,
        request: &HttpRequest,
        site: &Site,
        fresh: &client::Fresh,
    ) -> client::receive::Received {
        let mut fresh = *fresh;
        self.faults.on_client_fresh(&mut fresh);
        let mut received = Honest.receive(request, site, &fresh);
        self.faults.on_client_received(request, &mut received);
        received
    }

    fn server(&self, event: &Event, first: &Arc<Settings>, mut settled: Arc<Settings>) -> Arc<Settings> {
        self.faults.on_server_chosen(event, first, &mut settled);
        settled
    }

    fn step(&self, now: Time, rules: &Rules, session: Session, event: &Event) -> (Session, Act) {
        self.faults.client_step(now, rules, session, event)
    }

    fn encode(
        &self,
        request: &HttpRequest,
        act: &Act,
        settings: &Settings,
        shown: &Shown,
        token: Option<&str>,
    ) -> Option<HttpReply<ClientPage>> {
        let mut reply = Honest.encode(request, act, settings, shown, token)?;
        self.faults.on_client_reply(request, settings, act, token, &mut reply);
        Some(reply)
    }

    fn push_request(&self, settings: &Settings, departure: &Departure) -> HttpCall {
        let mut call = Honest.push_request(settings, departure);
        self.faults.on_push_call(settings, &mut call);
        call
    }

    fn judge_push_answer(&self, status: u16, body: &[u8]) -> Result<String, (ClientRefusal, ServerWords)> {
        let mut request_uri = Honest.judge_push_answer(status, body)?;
        self.faults.on_request_uri(&mut request_uri);
        Ok(request_uri)
    }

    fn token_request(&self, settings: &Settings, code: &str, verifier: Option<Secret>) -> HttpCall {
        let mut call = Honest.token_request(settings, code, verifier);
        self.faults.on_token_call(settings, &mut call);
        call
    }

    fn refresh_request(&self, settings: &Settings, refresh_token: &str) -> HttpCall {
        let mut call = Honest.refresh_request(settings, refresh_token);
        self.faults.on_token_call(settings, &mut call);
        call
    }

    fn judge_tokens(&self, settings: &Settings, now: Time, status: u16, body: &[u8]) -> TokenJudgement {
        let mut body = body.to_vec();
        self.faults.on_token_answer(&mut body);
        Honest.judge_tokens(settings, now, status, &body)
    }

    fn resource_request(&self, settings: &Settings, token: &str) -> HttpCall {
        let mut call = Honest.resource_request(settings, token);
        self.faults.on_resource_call(settings, &mut call);
        call
    }

    fn revocation_request(&self, settings: &Settings, token: &str, hint: &'static str) -> HttpCall {
        let mut call = Honest.revocation_request(settings, token, hint);
        self.faults.on_revocation_call(settings, &mut call);
        call
    }

    fn judge_revocation_answer(&self, mut status: u16, body: &[u8]) -> Result<(), ClientRefusal> {
        self.faults.on_revocation_answer(&mut status, body);
        Honest.judge_revocation_answer(status, body)
    }

    fn nonce_place(&self, peer: Peer, url: &str) -> Place {
        let mut place = Honest.nonce_place(peer, url);
        self.faults.on_nonce_place(&mut place);
        place
    }

    fn proof(&self, attempt: Attempt, call: &HttpCall, making: Making<'_>) -> Proof {
        let mut proof = Honest.proof(attempt, call, making);
        self.faults.on_proof(attempt, &mut proof);
        proof
    }

    fn add_proof(&self, peer: Peer, call: &mut HttpCall, signing_input: &str, signature: &[u8]) {
        Honest.add_proof(peer, call, signing_input, signature);
        self.faults.on_proved_call(peer, call);
    }

    fn given_nonce(&self, known: &Nonces, place: &Place, fields: &[&str]) -> Option<String> {
        let mut given = Honest.given_nonce(known, place, fields);
        self.faults.on_given_nonce(known, place, &mut given);
        given
    }

    fn asks_for_nonce(&self, peer: Peer, status: u16, body: &[u8], challenges: &[AuthChallenge]) -> bool {
        let mut asked = Honest.asks_for_nonce(peer, status, body, challenges);
        self.faults.on_nonce_asked(challenges, &mut asked);
        asked
    }

    fn asks_resource_again(&self) -> bool {
        self.faults.asks_resource_again()
    }

    fn resource_challenges(&self, status: u16, fields: &[&str]) -> Vec<AuthChallenge> {
        let mut challenges = Honest.resource_challenges(status, fields);
        self.faults.on_challenges(&mut challenges);
        challenges
    }

    fn resource_metadata_call(
        &self,
        settings: &Settings,
        challenges: &[AuthChallenge],
    ) -> Result<HttpCall, MetadataRefusal> {
        let mut call = Honest.resource_metadata_call(settings, challenges)?;
        self.faults.on_resource_metadata_call(settings, &mut call);
        Ok(call)
    }

    fn find_server(
        &self,
        settings: &mut Settings,
        body: &[u8],
        challenges: &[AuthChallenge],
    ) -> Result<(), MetadataRefusal> {
        let mut body = body.to_vec();
        self.faults.on_resource_metadata(settings, &mut body);
        settings.find_server(&body, challenges)
    }

    fn metadata_call(&self, settings: &Settings) -> HttpCall {
        let mut call = Honest.metadata_call(settings);
        self.faults.on_metadata_call(settings, &mut call);
        call
    }

    fn discover(&self, settings: &mut Settings, body: &[u8]) -> Result<(), MetadataRefusal> {
        let mut body = body.to_vec();
        self.faults.on_metadata(settings, &mut body);
        settings.discover(&body)
    }
}
