//! Requests that show possession of a key (RFC 9449), and the server's nonces that they follow.

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::Checked;
use crate::flow::{self, TokenRequest};
use crate::wire::dpop::{Algorithm, DpopKey, Proof};
use crate::wire::{Actor, Exchange, Request, Response, fields};

/// How often a server may ask for another nonce before its answer is taken as it is.
const PATIENCE: usize = 2;

/// A fresh key pair for proofs, the same for the same seed, case and place in the case.
#[must_use]
pub fn proof_key(ctx: &Context) -> DpopKey {
    DpopKey::drawn(ctx.draw())
}

/// A key pair for proofs by another algorithm than ES256.
#[must_use]
pub fn proof_key_for(ctx: &Context, algorithm: Algorithm) -> DpopKey {
    DpopKey::drawn_for(algorithm, ctx.draw())
}

/// The good proof of a key for a request: with the newest nonce that the request's URL has given, if any.
#[must_use]
pub fn proof(ctx: &Context, key: &DpopKey, request: &Request) -> Proof {
    let issued = ctx.live().unix_time();
    let proof = Proof::new(key, (&request.method, &request.url), &ctx.fresh(), issued);
    match ctx.nonce_of(&request.url) {
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
    ctx: &Context,
    who: Actor,
    request: Request,
    key: &DpopKey,
    spoil: impl Fn(Proof) -> Proof + Send + Sync,
) -> Checked<Arc<Exchange>> {
    let mut asked = 0;
    loop {
        let proof = spoil(flow::proof(ctx, key, &request));
        let exchange = flow::send_proof(ctx, who, &request, &proof).await?;
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
pub async fn send_proof(
    ctx: &Context,
    who: Actor,
    request: &Request,
    proof: &Proof,
) -> Checked<Arc<Exchange>> {
    let fields = proof.fields();
    let dressed = fields.into_iter().fold(request.clone(), |request, text| request.header("DPoP", text));
    let exchange = ctx.send(who, dressed).await?;
    let nonce = exchange.answer.as_ref().ok().and_then(|response| response.header("dpop-nonce"));
    if let Some(nonce) = nonce {
        ctx.keep_nonce(&request.url, nonce);
    }
    Ok(exchange)
}

/// Sends a token request with the good proof of a key.
///
/// # Errors
/// `errored` without an answer.
pub async fn token_proven(ctx: &Context, request: &TokenRequest, key: &DpopKey) -> Checked<Arc<Exchange>> {
    flow::token_spoilt(ctx, request, key, |proof| proof).await
}

/// Sends a token request with a proof that was spoilt in some way.
///
/// # Errors
/// `errored` without an answer.
pub async fn token_spoilt(
    ctx: &Context,
    request: &TokenRequest,
    key: &DpopKey,
    spoil: impl Fn(Proof) -> Proof + Send + Sync,
) -> Checked<Arc<Exchange>> {
    let http = request.request(&ctx.target().endpoints.token);
    flow::send_proven(ctx, request.who, http, key, spoil).await
}

/// Asks for the protected resource with a bound access token and a proof that was spoilt in some way.
///
/// # Errors
/// `not-tested` if the target names no resource; `errored` without an answer.
pub async fn resource_proven(
    ctx: &Context,
    access_token: &str,
    key: &DpopKey,
    spoil: impl Fn(Proof) -> Proof + Send + Sync,
) -> Checked<Arc<Exchange>> {
    let request = flow::bound_request(ctx, access_token)?;
    flow::send_proven(ctx, Actor::Client, request, key, |proof| spoil(proof.for_token(access_token))).await
}

/// The request for the protected resource with a bound access token, without its proof.
///
/// # Errors
/// `not-tested` if the target names no resource.
pub fn bound_request(ctx: &Context, access_token: &str) -> Checked<Request> {
    Ok(Request::get(ctx.parties().resource_url()?).header("Authorization", format!("DPoP {access_token}")))
}

/// Whether an answer refuses a proof for its nonce alone: by JSON (section 8) or by a challenge (section 9). Which status it
/// has, is a matter of form.
#[must_use]
pub fn asks_for_nonce(response: &Response) -> bool {
    const ERROR: &str = "use_dpop_nonce";
    let in_json = response.json().is_some_and(|json| json.get("error").is_some_and(|error| error == ERROR));
    let told = in_json
        || fields::challenges(response).iter().any(|challenge| challenge.param("error") == Some(ERROR));
    told && (400..500).contains(&response.status) && response.header("dpop-nonce").is_some()
}
