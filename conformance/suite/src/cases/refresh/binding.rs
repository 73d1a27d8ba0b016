//! What a refresh token is bound to beside its client: that client's credentials, and the scope that the user allowed.

use std::collections::BTreeSet;
use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation, Steps};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::honest::honest;
use crate::cases::support::provoke::UNKNOWN;
use crate::cases::support::refresh::{Allowed, allowed, refresh, refreshing_client, renewed};
use crate::cases::support::{scope, spoil};
use crate::expect::{self, Token};
use crate::flow::{self, Authentication};
use crate::subject::{Client, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "refresh/takes-the-clients-credentials",
        rules: rules!["rfc6749-6-client-auth-required"],
        about: "A confidential client's refresh token is refused to a request without its credentials.",
        needs: &[Need::Login, Need::Refresh, Need::ConfidentialClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(takes_the_clients_credentials(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/asks-for-no-more-scope",
        rules: rules!["rfc6749-6-scope-not-beyond-original"],
        about: "A refresh that asks for more scope than the user allowed does not get it.",
        needs: &[Need::Login, Need::Refresh, Need::SecondScope],
        run: |ctx| Box::pin(each_client(ctx, |ctx, scopes| Box::pin(asks_for_no_more_scope(ctx, scopes)))),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/no-chain-leads-to-more-scope",
        rules: rules!["rfc9700-4.14.2-refresh-bound-to-scope"],
        about: "The refresh tokens that follow one another keep to the scope that the user allowed.",
        needs: &[Need::Login, Need::Refresh, Need::SecondScope],
        run: |ctx| {
            Box::pin(each_client(ctx, |ctx, scopes| Box::pin(no_chain_leads_to_more_scope(ctx, scopes))))
        },
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/without-scope-gives-all",
        rules: rules!["rfc6749-6-scope-omitted-means-original"],
        about: "A refresh without scope gives all that the user allowed, also after one that asked for less.",
        needs: &[Need::Login, Need::Refresh, Need::SecondScope],
        run: |ctx| Box::pin(each_client(ctx, |ctx, scopes| Box::pin(without_scope_gives_all(ctx, scopes)))),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/narrowing-does-not-last",
        rules: rules!["rfc6749-6-new-refresh-token-same-scope"],
        about: "A refresh token that came with a narrower access token is still good for the whole scope.",
        needs: &[Need::Login, Need::Refresh, Need::SecondScope],
        run: |ctx| Box::pin(each_client(ctx, |ctx, scopes| Box::pin(narrowing_does_not_last(ctx, scopes)))),
        ..Case::DEFAULT
    },
];

async fn takes_the_clients_credentials(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |client| !client.is_public()).await?;
    let wrong = spoil::middle_changed(spoil::secret_of(&client));
    let ways: [(_, _, &[&str]); 3] = [
        (
            "there is a client_id and nothing else",
            Some(Authentication::Id(client.id.clone())),
            &["invalid_client"],
        ),
        (
            "there is no client_id either",
            Some(Authentication::Nothing),
            &["invalid_client", "invalid_request"],
        ),
        ("a character of the secret is another", spoil::with_secret(&client, &wrong), &["invalid_client"]),
    ];
    for (way, authentication, errors) in ways {
        let Some(authentication) = authentication else { continue };
        let request = allowed(ctx, &client, None).await?.refresh().authenticated(authentication);
        let answer = flow::token(ctx, &request).await?;
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, errors));
    }
    Ok(())
}

/// A client that may have two scope values, and is given refresh tokens.
struct Scopes {
    client: Arc<Client>,
    /// All its scope values but one.
    narrow: String,
    /// All its scope values.
    wide: String,
}

