//! What answers are expected: each function gives back what it found, or the broken expectation.
//!
//! They check what makes an answer the wanted kind of answer and no more, so that one defect (a missing header, a
//! lost `state`) shows in the case that is about it and not in all.

mod refused;

use std::sync::Arc;

use serde_json::Value;

pub use refused::{
    DEFINED, NO_SERVER_ERROR, OWNER_INFORMED, PROOF, PUSHED, REVOCATION, Refusals, TOKEN, VERIFIER,
    code_refused, error_page, refused, refused_by, registration_refused, resource_refused, token_code,
    token_refused, withheld,
};

use crate::browser::{Landing, Location};
use crate::case_end::{Checked, EndAs as _};
use crate::request::AuthorizationRequest;
use crate::wire::{Exchange, Response, is_breakdown};

/// A successful token response.
#[derive(Debug, Clone)]
pub struct Token {
    /// The access token.
    pub access_token: String,
    /// The refresh token, if one came as a string.
    pub refresh_token: Option<String>,
    /// The whole answer.
    pub json: Value,
    /// The exchange that gave it.
    pub exchange: Arc<Exchange>,
}

impl Token {
    /// A member that is a string.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.json.get(name)?.as_str()
    }
}

/// A token response: status 200 and a JSON object with a non-empty `access_token` string.
///
/// # Errors
/// Broken if it is anything else; `errored` without a usable answer.
pub fn token(exchange: &Arc<Exchange>) -> Checked<Token> {
    let response = exchange.response()?;
    let json = response.json().unwrap_or_default();
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    match text("access_token").filter(|token| !token.is_empty() && response.status == 200) {
        Some(access_token) => Ok(Token {
            access_token,
            refresh_token: text("refresh_token"),
            json,
            exchange: Arc::clone(exchange),
        }),
        None => Err(exchange.broken("status 200 and JSON with an access_token", describe(response))),
    }
}

/// The `error` of a token endpoint's refusal (RFC 6749, section 5.2): any status 4xx, or 501, and a JSON object with `error` and
/// without an access token. The content type is not looked at.
fn error_of(response: &Response) -> Option<String> {
    let json = response.json().filter(|json| json.get("access_token").is_none())?;
    let refuses = matches!(response.status, 400..=499 | 501);
    json.get("error")?.as_str().filter(|_| refuses).map(str::to_owned)
}

/// A token endpoint's refusal (RFC 6749, section 5.2): JSON whose `error` is one of `errors`. Gives the code that came.
/// Which status 4xx it has does not matter here; see [`error_status`].
///
/// # Errors
/// Broken if it is anything else; `errored` without a usable answer.
pub fn token_error<'a>(exchange: &Arc<Exchange>, errors: &[&'a str]) -> Checked<&'a str> {
    let response = exchange.response()?;
    let error = error_of(response);
    errors.iter().copied().find(|expected| Some(*expected) == error.as_deref()).ok_or_else(|| {
        let status = if errors.contains(&"invalid_client") { "400 or 401" } else { "400" };
        let expected = format!("status {status} and JSON with error {}", one_of(errors));
        exchange.broken(expected, describe(response))
    })
}

/// The status of a token endpoint's refusal (RFC 6749, section 5.2): 400, or 401 for `invalid_client`. Clients that read
/// `error` can do without, so that another 4xx only warns.
///
/// # Errors
/// Warns if it is another; `errored` without a usable answer.
pub fn error_status(exchange: &Arc<Exchange>) -> Checked {
    let response = exchange.response()?;
    let of_client = error_of(response).is_some_and(|error| error == "invalid_client");
    let expected = if of_client { "status 400 or 401" } else { "status 400" };
    if response.status == 400 || (response.status == 401 && of_client) {
        return Ok(());
    }
    Err(exchange.broken(expected, format!("status {}", response.status))).warn()
}

/// The reference that stands for a pushed request (RFC 9126, section 2.2): status 2xx and a JSON object with a
/// non-empty `request_uri` string. Which status of those it is does not matter here.
///
/// # Errors
/// Broken if it is anything else; `errored` without a usable answer.
pub fn request_uri(exchange: &Arc<Exchange>) -> Checked<String> {
    let response = exchange.response()?;
    let json = response.json().unwrap_or_default();
    let found = json.get("request_uri").and_then(Value::as_str).filter(|text| !text.is_empty());
    match found {
        Some(found) if (200..300).contains(&response.status) => Ok(found.into()),
        _ => Err(exchange.broken("status 201 and JSON with a request_uri", describe(response))),
    }
}

/// A registered client (RFC 7591, section 3.2.1): status 2xx and a JSON object with a non-empty `client_id` string.
/// Which status of those it is does not matter here.
///
/// # Errors
/// Broken if it is anything else; `errored` without a usable answer.
pub fn registration(exchange: &Arc<Exchange>) -> Checked<Value> {
    let response = exchange.response()?;
    let json = response.json().unwrap_or_default();
    let id = json.get("client_id").and_then(Value::as_str).filter(|id| !id.is_empty());
    if id.is_some() && (200..300).contains(&response.status) {
        return Ok(json);
    }
    Err(exchange.broken("status 201 and JSON with a client_id", describe(response)))
}

