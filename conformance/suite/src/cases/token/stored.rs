//! What caches are told of tokens (RFC 6749, section 5.1): read off every answer of the run that has one, whatever was
//! asked.

use std::collections::BTreeMap;
use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;
use url::form_urlencoded;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::client_credentials::own_token;
use crate::cases::support::dpop::bound;
use crate::cases::support::refresh::refresh;
use crate::flow;
use crate::subject::{Met, Need};
use crate::wire::{Exchange, Response, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "token-response/not-stored",
        rules: rules!["rfc6749-5.1-no-store", "oauth21-3.2.3-no-store"],
        about: "No cache may store an answer with a token: Cache-Control says no-store.",
        needs: &[Need::Login],
        isolation: Isolation::Last,
        run: |ctx| Box::pin(says(ctx, "Cache-Control", "no-store")),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/pragma",
        rules: rules!["rfc6749-5.1-pragma-no-cache"],
        about: "Old caches are told too: Pragma says no-cache.",
        needs: &[Need::Login],
        isolation: Isolation::Last,
        run: |ctx| Box::pin(says(ctx, "Pragma", "no-cache")),
        ..Case::DEFAULT
    },
];

/// Each answer with a token says so. Answers of one kind have one cause, and are told once; a kind of which there is no answer
/// is said to be not seen.
async fn says(ctx: &Context, field: &str, directive: &str) -> Checked {
    let sent = ctx.live().try_once(|| send_each_kind(ctx)).await?;
    let all = ctx.live().recording();
    let seen = by_kind(ctx, &all);
    let mut unseen = sent.0.clone();
    unseen.retain(|kind| !seen.keys().any(|seen| seen.starts_with(*kind)));
    if !unseen.is_empty() {
        ctx.note(format!("no answer with a token was seen to {}", unseen.join(", ")));
    }
    for (kind, answers) in seen {
        let without = answers.iter().find(|(_, response)| !fields::has_directive(response, field, directive));
        if let Some(&(answer, response)) = without {
            let saw = response.header(field).map_or_else(|| format!("no {field}"), str::to_owned);
            ctx.tell(answer.broken(format!("{field}: {directive}"), saw).when(&kind));
        }
    }
    Ok(())
}

/// The answers that have a token, by what was asked and what came.
fn by_kind<'a>(
    ctx: &Context,
    all: &'a [Arc<Exchange>],
) -> BTreeMap<String, Vec<(&'a Arc<Exchange>, &'a Response)>> {
    let endpoint = &ctx.target().endpoints.token;
    let mut kinds: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for exchange in all {
        let rest = exchange.request.url.strip_prefix(endpoint.as_str());
        let Some(response) = exchange.head().filter(|_| rest.is_some_and(is_query)) else { continue };
        let json = response.json();
        let member = |name: &str| json.as_ref().and_then(|json| json.get(name));
        let has_token = match &json {
            Some(_) => member("access_token").is_some_and(|token| !token.is_null()),
            // Of what is very long the beginning is kept.
            None => response.text().contains("\"access_token\""),
        };
        if !has_token || !(200..300).contains(&response.status) {
            continue;
        }
        let kind = member("token_type").and_then(Value::as_str).unwrap_or("no type");
        let asked = grant_type(exchange).unwrap_or_else(|| "no grant_type".to_owned());
        let kind = format!("{asked} brought a token of {}", kind.to_ascii_lowercase());
        kinds.entry(kind).or_default().push((exchange, response));
    }
    kinds
}

/// What may stand behind an endpoint's address.
fn is_query(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['?', '&'])
}

fn grant_type(exchange: &Exchange) -> Option<String> {
    let mut pairs = form_urlencoded::parse(&exchange.request.body);
    pairs.find(|(name, _)| name == "grant_type").map(|(_, value)| value.into_owned())
}

/// The kinds of which an honest request was sent: once for all cases that look at the answers.
struct Sent(Vec<&'static str>);

/// Sends an honest request of each kind that the target offers. That codes are redeemed is the control.
async fn send_each_kind(ctx: &Context) -> Checked<Sent> {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let offered = |need: Need| ctx.live().met(need) == Met::Yes;
    let mut kinds = vec!["authorization_code"];
    if offered(Need::Refresh) {
        kinds.push("refresh_token");
        for client in ctx.target().clients.values() {
            if let Ok(token) = flow::access(ctx, client).await
                && let Some(given) = token.refresh_token
            {
                flow::token(ctx, &refresh(client, &given)).await?;
            }
        }
    }
    if offered(Need::ClientCredentials) {
        kinds.push("client_credentials");
        for client in ctx.target().registered().filter(|client| !client.is_public()) {
            flow::token(ctx, &own_token(client)).await?;
        }
    }
    if offered(Need::Dpop) {
        // Whether a good proof is taken is for other cases.
        let _ = bound(ctx, &client, &flow::proof_key(ctx)).await;
    }
    Ok(Sent(kinds))
}
