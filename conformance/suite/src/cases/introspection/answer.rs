//! Token introspection (RFC 7662): what a caller is told of a live token, and that a dead one has nothing to tell.
//!
//! Who may ask is in `caller.rs`, what the members say in `members.rs`. A server may tell
//! each caller as much as it sees fit: what a case says of a live token, it says only where somebody was told that it
//! lives.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::introspection::{
    Activity, activity, inactive, introspect, more_than_inactive, not_active, query, says_active, told_token,
};
use crate::cases::support::refresh::{allowed, refreshing_client, renewed};
use crate::cases::support::resource_indicators::told_audience;
use crate::cases::support::revocation::done_for_access_token;
use crate::cases::support::token_status::{Gauge, news_travels, outlive};
use crate::cases::support::{bearer, spoil};
use crate::expect;
use crate::flow;
use crate::subject::{Client, ClientRole, Met, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "introspection/says-whether-active",
        rules: rules!["rfc7662-2.2-active-boolean-json", "rfc7662-2.1-post-form", "rfc7662-2.2-sent-as-json"],
        about: "Asked by a form about a live token, the server says active: true, in JSON.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(says_whether_active(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/needs-a-token",
        rules: rules!["rfc7662-2.1-token-parameter-required"],
        about: "A question without a token is refused, or answered as one about no live token.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(needs_a_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/wrong-hint-hides-no-token",
        rules: rules!["rfc7662-2.1-wrong-hint-search-extended"],
        about: "A live token is found although the hint names another kind, or none that there is.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(wrong_hint_hides_no_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/inactive-is-no-error",
        rules: rules!["rfc7662-2.2-inactive-is-200-false"],
        about: "Asked for what is no live token, the server says active: false, and not that something is wrong.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(inactive_is_no_error(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/inactive-tells-no-more",
        rules: rules!["rfc7662-2.2-inactive-no-detail"],
        about: "Of a token that is not live nothing is told but active: false.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(inactive_tells_no_more(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/knows-what-was-revoked",
        rules: rules!["rfc7662-4-revocation-checked"],
        about: "A token that was revoked is not active, nor is a refresh token that another replaced.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(knows_what_was_revoked(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/knows-what-expired",
        rules: rules!["rfc7662-4-expiry-checked"],
        about: "A token is active while it lives and not active afterwards.",
        needs: &[Need::Introspection, Need::Login, Need::AccessTokenLifetime],
        slow: true,
        run: |ctx| Box::pin(knows_what_expired(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/checks-signatures",
        rules: rules!["rfc7662-4-signature-checked"],
        about: "A signed token with another payload or signature, or without one, is not active.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(checks_signatures(ctx)),
        ..Case::DEFAULT
    },
];

async fn says_whether_active(ctx: &Context) -> Checked {
    let told =
        told_active(ctx).await.under(rules!["rfc7662-2.2-active-boolean-json", "rfc7662-2.1-post-form"])?;
    let media_type = told.exchange.response()?.media_type().unwrap_or_default();
    if media_type != "application/json" {
        let end = told.exchange.broken("media type application/json", format!("{media_type:?}"));
        return Err(end.under(rules!["rfc7662-2.2-sent-as-json"]));
    }
    Ok(())
}

/// What a caller is told of a live token: that it is active.
async fn told_active(ctx: &Context) -> Checked<Activity> {
    let client = ctx.parties().client()?;
    let told = match ctx.target().others.get(&ClientRole::Resource) {
        // The target says that this one may ask: what it is told is judged.
        Some(caller) => {
            let token = flow::access(ctx, &client).await?;
            let told = told_by(&introspect(ctx, &query(caller, &token.access_token)).await?)?;
            if told.active
                || is_for(ctx, caller, &told_audience(ctx, &client, &token).await?.unwrap_or_default())
            {
                told
            } else {
                // Of a token that is not for it a resource server may be told that it is not active (section 2.2).
                match told_token(ctx, &client).await {
                    Ok((token, caller)) => {
                        ctx.note("[resource_client] is told that a token which does not name its resource is not active");
                        told_by(&introspect(ctx, &query(&caller, &token.access_token)).await?)?
                    }
                    Err(_) => told,
                }
            }
        }
        None => {
            let (token, caller) = told_token(ctx, &client).await?;
            told_by(&introspect(ctx, &query(&caller, &token.access_token)).await?)?
        }
    };
    if !told.active {
        return Err(told.exchange.broken("active: true for a fresh access token", "active: false"));
    }
    Ok(told)
}

/// What is told of a live token. Where that cannot be read, either the form was not taken, or the answer to it says nothing.
fn told_by(answer: &Arc<Exchange>) -> Checked<Activity> {
    let is_taken = answer.status() == Some(200);
    activity(answer).under(if is_taken {
        rules!["rfc7662-2.2-active-boolean-json"]
    } else {
        rules!["rfc7662-2.1-post-form"]
    })
}

/// Whether a token's audience, as far as it is told, names the first resource or its server.
fn is_for(ctx: &Context, server: &Client, audience: &[String]) -> bool {
    let resource = ctx.target().resource();
    let names = |name: &String| {
        *name == server.id || resource.as_ref().is_some_and(|resource| resource.identifier == *name)
    };
    audience.iter().any(names)
}

async fn needs_a_token(ctx: &Context) -> Checked {
    let (_, caller) = told_token(ctx, &ctx.parties().client()?).await?;
    let answer = introspect(ctx, &query(&caller, "").without("token")).await?;
    match activity(&answer) {
        Ok(Activity { active: false, .. }) => {
            ctx.note("a question without a token is answered as one about no live token");
            Ok(())
        }
        Ok(_) | Err(_) => match answer.response()? {
            response if (400..500).contains(&response.status) => Ok(()),
            response => Err(answer.broken("a 4xx answer, or active: false", expect::describe(response))),
        },
    }
}

async fn wrong_hint_hides_no_token(ctx: &Context) -> Checked {
    let (token, caller) = told_token(ctx, &ctx.parties().client()?).await?;
    for hint in ["access_token", "refresh_token", "suite_unknown"] {
        let request = query(&caller, &token.access_token).set("token_type_hint", hint);
        let answer = introspect(ctx, &request).await?;
        let found = found(&answer, "active: true for a live access token");
        ctx.tried(&format!("the hint is {hint}"), found);
    }
    wrong_hint_hides_no_refresh_token(ctx).await
}

fn found(answer: &Arc<Exchange>, expected: &str) -> Checked {
    if activity(answer)?.active { Ok(()) } else { Err(answer.broken(expected, "active: false")) }
}

/// The same of a refresh token, where its own client is told that it is active.
async fn wrong_hint_hides_no_refresh_token(ctx: &Context) -> Checked {
    if Need::Refresh.met(ctx.target()) != Met::Yes {
        return Ok(());
    }
    let Ok(client) = refreshing_client(ctx, |client| !client.is_public()).await else { return Ok(()) };
    let token = allowed(ctx, &client, None).await?.refresh_token;
    let plain = introspect(ctx, &query(&client, &token)).await?;
    if !activity(&plain).is_ok_and(|told| told.active) {
        ctx.note("no client is told that its own refresh token is active");
        return Ok(());
    }
    for hint in ["refresh_token", "access_token", "suite_unknown"] {
        let answer = introspect(ctx, &query(&client, &token).set("token_type_hint", hint)).await?;
        let found = found(&answer, "active: true for a live refresh token");
        ctx.tried(&format!("it is a refresh token and the hint is {hint}"), found);
    }
    Ok(())
}

/// What is no live token, and the answers about it.
async fn about_dead_ones(ctx: &Context) -> Checked<Vec<(&'static str, Arc<Exchange>)>> {
    let client = ctx.parties().client()?;
    let (token, caller) = told_token(ctx, &client).await?;
    let code = flow::code(ctx, &client).await?.value;
    let texts = [
        ("the token is made up", ctx.fresh()),
        ("a character of the token is another", spoil::middle_changed(&token.access_token)),
        ("it is an authorization code", code),
    ];
    let mut answers = Vec::new();
    for (when, text) in texts {
        answers.push((when, introspect(ctx, &query(&caller, &text)).await?));
    }
    if Need::Revocation.met(ctx.target()) == Met::Yes {
        let text = &token.access_token;
        let revoked = done_for_access_token(&flow::revoke(ctx, &flow::revocation(&client, text)).await?);
        if revoked.is_ok() {
            let answer = after_news(ctx, &caller, text).await?;
            if says_active(&answer)? {
                // In what form the end of a token is told shows only where it ended.
                ctx.note("a token that was revoked is called active, which introspection/knows-what-was-revoked is about");
            } else {
                answers.push(("the token was revoked", answer));
            }
        }
    }
    Ok(answers)
}

/// What a caller is told of a token that has ended: at once or, where it is called active then, after the time that news of the
/// end may take.
async fn after_news(ctx: &Context, caller: &Client, token: &str) -> Checked<Arc<Exchange>> {
    let at_once = introspect(ctx, &query(caller, token)).await?;
    if !says_active(&at_once)? {
        return Ok(at_once);
    }
    news_travels(ctx).await;
    introspect(ctx, &query(caller, token)).await
}

async fn inactive_is_no_error(ctx: &Context) -> Checked {
    for (when, answer) in about_dead_ones(ctx).await? {
        ctx.tried(when, inactive(&answer));
    }
    Ok(())
}

async fn inactive_tells_no_more(ctx: &Context) -> Checked {
    for (when, answer) in about_dead_ones(ctx).await? {
        let nothing_else = more_than_inactive(&answer).and_then(|more| match more {
            None => Ok(()),
            Some(more) => Err(answer.broken("active: false and nothing else", more)),
        });
        ctx.tried(when, nothing_else);
    }
    Ok(())
}

async fn knows_what_was_revoked(ctx: &Context) -> Checked {
    let mut judged = false;
    if Need::Revocation.met(ctx.target()) == Met::Yes {
        let client = ctx.parties().client()?;
        let (token, caller) = told_token(ctx, &client).await?;
        let text = &token.access_token;
        let opened = matches!(at_the_resource(ctx, text).await?, Some(200..=299));
        match done_for_access_token(&flow::revoke(ctx, &flow::revocation(&client, text)).await?) {
            Ok(()) => {
                const WHEN: &str = "an access token was revoked";
                judged = true;
                let with_token = ctx.when(WHEN);
                let told = match Gauge::Introspection(caller).ended(&with_token, text).await {
                    Err(end) if end.granted => called_active(&with_token, end, text, opened).await,
                    told => told,
                };
                ctx.tried(WHEN, told);
            }
            Err(stop) if stop.kind == EndKind::NotOffered => {}
            Err(stop) => return Err(stop).control("an honest revocation of an access token"),
        }
    }
    judged |= knows_what_was_replaced(ctx).await?;
    let reason = "no token of which introspection tells is ended by a request: access tokens are not revoked, and refresh tokens not told of or not replaced";
    if judged { Ok(()) } else { Err(CaseEnd::not_offered(reason)) }
}

/// With which status the resource answers a token, where there is a resource.
async fn at_the_resource(ctx: &Context, token: &str) -> Checked<Option<u16>> {
    if Need::ResourceServer.met(ctx.target()) != Met::Yes {
        return Ok(None);
    }
    Ok(flow::resource(ctx, token).await?.status())
}

/// What it means that a token is called active after its revocation was answered: a break where the token opens nothing any
/// more, and the truth where it is good still. Where nothing else shows its end, either endpoint may be wrong.
async fn called_active(ctx: &Context, end: CaseEnd, token: &str, opened: bool) -> Checked {
    match at_the_resource(ctx, token).await?.filter(|_| opened) {
        Some(400 | 401 | 403) => Err(end),
        Some(200..=299) => {
            let reason = "the control failed: a token that was revoked is good still, which revocation/ends-an-access-token is about";
            Err(CaseEnd { exchange: end.exchange, ..CaseEnd::not_tested(reason) })
        }
        Some(_) | None => Err(end.warn()),
    }
}

/// Whether there was a refresh token to judge: one that its own client may ask about, and that another replaced.
async fn knows_what_was_replaced(ctx: &Context) -> Checked<bool> {
    let grace = ctx.target().refresh_grace.is_some_and(|seconds| seconds > 0);
    if grace || ctx.live().met(Need::Refresh) != Met::Yes {
        return Ok(false);
    }
    let Ok(client) = refreshing_client(ctx, |client| !client.is_public()).await else { return Ok(false) };
    let allowed = allowed(ctx, &client, None).await?;
    let answer = introspect(ctx, &query(&client, &allowed.refresh_token)).await?;
    if !activity(&answer).is_ok_and(|told| told.active) {
        return Ok(false);
    }
    let next = renewed(ctx, &allowed.refresh()).await?.refresh_token;
    if next.is_none_or(|next| next == allowed.refresh_token) {
        return Ok(false);
    }
    let answer = after_news(ctx, &client, &allowed.refresh_token).await?;
    // A server may let a confidential client use the token before (RFC 6749, section 6); then it tells the truth.
    let again = flow::token(ctx, &allowed.refresh()).await?;
    again.response()?;
    if expect::token(&again).is_ok() {
        return Ok(false);
    }
    ctx.tries("a refresh token was replaced by another", |ctx| not_active(ctx, &answer));
    Ok(true)
}

async fn knows_what_expired(ctx: &Context) -> Checked {
    let (token, caller) = told_token(ctx, &ctx.parties().client()?).await?;
    // Its grant goes on where there is a refresh token.
    let beside_refresh = match refreshing_client(ctx, |_| true).await {
        Ok(client) => Some(allowed(ctx, &client, None).await?.token),
        Err(_) => None,
    };
    let when = outlive(ctx, &token).await?;
    let answer = introspect(ctx, &query(&caller, &token.access_token)).await?;
    ctx.tries(&when, |ctx| not_active(ctx, &answer));
    let Some(token) = beside_refresh else { return Ok(()) };
    // It may live longer than the first.
    let when = outlive(ctx, &token).await?;
    let answer = introspect(ctx, &query(&caller, &token.access_token)).await?;
    ctx.trying(&format!("{when}, with a refresh token beside it"), |ctx| not_active(ctx, &answer))
}

async fn checks_signatures(ctx: &Context) -> Checked {
    let (token, caller) = told_token(ctx, &ctx.parties().client()?).await?;
    let text = &token.access_token;
    let Some(unsigned) = bearer::unsigned(text) else {
        return Err(CaseEnd::not_offered("the access tokens are not signed"));
    };
    let parts: Vec<&str> = text.split('.').collect();
    let with = |at: usize| {
        let changed = spoil::middle_changed(parts[at]);
        let part =
            |(have, part): (usize, &&str)| if have == at { changed.clone() } else { (*part).to_owned() };
        parts.iter().enumerate().map(part).collect::<Vec<_>>().join(".")
    };
    let ways = [
        ("a character of the payload is another", with(1)),
        ("a character of the signature is another", with(2)),
        ("its signature is gone and its algorithm is none", unsigned),
    ];
    for (way, altered) in ways {
        let answer = introspect(ctx, &query(&caller, &altered)).await?;
        ctx.tries(way, |ctx| not_active(ctx, &answer));
    }
    Ok(())
}
