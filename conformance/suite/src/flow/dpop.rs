//! Requests that show possession of a key (RFC 9449), and the server's nonces that they follow.

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::Checked;
use crate::flow::TokenRequest;
use crate::wire::dpop::{DpopKey, Proof};
use crate::wire::{Actor, Exchange, Request, Response, fields};

/// How often a server may ask for another nonce before its answer is taken as it is.
const PATIENCE: usize = 2;

impl Context {
    /// A fresh key pair for proofs, the same for the same seed, case and place in the case.
    #[must_use]
    pub fn proof_key(&self) -> DpopKey {
        DpopKey::drawn(self.draw())
    }

    /// The good proof of a key for a request: with the newest nonce that the request's URL has given, if any.
    #[must_use]
    pub fn proof(&self, key: &DpopKey, request: &Request) -> Proof {
        let issued = self.live().unix_time();
        let proof = Proof::new(key, (&request.method, &request.url), &self.fresh(), issued);
        match self.nonce_of(place(request)) {
            Some(nonce) => proof.claim("nonce", nonce),
            None => proof,
        }
    }

    /// Sends a request with a proof that was spoilt in some way. Where the server asks for another nonce, it gets the
    /// same once more, with a proof that is fresh but for how it is spoilt.
    ///
    /// # Errors
    /// `errored` without an answer.
    pub async fn send_proven(
        &self,
        who: Actor,
        request: Request,
        key: &DpopKey,
        spoil: impl Fn(Proof) -> Proof + Send + Sync,
    ) -> Checked<Arc<Exchange>> {
        let mut asked = 0;
        loop {
            let proof = spoil(self.proof(key, &request));
            let exchange = self.send_proof(who, &request, &proof).await?;
            asked += 1;
            let Ok(response) = &exchange.answer else { return Ok(exchange) };
            if !asks_for_nonce(response) || asked > PATIENCE {
                return Ok(exchange);
            }
        }
    }

    /// Sends a request with this very proof, whatever the answer.
    ///
    /// # Errors
    /// `errored` without an answer.
    pub async fn send_proof(&self, who: Actor, request: &Request, proof: &Proof) -> Checked<Arc<Exchange>> {
        let fields = proof.fields();
        let dressed = fields.into_iter().fold(request.clone(), |request, text| request.header("DPoP", text));
        let exchange = self.send(who, dressed).await?;
        let nonce = exchange.answer.as_ref().ok().and_then(|response| response.header("dpop-nonce"));
        if let Some(nonce) = nonce {
            self.keep_nonce(place(request), nonce);
        }
        Ok(exchange)
    }

    /// Sends a token request with the good proof of a key.
    ///
    /// # Errors
    /// `errored` without an answer.
    pub async fn token_proven(&self, request: &TokenRequest, key: &DpopKey) -> Checked<Arc<Exchange>> {
        self.token_spoilt(request, key, |proof| proof).await
    }

    /// Sends a token request with a proof that was spoilt in some way.
    ///
    /// # Errors
    /// `errored` without an answer.
    pub async fn token_spoilt(
        &self,
        request: &TokenRequest,
        key: &DpopKey,
        spoil: impl Fn(Proof) -> Proof + Send + Sync,
    ) -> Checked<Arc<Exchange>> {
        let http = request.request(&self.target().endpoints.token);
        self.send_proven(request.who, http, key, spoil).await
    }

    /// Asks for the protected resource with a bound access token and a proof that was spoilt in some way.
    ///
    /// # Errors
    /// `not-tested` if the target names no resource; `errored` without an answer.
    pub async fn resource_proven(
        &self,
        access_token: &str,
        key: &DpopKey,
        spoil: impl Fn(Proof) -> Proof + Send + Sync,
    ) -> Checked<Arc<Exchange>> {
        let request = self.bound_request(access_token)?;
        self.send_proven(Actor::Client, request, key, |proof| spoil(proof.for_token(access_token))).await
    }

    /// The request for the protected resource with a bound access token, without its proof.
    ///
    /// # Errors
    /// `not-tested` if the target names no resource.
    pub fn bound_request(&self, access_token: &str) -> Checked<Request> {
        Ok(Request::get(self.resource_url()?).header("Authorization", format!("DPoP {access_token}")))
    }
}

/// Nonces of an authorization server and those of a resource server are different things (RFC 9449, section 9).
fn place(request: &Request) -> &str {
    request.url.split(['?', '#']).next().unwrap_or_default()
}

/// Whether an answer refuses a proof for its nonce alone: by JSON (section 8) or by a challenge (section 9).
#[must_use]
pub fn asks_for_nonce(response: &Response) -> bool {
    const ERROR: &str = "use_dpop_nonce";
    let told = match response.status {
        400 => response.json().is_some_and(|json| json.get("error").is_some_and(|error| error == ERROR)),
        401 => fields::challenges(response).iter().any(|challenge| challenge.param("error") == Some(ERROR)),
        _ => false,
    };
    told && response.header("dpop-nonce").is_some()
}
