//! An access token for less than the user allowed: what a refresh asked for is what the token is good for (RFC 6749, sections 6
//! and 7).

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::bearer::looks_at_tokens;
use crate::cases::support::refresh::{allowed, refresh, refreshing_client};
use crate::cases::support::scope::{introspected, stated};
use crate::expect::{self, Token};
use crate::flow;
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "refresh/narrowed-token-is-good-for-no-more",
    rules: rules!["rfc6749-7-scope-covers-resource", "rfc7662-2.2-scope-member"],
    about: "An access token for a part of what the user allowed opens what that part opens, and is told so.",
    needs: &[Need::Login, Need::Refresh, Need::SecondScope, Need::ResourceServer],
    run: |ctx| Box::pin(narrowed_token_is_good_for_no_more(ctx)),
    ..Case::DEFAULT
}];

async fn narrowed_token_is_good_for_no_more(ctx: &Context) -> Checked {
    looks_at_tokens(ctx).await?;
    let client = refreshing_client(ctx, |client| client.scopes().len() > 1).await?;
    let mut untried = true;
    for word in client.scopes() {
        let when = format!("a refresh asks for {word} alone");
        let tried = narrowed_to(&ctx.when(&when), &client, word).await;
        // What broke off was tried too, and says why it came to no end.
        untried &= ctx.tried(&when, tried) == Some(false);
    }
    if untried {
        return Err(CaseEnd::not_offered("no part of what the client may have keeps the resource closed"));
    }
    Ok(())
}

/// Whether a token for this scope value alone says anything; then one that a refresh narrowed to it is good for no more.
async fn narrowed_to(ctx: &Context, client: &Arc<Client>, word: &str) -> Checked<bool> {
    // What a token for the word alone opens, a narrowed one may open as well; no refresh token need come with it.
    let ask = flow::ask(ctx, client).set("scope", word);
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing).control("an authorization request for the word alone")?;
    let alone = flow::redeem(ctx, &code).await?;
    let opened = flow::resource(ctx, &alone.access_token).await?;
    opened.response()?;
    if expect::served(&opened).is_ok() {
        return Ok(false);
    }
    let whole = allowed(ctx, client, Some(&client.scopes().join(" "))).await?;
    let opened = flow::resource(ctx, &whole.token.access_token).await?;
    expect::served(&opened).control("the resource with a token for all that was allowed")?;
    let request = refresh(client, &whole.refresh_token).set("scope", word);
    let token =
        expect::token(&flow::token(ctx, &request).await?).control("a refresh that asks for less scope")?;
    if stated(ctx, &token)?.is_some_and(|stated| stated.iter().any(|value| *value != word)) {
        ctx.note(format!("a refresh for {word} alone brings a token that is said to be for more"));
        return Ok(false);
    }
    good_for_no_more(ctx, client, &token, word).await.map(|()| true)
}

/// The resource stays closed, and introspection tells of this scope value alone.
async fn good_for_no_more(ctx: &Context, client: &Arc<Client>, token: &Token, word: &str) -> Checked {
    let told = introspected(ctx, client, token).await?;
    let is_more = |value: &&str| !value.is_empty() && *value != word;
    if let Some(more) = told.as_deref().and_then(|told| told.split(' ').find(is_more)) {
        let expected = format!("a token of which scope {word:?} is told");
        let end = token.exchange.broken(expected, format!("{more:?} as well"));
        ctx.tell(end.under(rules!["rfc7662-2.2-scope-member"]));
    }
    let answer = flow::resource(ctx, &token.access_token).await?;
    expect::withheld(&answer).under(rules!["rfc6749-7-scope-covers-resource"])
}
