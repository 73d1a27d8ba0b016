//! Lies about dynamic registration on the wire (RFC 7591): what a client says of itself, and what it is told.

use serde_json::{Map, Value, json};

use super::Fault;
use super::edit::{Pairs, edit_json};
use oauth_core::http::{Body, HttpReply, HttpRequest};

/// What stands in for redirect URIs that cannot be registered.
const PLACEHOLDER: &str = "https://placeholder.example/callback";

/// Members that a registration may have without a fault's taking offence.
const KNOWN: &[&str] =
    &["client_name", "grant_types", "redirect_uris", "response_types", "scope", "token_endpoint_auth_method"];

/// The members of a registration.
fn members(request: &HttpRequest) -> Option<Map<String, Value>> {
    match serde_json::from_slice(&request.body).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// Whether a redirect URI is https, or on this machine.
fn is_usual(uri: &str) -> bool {
    ["https://", "http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|start| uri.starts_with(start))
        && !uri.contains('#')
}

/// On a registration before it is decoded.
pub(super) fn on_registration(fault: Fault, request: &mut HttpRequest) {
    if fault == Fault::RegistrationJsonMended && !request.body.trim_ascii_end().ends_with(b"}") {
        request.body.push(b'}');
    }
    let Some(mut members) = members(request) else { return };
    let has = |name: &str| members.contains_key(name);
    match fault {
        Fault::RegistrationKnowsAll if members.keys().any(|name| !KNOWN.contains(&name.as_str())) => {
            members.insert("redirect_uris".to_owned(), json!([]));
        }
        Fault::RegistrationDefaultsToNone if !has("token_endpoint_auth_method") => {
            members.insert("token_endpoint_auth_method".to_owned(), json!("none"));
        }
        Fault::RegistrationKeysBothWays => members.retain(|name, _| !name.starts_with("jwks")),
        Fault::RegistrationGrantsUnjudged => {
            members.insert("grant_types".to_owned(), json!(["authorization_code", "refresh_token"]));
        }
        Fault::RegistrationWithoutUri
            if members.get("redirect_uris").and_then(Value::as_array).is_none_or(Vec::is_empty) =>
        {
            members.insert("redirect_uris".to_owned(), json!([PLACEHOLDER]));
        }
        Fault::RegistrationOfAnyUri => {
            for uri in members.get_mut("redirect_uris").and_then(Value::as_array_mut).into_iter().flatten() {
                if uri.as_str().is_some_and(|uri| !is_usual(uri)) {
                    *uri = json!(PLACEHOLDER);
                }
            }
        }
        _ => return,
    }
    request.body = Value::Object(members).to_string().into_bytes();
}

/// On an authorization request before it is decoded.
pub(super) fn on_authorize(fault: Fault, request: &mut HttpRequest) {
    if fault != Fault::RegistrationOfAnyUri || request.method != "GET" {
        return;
    }
    let mut pairs = Pairs::query(request);
    let plain = |uri: &str| uri.starts_with("http%3A%2F%2Fapp.") || uri.starts_with("http://app.");
    if pairs.value("redirect_uri").is_some_and(plain) {
        pairs.replace("redirect_uri", |_| PLACEHOLDER.to_owned());
        pairs.into_query(request);
    }
}

/// On the answer to a registration, with the request as it arrived.
pub(super) fn on_answer(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    let asked = members(request).unwrap_or_default();
    let has_token = request.header("authorization").next().is_some();
    match fault {
        Fault::RegistrationClosed if !has_token => refuse(reply, 401, "invalid_token"),
        Fault::RegistrationTokensUnchallenged if has_token => refuse(reply, 400, "invalid_token"),
        Fault::RegistrationErrorsWrong if reply.status == 400 => edit_json(reply, |told| {
            told.insert("error".to_owned(), json!("invalid_request"));
        }),
        Fault::Registration200 if reply.status == 201 => reply.status = 200,
        Fault::RegistrationStored => reply.remove("Cache-Control"),
        _ if reply.status == 201 => edit_json(reply, |told| on_told(fault, &asked, told)),
        _ => {}
    }
}

fn refuse(reply: &mut HttpReply, status: u16, error: &str) {
    reply.status = status;
    if status == 401 {
        reply.set("WWW-Authenticate", "Bearer realm=\"registration\"");
    }
    reply.body = Body::Text(json!({ "error": error }).to_string());
}

/// On what a client is told of itself.
fn on_told(fault: Fault, asked: &Map<String, Value>, told: &mut Map<String, Value>) {
    let as_asked = |name: &str| asked.get(name).cloned();
    match fault {
        Fault::RegistrationUrisLost => set(told, "redirect_uris", json!([PLACEHOLDER])),
        Fault::RegistrationDefaultsToNone if !asked.contains_key("token_endpoint_auth_method") => {
            told.remove("token_endpoint_auth_method");
        }
        Fault::RegistrationSecretForAll => set(told, "client_secret", json!("a secret that nobody needs")),
        Fault::RegistrationDefaultsToImplicit if !asked.contains_key("grant_types") => {
            set(told, "grant_types", json!(["implicit"]));
        }
        Fault::RegistrationKeysBothWays => {
            for name in ["jwks", "jwks_uri"] {
                if let Some(value) = as_asked(name) {
                    set(told, name, value);
                }
            }
        }
        Fault::RegistrationGrantsUnjudged => {
            if let Some(grants) = as_asked("grant_types") {
                set(told, "grant_types", grants);
            }
        }
        Fault::RegistrationUntold => {
            told.remove("token_endpoint_auth_method");
        }
        Fault::RegistrationSecretEndless => {
            told.remove("client_secret_expires_at");
        }
        Fault::RegistrationIdConstant => set(told, "client_id", json!("registered")),
        Fault::RegistrationIdChosen => {
            if let Some(id) = as_asked("client_id") {
                set(told, "client_id", id);
            }
        }
        Fault::RegistrationSecretConstant if told.contains_key("client_secret") => {
            set(told, "client_secret", json!("everybody's secret"));
        }
        Fault::RegistrationOfAnyUri => {
            if let Some(uris) = as_asked("redirect_uris") {
                set(told, "redirect_uris", uris);
            }
        }
        Fault::RegistrationShowsAnyHost => {
            if let Some(logo) = as_asked("logo_uri") {
                set(told, "logo_uri", logo);
            }
        }
        _ => {}
    }
}

fn set(told: &mut Map<String, Value>, name: &str, value: Value) {
    told.insert(name.to_owned(), value);
}
