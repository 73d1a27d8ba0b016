//! The second protected resource: its metadata and the challenge that names it (RFC 9728, sections 3.3 and 5.1), and the
//! scope that it asks for.

use std::sync::Arc;

use oauth_rules::rules;
use url::Url;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::bearer::with_narrow_scope;
use crate::cases::support::metadata::get;
use crate::cases::support::metadata::object;
use crate::cases::support::resource_indicators::{ask_for, guarded, open, read_by_server, token_for, with};
use crate::cases::support::resource_metadata::{address, identical, is_there, named_in};
use crate::cases::support::scope::{beside_narrow_scope, not_opened_by};
use crate::expect;
use crate::flow;
use crate::subject::{Need, Resource};
use crate::wire::{Actor, Exchange, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "resource-metadata/each-resource-has-its-own",
        rules: rules!["rfc9728-3.3-resource-identical", "rfc9728-5.1-www-authenticate-resource-metadata"],
        about: "The second resource's metadata, and what its challenge names, is of that resource and not of the first.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(each_resource_has_its_own(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource/second-one-looks-at-the-scope-too",
        rules: rules!["rfc6749-7-scope-covers-resource"],
        about: "A token of a scope that opens neither resource does not open the second one.",
        needs: &[Need::Login, Need::ResourceServer, Need::NarrowScope],
        run: |ctx| Box::pin(second_one_looks_at_the_scope_too(ctx)),
        ..Case::DEFAULT
    },
];

async fn each_resource_has_its_own(ctx: &Context) -> Checked {
    let first = ctx.parties().first_resource()?;
    let Some(of_first) = published(ctx, &first).await? else {
        return Err(CaseEnd::not_offered("the first resource publishes no metadata"));
    };
    let json = object(&of_first).ok_or_else(|| of_first.broken("a JSON object", "something else"));
    let named = json.and_then(|json| identical(&of_first, &json, &first.identifier));
    named.control("the metadata of the first resource")?;

    let second = ctx.parties().second_resource()?;
    if let Some(exchange) = published(ctx, &second).await?
        && let Some(json) = object(&exchange)
    {
        let own = identical(&exchange, &json, &second.identifier);
        let _ =
            ctx.tried("it is at its well-known address", own.under(rules!["rfc9728-3.3-resource-identical"]));
    } else {
        ctx.note("the second resource publishes no metadata at its well-known address");
    }
    let bad = format!("Bearer {}", ctx.fresh());
    for (way, header) in [("no token is shown", None), ("a bad token is shown", Some(bad.as_str()))] {
        let named = names_its_own(ctx, &second, header).await;
        ctx.tried(way, named);
    }
    Ok(())
}

/// The answer at the well-known address of a resource, if something is there.
async fn published(ctx: &Context, resource: &Resource) -> Checked<Option<Arc<Exchange>>> {
    let Some(address) = address(&resource.identifier) else { return Ok(None) };
    let exchange = get(ctx, &address).await?;
    let is_there = is_there(exchange.response()?);
    Ok(is_there.then_some(exchange))
}

/// A challenge of the resource that names metadata names that of this resource.
async fn names_its_own(ctx: &Context, resource: &Resource, header: Option<&str>) -> Checked {
    let mut request = Request::get(&resource.url);
    if let Some(header) = header {
        request = request.header("Authorization", header);
    }
    let challenge = ctx.send(Actor::Client, request).await?;
    let Some(address) = named_in(challenge.response()?) else {
        ctx.note("a challenge of the second resource names no metadata");
        return Ok(());
    };
    let leads_nowhere = |saw: String| {
        let end = challenge.broken("resource_metadata that leads to metadata", saw);
        Err(end.under(rules!["rfc9728-5.1-www-authenticate-resource-metadata"]))
    };
    let Ok(url) = Url::parse(&address) else { return leads_nowhere(format!("{address:?}, which is no URL")) };
    let own = Url::parse(&resource.url).is_ok_and(|resource| resource.origin() == url.origin());
    if !own && !ctx.target().is_own(&url) {
        ctx.note(format!("{address} is on another host and was not asked"));
        return Ok(());
    }
    let exchange = get(ctx, &address).await?;
    match object(&exchange) {
        // The URL that was challenged counts, which the identifier of a target may differ from.
        Some(json) if json.get("resource").is_some_and(|told| *told == *resource.url) => Ok(()),
        Some(json) => {
            identical(&exchange, &json, &resource.identifier).under(rules!["rfc9728-3.3-resource-identical"])
        }
        None => leads_nowhere(format!("{} at {address}", expect::describe(exchange.response()?))),
    }
}

async fn second_one_looks_at_the_scope_too(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    read_by_server(ctx, &client).await?;
    let second = ctx.parties().second_resource()?;
    let good = token_for(ctx, &client, &second.identifier).await?;
    expect::served(&open(ctx, &second, &good).await?).control("the second resource with its token")?;
    guarded(ctx, &[&second]).await?;
    // Whether the scope opens the first resource is another case's matter; here it says what the word is worth.
    let narrow = with_narrow_scope(ctx).await?;
    expect::withheld(&narrow).control("the first resource with a token of narrow_scope")?;

    let client = ctx.parties().client_where(Need::NarrowScope, |client| client.narrow_scope.is_some())?;
    let scope = client.narrow_scope.as_deref().unwrap_or_default();
    let ask = ask_for(ctx, &client, &[second.identifier.as_str()]).set("scope", scope);
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing).control("an authorization request for narrow_scope")?;
    let request = with(flow::redemption(&code), &[second.identifier.as_str()]);
    let token = expect::token(&flow::token(ctx, &request).await?).control("an honest token request")?;
    let beside = beside_narrow_scope(ctx, &token, scope)?;
    let answer = open(ctx, &second, &token).await?;
    not_opened_by(&beside, &answer)?;
    expect::withheld(&answer)
}
