//! Authorization requests that are pushed first (RFC 9126), and the references that stand for them.

use std::sync::Arc;

use serde_json::Value;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::expect;
use crate::flow::{self, Authentication, AuthorizationRequest, TokenRequest};
use crate::wire::{Exchange, Params};

/// The good push of an authorization request: its parameters as a form, with the client's credentials.
#[must_use]
pub fn push(ask: &AuthorizationRequest) -> TokenRequest {
    flow::push_as(ask, Authentication::of(&ask.client))
}

/// The push of an authorization request by somebody who shows these credentials.
#[must_use]
pub fn push_as(ask: &AuthorizationRequest, authentication: Authentication) -> TokenRequest {
    let mut params = ask.params.clone();
    // Credentials in the body bring the identifier with them.
    if matches!(authentication, Authentication::Id(_) | Authentication::Body { .. }) {
        params.remove("client_id");
    }
    TokenRequest::new(&ask.client, params).authenticated(authentication)
}

/// Sends a push.
///
/// # Errors
/// `not-tested` if the target names no such endpoint; `errored` without an answer.
pub async fn send_push(ctx: &Context, push: &TokenRequest) -> Checked<Arc<Exchange>> {
    ctx.send(push.who, push.request(flow::push_url(ctx)?)).await
}

/// The URL at which requests are pushed.
///
/// # Errors
/// `not-tested` if the target names none.
pub fn push_url(ctx: &Context) -> Checked<&str> {
    let url = ctx.target().endpoints.pushed_authorization_request.as_deref();
    url.ok_or_else(|| {
        CaseEnd::not_tested("the target names no pushed_authorization_request under [endpoints]")
    })
}

/// Whether the metadata says that every authorization request has to be pushed (RFC 9126, section 5).
#[must_use]
pub fn pushes_only(ctx: &Context) -> bool {
    ctx.target().metadata("require_pushed_authorization_requests") == Some(&Value::Bool(true))
}

/// Whether an authorization request has to be pushed.
pub(super) fn is_due(ctx: &Context, ask: &AuthorizationRequest) -> bool {
    pushes_only(ctx) && !ask.params.has("request_uri")
}

/// Pushes any authorization request and gives its reference.
///
/// # Errors
/// `not-offered` if it is refused: then no request of the kind can be sent by a browser; `errored` without an answer.
pub(super) async fn reference(ctx: &Context, ask: &AuthorizationRequest) -> Checked<String> {
    let answer = send_push(ctx, &push(ask)).await?;
    expect::request_uri(&answer).map_err(|end| match end.kind {
        EndKind::Broken | EndKind::Warned => {
            let reason = format!("only pushed requests are taken, and this one is refused: {}", end.saw);
            CaseEnd::not_offered(reason).at(&answer)
        }
        EndKind::NotOffered | EndKind::NotTested | EndKind::Errored | EndKind::Unlisted => end,
    })
}

/// Pushes an authorization request honestly and gives its reference. It is a control.
///
/// # Errors
/// `not-tested` or `errored`.
pub async fn pushed(ctx: &Context, ask: &AuthorizationRequest) -> Checked<String> {
    expect::request_uri(&flow::send_push(ctx, &flow::push(ask)).await?).control("an honest push")
}

impl AuthorizationRequest {
    /// The request that says no more than who asks, and where the rest was pushed.
    #[must_use]
    pub fn by_reference(&self, request_uri: &str) -> Self {
        let params = Params::from([("client_id", self.client.id.as_str()), ("request_uri", request_uri)]);
        Self { params, ..self.clone() }
    }
}
