//! For which resource server an access token is, and that another one refuses it (RFC 9700, section 2.3).
//!
//! Cases that show a token to a resource first see that the resource takes the token that is meant for it.

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::resource_indicators::{
    audience_if_told, guarded, open, read_by_server, refused, token_for,
};
use crate::expect::{self, Token};
use crate::flow;
use crate::subject::{Need, Resource};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "audience/named-by-the-token",
        rules: rules!["rfc9700-2.3-access-token-audience-restricted"],
        about: "What is told of an access token names the resource servers that it is for, and not all there are.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(named_by_the_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "audience/another-resource-refuses",
        rules: rules!["rfc9700-2.3-rs-refuses-wrong-audience"],
        about: "A resource is not served for a token that was issued for another one.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(another_resource_refuses(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "audience/told-and-kept",
        rules: rules!["rfc6750-5.3-audience-restriction"],
        about: "A bearer token is told for whom it is, and a resource that it does not name refuses it.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(told_and_kept(ctx)),
        ..Case::DEFAULT
    },
];

async fn named_by_the_token(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let token = flow::access(ctx, &client).await?;
    let Some(audience) = audience_if_told(ctx, &client, &token).await? else {
        return Err(CaseEnd::not_offered("nothing tells for whom an access token is"));
    };
    let broken = |saw: String| Err(token.exchange.broken("an aud that names few resource servers", saw));
    if audience.is_empty() {
        return broken("no aud".into());
    }
    if let Some(all) = audience.iter().find(|name| name.contains('*')) {
        return broken(format!("aud {all:?}"));
    }
    let (first, second) = (ctx.target().resource(), ctx.target().second_resource.clone());
    if let (Some(first), Some(second)) = (first, second)
        && [first, second].iter().all(|resource| audience.contains(&resource.identifier))
    {
        return broken(format!("aud {audience:?}, which is all that the target names"));
    }
    Ok(())
}

/// Tokens for either resource, each of which opens its own. It is a control.
async fn one_for_each(ctx: &Context, resources: [&Resource; 2]) -> Checked<[Token; 2]> {
    let client = ctx.parties().client()?;
    let first = token_for(ctx, &client, &resources[0].identifier).await?;
    let second = token_for(ctx, &client, &resources[1].identifier).await?;
    for (resource, token) in [(resources[0], &first), (resources[1], &second)] {
        expect::served(&open(ctx, resource, token).await?)
            .control(&format!("{} with a token for it", resource.url))?;
    }
    guarded(ctx, &resources).await?;
    Ok([first, second])
}

async fn another_resource_refuses(ctx: &Context) -> Checked {
    read_by_server(ctx, &ctx.parties().client()?).await?;
    let (first, second) = (ctx.parties().first_resource()?, ctx.parties().second_resource()?);
    let [for_first, for_second] = one_for_each(ctx, [&first, &second]).await?;
    for (other, token) in [(&second, &for_first), (&first, &for_second)] {
        let answer = open(ctx, other, token).await?;
        let when = format!("{} is shown a token for the other resource", other.url);
        ctx.tries(&when, |ctx| refused(ctx, &answer));
    }
    Ok(())
}

async fn told_and_kept(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    read_by_server(ctx, &client).await?;
    let (first, second) = (ctx.parties().first_resource()?, ctx.parties().second_resource()?);
    let [for_first, _] = one_for_each(ctx, [&first, &second]).await?;
    match audience_if_told(ctx, &client, &for_first).await? {
        None => ctx.note("nothing tells for whom the token is"),
        Some(audience) if audience.is_empty() => {
            ctx.tell(for_first.exchange.broken("an aud in what is told of the token", "none"));
        }
        Some(_) => {}
    }
    refused(ctx, &open(ctx, &second, &for_first).await?)
}
