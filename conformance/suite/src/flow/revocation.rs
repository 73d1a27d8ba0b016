//! Revoking (RFC 7009, section 2), and whether the server can end access tokens at all: what a text wants of that "when possible" is
//! not wanted of others.

use std::sync::Arc;

use serde_json::Value;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked};
use crate::flow;
use crate::request::{Authentication, TokenRequest};
use crate::subject::Client;
use crate::wire::{Exchange, Params, Response};

/// The good request of a client that revokes a token.
pub(crate) fn revocation(client: &Client, token: &str) -> TokenRequest {
    TokenRequest::new(client, Params::from([("token", token)]))
}

/// Sends a revocation request.
///
/// # Errors
/// `not-offered` if the target has no revocation endpoint.
pub(crate) async fn revoke(ctx: &Context, request: &TokenRequest) -> Checked<Arc<Exchange>> {
    let endpoint = ctx.target().endpoints.revocation.as_deref();
    let endpoint = endpoint.ok_or_else(|| CaseEnd::not_offered("the target has no revocation endpoint"))?;
    let request = shown_as_taken(ctx, "revocation_endpoint_auth_methods_supported", request);
    ctx.send(request.who, request.request(endpoint)).await
}

/// A POST of a client with its secret where this list of the metadata has it, if that lists another way than the client's at
/// the token endpoint: an endpoint may take others (RFC 8414, section 2).
pub(crate) fn shown_as_taken(ctx: &Context, list: &str, request: &TokenRequest) -> TokenRequest {
    let taken = |method: &str| ctx.target().metadata_lists(list, method);
    let (by_header, by_body) = (taken("client_secret_basic"), taken("client_secret_post"));
    let authentication = match request.authentication.clone() {
        Authentication::Basic { id, secret } if by_body && !by_header => Authentication::Body { id, secret },
        Authentication::Body { id, secret } if by_header && !by_body => Authentication::Basic { id, secret },
        shown @ (Authentication::Basic { .. }
        | Authentication::Body { .. }
        | Authentication::Id(_)
        | Authentication::Header(_)
        | Authentication::Nothing) => shown,
    };
    if request.method == "POST" { request.clone().authenticated(authentication) } else { request.clone() }
}

/// Whether the server says of a fresh access token of this client that it cannot be revoked (RFC 7009, section 2.2.1).
pub async fn access_tokens_stay(ctx: &Context, client: &Arc<Client>) -> bool {
    if ctx.target().endpoints.revocation.is_none() {
        return false;
    }
    let Ok(token) = flow::access(ctx, client).await else { return false };
    let answer = revoke(ctx, &revocation(client, &token.access_token)).await;
    answer.is_ok_and(|answer| says_that_it_stays(&answer))
}

/// Whether a revocation is answered by that tokens of this kind cannot be revoked.
pub(crate) fn says_that_it_stays(answer: &Exchange) -> bool {
    let json = answer.answer.as_ref().ok().and_then(Response::json).unwrap_or_default();
    json.get("error").and_then(Value::as_str) == Some("unsupported_token_type")
}
