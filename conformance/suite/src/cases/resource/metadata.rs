//! The protected resource's metadata (RFC 9728): where it lies, what stands in it, and the challenge that names it.
//!
//! A resource need not publish any. One that does, or whose challenge says so, is held to it.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;
use url::Url;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::bearer::{in_query, seen_in_header, with_header};
use crate::cases::support::honest::honest;
use crate::cases::support::metadata::get;
use crate::cases::support::metadata::{https_fault, is_sent_as_json, object};
use crate::cases::support::resource_indicators::token_is_for_it;
use crate::cases::support::resource_metadata::{address, identical, is_of_a_resource, is_there, named_in};
use crate::expect;
use crate::flow;
use crate::subject::{Need, Resource};
use crate::wire::{Actor, Exchange, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "resource-metadata/at-its-well-known-address",
        rules: rules!["rfc9728-3-wellknown-location"],
        about: "The metadata lies where the well-known part stands between the resource's host and its path.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(at_its_well_known_address(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/sent-as-json",
        rules: rules!["rfc9728-3.2-response-200-json"],
        about: "The metadata is answered 200 as application/json with one object.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(sent_as_json(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/resource-is-an-https-url",
        rules: rules!["rfc9728-2-resource-member"],
        about: "The metadata has a resource, which is an https URL without fragment.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(resource_is_an_https_url(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/resource-is-the-one-asked-for",
        rules: rules!["rfc9728-3.3-resource-identical"],
        about: "The resource in the metadata is the one from which its address was made.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(resource_is_the_one_asked_for(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/no-empty-lists",
        rules: rules!["rfc9728-3.2-no-empty-arrays"],
        about: "No list in the metadata is empty, but for that of the ways to show a token.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(no_empty_lists(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/leads-to-the-server",
        rules: rules!["rfc9728-2-authorization-servers-form"],
        about: "Each authorization server that is named is an issuer that leads to its metadata.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(leads_to_the_server(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/lists-scopes",
        rules: rules!["rfc9728-2-scopes-supported"],
        about: "The metadata lists the scopes to ask for.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(lists_scopes(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/ways-to-show-a-token",
        rules: rules!["rfc9728-2-bearer-methods"],
        about: "The ways to show a token that are listed are known ones, and the resource takes a token so.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(ways_to_show_a_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/signed-by-some-algorithm",
        rules: rules!["rfc9728-2-signing-algorithms-without-none"],
        about: "none is not among the algorithms by which the resource signs.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(signed_by_some_algorithm(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/may-be-kept-for-a-while",
        rules: rules!["rfc9728-7.10-cacheable"],
        about: "The metadata says for how long it may be kept.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(may_be_kept_for_a_while(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/named-by-the-challenge",
        rules: rules!["rfc9728-5.1-www-authenticate-resource-metadata"],
        about: "A challenge that names metadata names this resource's.",
        needs: &[Need::ResourceServer],
        run: |ctx| Box::pin(named_by_the_challenge(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-metadata/tokens-for-one-resource",
        rules: rules!["rfc9728-7.4-as-audience-restricted"],
        about: "Where resources publish metadata, a token can be had that opens one of them and no other.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(tokens_for_one_resource(ctx)),
        ..Case::DEFAULT
    },
];

/// The address that the resource's challenge names, and the exchange that shows it.
async fn challenged(ctx: &Context) -> Checked<Option<(String, Arc<Exchange>)>> {
    let exchange = with_header(ctx, None).await?;
    let found = named_in(exchange.response()?);
    Ok(found.map(|address| (address, exchange)))
}

/// What is at the well-known address of the resource, which publishes metadata or says so.
async fn published(ctx: &Context) -> Checked<(Resource, Arc<Exchange>)> {
    let resource = ctx.parties().first_resource()?;
    let Some(address) = address(&resource.identifier) else {
        return Err(CaseEnd::not_offered("the resource's identifier is no URL with a host"));
    };
    let exchange = get(ctx, &address).await?;
    if !is_there(exchange.response()?) && challenged(ctx).await?.is_none() {
        return Err(CaseEnd::not_offered("the resource publishes no metadata").at(&exchange));
    }
    Ok((resource, exchange))
}

/// The metadata, as an object. It is a control.
async fn document(ctx: &Context) -> Checked<(Arc<Exchange>, Value)> {
    let (_, exchange) = published(ctx).await?;
    let json = object(&exchange).ok_or_else(|| exchange.broken("a JSON object", "something else"));
    let json = json.control("the metadata of the resource")?;
    Ok((exchange, json))
}

async fn at_its_well_known_address(ctx: &Context) -> Checked {
    let (_, exchange) = published(ctx).await?;
    if object(&exchange).is_some() {
        return Ok(());
    }
    Err(exchange.broken("the resource's metadata", expect::describe(exchange.response()?)))
}

async fn sent_as_json(ctx: &Context) -> Checked {
    let (_, exchange) = published(ctx).await?;
    // That it has to be there is another rule's matter.
    if exchange.response()?.status >= 400 {
        return Err(CaseEnd::not_tested("nothing is at the address of the resource's metadata").at(&exchange));
    }
    is_sent_as_json(&exchange)
}

async fn resource_is_an_https_url(ctx: &Context) -> Checked {
    let (exchange, json) = document(ctx).await?;
    let expected = "resource as an https URL without fragment";
    let Some(resource) = json.get("resource").and_then(Value::as_str) else {
        return Err(exchange.broken(expected, "no resource"));
    };
    if let Some(fault) = https_fault(resource, true) {
        return Err(exchange.broken(expected, format!("{resource:?}, {fault}")));
    }
    if resource.contains('?') {
        ctx.note("the resource's identifier has a query");
    }
    Ok(())
}

async fn resource_is_the_one_asked_for(ctx: &Context) -> Checked {
    let (resource, exchange) = published(ctx).await?;
    let json = object(&exchange).ok_or_else(|| exchange.broken("a JSON object", "something else"));
    identical(&exchange, &json.control("the metadata of the resource")?, &resource.identifier)?;
    // Whoever asks by another spelling is told nothing, or of that resource: never of this one.
    let capitals = resource.identifier.rsplit_once('/').map(|(front, last)| {
        let swapped = if last.is_empty() { "A".into() } else { last.to_ascii_uppercase() };
        format!("{front}/{swapped}")
    });
    for other in [Some(format!("{}/", resource.identifier)), capitals].into_iter().flatten() {
        let Some(address) = address(&other).filter(|address| *address != exchange.request.url) else {
            continue;
        };
        let exchange = get(ctx, &address).await?;
        if let Some(json) = object(&exchange).filter(is_of_a_resource) {
            let way = format!("the resource is {other}");
            ctx.tried(&way, identical(&exchange, &json, &other).warn());
        }
    }
    Ok(())
}

async fn no_empty_lists(ctx: &Context) -> Checked {
    let (exchange, json) = document(ctx).await?;
    let members = json.as_object().into_iter().flatten();
    for (name, value) in members.filter(|(name, _)| *name != "bearer_methods_supported") {
        if value.as_array().is_some_and(Vec::is_empty) {
            ctx.tell(exchange.broken(format!("no {name}, as it has no members"), "an empty list"));
        }
    }
    Ok(())
}

/// The strings of a list; broken if it is none.
fn strings<'a>(exchange: &Arc<Exchange>, json: &'a Value, name: &str) -> Checked<Option<Vec<&'a str>>> {
    let Some(value) = json.get(name) else { return Ok(None) };
    let list = value.as_array().and_then(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    list.map(Some).ok_or_else(|| exchange.broken(format!("{name} as a list of strings"), value.to_string()))
}

