//! Resource indicators (RFC 8707): how a client says for which resource a token shall be.
//!
//! What the token and the refresh token are then good for is in `grant.rs`. A server may ignore the
//! parameter. One that refuses any value reads it, and then is held to it; so is one of which the target says
//! `resource_indicators = true`.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::resource_indicators::{
    INVALID_TARGET, UNKNOWN, authorized, readers, redeemed, token_for, told_audience,
};
use crate::expect;
use crate::flow;
use crate::subject::{Client, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "resource-indicator/absolute-without-fragment",
        rules: rules!["rfc8707-2-resource-absolute-no-fragment"],
        about: "A resource that is no absolute URI, or has a fragment, is refused.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(absolute_without_fragment(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-indicator/unknown-is-told-by-redirect",
        rules: rules!["rfc8707-2.1-invalid-target-by-redirect"],
        about: "An authorization request for an unknown resource comes back as invalid_target, with its state.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(unknown_is_told_by_redirect(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-indicator/unknown-is-told-in-json",
        rules: rules!["rfc8707-2.2-invalid-target-at-token-endpoint"],
        about: "A token request for an unknown resource is answered 400 with invalid_target.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(unknown_is_told_in_json(ctx)),
        ..Case::DEFAULT
    },
];

async fn absolute_without_fragment(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let good = ctx.parties().first_resource()?.identifier;
    let with_fragment = format!("{good}#suite");
    let spoilt = [
        ("resource is a word", "suite"),
        ("resource is a path", "/suite"),
        ("resource has a fragment", with_fragment.as_str()),
    ];
    let readers = readers(ctx, &client, &[UNKNOWN, "suite", &with_fragment]).await?;
    token_for(ctx, &client, &good).await?;
    for (way, resource) in spoilt {
        if readers.authorization {
            let when = format!("at the authorization endpoint {way}");
            if let Some((ask, landing)) = ctx.tried(&when, authorized(ctx, &client, resource).await) {
                let step =
                    ctx.trying(&when, |ctx| expect::code_refused(ctx, &ask, &landing, &[INVALID_TARGET]));
                ctx.told(step);
            }
        }
        if readers.token {
            let when = format!("at the token endpoint {way}");
            let answer = redeemed(ctx, &client, resource).await?;
            ctx.tries(&when, |ctx| expect::token_refused(ctx, &answer, &[INVALID_TARGET]));
        }
    }
    Ok(())
}

async fn unknown_is_told_by_redirect(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    // Which resources it knows is the server's to say: whoever takes this one reads others all the same.
    let readers = readers(ctx, &client, &[UNKNOWN]).await?;
    token_for(ctx, &client, &ctx.parties().first_resource()?.identifier).await?;
    if !readers.authorization {
        return Err(CaseEnd::not_offered("the authorization endpoint does not read resource"));
    }
    let (ask, landing) = authorized(ctx, &client, UNKNOWN).await?;
    if let Ok(code) = flow::code_from(&ask, &landing) {
        is_unknown(ctx, &client, &flow::token(ctx, &flow::redemption(&code)).await?).await?;
    }
    let location = expect::error_redirect(&ask, &landing, &[INVALID_TARGET])?;
    expect::same_state(&ask, location).under(rules!["rfc6749-4.1.2.1-state-on-error"])
}

async fn unknown_is_told_in_json(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let readers = readers(ctx, &client, &[UNKNOWN]).await?;
    token_for(ctx, &client, &ctx.parties().first_resource()?.identifier).await?;
    if !readers.token {
        return Err(CaseEnd::not_offered("the token endpoint does not read resource"));
    }
    let answer = redeemed(ctx, &client, UNKNOWN).await?;
    is_unknown(ctx, &client, &answer).await?;
    expect::token_error(&answer, &[INVALID_TARGET]).map(drop)
}

/// That the server does not know the resource for which nobody has a server. Which it knows is its own to say: one for which it issues
/// tokens, by their audience, is known.
async fn is_unknown(ctx: &Context, client: &Arc<Client>, answer: &Arc<Exchange>) -> Checked {
    let Ok(token) = expect::token(answer) else { return Ok(()) };
    let told = told_audience(ctx, client, &token).await?.unwrap_or_default();
    if told.iter().any(|name| name == UNKNOWN) {
        return Err(
            CaseEnd::not_offered("the server issues tokens for whatever resource is named").at(answer)
        );
    }
    Ok(())
}
