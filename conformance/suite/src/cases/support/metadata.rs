//! The metadata document and the URLs in it (RFC 8414).

use std::sync::Arc;

use serde_json::Value;
use url::Url;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::expect;
use crate::subject::{FileKey, Need, is_loopback, is_metadata};
use crate::wire::{Actor, Exchange, Request};

/// Why a server's metadata is not looked for.
const NO_ISSUER: &str = "the target names no issuer; add issuer, or waive it where the server publishes none: [without] metadata = \"why\"";

/// That a server's metadata is not looked for.
pub(in crate::cases) fn no_issuer() -> CaseEnd {
    CaseEnd::not_tested(NO_ISSUER).lacks(FileKey::Issuer)
}

/// The origin of the server's issuer, and the issuer's path without a slash behind it: its metadata lies where these say.
///
/// # Errors
/// `not-tested` if neither the target nor the metadata names an issuer.
pub(in crate::cases) fn issuer_place(ctx: &Context) -> Checked<(String, String)> {
    let issuer = ctx.target().issuer.as_deref();
    let issuer = issuer.or_else(|| ctx.target().metadata("issuer").and_then(Value::as_str));
    let issuer = issuer.and_then(|text| Url::parse(text).ok());
    let issuer = issuer.ok_or_else(no_issuer)?;
    Ok((issuer.origin().ascii_serialization(), issuer.path().trim_end_matches('/').to_owned()))
}

/// Why a text is no https URL, or has a part that it may not have; http will do on loopback.
pub(in crate::cases) fn https_fault(text: &str, with_query: bool) -> Option<&'static str> {
    let Ok(url) = Url::parse(text) else { return Some("no absolute URL") };
    let http_on_loopback = url.scheme() == "http" && is_loopback(&url);
    if url.scheme() != "https" && !http_on_loopback {
        return Some("not https");
    }
    if text.contains('#') {
        return Some("with a fragment");
    }
    (!with_query && text.contains('?')).then_some("with a query")
}

/// Fetches what may be metadata.
pub(in crate::cases) async fn get(ctx: &Context, url: &str) -> Checked<Arc<Exchange>> {
    ctx.send(Actor::Suite, Request::get(url).header("Accept", "application/json")).await
}

/// Fetches the metadata from where it was found. It is a control that the server is able to answer.
pub(in crate::cases) async fn document(ctx: &Context) -> Checked<Arc<Exchange>> {
    let Some(url) = &ctx.target().metadata_url else {
        return Err(CaseEnd::not_offered("no metadata was found"));
    };
    let exchange = get(ctx, url).await?;
    expect::judged(&exchange).control("the metadata, once more")?;
    Ok(exchange)
}

/// A deployment that has another way to tell its clients says so.
pub(in crate::cases) fn unless_waived(ctx: &Context) -> Checked {
    match ctx.target().without.get(Need::Metadata.key()) {
        Some(reason) => Err(CaseEnd::not_offered(reason.clone())),
        None => Ok(()),
    }
}

/// What a published document says; `None` where it is no JSON object with the status 200.
pub(in crate::cases) fn object(exchange: &Exchange) -> Option<Value> {
    let response = exchange.answer.as_ref().ok().filter(|response| response.status == 200)?;
    response.json().filter(Value::is_object)
}

/// What a document says that is a server's metadata; `None` where another one is there, or none.
pub(in crate::cases) fn of_a_server(exchange: &Exchange) -> Option<Value> {
    object(exchange).filter(is_metadata)
}

/// Whether a published document came as one.
pub(in crate::cases) fn is_sent_as_json(exchange: &Arc<Exchange>) -> Checked {
    let response = exchange.response()?;
    let media_type = response.media_type().unwrap_or_else(|| "no media type".into());
    if object(exchange).is_some() && media_type == "application/json" {
        return Ok(());
    }
    let saw = format!("{} as {media_type}", expect::describe(response));
    Err(exchange.broken("status 200 and application/json with an object", saw))
}
