//! Pushed authorization requests (RFC 9126): what is pushed, and what is made of the answer.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use serde_json::Value;

use super::Departure;
use super::call::{ServerWords, authenticated, is_sendable};
use super::http_call::HttpCall;
use super::refusal::ClientRefusal;
use super::reply::authorization_parameters;
use super::settings::Settings;

/// The pushed request (RFC 9126 2.1): what would have gone along with the browser, with the client's authentication.
#[must_use]
pub fn push_request(settings: &Settings, departure: &Departure) -> HttpCall {
    // rfc9126-2.1-client-no-request-uri, rfc9126-7.5-client-ties-request-to-transaction
    let url = settings.endpoints.pushed.clone().unwrap_or_default();
    authenticated(settings, url, authorization_parameters(settings, departure))
}

/// Judges the answer to a pushed request (RFC 9126 2.2, 2.3): the `request_uri`, or why there is none and what the
/// server said.
///
/// # Errors
/// [`ClientRefusal::PushRefused`] with the server's words, or that the answer cannot be used.
pub fn judge_push_answer(status: u16, body: &[u8]) -> Result<String, (ClientRefusal, ServerWords)> {
    if status >= 500 {
        return Err((ClientRefusal::PushUnanswered, ServerWords::default()));
    }
    let document: Option<Value> = serde_json::from_slice(body).ok();
    let text = |name: &str| {
        document.as_ref().and_then(|document| document.get(name)).and_then(Value::as_str).map(str::to_owned)
    };
    if !matches!(status, 200 | 201) {
        return Err((ClientRefusal::PushRefused, ServerWords::of(status, text)));
    }
    text("request_uri")
        .filter(|uri| is_sendable(uri))
        .ok_or_else(|| (ClientRefusal::PushUnanswered, ServerWords::default()))
}
