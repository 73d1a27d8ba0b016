//! The acts that call a server first: push, redeem, refresh, fetch, take back.
//!
//! A request for or with a bound token goes out with a proof, and once more if the server wants a nonce in it. What a
//! proof says, which nonce it has and whether it is wanted are the model's decisions.

use oauth_core::client::auth_challenge::challenges;
use oauth_core::client::call::{
    HttpCall, ServerWords, judge_resource_answer, judge_tokens, refresh_request, resource_request,
    token_request,
};
use oauth_core::client::dpop::{Making, Nonces, Peer, Place, Proof, asks_for_nonce, given_nonce};
use oauth_core::client::push::{judge_push_answer, push_request};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::revoke::{judge_revocation_answer, revocation_request};
use oauth_core::client::{Departure, Event, Fresh, TokenAnswer};
use oauth_core::secret::{Digest, Secret};
use oauth_faults::client_dpop::Attempt;

use crate::call::{Answer, Silence};
use crate::dpop::DpopKey;
use crate::flow::Turn;
use crate::host;

impl Turn<'_> {
    /// Pushes the authorization request.
    pub(crate) async fn push(&mut self, departure: &Departure, fresh: Fresh) -> Event {
        let mut call = push_request(&self.settings, departure);
        self.client.faults.on_call(&self.settings, &mut call);
        let unanswered = (ClientRefusal::PushUnanswered, ServerWords::default());
        let judged = match self.client.calls.send(call).await {
            Ok(answer) => judge_push_answer(answer.status, &answer.body.unwrap_or_default()),
            Err(_) => Err(unanswered),
        };
        let answer = judged.map_err(|(refusal, words)| {
            self.shown.words = words;
            refusal
        });
        let answer = answer.map(|mut request_uri| {
            self.client.faults.on_request_uri(&mut request_uri);
            self.shown.request_uri = Some(request_uri);
        });
        Event::Pushed(answer, fresh)
    }

    /// Takes the tokens back: the refresh token first, since others may end with it.
    pub(crate) async fn revoke(&mut self) -> Event {
        let texts = [(self.refresh.take(), "refresh_token"), (self.token.take(), "access_token")];
        let mut all = Ok(());
        for (text, hint) in texts {
            let Some(text) = text else { continue };
            let mut call = revocation_request(&self.settings, &text, hint);
            self.client.faults.on_call(&self.settings, &mut call);
            let judged = match self.client.calls.send(call).await {
                Ok(Answer { mut status, body, .. }) => {
                    self.client.faults.on_revocation_answer(&mut status, &body.unwrap_or_default());
                    judge_revocation_answer(status)
                }
                Err(_) => Err(ClientRefusal::TokenEndpointSilent),
            };
            all = all.and(judged);
        }
        Event::Revoked(all)
    }

    /// Redeems the code.
    pub(crate) async fn exchange(&mut self, code: &str, verifier: Option<Secret>) -> Event {
        let call = token_request(&self.settings, code, verifier);
        Event::TokenAnswer(self.ask_for_tokens(call).await, host::secret())
    }

    /// Asks for a new access token.
    pub(crate) async fn renew(&mut self) -> Event {
        let Some(refresh) = &self.refresh else {
            return Event::RefreshAnswer(Err(ClientRefusal::TokenRefused));
        };
        let call = refresh_request(&self.settings, refresh);
        Event::RefreshAnswer(self.ask_for_tokens(call).await)
    }

    /// Sends a token request, judges the answer, and keeps its texts.
    async fn ask_for_tokens(&mut self, mut call: HttpCall) -> Result<TokenAnswer, ClientRefusal> {
        self.client.faults.on_call(&self.settings, &mut call);
        let sent = self.prove(Peer::AuthorizationServer, call, None).await;
        let answer = sent.map_err(|_| ClientRefusal::TokenEndpointSilent)?;
        let mut body = answer.body.unwrap_or_default();
        self.client.faults.on_token_answer(&mut body);
        let judgement = judge_tokens(self.settings.binding, self.client.clock.now(), answer.status, &body);
        self.token = judgement.token;
        self.refresh = judgement.refresh.or(self.refresh.take());
        self.shown.words = judgement.words;
        judgement.answer
    }

    /// Fetches the resource.
    pub(crate) async fn call_resource(&mut self) -> Event {
        let Some(token) = self.token.clone() else {
            return Event::ResourceAnswer(Digest::of(""), Err(ClientRefusal::ResourceFailed));
        };
        let shown = Digest::of(&token);
        let mut call = resource_request(&self.settings, &token);
        self.client.faults.on_call(&self.settings, &mut call);
        let answer = match self.prove(Peer::ResourceServer, call, Some(&token)).await {
            Ok(answer) => judge_resource_answer(answer.status).and_then(|()| {
                let body = answer.body.ok_or(ClientRefusal::ResourceFailed)?;
                self.shown.resource = String::from_utf8_lossy(&body).into_owned();
                Ok(())
            }),
            Err(_) => Err(ClientRefusal::ResourceFailed),
        };
        Event::ResourceAnswer(shown, answer)
    }

    /// Sends a request with a proof, if tokens get bound here.
    async fn prove(&mut self, peer: Peer, call: HttpCall, token: Option<&str>) -> Result<Answer, Silence> {
        let Some(key) = self.proof_key.clone() else { return self.client.calls.send(call).await };
        let faults = &self.client.faults;
        let mut place = Nonces::place(peer, &call.url);
        faults.on_nonce_place(&mut place);
        let mut attempt = Attempt::First;
        loop {
            let nonce = self.client.nonces().latest(&place).map(str::to_owned);
            let mut proved = call.clone();
            self.add_proof(&key, attempt, &mut proved, token, nonce.as_deref());
            faults.on_proved_call(peer, &mut proved);
            let answer = self.client.calls.send(proved).await?;
            let given = self.learn_nonce(&place, &answer);
            let challenges = challenges(&answer.fields("www-authenticate"));
            let body = answer.body.as_deref().unwrap_or_default();
            let mut asked = asks_for_nonce(peer, answer.status, body, &challenges);
            faults.on_nonce_asked(&challenges, &mut asked);
            // Once: a server that is not content with its own nonce will not be so later.
            if attempt == Attempt::Second || !asked || given.is_none() {
                return Ok(answer);
            }
            attempt = Attempt::Second;
        }
    }

    fn add_proof(
        &self,
        key: &DpopKey,
        attempt: Attempt,
        call: &mut HttpCall,
        token: Option<&str>,
        nonce: Option<&str>,
    ) {
        let jti = host::secret().secret;
        let making = Making { key: key.public(), now: self.client.clock.now(), jti: &jti, token, nonce };
        let mut proof = Proof::of(call, making);
        self.client.faults.on_proof(attempt, &mut proof);
        let input = proof.signing_input();
        Proof::add_to(call, &input, &key.sign(&input));
    }

    /// Keeps the nonce that came with an answer.
    fn learn_nonce(&self, place: &Place, answer: &Answer) -> Option<String> {
        let mut nonces = self.client.nonces();
        let mut given = given_nonce(&answer.fields("dpop-nonce"));
        self.client.faults.on_given_nonce(&nonces, place, &mut given);
        if let Some(nonce) = &given {
            nonces.learn(place.clone(), nonce.clone());
        }
        given
    }
}
