//! Clients that register themselves (RFC 7591).

use std::sync::Arc;

use serde_json::{Value, json};

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::expect;
use crate::flow;
use crate::subject::{Client, ClientAuthentication, ClientRole, Secret};
use crate::wire::{Actor, Exchange, Request};

/// A client that registered itself, and how it was told so.
#[derive(Debug, Clone)]
pub struct Registered {
    /// The client, as the response describes it.
    pub client: Arc<Client>,
    /// The response.
    pub json: Value,
    /// The exchange that carried it.
    pub exchange: Arc<Exchange>,
}

/// Where the metadata lists how clients may authenticate at the token endpoint (RFC 8414, section 2).
pub const METHODS: &str = "token_endpoint_auth_methods_supported";

/// The good metadata of a client for the code flow, with Basic authentication, or else the next way that the server's metadata
/// lists. Its redirect URI is that of the target's own client, where the browser stops.
///
/// # Errors
/// `not-tested` if the target names no client.
pub fn metadata(ctx: &Context) -> Checked<Value> {
    let own = ctx.parties().client()?;
    let mut methods = ["client_secret_basic", "client_secret_post", "none"].into_iter();
    let method = methods.find(|method| !ctx.target().metadata_rules_out(METHODS, method));
    let mut metadata = json!({
        "client_name": "suite",
        "redirect_uris": [own.redirect_uri],
        "token_endpoint_auth_method": method.unwrap_or("client_secret_basic"),
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
    });
    if let Some(scope) = &own.scope {
        metadata["scope"] = scope.as_str().into();
    }
    Ok(metadata)
}

/// The request that registers a client, with the target's initial access token if it has one.
///
/// # Errors
/// `not-tested` if the target names no such endpoint.
pub fn registration(ctx: &Context, metadata: &Value) -> Checked<Request> {
    let url = ctx.target().endpoints.registration.as_deref();
    let url = url.ok_or_else(|| CaseEnd::not_tested("the target names no registration under [endpoints]"))?;
    let request = Request::post(url, metadata.to_string().into_bytes())
        .header("Content-Type", "application/json")
        .header("Accept", "application/json");
    Ok(match &ctx.target().registration_token {
        Some(token) => request.header("Authorization", format!("Bearer {}", token.expose())),
        None => request,
    })
}

/// Sends metadata to the registration endpoint.
///
/// # Errors
/// `not-tested` if the target names no such endpoint; `errored` without an answer.
pub async fn register(ctx: &Context, metadata: &Value) -> Checked<Arc<Exchange>> {
    ctx.send(Actor::OtherClient, flow::registration(ctx, metadata)?).await
}

/// Registers a client honestly. It is a control.
///
/// # Errors
/// `not-tested` or `errored`.
pub async fn registered(ctx: &Context, metadata: &Value) -> Checked<Registered> {
    let answer = flow::register(ctx, metadata).await?;
    flow::as_registered(ctx, &answer).control("an honest registration")
}

/// The scope for which a new client asks that would ask for this one: what the response says that it may have, where the server put
/// another in its place (RFC 7591, section 3.2.1).
#[must_use]
pub fn told_scope(asked: &str, json: &Value) -> String {
    let Some(told) = json.get("scope").and_then(Value::as_str).filter(|told| !told.is_empty()) else {
        return asked.to_owned();
    };
    let is_told = |value: &&str| told.split(' ').any(|told| told == *value);
    let both: Vec<&str> = asked.split(' ').filter(is_told).collect();
    if both.is_empty() { told.to_owned() } else { both.join(" ") }
}

/// The client that a response describes.
///
/// # Errors
/// Broken if it describes none; `errored` without a usable answer.
pub fn as_registered(ctx: &Context, answer: &Arc<Exchange>) -> Checked<Registered> {
    let json = expect::registration(answer)?;
    let own = ctx.parties().client()?;
    let text = |name: &str| json.get(name).and_then(Value::as_str).map(str::to_owned);
    let secret = text("client_secret");
    let authentication = match text("token_endpoint_auth_method").as_deref() {
        Some("none") => ClientAuthentication::None,
        Some("client_secret_post") => ClientAuthentication::ClientSecretPost,
        Some(_) | None => ClientAuthentication::ClientSecretBasic,
    };
    let uris = json.get("redirect_uris").and_then(Value::as_array);
    let uris = || uris.into_iter().flatten().filter_map(Value::as_str);
    // A server may register others beside the one that was asked for.
    let known = uris().find(|uri| *uri == own.redirect_uri).or_else(|| uris().next());
    let client = Client {
        role: ClientRole::First,
        id: text("client_id").unwrap_or_default(),
        secret: secret.map(Secret::from),
        authentication,
        redirect_uri: known.unwrap_or(&own.redirect_uri).to_owned(),
        other_redirect_uri: None,
        second_scope: None,
        narrow_scope: None,
        scope: own.scope.as_deref().map(|asked| flow::told_scope(asked, &json)),
    };
    Ok(Registered { client: Arc::new(client), json, exchange: Arc::clone(answer) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told_scope;

    #[test]
    fn a_new_client_asks_for_no_more_than_it_was_told_that_it_may_have() {
        for (told, expected) in [
            (json!({}), "a b"),
            (json!({ "scope": "" }), "a b"),
            (json!({ "scope": "b a c" }), "a b"),
            (json!({ "scope": "b c" }), "b"),
            (json!({ "scope": "c" }), "c"),
        ] {
            assert_eq!(told_scope("a b", &told), expected, "{told}");
        }
    }
}
