//! What a grant for certain resources is good for (RFC 8707, section 2.2): its access tokens open these and no
//! others, and its refresh token leads to no others.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::refresh::{Allowed, refresh, refreshing_client};
use crate::cases::support::resource_indicators::{
    INVALID_TARGET, UNKNOWN, ask_for, closed_to_others, guarded, open, read_by_server, readers, refused,
    token, token_for, token_is_for_it, told_audience, with,
};
use crate::expect;
use crate::flow;
use crate::subject::{Client, ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "resource-indicator/token-is-for-it",
        rules: rules!["rfc8707-2-token-audience-restricted"],
        about: "A token that was asked for one resource opens that one and no other.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(token_is_for_it(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-indicator/introspection-names-it",
        rules: rules!["rfc8707-2-introspection-aud"],
        about: "What introspection says of a token that was asked for a resource names that resource in aud.",
        needs: &[Need::Introspection, Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(introspection_names_it(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-indicator/bounds-the-grant",
        rules: rules!["rfc8707-2.1-resource-covers-grant"],
        about: "A code that was asked for one resource gives no token for another if the token request names none.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(bounds_the_grant(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-indicator/fewer-than-allowed",
        rules: rules!["rfc8707-2.2-subset-token-full-refresh"],
        about: "A token can be had for one of two resources that the user allowed; the refresh token keeps both.",
        needs: &[Need::Login, Need::Refresh, Need::ResourceServer],
        run: |ctx| Box::pin(fewer_than_allowed(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/leads-to-no-other-resource",
        rules: rules!["rfc9700-4.14.2-refresh-bound-to-resource"],
        about: "A refresh that asks for a resource which the user did not allow gets no token that opens it.",
        needs: &[Need::Login, Need::Refresh, Need::ResourceServer],
        run: |ctx| Box::pin(leads_to_no_other_resource(ctx)),
        ..Case::DEFAULT
    },
];

async fn introspection_names_it(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    read_by_server(ctx, &client).await?;
    let servers = [ClientRole::Resource, ClientRole::SecondResource];
    let resources = [Some(ctx.parties().first_resource()?), ctx.target().second_resource.clone()];
    let mut own: Option<Vec<String>> = None;
    for (resource, server) in resources.into_iter().zip(servers) {
        let Some(resource) = resource else { continue };
        let token = token_for(ctx, &client, &resource.identifier).await?;
        let Some(told) = told_audience(ctx, &client, &token).await? else {
            let reason = "nobody is told of the token; add [resource_client]";
            return Err(ctx.parties().lacking(Need::ResourceClient, reason));
        };
        // The server's own name for the resource may be the identifier of its registered client.
        let server = ctx.target().others.get(&server).map(|server| server.id.as_str());
        if told.iter().any(|name| *name == resource.identifier || Some(name.as_str()) == server) {
            continue;
        }
        // A server may have an abstract name for the resource, but not the same for two (RFC 8707, section 2).
        if told.is_empty() || own.as_ref() == Some(&told) {
            let expected =
                format!("aud with {}, or with a name for that resource alone", resource.identifier);
            ctx.tell(token.exchange.broken(expected, format!("aud {told:?}")));
            continue;
        }
        ctx.note(format!("aud {told:?} is taken for the server's name of {}", resource.identifier));
        own = Some(told);
    }
    Ok(())
}

async fn bounds_the_grant(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    if !readers(ctx, &client, &[UNKNOWN]).await?.authorization {
        return Err(CaseEnd::not_offered("the authorization endpoint does not read resource"));
    }
    let resources = [ctx.parties().first_resource()?, ctx.parties().second_resource()?];
    guarded(ctx, &[&resources[0], &resources[1]]).await?;
    for (asked, other) in [(&resources[0], &resources[1]), (&resources[1], &resources[0])] {
        let control = format!("{} with a token that was asked for it", other.url);
        let good = token_for(ctx, &client, &other.identifier).await?;
        expect::served(&open(ctx, other, &good).await?).control(&control)?;
        closed_to_others(ctx, &client, other, asked).await?;
        let bare = token(ctx, &client, &[&asked.identifier], &[]).await?;
        let when = format!("the authorization request alone names {}", asked.identifier);
        let answer = open(ctx, other, &bare).await?;
        ctx.tries(&when, |ctx| refused(ctx, &answer));
    }
    Ok(())
}

/// A refresh token for these resources, and the access token that came with it. It is a control.
async fn allowed(
    ctx: &Context,
    client: &Arc<Client>,
    resources: &[&str],
    wanted: &[&str],
) -> Checked<Allowed> {
    let token = token(ctx, client, resources, wanted).await?;
    let Some(refresh_token) = token.refresh_token.clone() else {
        let saw = format!("{} was given a refresh token before, and none this time", client.id);
        return Err(CaseEnd::not_tested(saw).at(&token.exchange));
    };
    Ok(Allowed { client: Arc::clone(client), token, refresh_token })
}

async fn fewer_than_allowed(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    read_by_server(ctx, &client).await?;
    let (first, second) = (ctx.parties().first_resource()?, ctx.parties().second_resource()?);
    let both = [first.identifier.as_str(), second.identifier.as_str()];
    let ask = ask_for(ctx, &client, &both);
    let landing = flow::authorize(ctx, &ask).await?;
    if flow::code_from(&ask, &landing).is_err() {
        expect::code_refused(ctx, &ask, &landing, &[INVALID_TARGET, "invalid_request"])?;
        return Err(CaseEnd::not_offered("the server allows one resource at a time"));
    }
    // Of two resources that are named a server may read the one.
    let other = token(ctx, &client, &both, &both[1..]).await?;
    expect::served(&open(ctx, &second, &other).await?)
        .control("the second resource with a token of a grant for both")?;
    let allowed = allowed(ctx, &client, &both, &both[..1]).await?;
    expect::served(&open(ctx, &first, &allowed.token).await?).control("the resource that was asked for")?;
    guarded(ctx, &[&first, &second]).await?;
    closed_to_others(ctx, &client, &second, &first).await?;
    let answer = open(ctx, &second, &allowed.token).await?;
    let when = "both resources were allowed and the code was redeemed for the first";
    ctx.tries(when, |ctx| refused(ctx, &answer));
    let when = "a refresh asks for the second of two resources that were allowed";
    let answer = flow::token(ctx, &allowed.refresh().set("resource", both[1])).await?;
    let next = expect::token(&answer).when(when)?;
    ctx.tried(when, expect::served(&open(ctx, &second, &next).await?));
    // That a token is for no other resource than its request named is a SHOULD.
    refused(ctx, &open(ctx, &first, &next).await?).warn().when(when)
}

async fn leads_to_no_other_resource(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    read_by_server(ctx, &client).await?;
    let (first, second) = (ctx.parties().first_resource()?, ctx.parties().second_resource()?);
    let good = token_for(ctx, &client, &second.identifier).await?;
    expect::served(&open(ctx, &second, &good).await?)
        .control("the second resource with a token that the user allowed for it")?;
    guarded(ctx, &[&second]).await?;
    let only = [first.identifier.as_str()];
    let mut last = allowed(ctx, &client, &only, &only).await?.refresh_token;
    for resources in [&[second.identifier.as_str()][..], &[&first.identifier, &second.identifier]] {
        let when = format!("a refresh asks for {} and {} was allowed", resources.join(" and "), only[0]);
        let answer = flow::token(ctx, &with(refresh(&client, &last), resources)).await?;
        let Ok(token) = expect::token(&answer) else {
            ctx.tries(&when, |ctx| expect::token_refused(ctx, &answer, &[INVALID_TARGET]));
            continue;
        };
        ctx.note("a refresh that asks for another resource gets a token for those that were allowed");
        closed_to_others(ctx, &client, &second, &first).await?;
        let answer = open(ctx, &second, &token).await?;
        ctx.tries(&when, |ctx| refused(ctx, &answer));
        last = token.refresh_token.unwrap_or(last);
    }
    Ok(())
}