async fn leads_to_the_server(ctx: &Context) -> Checked {
    let (exchange, json) = document(ctx).await?;
    let Some(issuers) = strings(&exchange, &json, "authorization_servers")? else {
        return Err(CaseEnd::not_offered("the metadata names no authorization servers").at(&exchange));
    };
    for issuer in issuers {
        let Ok(url) = Url::parse(issuer) else {
            ctx.tell(exchange.broken("authorization_servers as issuers", format!("{issuer:?}")));
            continue;
        };
        if !ctx.target().is_own(&url) {
            ctx.note(format!("{issuer} is on another host and was not asked"));
            continue;
        }
        let (origin, path) = (url.origin().ascii_serialization(), url.path().trim_end_matches('/'));
        let mut told = None;
        for address in [
            format!("{origin}/.well-known/oauth-authorization-server{path}"),
            format!("{origin}/.well-known/openid-configuration{path}"),
            format!("{origin}{path}/.well-known/openid-configuration"),
        ] {
            let answer = get(ctx, &address).await?;
            answer.response()?;
            let found = object(&answer);
            told = found.and_then(|json| json.get("issuer").and_then(Value::as_str).map(str::to_owned));
            if told.is_some() {
                break;
            }
        }
        if told.is_none() && ctx.target().metadata.is_none() && ctx.target().issuer.as_deref() == Some(issuer)
        {
            ctx.note(format!("{issuer} is the server under test, which publishes no metadata"));
            continue;
        }
        if told.as_deref() != Some(issuer) {
            let saw = told.map_or_else(|| "none".into(), |told| format!("one of issuer {told:?}"));
            ctx.tell(exchange.broken(format!("metadata of the authorization server {issuer}"), saw));
        }
    }
    Ok(())
}