impl Scopes {
    /// It is a control that the client refreshes, and that the user can allow it all of them.
    async fn of(ctx: &Context, of: &Client) -> Checked<Self> {
        let client = refreshing_client(ctx, |client| client.id == of.id).await?;
        let values = client.scopes();
        // The last one, unless it may be what brings a refresh token (OpenID Connect Core, section 11).
        let weight = |value: &&&str| match **value {
            "offline_access" => 2,
            "openid" => 1,
            _ => 0,
        };
        let left_out = values.iter().rev().min_by_key(weight).copied();
        let kept: Vec<&str> = values.iter().copied().filter(|value| Some(*value) != left_out).collect();
        let (narrow, wide) = (kept.join(" "), values.join(" "));
        let found = Self { client, narrow, wide };
        found.allow_all(ctx).await?;
        Ok(found)
    }

    async fn allow_all(&self, ctx: &Context) -> Checked<Allowed> {
        let allowed = allowed(ctx, &self.client, Some(&self.wide)).await?;
        if set(&self.wide).is_subset(&granted(ctx, &allowed, &self.wide)?) {
            return Ok(allowed);
        }
        Err(CaseEnd::not_tested(format!("the server did not allow all of scope {:?}", self.wide))
            .at(&allowed.token.exchange))
    }

    async fn allow_narrow(&self, ctx: &Context) -> Checked<Allowed> {
        let allowed = allowed(ctx, &self.client, Some(&self.narrow)).await?;
        if !set(&self.wide).is_subset(&granted(ctx, &allowed, &self.narrow)?) {
            return Ok(allowed);
        }
        Err(CaseEnd::not_tested("the server allowed the second scope value without being asked")
            .at(&allowed.token.exchange))
    }
}

/// Tries it with each client that may have two scope values.
async fn each_client(ctx: &Context, judge: for<'a> fn(&'a Context, &'a Scopes) -> Steps<'a>) -> Checked {
    for client in ctx.target().clients.values().filter(|client| client.scopes().len() > 1) {
        let when = format!("the client is {}", client.id);
        let with_client = ctx.when(&when);
        let step = match Scopes::of(&with_client, client).await {
            Ok(scopes) => judge(&with_client, &scopes).await,
            Err(end) => Err(end),
        };
        ctx.tried(&when, step);
    }
    Ok(())
}

fn set(scope: &str) -> BTreeSet<&str> {
    scope.split(' ').collect()
}

/// What the user allowed: what the token response states, or else what was asked for.
fn granted<'a>(ctx: &Context, allowed: &'a Allowed, asked: &'a str) -> Checked<BTreeSet<&'a str>> {
    Ok(scope::stated(ctx, &allowed.token)?.unwrap_or_else(|| set(asked)))
}

/// The refusal of a scope beyond `within`, or a token that keeps to it and says so. Gives the token, if it is one.
fn kept(ctx: &Context, answer: &Arc<Exchange>, within: &BTreeSet<&str>) -> Checked<Option<Token>> {
    let Ok(token) = expect::token(answer) else {
        return expect::token_refused(ctx, answer, &["invalid_scope"]).map(|()| None);
    };
    match scope::stated(ctx, &token)? {
        Some(stated) if stated.is_subset(within) => {
            ctx.note("a refresh that asks for too much scope gets a token of the scope that was allowed");
            Ok(Some(token))
        }
        // A token response without scope has what was asked for.
        stated => {
            let saw = stated.map_or_else(|| "no scope stated".to_owned(), |stated| format!("{stated:?}"));
            let expected = format!("error invalid_scope, or a token that states a scope within {within:?}");
            Err(answer.broken(expected, format!("a token, {saw}")))
        }
    }
}

async fn asks_for_no_more_scope(ctx: &Context, scopes: &Scopes) -> Checked {
    let unknown = format!("{} {UNKNOWN}", scopes.narrow);
    for (way, asked) in
        [("the user could have allowed it", &scopes.wide), ("nobody knows the value", &unknown)]
    {
        let allowed = scopes.allow_narrow(ctx).await?;
        let answer = flow::token(ctx, &allowed.refresh().set("scope", asked)).await?;
        let within = granted(ctx, &allowed, &scopes.narrow)?;
        ctx.tries(way, |ctx| kept(ctx, &answer, &within));
    }
    Ok(())
}

