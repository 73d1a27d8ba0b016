//! Asking for a token's state, and reading the answer (RFC 7662, section 2).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked};
use crate::expect::{self, Token};
use crate::flow::{self, TokenRequest};
use crate::subject::{Client, ClientRole, Need};
use crate::wire::{Exchange, Params};

/// The good request of a caller about a token.
pub(in crate::cases) fn query(caller: &Client, token: &str) -> TokenRequest {
    TokenRequest::new(caller, Params::from([("token", token)]))
}

/// Sends an introspection request.
pub(in crate::cases) async fn introspect(ctx: &Context, request: &TokenRequest) -> Checked<Arc<Exchange>> {
    let endpoint = ctx.target().endpoints.introspection.as_deref();
    let endpoint =
        endpoint.ok_or_else(|| CaseEnd::not_offered("the target has no introspection endpoint"))?;
    let request = flow::shown_as_taken(ctx, "introspection_endpoint_auth_methods_supported", request);
    ctx.send(request.who, request.request(endpoint)).await
}

/// What was told of a token.
pub(in crate::cases) struct Activity {
    pub(in crate::cases) active: bool,
    pub(in crate::cases) json: Value,
    pub(in crate::cases) exchange: Arc<Exchange>,
}

impl Activity {
    /// A member that is a string.
    pub(in crate::cases) fn text(&self, name: &str) -> Option<&str> {
        self.json.get(name)?.as_str()
    }

    /// For which resources the token is; none where that is not told.
    pub(in crate::cases) fn audience(&self) -> Vec<&str> {
        match self.json.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }
}

/// An introspection response: status 200 and a JSON object whose `active` is a boolean.
pub(in crate::cases) fn activity(exchange: &Arc<Exchange>) -> Checked<Activity> {
    let response = exchange.response()?;
    let json = response.json().unwrap_or_default();
    match json.get("active").and_then(Value::as_bool) {
        Some(active) if response.status == 200 => {
            Ok(Activity { active, json, exchange: Arc::clone(exchange) })
        }
        _ => {
            let kind = json.get("active").map(|active| format!(", active: {active}")).unwrap_or_default();
            let saw = format!("{}{kind}", expect::describe(response));
            Err(exchange.broken("status 200 and JSON with a boolean active", saw))
        }
    }
}

/// Whether an answer says that the token is active, be it well made or not.
pub(in crate::cases) fn says_active(answer: &Arc<Exchange>) -> Checked<bool> {
    let json = answer.response()?.json().unwrap_or_default();
    Ok(json.get("active").is_some_and(|active| active == true))
}

/// It is not told that the token is active. That a dead token is told of in another form is a finding of its own, by the rule
/// of the form.
pub(in crate::cases) fn not_active(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    if says_active(answer)? {
        return Err(answer.broken("active: false", "active: true").granted());
    }
    if let Err(end) = activity(answer) {
        ctx.tell(end.under(rules!["rfc7662-2.2-inactive-is-200-false"]));
    }
    Ok(())
}

/// It is told that the token is active.
pub(in crate::cases) fn active(exchange: &Arc<Exchange>) -> Checked {
    let told = activity(exchange)?;
    if told.active { Ok(()) } else { Err(exchange.broken("active: true", "active: false")) }
}

/// It is told that the token is not active.
pub(in crate::cases) fn inactive(exchange: &Arc<Exchange>) -> Checked {
    let told = activity(exchange)?;
    if told.active {
        return Err(exchange.broken("active: false", "active: true").granted());
    }
    Ok(())
}

/// What is told of a token beside that it is not active. Whether it is called so is for other cases.
pub(in crate::cases) fn more_than_inactive(exchange: &Arc<Exchange>) -> Checked<Option<String>> {
    let json = exchange.response()?.json().unwrap_or_default();
    // A member without a value tells nothing.
    let members = json.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let more: Vec<&str> = members.map(|(name, _)| name.as_str()).filter(|name| *name != "active").collect();
    let inactive = json.get("active").is_some_and(|active| active == false);
    Ok((inactive && !more.is_empty()).then(|| more.join(", ")))
}

/// What is told of a token that is called inactive is a finding of its own.
pub(in crate::cases) fn nothing_else(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    if let Some(more) = more_than_inactive(answer)? {
        let end = answer.broken("active: false and nothing else", more);
        ctx.tell(end.under(rules!["rfc7662-2.2-inactive-no-detail"]));
    }
    Ok(())
}

/// A client's live access token, and who is told that it lives. It is a control.
pub(in crate::cases) async fn told_token(
    ctx: &Context,
    client: &Arc<Client>,
) -> Checked<(Token, Arc<Client>)> {
    let token = flow::access(ctx, client).await?;
    let mut refusal = None;
    for caller in callers(ctx, client) {
        let answer = introspect(ctx, &query(&caller, &token.access_token)).await?;
        match activity(&answer) {
            Ok(Activity { active: true, .. }) => return Ok((token, caller)),
            Ok(_) | Err(_) => refusal = Some(answer),
        }
    }
    let reason =
        "the control failed: nobody is told that a fresh access token is active; add [resource_client]";
    let stop = ctx.parties().lacking(Need::ResourceClient, reason);
    Err(refusal.map_or(stop.clone(), |answer| stop.at(&answer)))
}

/// A member that is a string, as the first who is told it of this client's live token is told it; `None` where nobody is.
///
/// # Errors
/// `errored` without a usable answer.
pub(in crate::cases) async fn told_text(
    ctx: &Context,
    client: &Arc<Client>,
    token: &Token,
    member: &str,
) -> Checked<Option<String>> {
    for caller in callers(ctx, client) {
        let answer = introspect(ctx, &query(&caller, &token.access_token)).await?;
        if let Ok(told) = activity(&answer)
            && told.active
            && let Some(text) = told.text(member)
        {
            return Ok(Some(text.to_owned()));
        }
    }
    Ok(None)
}

/// Who may be told of this client's access tokens: the resource server, then the client itself.
pub(in crate::cases) fn callers(ctx: &Context, client: &Arc<Client>) -> Vec<Arc<Client>> {
    let server = ctx.target().others.get(&ClientRole::Resource);
    server.into_iter().chain([client]).filter(|caller| !caller.is_public()).cloned().collect()
}
