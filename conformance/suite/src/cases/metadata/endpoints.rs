//! The endpoints that the authorization server's metadata names, where the target has them elsewhere: that each does what it
//! is named for (RFC 8414, section 2).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::browser::Decision;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::introspection::{active, query, told_token};
use crate::cases::support::metadata::{document, object};
use crate::cases::support::revocation::{done_for_access_token, live_access_token, well_received};
use crate::expect;
use crate::flow::{self, TokenRequest};
use crate::subject::{Client, Met, Need, Place};
use crate::wire::{Actor, Exchange, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "metadata/endpoints-do-what-they-are-named-for",
    rules: rules!["rfc8414-2-named-endpoints-work"],
    about: "An endpoint that the metadata has at another address than the target does there what it is named for.",
    needs: &[Need::Metadata, Need::Login],
    run: |ctx| Box::pin(do_what_they_are_named_for(ctx)),
    ..Case::DEFAULT
}];

async fn do_what_they_are_named_for(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let exchange = document(ctx).await?;
    let json = object(&exchange).ok_or_else(|| exchange.broken("a JSON object", "something else"));
    let json = json.control("the metadata, once more")?;
    // The code flow at the target's addresses.
    flow::access(ctx, &client).await?;
    let own: Vec<(&str, &str)> = ctx.target().endpoints.all().collect();
    let mut elsewhere = 0;
    for (key, own) in own {
        let member = format!("{key}_endpoint");
        let Some(named) = json.get(&member).and_then(Value::as_str) else { continue };
        // A fragment is sent to nobody; that there is none is a rule of its own.
        let named = named.split('#').next().unwrap_or_default();
        if named == own {
            continue;
        }
        elsewhere += 1;
        if need_of(key).is_some_and(|need| need.met(ctx.target()) != Met::Yes) {
            continue;
        }
        let works = works(ctx, &client, key, named).await;
        ctx.tried(&format!("{member} is {named}"), works);
    }
    if elsewhere == 0 {
        ctx.note("the metadata has the endpoints where the target has them, and there the other cases ask");
    }
    Ok(())
}

/// The need that a target may waive, of the endpoint of this key.
fn need_of(key: &str) -> Option<Need> {
    [Need::Revocation, Need::Introspection, Need::PushedRequests, Need::Registration]
        .into_iter()
        .find(|need| need.key() == key)
}

/// The endpoint of this key is at this address.
async fn works(ctx: &Context, client: &Arc<Client>, key: &str, url: &str) -> Checked {
    let place = ctx.target().place(url);
    let is_open = place == Place::Own || (place == Place::Named && key != "authorization");
    if !is_open {
        let reason = "nothing was sent there; if the address belongs to the server, add it to origins";
        return Err(CaseEnd::not_tested(reason));
    }
    match key {
        "authorization" => authorizes(ctx, client, url).await,
        "token" => {
            let code = flow::code(ctx, client).await?;
            expect::token(&send(ctx, &flow::redemption(&code), url).await?).map(drop)
        }
        "revocation" => revokes(ctx, client, url).await,
        "introspection" => {
            let (token, caller) = told_token(ctx, client).await?;
            active(&send(ctx, &query(&caller, &token.access_token), url).await?)
        }
        "pushed_authorization_request" => takes_a_push(ctx, client, url).await,
        "registration" => {
            let metadata = flow::metadata(ctx)?;
            flow::registered(ctx, &metadata).await?;
            let request = Request { url: url.to_owned(), ..flow::registration(ctx, &metadata)? };
            expect::registration(&ctx.send(Actor::OtherClient, request).await?).map(drop)
        }
        _ => Ok(()),
    }
}

/// Sends a client's request to this address.
async fn send(ctx: &Context, request: &TokenRequest, url: &str) -> Checked<Arc<Exchange>> {
    ctx.send(request.who, request.request(url)).await
}

async fn authorizes(ctx: &Context, client: &Arc<Client>, url: &str) -> Checked {
    let ask = flow::ask(ctx, client);
    let sent =
        if flow::pushes_only(ctx) { ask.by_reference(&flow::pushed(ctx, &ask).await?) } else { ask.clone() };
    let mut browser = flow::browser(ctx);
    let first = browser.send(sent.request(url)).await?;
    let landing = browser.run(first, Decision::Approve).await?;
    expect::code_redirect(&ask, &landing).map(drop)
}

async fn revokes(ctx: &Context, client: &Arc<Client>, url: &str) -> Checked {
    well_received(ctx, client).await?;
    let (first, gauge) = live_access_token(ctx, client).await?;
    let own = flow::revoke(ctx, &flow::revocation(client, &first)).await?;
    // Whether a token ends at all, other cases say: here it has to end as it does at the target's address.
    let ends = gauge.ended(ctx, &first).await.is_ok();
    let token = flow::access(ctx, client).await?.access_token;
    let answer = send(ctx, &flow::revocation(client, &token), url).await?;
    if answer.status() != own.status() {
        done_for_access_token(&answer)?;
    }
    if ends { gauge.ended(ctx, &token).await } else { Ok(()) }
}

async fn takes_a_push(ctx: &Context, client: &Arc<Client>, url: &str) -> Checked {
    flow::pushed(ctx, &flow::ask(ctx, client)).await?;
    let ask = flow::ask(ctx, client);
    let request_uri = expect::request_uri(&send(ctx, &flow::push(&ask), url).await?)?;
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
    expect::code_redirect(&ask, &landing).map(drop)
}
