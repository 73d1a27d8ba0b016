//! The steps of the code flow, as cases take them, each a function: `flow::code(ctx, &client)`. Each request can be
//! spoilt in one place before it is sent.

mod browser;
mod dpop;
mod pushed;
mod registered;
mod revocation;

use std::sync::Arc;

pub use crate::request::{Authentication, AuthorizationRequest, TokenRequest, challenge};
pub use browser::{Browser, Until, browser, browser_of, stranger};
pub use dpop::{
    asks_for_nonce, bound_request, proof, proof_key, proof_key_for, resource_proven, send_proof, send_proven,
    token_proven, token_spoilt,
};
pub use pushed::{push, push_as, push_url, pushed, pushes_only, send_push};
pub use registered::{
    METHODS, Registered, as_registered, metadata, register, registered, registration, told_scope,
};
pub use revocation::access_tokens_stay;
pub(crate) use revocation::{revocation, revoke, says_that_it_stays, shown_as_taken};

use crate::browser::{Decision, Landing};
use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs, EndKind};
use crate::expect::{self, Token};
use crate::subject::Client;
use crate::wire::{Actor, Exchange, Params, Request};

/// A code, and what its redemption must repeat.
#[derive(Debug, Clone)]
pub struct Code {
    /// The code itself.
    pub value: String,
    /// The client to which it was issued.
    pub client: Arc<Client>,
    /// The `redirect_uri` of the authorization request, if it had one.
    pub redirect_uri: Option<String>,
    /// The code verifier, if there was a challenge.
    pub verifier: Option<String>,
    /// The exchange that carried it.
    pub exchange: Arc<Exchange>,
}

/// The good authorization request of a client: fresh `state`, PKCE with S256 where the target supports it.
#[must_use]
pub fn ask(ctx: &Context, client: &Arc<Client>) -> AuthorizationRequest {
    let mut params = Params::from([
        ("response_type", "code"),
        ("client_id", &client.id),
        ("redirect_uri", &client.redirect_uri),
    ]);
    if let Some(scope) = &client.scope {
        params.add("scope", scope);
    }
    params.add("state", &ctx.fresh());
    for (name, value) in &ctx.target().extra_parameters {
        params.set(name, value);
    }
    let ask = AuthorizationRequest { client: Arc::clone(client), params, verifier: None, post: false };
    if ctx.target().uses_pkce(client) { ask.with_verifier(&ctx.fresh()) } else { ask }
}

/// Sends an authorization request in the first user's browser, logs in and consents when asked.
///
/// # Errors
/// `errored` without a usable answer.
pub async fn authorize(ctx: &Context, ask: &AuthorizationRequest) -> Checked<Landing> {
    authorize_in(ctx, &mut browser(ctx), ask, Decision::Approve).await
}

/// As [`authorize`]; `None` where all requests have to be pushed and this one was refused there.
///
/// # Errors
/// `errored` without a usable answer.
pub async fn landing(ctx: &Context, ask: &AuthorizationRequest) -> Checked<Option<Landing>> {
    match authorize(ctx, ask).await {
        Err(end) if end.kind == EndKind::NotOffered => Ok(None),
        landing => landing.map(Some),
    }
}

/// As [`authorize`], but the user denies.
///
/// # Errors
/// `errored` without a usable answer; `not-tested` if the page has no way to deny.
pub async fn deny(ctx: &Context, ask: &AuthorizationRequest) -> Checked<Landing> {
    authorize_in(ctx, &mut browser(ctx), ask, Decision::Deny).await
}

/// Sends an authorization request in any browser and goes on to the end.
///
/// # Errors
/// As [`deny`].
pub async fn authorize_in(
    ctx: &Context,
    browser: &mut Browser,
    ask: &AuthorizationRequest,
    decision: Decision,
) -> Checked<Landing> {
    let first = open_in(ctx, browser, ask).await?;
    browser.run(first, decision).await
}

/// Sends an authorization request in any browser and stops where the server first answers: at the login
/// page, the consent page, an error page, or a redirect. Where the metadata demands it, the request is pushed first.
///
/// # Errors
/// `errored` without a usable answer; `not-offered` if only pushed requests are taken and this one is refused there.
pub async fn open_in(ctx: &Context, browser: &mut Browser, ask: &AuthorizationRequest) -> Checked<Landing> {
    if pushed::is_due(ctx, ask) {
        let request_uri = pushed::reference(ctx, ask).await?;
        return open_unpushed_in(ctx, browser, &ask.by_reference(&request_uri)).await;
    }
    open_unpushed_in(ctx, browser, ask).await
}

