//! How a token is revoked (RFC 7009, section 2.1), and by nobody who only says that he is its client. Whether by another
//! client is in `whose.rs`.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::refresh::{refresh, refreshing_client};
use crate::cases::support::revocation::{
    done, done_for_access_token, get_refused, live_access_token, live_refresh_token, revocation_by_get,
    well_received,
};
use crate::cases::support::spoil;
use crate::expect;
use crate::flow::{self, Authentication};
use crate::subject::{Client, Met, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "revocation/needs-a-token",
        rules: rules!["rfc7009-2.1-token-parameter-required"],
        about: "A revocation request without a token, or with an empty one, is invalid_request.",
        needs: &[Need::Revocation, Need::Login],
        run: |ctx| Box::pin(needs_a_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/by-post-alone",
        rules: rules!["rfc7009-2-post-form"],
        about: "A token is not revoked by a GET that has it in its query.",
        needs: &[Need::Revocation, Need::Login],
        run: |ctx| Box::pin(by_post_alone(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/errors-like-the-token-endpoints",
        rules: rules!["rfc7009-2.2.1-errors-like-token-endpoint"],
        about: "A refused revocation request is told so by JSON with error, and status 400 or 401.",
        needs: &[Need::Revocation, Need::Login, Need::ConfidentialClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(errors_like_the_token_endpoints(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/takes-the-clients-credentials",
        rules: rules!["rfc7009-2.1-client-authentication-validated"],
        about: "A confidential client's token, of either kind, outlives a request without the client's credentials.",
        needs: &[Need::Revocation, Need::Login, Need::ConfidentialClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(takes_the_clients_credentials(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/public-client-names-itself",
        rules: rules!["rfc7009-5-client-named"],
        about: "A public client's token outlives a request that does not say whose it is.",
        needs: &[Need::Revocation, Need::Login, Need::PublicClient],
        run: |ctx| Box::pin(public_client_names_itself(ctx)),
        ..Case::DEFAULT
    },
];

async fn needs_a_token(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    well_received(ctx, &client).await?;
    let empty = flow::revocation(&client, "");
    let none = empty.clone().without("token");
    let answer = flow::revoke(ctx, &none).await?;
    ctx.tried("there is none", expect::token_error(&answer, &["invalid_request"]));
    // That an empty parameter counts as none is said of other endpoints.
    let answer = flow::revoke(ctx, &empty).await?;
    expect::token_error(&answer, &["invalid_request"]).when("it is empty").map(drop).warn()
}

async fn by_post_alone(ctx: &Context) -> Checked {
    if ctx.live().met(Need::Refresh) == Met::Yes {
        const WHEN: &str = "the query has a refresh token";
        ctx.tried(WHEN, refresh_token_by_get(&ctx.when(WHEN)).await);
    }
    const WHEN: &str = "the query has an access token";
    ctx.tried(WHEN, access_token_by_get(&ctx.when(WHEN)).await);
    Ok(())
}

async fn refresh_token_by_get(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    let other = live_refresh_token(ctx, &client).await?;
    done(&flow::revoke(ctx, &flow::revocation(&client, &other)).await?)
        .control("an honest revocation of a refresh token")?;
    let ended = flow::token(ctx, &refresh(&client, &other)).await?;
    if expect::token(&ended).is_ok() {
        let reason = "the control failed: a refresh token that was revoked by POST is good still";
        return Err(CaseEnd::not_tested(reason).at(&ended));
    }
    let token = live_refresh_token(ctx, &client).await?;
    let answer = flow::revoke(ctx, &revocation_by_get(&client, &token)).await?;
    let after = flow::token(ctx, &refresh(&client, &token)).await?;
    if expect::token(&after).is_err() {
        let saw = expect::describe(after.response()?);
        return Err(after.broken("tokens for the refresh token, which a GET does not revoke", saw));
    }
    get_refused(&answer)
}

async fn access_token_by_get(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (other, gauge) = live_access_token(ctx, &client).await?;
    done_for_access_token(&flow::revoke(ctx, &flow::revocation(&client, &other)).await?)
        .control("an honest revocation of an access token")?;
    gauge.ended(ctx, &other).await.control("an access token that was revoked by POST")?;
    let (token, gauge) = live_access_token(ctx, &client).await?;
    let answer = flow::revoke(ctx, &revocation_by_get(&client, &token)).await?;
    gauge.lives(ctx, &token).await?;
    get_refused(&answer)
}

/// JSON with `error`, and status 400 or 401.
fn error_in_json(answer: &Arc<Exchange>) -> Checked {
    let response = answer.response()?;
    let json = response.json().unwrap_or_default();
    let told = json.get("error").is_some_and(Value::is_string);
    let is_json = response.media_type().is_some_and(|media_type| media_type == "application/json");
    if told && is_json && matches!(response.status, 400 | 401) {
        return Ok(());
    }
    let media_type = response.media_type().unwrap_or_else(|| "no media type".into());
    let saw = format!("{} as {media_type}", expect::describe(response));
    Err(answer.broken("status 400 or 401 and application/json with error", saw))
}

async fn errors_like_the_token_endpoints(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    well_received(ctx, &client).await?;
    let without_token = flow::revocation(&client, "").without("token");
    ctx.tried("there is no token", error_in_json(&flow::revoke(ctx, &without_token).await?));
    let wrong = spoil::middle_changed(spoil::secret_of(&client));
    let Some(wrong) = spoil::with_secret(&client, &wrong) else { return Ok(()) };
    let request = flow::revocation(&client, &ctx.fresh()).authenticated(wrong);
    error_in_json(&flow::revoke(ctx, &request).await?).when("the secret is wrong")
}

async fn public_client_names_itself(ctx: &Context) -> Checked {
    let client = ctx.parties().public()?;
    well_received(ctx, &client).await?;
    let (token, gauge) = live_access_token(ctx, &client).await?;
    let request = flow::revocation(&client, &token).authenticated(Authentication::Nothing);
    let answer = flow::revoke(ctx, &request).await?;
    gauge.lives(ctx, &token).await?;
    expect::refused_by(&expect::REVOCATION, ctx, &answer, &["invalid_client", "invalid_request"])
}

async fn takes_the_clients_credentials(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    well_received(ctx, &client).await?;
    for (way, authentication, errors) in badly_authenticated(&client) {
        let kept = access_token_kept(ctx, &client, authentication).await;
        refused_beside(ctx, way, kept, errors);
    }
    if ctx.live().met(Need::Refresh) != Met::Yes {
        return Ok(());
    }
    let Ok(client) = refreshing_client(ctx, |client| !client.is_public()).await else { return Ok(()) };
    for (way, authentication, errors) in badly_authenticated(&client) {
        let when = format!("{way}, and it is a refresh token");
        let kept = refresh_token_kept(&ctx.when(&when), &client, authentication).await;
        refused_beside(ctx, &when, kept, errors);
    }
    Ok(())
}

/// Ways in which a client with a secret does not authenticate, and the errors that refuse each.
fn badly_authenticated(client: &Client) -> Vec<(&'static str, Authentication, &'static [&'static str])> {
    const EITHER: &[&str] = &["invalid_client", "invalid_request"];
    let id = || client.id.clone();
    let empty = Authentication::Body { id: id(), secret: String::new() };
    let mut ways: Vec<(_, _, &[&str])> = vec![
        ("there is a client_id and nothing else", Authentication::Id(id()), &["invalid_client"]),
        ("the secret in the body is empty", empty, EITHER),
        ("there is no client_id either", Authentication::Nothing, EITHER),
    ];
    let wrong = spoil::middle_changed(spoil::secret_of(client));
    ways.extend(
        spoil::with_secret(client, &wrong)
            .map(|wrong| ("a character of the secret is another", wrong, &["invalid_client"][..])),
    );
    ways
}

/// The answer to a request that kept its token alive was a refusal. A success that changed nothing ends nobody's session.
fn refused_beside(ctx: &Context, way: &str, kept: Checked<Arc<Exchange>>, errors: &[&str]) {
    let Some(answer) = ctx.tried(way, kept) else { return };
    let refused = ctx.trying(way, |ctx| expect::refused_by(&expect::REVOCATION, ctx, &answer, errors).warn());
    ctx.told(refused);
}

/// The answer to a client's revocation with these credentials, which its access token outlives.
async fn access_token_kept(
    ctx: &Context,
    client: &Arc<Client>,
    authentication: Authentication,
) -> Checked<Arc<Exchange>> {
    let (token, gauge) = live_access_token(ctx, client).await?;
    let request = flow::revocation(client, &token).authenticated(authentication);
    let answer = flow::revoke(ctx, &request).await?;
    gauge.lives(ctx, &token).await?;
    Ok(answer)
}

/// The same of a refresh token, which is good still.
async fn refresh_token_kept(
    ctx: &Context,
    client: &Arc<Client>,
    authentication: Authentication,
) -> Checked<Arc<Exchange>> {
    let token = live_refresh_token(ctx, client).await?;
    let request = flow::revocation(client, &token).authenticated(authentication);
    let answer = flow::revoke(ctx, &request).await?;
    expect::token(&flow::token(ctx, &refresh(client, &token)).await?)?;
    Ok(answer)
}
