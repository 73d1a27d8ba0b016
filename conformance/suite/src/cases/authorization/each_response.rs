//! What holds of every authorization response, whoever asked and whatever came: read off every redirect of the run that is one,
//! and off every page that leads its browser to a client by itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use oauth_rules::{RuleId, rules};
use serde_json::Value;

use crate::browser::{Led, Location, resolve};
use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::UNKNOWN;
use crate::expect;
use crate::flow::{self, AuthorizationRequest};
use crate::observe::led_by_page;
use crate::subject::{Met, Need, Place};
use crate::wire::{Exchange, Params};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "issuer/named-in-each-response",
        rules: rules![
            "rfc9207-2-iss-in-success-response",
            "rfc9207-2-iss-in-error-response",
            "rfc9207-2.3-iss-equals-metadata-issuer"
        ],
        about: "Of all responses that a redirect URI got in the run, each has the metadata's issuer as iss, where iss is announced.",
        needs: &[Need::Login, Need::IssAdvertised],
        isolation: Isolation::Last,
        run: |ctx| Box::pin(named_in_each_response(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "response/no-parameter-twice-in-any",
        rules: rules!["rfc6749-3.1-duplicate-parameter-in-response"],
        about: "Of all responses that a redirect URI got in the run, none has a parameter of the server's twice.",
        needs: &[Need::Login],
        isolation: Isolation::Last,
        run: |ctx| Box::pin(no_parameter_twice_in_any(ctx)),
        ..Case::DEFAULT
    },
];

const BESIDE_A_CODE: &[RuleId] = rules!["rfc9207-2-iss-in-success-response"];
const BESIDE_AN_ERROR: &[RuleId] = rules!["rfc9207-2-iss-in-error-response"];
const ISSUER: &[RuleId] = rules!["rfc9207-2.3-iss-equals-metadata-issuer"];

/// What a server adds to a redirect URI.
const OF_THE_SERVER: &[&str] = &["code", "state", "iss", "error", "error_description", "error_uri"];

async fn named_in_each_response(ctx: &Context) -> Checked {
    ctx.live().try_once(|| send_each_kind(ctx)).await?;
    let issuer = ctx.target().metadata("issuer").and_then(Value::as_str).unwrap_or_default();
    let mut told = BTreeSet::new();
    for location in responses(ctx)? {
        let own = if location.params.has("error") { BESIDE_AN_ERROR } else { BESIDE_A_CODE };
        let (saw, rules) = match location.params.all("iss").as_slice() {
            [] => ("no iss".to_owned(), own),
            // How often it may stand there, another case says.
            all => match all.iter().find(|iss| **iss != issuer) {
                Some(iss) => (format!("iss {iss:?}"), ISSUER),
                None => continue,
            },
        };
        let when = kind(&location);
        // What is wrong alike has one cause, and is told once.
        if told.insert((when.clone(), saw.clone())) {
            ctx.tell(location.exchange.broken(format!("iss {issuer:?}"), saw).under(rules).when(&when));
        }
    }
    Ok(())
}

async fn no_parameter_twice_in_any(ctx: &Context) -> Checked {
    ctx.live().try_once(|| send_each_kind(ctx)).await?;
    let mut told = BTreeSet::new();
    for location in responses(ctx)? {
        for name in OF_THE_SERVER {
            let count = location.params.all(name).len();
            let when = kind(&location);
            if count > 1 && told.insert((when.clone(), *name)) {
                let saw = format!("{name} {count} times");
                ctx.tell(location.exchange.broken("each parameter once", saw).when(&when));
            }
        }
    }
    Ok(())
}

/// Which kind of response it is, in words.
fn kind(location: &Location) -> String {
    let what = if location.params.has("error") { "an error" } else { "a code" };
    let state = if location.params.has("state") { "with state" } else { "without state" };
    format!("{what} comes {state}")
}

/// The authorization responses of the run: what led to a redirect URI with a code or an error in the query.
///
/// # Errors
/// `not-tested` if there is none.
fn responses(ctx: &Context) -> Checked<Vec<Location>> {
    let recording = ctx.live().recording();
    let known = clients(ctx, &recording);
    let owed = recording.iter().filter(|exchange| !is_nobodys(&exchange.request.url, &known));
    let found: Vec<Location> = owed.filter_map(|exchange| response(ctx, exchange)).collect();
    if found.is_empty() {
        return Err(CaseEnd::not_tested("no authorization response of the run was kept whole"));
    }
    Ok(found)
}