async fn no_chain_leads_to_more_scope(ctx: &Context, scopes: &Scopes) -> Checked {
    let allowed = scopes.allow_narrow(ctx).await?;
    let within = granted(ctx, &allowed, &scopes.narrow)?;
    let second = renewed(ctx, &allowed.refresh()).await?;
    let mut last = second.refresh_token.unwrap_or_else(|| allowed.refresh_token.clone());
    let more = flow::token(ctx, &refresh(&scopes.client, &last).set("scope", &scopes.wide)).await?;
    ctx.tries("the second refresh asks for more", |ctx| kept(ctx, &more, &within));
    if let Some(next) = successor(&more) {
        last = next;
    }
    // Whether the refusal ended the refresh token is the server's policy.
    let answer = flow::token(ctx, &refresh(&scopes.client, &last)).await?;
    let Ok(token) = expect::token(&answer) else {
        return ctx.trying("a third refresh asks for no scope", |ctx| {
            expect::token_refused(ctx, &answer, &["invalid_grant"])
        });
    };
    match scope::stated(ctx, &token)? {
        Some(stated) if !stated.is_subset(&within) => {
            Err(answer.broken(format!("a scope within {within:?}"), format!("scope {stated:?}")))
                .when("a third refresh asks for no scope")
        }
        _ => Ok(()),
    }
}

/// The refresh token that an answer brought, if it did.
fn successor(answer: &Arc<Exchange>) -> Option<String> {
    expect::token(answer).ok()?.refresh_token
}

/// The tokens of an honest refresh that asks for less than was allowed. It is a control.
async fn narrowed(ctx: &Context, scopes: &Scopes, refresh_token: &str) -> Checked<Token> {
    let request = refresh(&scopes.client, refresh_token).set("scope", &scopes.narrow);
    expect::token(&flow::token(ctx, &request).await?).control("a refresh that asks for less scope")
}

async fn without_scope_gives_all(ctx: &Context, scopes: &Scopes) -> Checked {
    let allowed = scopes.allow_all(ctx).await?;
    let all = granted(ctx, &allowed, &scopes.wide)?;
    let gives_all = |token: &Token| match scope::stated(ctx, token)? {
        Some(stated) if stated != all => {
            Err(token.exchange.broken(format!("scope {all:?}, or none stated"), format!("scope {stated:?}")))
        }
        _ => Ok(()),
    };
    let first = renewed(ctx, &allowed.refresh()).await?;
    ctx.tried("it is the first refresh", gives_all(&first));
    let last = first.refresh_token.unwrap_or_else(|| allowed.refresh_token.clone());
    let less = narrowed(ctx, scopes, &last).await?;
    let last = less.refresh_token.unwrap_or(last);
    let answer = flow::token(ctx, &refresh(&scopes.client, &last)).await?;
    let when = "a refresh before it asked for less";
    gives_all(&honest(expect::token(&answer), "an honest refresh").when(when)?).when(when)
}

async fn narrowing_does_not_last(ctx: &Context, scopes: &Scopes) -> Checked {
    let allowed = scopes.allow_all(ctx).await?;
    let less = narrowed(ctx, scopes, &allowed.refresh_token).await?;
    let Some(next) = less.refresh_token else {
        return Err(CaseEnd::not_offered("a refresh brings no new refresh token"));
    };
    let answer = flow::token(ctx, &refresh(&scopes.client, &next).set("scope", &scopes.wide)).await?;
    let token =
        honest(expect::token(&answer), "an honest refresh").when("it asks for all that was allowed")?;
    match scope::stated(ctx, &token)? {
        Some(stated) if !set(&scopes.wide).is_subset(&stated) => {
            let expected = format!("scope {:?}, or none stated", scopes.wide);
            Err(answer.broken(expected, format!("scope {stated:?}"))).when("it asks for all that was allowed")
        }
        _ => Ok(()),
    }
}