async fn lists_scopes(ctx: &Context) -> Checked {
    let (exchange, json) = document(ctx).await?;
    let Some(scopes) = strings(&exchange, &json, "scopes_supported")? else {
        return Err(exchange.broken("scopes_supported", "none"));
    };
    let legal = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    match scopes.iter().find(|scope| scope.is_empty() || !scope.bytes().all(legal)) {
        Some(scope) => Err(exchange.broken("scopes_supported as single words", format!("{scope:?}"))),
        None => Ok(()),
    }
}

async fn ways_to_show_a_token(ctx: &Context) -> Checked {
    let (exchange, json) = document(ctx).await?;
    let Some(ways) = strings(&exchange, &json, "bearer_methods_supported")? else {
        return Err(CaseEnd::not_offered("the metadata does not say how a token may be shown").at(&exchange));
    };
    if let Some(way) = ways.iter().find(|way| !["header", "body", "query"].contains(way)) {
        return Err(exchange.broken("header, body and query in bearer_methods_supported", format!("{way:?}")));
    }
    let token = flow::access(ctx, &ctx.parties().client()?).await?.access_token;
    if ways.contains(&"header") {
        ctx.tried("the token is in the header", seen_in_header(&flow::resource(ctx, &token).await?));
    }
    if ways.contains(&"query") {
        let request = flow::resource_request(ctx, "")?.without_header("Authorization");
        let served = expect::served(&ctx.send(Actor::Client, in_query(request, &token)).await?);
        ctx.tried("the token is in the query", honest(served, "the resource with a fresh token"));
    }
    if !["header", "query"].iter().any(|way| ways.contains(way)) {
        return Err(CaseEnd::not_offered("no way is listed by which the suite shows tokens").at(&exchange));
    }
    Ok(())
}

async fn signed_by_some_algorithm(ctx: &Context) -> Checked {
    let (exchange, json) = document(ctx).await?;
    let name = "resource_signing_alg_values_supported";
    match strings(&exchange, &json, name)? {
        None => Err(CaseEnd::not_offered("the resource signs nothing").at(&exchange)),
        Some(list) if list.contains(&"none") => {
            Err(exchange.broken(format!("{name} without none"), "none in it"))
        }
        Some(_) => Ok(()),
    }
}

async fn may_be_kept_for_a_while(ctx: &Context) -> Checked {
    let (exchange, _) = document(ctx).await?;
    let response = exchange.response()?;
    let says = |directive| fields::has_directive(response, "cache-control", directive);
    // `Expires` says the same by a date (RFC 9111, section 5.3).
    if ["max-age", "s-maxage", "no-cache", "no-store"].into_iter().any(says)
        || response.header("expires").is_some()
    {
        return Ok(());
    }
    let saw = response.header("cache-control").map_or_else(|| "none".to_owned(), |text| format!("{text:?}"));
    Err(exchange.broken("Cache-Control that says for how long", saw))
}

async fn named_by_the_challenge(ctx: &Context) -> Checked {
    let Some((address, challenge)) = challenged(ctx).await? else {
        return Err(CaseEnd::not_offered("the challenge names no metadata"));
    };
    let broken = |saw: String| Err(challenge.broken("resource_metadata that leads to metadata", saw));
    let Ok(url) = Url::parse(&address) else { return broken(format!("{address:?}, which is no URL")) };
    let shown = ctx.parties().resource_url()?;
    let own = Url::parse(shown).is_ok_and(|resource| resource.origin() == url.origin());
    if !own && !ctx.target().is_own(&url) {
        ctx.note(format!("{address} is on another host and was not asked"));
        return Ok(());
    }
    let exchange = get(ctx, &address).await?;
    match object(&exchange) {
        // The URL that was challenged counts, which the identifier of a target may differ from.
        Some(json) if json.get("resource").and_then(Value::as_str) == Some(shown) => Ok(()),
        Some(json) => identical(&exchange, &json, &ctx.parties().first_resource()?.identifier),
        None => broken(format!("{} at {address}", expect::describe(exchange.response()?))),
    }
}

async fn tokens_for_one_resource(ctx: &Context) -> Checked {
    document(ctx).await?;
    token_is_for_it(ctx).await
}
