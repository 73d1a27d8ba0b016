//! What a client asks the logic, at the places of its loop where it does.
//!
//! [`Honest`] is the logic itself: the provided methods. Whoever puts something else in its place, as `oauth_faults` does
//! to break rules on purpose, gives the loop other answers, and the loop knows nothing of it.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::auth_challenge::AuthChallenge;
use super::call::{ServerWords, TokenJudgement};
use super::call::{judge_tokens, refresh_request, resource_request, token_request};
use super::dpop::{Attempt, Making, Nonces, Peer, Place, Proof, asks_for_nonce, given_nonce};
use super::http_call::HttpCall;
use super::push::{judge_push_answer, push_request};
use super::receive::{Received, receive};
use super::refusal::ClientRefusal;
use super::reply::{ClientPage, Shown, encode};
use super::revoke::{judge_revocation_answer, revocation_request};
use super::settings::{MetadataRefusal, Settings, metadata_call};
use super::site::{Site, SiteRefusal, check, own_origin};
use super::{Act, Departure, Event, Fresh, Rules, Session, resource, step};
use crate::directory::Authentication;
use crate::http::{HttpReply, HttpRequest};
use crate::policy::Time;
use crate::secret::Secret;

/// The logic behind a client: each method is one decision.
pub trait Logic: Send + Sync {
    // Before anybody comes.

    /// The origin that a client gives itself at this port.
    fn own_origin(&self, methods: &[Authentication], port: u16) -> String {
        own_origin(methods, port)
    }

    /// What is taken over of what the configuration says of a server.
    fn configured(&self, settings: Settings) -> Settings {
        settings
    }

    /// Judges whether a client may work with these servers.
    ///
    /// # Errors
    /// What is wrong with them.
    fn check(&self, servers: &[Settings]) -> Result<(), SiteRefusal> {
        check(servers)
    }

    /// Whether the edge compares the certificates of servers.
    fn checks_certificates(&self) -> bool {
        // rfc6749-10.9-client-validates-certificate
        true
    }

    // The way of a browser's request.

    /// Reads a browser's request.
    fn receive(&self, request: &HttpRequest, site: &Site, fresh: &Fresh) -> Received {
        receive(request, site, fresh)
    }

    /// Whom an event is about: the server that the session settled on when its login began.
    fn server(&self, _: &Event, _first: &Arc<Settings>, settled: Arc<Settings>) -> Arc<Settings> {
        // rfc9700-4.4.2-client-stores-issuer-per-request
        settled
    }

    /// Folds one event into a session.
    fn step(&self, now: Time, rules: &Rules, session: Session, event: &Event) -> (Session, Act) {
        step(now, rules, session, event)
    }

    /// Writes the answer to the browser, whose access token lies beside its session; `None` for the acts that call a
    /// server first.
    fn encode(
        &self,
        _: &HttpRequest,
        act: &Act,
        settings: &Settings,
        shown: &Shown,
        _token: Option<&str>,
    ) -> Option<HttpReply<ClientPage>> {
        encode(act, settings, shown)
    }

    // Calls to servers, and what is made of their answers.

    /// The request that pushes an authorization request.
    fn push_request(&self, settings: &Settings, departure: &Departure) -> HttpCall {
        push_request(settings, departure)
    }

    /// Judges the answer to it: the `request_uri`.
    ///
    /// # Errors
    /// Why there is none, and the server's words.
    fn judge_push_answer(&self, status: u16, body: &[u8]) -> Result<String, (ClientRefusal, ServerWords)> {
        judge_push_answer(status, body)
    }

    /// The request that redeems a code.
    fn token_request(&self, settings: &Settings, code: &str, verifier: Option<Secret>) -> HttpCall {
        token_request(settings, code, verifier)
    }

    /// The request for a new access token.
    fn refresh_request(&self, settings: &Settings, refresh_token: &str) -> HttpCall {
        refresh_request(settings, refresh_token)
    }

    /// Judges the token endpoint's answer.
    fn judge_tokens(&self, settings: &Settings, now: Time, status: u16, body: &[u8]) -> TokenJudgement {
        judge_tokens(settings.binding, now, status, body)
    }

    /// The request for the resource.
    fn resource_request(&self, settings: &Settings, token: &str) -> HttpCall {
        resource_request(settings, token)
    }

    /// The request that takes a token back.
    fn revocation_request(&self, settings: &Settings, token: &str, hint: &'static str) -> HttpCall {
        revocation_request(settings, token, hint)
    }

    /// Judges the answer to it.
    ///
    /// # Errors
    /// The server did not say that the token ended.
    fn judge_revocation_answer(&self, status: u16, _body: &[u8]) -> Result<(), ClientRefusal> {
        judge_revocation_answer(status)
    }

    // Proofs of possession.

    /// Where the nonces of a request's server are kept.
    fn nonce_place(&self, peer: Peer, url: &str) -> Place {
        Nonces::place(peer, url)
    }

    /// The proof for a request, to be signed.
    fn proof(&self, _: Attempt, call: &HttpCall, making: Making<'_>) -> Proof {
        Proof::of(call, making)
    }

    /// Adds the signed proof to its request.
    fn add_proof(&self, _: Peer, call: &mut HttpCall, signing_input: &str, signature: &[u8]) {
        Proof::add_to(call, signing_input, signature);
    }

    /// The nonce of an answer, where these are known already.
    fn given_nonce(&self, _known: &Nonces, _: &Place, fields: &[&str]) -> Option<String> {
        given_nonce(fields)
    }

    /// Whether an answer asks for the same request with another nonce.
    fn asks_for_nonce(&self, peer: Peer, status: u16, body: &[u8], challenges: &[AuthChallenge]) -> bool {
        asks_for_nonce(peer, status, body, challenges)
    }

    // What servers and resources publish.

    /// Whether a resource that named its server at an earlier login is asked again.
    fn asks_resource_again(&self) -> bool {
        // rfc9728-5.2-client-refetches
        true
    }

    /// The challenges with which a resource answered.
    fn resource_challenges(&self, status: u16, fields: &[&str]) -> Vec<AuthChallenge> {
        resource::challenges_of(status, fields)
    }

    /// The request for a resource's metadata, after these challenges.
    ///
    /// # Errors
    /// The challenge leads where this client does not go.
    fn resource_metadata_call(
        &self,
        settings: &Settings,
        challenges: &[AuthChallenge],
    ) -> Result<HttpCall, MetadataRefusal> {
        resource::metadata_call(settings, challenges)
    }

    /// Takes over what a resource's metadata says.
    ///
    /// # Errors
    /// Why it is not used.
    fn find_server(
        &self,
        settings: &mut Settings,
        body: &[u8],
        challenges: &[AuthChallenge],
    ) -> Result<(), MetadataRefusal> {
        settings.find_server(body, challenges)
    }

    /// The request for a server's metadata.
    fn metadata_call(&self, settings: &Settings) -> HttpCall {
        metadata_call(settings)
    }

    /// Takes over what a server's metadata says.
    ///
    /// # Errors
    /// Why it is not used.
    fn discover(&self, settings: &mut Settings, body: &[u8]) -> Result<(), MetadataRefusal> {
        settings.discover(body)
    }
}

/// The logic itself.
#[derive(Debug, Clone, Copy, Default)]
pub struct Honest;

impl Logic for Honest {}