/// A refused registration (RFC 7591, section 3.2.2): status 400 and a JSON object whose `error` is one of `errors`.
///
/// # Errors
/// Broken if it is anything else; `errored` without a usable answer.
pub fn registration_error(exchange: &Arc<Exchange>, errors: &[&str]) -> Checked {
    let response = exchange.response()?;
    let json = response.json().unwrap_or_default();
    let error = json.get("error").and_then(Value::as_str);
    if response.status == 400 && error.is_some_and(|error| errors.contains(&error)) {
        return Ok(());
    }
    Err(exchange.broken(format!("status 400 and JSON with error {}", one_of(errors)), describe(response)))
}

/// An authorization response with exactly one non-empty `code` and no `error`, in the query.
///
/// # Errors
/// Broken if it is anything else; `not-tested` if the browser kept something back.
pub fn code_redirect<'a>(ask: &AuthorizationRequest, landing: &'a Landing) -> Checked<&'a Location> {
    landing.sent()?;
    let expected = || format!("a redirect to the redirect URI of {} with a code", ask.client.id);
    match landing.callback() {
        Some(location)
            if matches!(location.params.all("code").as_slice(), [code] if !code.is_empty())
                && !location.params.has("error") =>
        {
            Ok(location)
        }
        _ => Err(landing.exchange().broken(expected(), landing.describe())),
    }
}

/// An authorization error response (RFC 6749, section 4.1.2.1): a redirect to the redirect URI of the client that
/// asked, with exactly one `error` in the query, out of `errors`, and neither code nor token. `state` is not
/// looked at; see [`same_state`].
///
/// # Errors
/// Broken if it is anything else; `not-tested` if the browser kept something back.
pub fn error_redirect<'a>(
    ask: &AuthorizationRequest,
    landing: &'a Landing,
    errors: &[&str],
) -> Checked<&'a Location> {
    landing.sent()?;
    let fitting = |location: &&Location| {
        matches!(location.params.all("error").as_slice(), [error] if errors.contains(error))
            && !location.brings("code")
            && !location.brings("access_token")
            && same_place(location, ask)
    };
    landing.callback().filter(fitting).ok_or_else(|| {
        let expected = format!("a redirect to the client with error={}", one_of(errors));
        landing.exchange().broken(expected, landing.describe())
    })
}

/// The `state` that came back is the one that was sent, once; none if none was sent.
///
/// # Errors
/// Broken if it is not.
pub fn same_state(ask: &AuthorizationRequest, location: &Location) -> Checked {
    let (sent, came) = (ask.state(), location.params.all("state"));
    match (sent, came.as_slice()) {
        (None, []) => Ok(()),
        (Some(sent), [came]) if sent == *came => Ok(()),
        (None, _) => Err(location.exchange.broken("no state, as none was sent", format!("state {came:?}"))),
        (Some(sent), []) => {
            Err(location.exchange.broken(format!("state {sent:?} as it was sent"), "no state"))
        }
        (Some(sent), _) => {
            Err(location.exchange.broken(format!("state {sent:?} as it was sent"), format!("state {came:?}")))
        }
    }
}

/// One of these statuses.
///
/// # Errors
/// Broken if it is another; `errored` without a usable answer.
pub fn status(exchange: &Arc<Exchange>, statuses: &[u16]) -> Checked {
    let response = exchange.response()?;
    if statuses.contains(&response.status) {
        return Ok(());
    }
    let listed: Vec<String> = statuses.iter().map(ToString::to_string).collect();
    Err(exchange.broken(format!("status {}", listed.join(" or ")), describe(response)))
}

/// The server was able to judge the request: any status but 5xx, of which 501 is a judgement.
///
/// # Errors
/// Broken if it was not; `errored` without a usable answer.
pub fn judged(exchange: &Arc<Exchange>) -> Checked {
    let response = exchange.response()?;
    if !is_breakdown(response.status) {
        return Ok(());
    }
    Err(exchange.broken("any answer but a server error", describe(response)))
}

/// The resource was served: status 2xx.
///
/// # Errors
/// Broken if it was not; `errored` without a usable answer.
pub fn served(exchange: &Arc<Exchange>) -> Checked {
    let response = exchange.response()?;
    if (200..300).contains(&response.status) {
        return Ok(());
    }
    Err(exchange.broken("the resource with status 200", describe(response)))
}

/// The resource was refused with one of these statuses. The challenge is not looked at.
///
/// # Errors
/// Broken if it was not; `errored` without a usable answer.
pub fn not_served(exchange: &Arc<Exchange>, statuses: &[u16]) -> Checked {
    status(exchange, statuses)
}

/// An answer in a few words: its status, and what its JSON says. Never a secret.
#[must_use]
pub fn describe(response: &Response) -> String {
    let Some(Value::Object(members)) = response.json() else {
        return format!(
            "status {}, {}",
            response.status,
            response.media_type().unwrap_or_else(|| "no body type".into())
        );
    };
    if let Some(error) = members.get("error").and_then(Value::as_str) {
        return format!("status {}, error {error:?}", response.status);
    }
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    format!(
        "status {}, JSON with {}",
        response.status,
        if names.is_empty() { "nothing".into() } else { names.join(", ") }
    )
}

fn same_place(location: &Location, ask: &AuthorizationRequest) -> bool {
    let asked = ask.params.first("redirect_uri").filter(|text| !text.is_empty());
    location.is_at(asked.unwrap_or(&ask.client.redirect_uri)) || location.is_at(&ask.client.redirect_uri)
}

fn one_of(texts: &[&str]) -> String {
    texts.join(" or ")
}
