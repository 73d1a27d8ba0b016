//! Whether the server can end access tokens at all: what a text wants of that "when possible" is not wanted of others.

use std::sync::Arc;

use serde_json::Value;

use crate::case::Context;
use crate::flow;
use crate::request::TokenRequest;
use crate::subject::Client;
use crate::wire::{Exchange, Params, Response};

/// Whether the server says of a fresh access token of this client that it cannot be revoked (RFC 7009, section 2.2.1).
pub async fn access_tokens_stay(ctx: &Context, client: &Arc<Client>) -> bool {
    let Some(endpoint) = ctx.target().endpoints.revocation.as_deref() else { return false };
    let Ok(token) = flow::access(ctx, client).await else { return false };
    let params = Params::from([("token", token.access_token.as_str())]);
    let request = TokenRequest::new(client, params);
    let answer = ctx.send(request.who, request.request(endpoint)).await;
    answer.is_ok_and(|answer| says_that_it_stays(&answer))
}

/// Whether a revocation is answered by that tokens of this kind cannot be revoked.
pub(crate) fn says_that_it_stays(answer: &Exchange) -> bool {
    let json = answer.answer.as_ref().ok().and_then(Response::json).unwrap_or_default();
    json.get("error").and_then(Value::as_str) == Some("unsupported_token_type")
}
