//! Requests for the protected resource, and tokens that are none (RFC 6750).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::scope::{beside_narrow_scope, not_opened_by};
use crate::expect::{self, Token};
use crate::flow;
use crate::subject::Need;
use crate::wire::{Actor, Exchange, Request, fields};

/// A token that opens the resource, by an honest flow. It is a control, and so is that the resource looks at tokens.
pub(in crate::cases) async fn opening_token(ctx: &Context) -> Checked<Token> {
    let token = flow::access(ctx, &ctx.parties().client()?).await?;
    let answer = flow::resource(ctx, &token.access_token).await?;
    expect::served(&answer).control("the resource with a fresh token")?;
    looks_at_tokens(ctx).await?;
    Ok(token)
}

/// That the resource looks at tokens: it is not open to whoever shows none and to whoever shows a made-up one alike.
///
/// # Errors
/// `not-tested` if it is open to all; `errored` without a usable answer.
pub(in crate::cases) async fn looks_at_tokens(ctx: &Context) -> Checked {
    let made_up = with_header(ctx, Some(&format!("Bearer {}", ctx.fresh()))).await?;
    made_up.response()?;
    if expect::served(&made_up).is_err() {
        return Ok(());
    }
    let none = with_header(ctx, None).await?;
    none.response()?;
    if expect::served(&none).is_err() {
        return Ok(());
    }
    let reason = "the control failed: the resource is open to whoever shows no token, and to whoever shows a made-up one; name one that looks at tokens as resource under [endpoints]";
    Err(CaseEnd::not_tested(reason).at(&none))
}

/// That the resource saw a fresh token in the header. It is a control that nothing else is wrong: that the token is for too little,
/// the address another, or that something lacks in the request, says nothing of the header.
pub(in crate::cases) fn seen_in_header(answer: &Arc<Exchange>) -> Checked {
    const UNAUTHORIZED: u16 = 401;
    let served = expect::served(answer);
    if answer.status() == Some(UNAUTHORIZED) {
        return served;
    }
    served.control("the resource with a fresh token")
}

/// The resource's answer to a token of a scope that does not open it, while another opens it.
pub(in crate::cases) async fn with_narrow_scope(ctx: &Context) -> Checked<Arc<Exchange>> {
    opening_token(ctx).await?;
    let client = ctx.parties().client_where(Need::NarrowScope, |client| client.narrow_scope.is_some())?;
    let narrow = client.narrow_scope.as_deref().unwrap_or_default();
    let ask = flow::ask(ctx, &client).set("scope", narrow);
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing).control("an authorization request for narrow_scope")?;
    let token = flow::redeem(ctx, &code).await?;
    let beside = beside_narrow_scope(ctx, &token, narrow)?;
    let answer = flow::resource(ctx, &token.access_token).await?;
    not_opened_by(&beside, &answer)?;
    Ok(answer)
}

/// Asks for the resource with this `Authorization` header, or none.
pub(in crate::cases) async fn with_header(ctx: &Context, header: Option<&str>) -> Checked<Arc<Exchange>> {
    let mut request = flow::resource_request(ctx, "")?.without_header("Authorization");
    if let Some(header) = header {
        request = request.header("Authorization", header);
    }
    ctx.send(Actor::Client, request).await
}

/// The request for the resource with a token in its query too.
pub(in crate::cases) fn in_query(request: Request, token: &str) -> Request {
    let separator = if request.url.contains('?') { '&' } else { '?' };
    let encoded: String = url::form_urlencoded::byte_serialize(token.as_bytes()).collect();
    Request { url: format!("{}{separator}access_token={encoded}", request.url), ..request }
}

/// A JWT with the same claims and no signature; `None` if the token is no JWT.
pub(in crate::cases) fn unsigned(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    header.get("alg")?;
    Some(format!("{}.{claims}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#)))
}

/// Status and `error` of the Bearer challenge are these.
pub(in crate::cases) fn told(answer: &Arc<Exchange>, status: u16, error: &str) -> Checked {
    let response = answer.response()?;
    let challenge = fields::challenge(response, "Bearer");
    let found = challenge.as_ref().and_then(|challenge| challenge.param("error"));
    if response.status == status && found == Some(error) {
        return Ok(());
    }
    let said = match (&challenge, found) {
        (None, _) => "no Bearer challenge".to_owned(),
        (Some(_), None) => "a challenge without error".to_owned(),
        (Some(_), Some(error)) => format!("a challenge with error {error:?}"),
    };
    let expected = format!("status {status} and a Bearer challenge with error {error:?}");
    Err(answer.broken(expected, format!("status {}, {said}", response.status)))
}
