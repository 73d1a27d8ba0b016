//! The acts that call a server first: push, redeem, refresh, fetch, take back.
//!
//! A request for or with a bound token goes out with a proof, and once more if the server wants a nonce in it. What a
//! proof says, which nonce it has and whether it is wanted are the model's decisions.

use oauth_core::client::auth_challenge::challenges;
use oauth_core::client::call::{ServerWords, judge_resource_answer};
use oauth_core::client::dpop::{Attempt, Making, Peer, Place};
use oauth_core::client::http_call::HttpCall;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::{Departure, Event, Fresh, TokenAnswer};
use oauth_core::secret::{Digest, Secret};

use crate::call::{Answer, Silence};
use crate::dpop::DpopKey;
use crate::flow::Turn;
use crate::host;

impl Turn<'_> {
    /// Pushes the authorization request.
    pub(crate) async fn push(&mut self, departure: &Departure, fresh: Fresh) -> Event {
        let logic = &self.client.logic;
        let call = logic.push_request(&self.settings, departure);
        let unanswered = (ClientRefusal::PushUnanswered, ServerWords::default());
        let judged = match self.client.calls.send(call).await {
            Ok(answer) => logic.judge_push_answer(answer.status, &answer.body.unwrap_or_default()),
            Err(_) => Err(unanswered),
        };
        let answer = judged.map_err(|(refusal, words)| {
            self.shown.words = words;
            refusal
        });
        let answer = answer.map(|request_uri| {
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
            let call = self.client.logic.revocation_request(&self.settings, &text, hint);
            let judged = match self.client.calls.send(call).await {
                Ok(Answer { status, body, .. }) => {
                    self.client.logic.judge_revocation_answer(status, &body.unwrap_or_default())
                }
                Err(_) => Err(ClientRefusal::TokenEndpointSilent),
            };
            all = all.and(judged);
        }
        Event::Revoked(all)
    }

    /// Redeems the code.
    pub(crate) async fn exchange(&mut self, code: &str, verifier: Option<Secret>) -> Event {
        let call = self.client.logic.token_request(&self.settings, code, verifier);
        Event::TokenAnswer(self.ask_for_tokens(call).await, host::secret())
    }

    /// Asks for a new access token.
    pub(crate) async fn renew(&mut self) -> Event {
        let Some(refresh) = &self.refresh else {
            return Event::RefreshAnswer(Err(ClientRefusal::TokenRefused));
        };
        let call = self.client.logic.refresh_request(&self.settings, refresh);
        Event::RefreshAnswer(self.ask_for_tokens(call).await)
    }

    /// Sends a token request, judges the answer, and keeps its texts.
    async fn ask_for_tokens(&mut self, call: HttpCall) -> Result<TokenAnswer, ClientRefusal> {
        let sent = self.prove(Peer::AuthorizationServer, call, None).await;
        let answer = sent.map_err(|_| ClientRefusal::TokenEndpointSilent)?;
        let body = answer.body.unwrap_or_default();
        let now = self.client.clock.now();
        let judgement = self.client.logic.judge_tokens(&self.settings, now, answer.status, &body);
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
        let call = self.client.logic.resource_request(&self.settings, &token);
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
        let logic = &self.client.logic;
        let place = logic.nonce_place(peer, &call.url);
        let mut attempt = Attempt::First;
        loop {
            let nonce = self.client.nonces().latest(&place).map(str::to_owned);
            let mut proved = call.clone();
            self.add_proof(&key, (peer, attempt), &mut proved, token, nonce.as_deref());
            let answer = self.client.calls.send(proved).await?;
            let given = self.learn_nonce(&place, &answer);
            let challenges = challenges(&answer.fields("www-authenticate"));
            let body = answer.body.as_deref().unwrap_or_default();
            let asked = logic.asks_for_nonce(peer, answer.status, body, &challenges);
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
        (peer, attempt): (Peer, Attempt),
        call: &mut HttpCall,
        token: Option<&str>,
        nonce: Option<&str>,
    ) {
        let jti = host::secret().secret;
        let making = Making { key: key.public(), now: self.client.clock.now(), jti: &jti, token, nonce };
        let input = self.client.logic.proof(attempt, call, making).signing_input();
        self.client.logic.add_proof(peer, call, &input, &key.sign(&input));
    }

    /// Keeps the nonce that came with an answer.
    fn learn_nonce(&self, place: &Place, answer: &Answer) -> Option<String> {
        let mut nonces = self.client.nonces();
        let given = self.client.logic.given_nonce(&nonces, place, &answer.fields("dpop-nonce"));
        if let Some(nonce) = &given {
            nonces.learn(place.clone(), nonce.clone());
        }
        given
    }
}