/// The clients that the target names, and those that registered themselves.
fn clients(ctx: &Context, recording: &[Arc<Exchange>]) -> BTreeSet<String> {
    let endpoint = ctx.target().endpoints.registration.as_deref();
    let told = recording.iter().filter(|exchange| endpoint == Some(exchange.request.url.as_str()));
    let own = told.filter_map(|exchange| {
        let json = exchange.head()?.json()?;
        json.get("client_id").and_then(Value::as_str).map(str::to_owned)
    });
    ctx.target().registered().map(|client| client.id.clone()).chain(own).collect()
}

/// Whether the request at this address names no client that there is: then no response is owed, and one that comes breaks a
/// rule of its own.
fn is_nobodys(url: &str, clients: &BTreeSet<String>) -> bool {
    let asked = Params::decode(url.split_once('?').map_or("", |(_, query)| query));
    let is_request = asked.has("client_id") || asked.has("response_type");
    is_request && !asked.all("client_id").iter().any(|id| clients.contains(*id))
}

fn response(ctx: &Context, exchange: &Arc<Exchange>) -> Option<Location> {
    let location = redirect(exchange).or_else(|| page(exchange))?;
    let is_response = location.params.has("code") || location.params.has("error");
    let place = ctx.target().place(&resolve(&exchange.request.url, &location.text));
    (is_response && place == Place::Callback).then_some(location)
}

fn redirect(exchange: &Arc<Exchange>) -> Option<Location> {
    let answer = exchange.head().filter(|answer| answer.is_redirect())?;
    // Of what is very long the beginning is kept, and a sign that shows it.
    let text = answer.header("location").filter(|text| !text.contains('…'))?;
    Some(Location::redirect(exchange, text))
}

/// Where a page leads by itself, if all of it was kept.
fn page(exchange: &Arc<Exchange>) -> Option<Location> {
    let url = led_by_page(exchange).filter(|_| exchange.whole.response.is_none())?;
    Some(Location::of(exchange, &url, Led::Link("a page leads by itself to".to_owned())))
}

/// That a response of each kind was asked for: once for all cases that look at them.
struct Sent;

/// Asks for codes and errors with each client at each of its redirect URIs, with and without state, in the browser and pushed.
/// That the usual client gets a code is the control; what the others get is for other cases.
async fn send_each_kind(ctx: &Context) -> Checked<Sent> {
    let first = ctx.parties().client()?;
    flow::code(ctx, &first).await?;
    for client in ctx.target().clients.values() {
        for uri in client.redirect_uris().collect::<Vec<_>>() {
            for has_state in [true, false] {
                let ask = with_state(flow::ask(ctx, client).set("redirect_uri", uri), has_state);
                let _ = flow::authorize(ctx, &ask).await;
                let ask = with_state(flow::ask(ctx, client).set("redirect_uri", uri), has_state);
                let _ = flow::authorize(ctx, &ask.set("response_type", UNKNOWN)).await;
            }
        }
    }
    for has_state in [true, false] {
        let _ = flow::deny(ctx, &with_state(flow::ask(ctx, &first), has_state)).await;
    }
    if ctx.live().met(Need::PushedRequests) == Met::Yes {
        for client in ctx.target().registered().filter(|client| !client.redirect_uri.is_empty()) {
            for has_state in [true, false] {
                pushed(ctx, &with_state(flow::ask(ctx, client), has_state)).await?;
            }
        }
    }
    Ok(Sent)
}

fn with_state(ask: AuthorizationRequest, has_state: bool) -> AuthorizationRequest {
    if has_state { ask } else { ask.without("state") }
}

/// Pushes a request and brings its reference, for a code and, once more, for the user's no.
async fn pushed(ctx: &Context, ask: &AuthorizationRequest) -> Checked {
    for denies in [false, true] {
        let answer = flow::send_push(ctx, &flow::push(ask)).await?;
        let Ok(request_uri) = expect::request_uri(&answer) else { return Ok(()) };
        let brought = ask.by_reference(&request_uri);
        let _ = if denies { flow::deny(ctx, &brought).await } else { flow::authorize(ctx, &brought).await };
    }
    Ok(())
}