/// As [`open_in`], but sends the request itself also where it has to be pushed.
///
/// # Errors
/// `errored` without a usable answer.
pub async fn open_unpushed_in(
    ctx: &Context,
    browser: &mut Browser,
    ask: &AuthorizationRequest,
) -> Checked<Landing> {
    browser.send(ask.request(&ctx.target().endpoints.authorization)).await
}

/// The code of an authorization response.
///
/// # Errors
/// Broken if there is none.
pub fn code_from(ask: &AuthorizationRequest, landing: &Landing) -> Checked<Code> {
    let location = expect::code_redirect(ask, landing)?;
    Ok(Code {
        value: location.params.first("code").unwrap_or_default().into(),
        client: Arc::clone(&ask.client),
        redirect_uri: ask.params.first("redirect_uri").map(Into::into),
        verifier: ask.verifier.clone(),
        exchange: Arc::clone(&location.exchange),
    })
}

/// A fresh code by an honest flow. It is a control: if it fails, the case is `not-tested`.
///
/// # Errors
/// `not-tested` or `errored`.
pub async fn code(ctx: &Context, client: &Arc<Client>) -> Checked<Code> {
    let ask = ask(ctx, client);
    let landing = authorize(ctx, &ask).await.map_err(CaseEnd::of_a_control)?;
    code_from(&ask, &landing).control("an honest authorization request")
}

/// The good token request that redeems a code.
#[must_use]
pub fn redemption(code: &Code) -> TokenRequest {
    let mut params = Params::from([("grant_type", "authorization_code"), ("code", &code.value)]);
    if let Some(redirect_uri) = &code.redirect_uri {
        params.add("redirect_uri", redirect_uri);
    }
    if let Some(verifier) = &code.verifier {
        params.add("code_verifier", verifier);
    }
    TokenRequest::new(&code.client, params)
}

/// Sends a token request.
///
/// # Errors
/// `errored` without an answer.
pub async fn token(ctx: &Context, request: &TokenRequest) -> Checked<Arc<Exchange>> {
    ctx.send(request.who, request.request(&ctx.target().endpoints.token)).await
}

/// Sends copies of a token request at the same moment, over separate connections.
///
/// # Errors
/// `errored` without any answer.
pub async fn token_burst(
    ctx: &Context,
    request: &TokenRequest,
    copies: usize,
) -> Checked<Vec<Arc<Exchange>>> {
    ctx.burst(request.who, request.request(&ctx.target().endpoints.token), copies).await
}

/// Redeems a code honestly. It is a control.
///
/// # Errors
/// `not-tested` or `errored`.
pub async fn redeem(ctx: &Context, code: &Code) -> Checked<Token> {
    let exchange = token(ctx, &redemption(code)).await?;
    expect::token(&exchange).control("an honest token request")
}

/// An access token by a whole honest flow. It is a control.
///
/// # Errors
/// `not-tested` or `errored`.
pub async fn access(ctx: &Context, client: &Arc<Client>) -> Checked<Token> {
    let code = code(ctx, client).await?;
    redeem(ctx, &code).await
}

/// The control and the spoilt request in one: an honest flow first, then the same authorization request with
/// one thing changed, driven to its end with the user's approval.
///
/// # Errors
/// `not-tested` or `errored` from the control; `errored` without a usable answer.
pub async fn spoilt_authorization(
    ctx: &Context,
    client: &Arc<Client>,
    spoil: impl FnOnce(AuthorizationRequest) -> AuthorizationRequest + Send,
) -> Checked<(AuthorizationRequest, Landing)> {
    code(ctx, client).await?;
    let ask = spoil(ask(ctx, client));
    let landing = authorize(ctx, &ask).await?;
    Ok((ask, landing))
}

/// The control and the spoilt request in one: a code redeemed honestly first, then another code's redemption
/// with one thing changed.
///
/// # Errors
/// `not-tested` or `errored` from the control; `errored` without an answer.
pub async fn spoilt_redemption(
    ctx: &Context,
    client: &Arc<Client>,
    spoil: impl FnOnce(TokenRequest) -> TokenRequest + Send,
) -> Checked<Arc<Exchange>> {
    access(ctx, client).await?;
    let code = code(ctx, client).await?;
    token(ctx, &spoil(redemption(&code))).await
}

/// The good request for the protected resource.
///
/// # Errors
/// `not-tested` if the target names no resource.
pub fn resource_request(ctx: &Context, access_token: &str) -> Checked<Request> {
    Ok(Request::get(ctx.parties().resource_url()?).header("Authorization", format!("Bearer {access_token}")))
}

/// Asks for the protected resource with an access token.
///
/// # Errors
/// `not-tested` if the target names no resource; `errored` without an answer.
pub async fn resource(ctx: &Context, access_token: &str) -> Checked<Arc<Exchange>> {
    ctx.send(Actor::Client, resource_request(ctx, access_token)?).await
}
