//! What is told of a refresh token: to a resource's server, where whoever takes "active" for "opens my resource" is misled,
//! and to the client after its end.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::introspection::{
    Activity, activity, introspect, not_active, nothing_else, query, says_active,
};
use crate::cases::support::refresh::{allowed, refreshing_client, renewed};
use crate::cases::support::token_status::{out_wait, refresh_token_lifetime};
use crate::expect;
use crate::flow;
use crate::subject::{Client, ClientRole, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "introspection/no-refresh-token-for-a-resource",
        rules: rules!["rfc6749-1.5-refresh-token-not-for-rs"],
        about: "A resource's server is not told that a refresh token is active as if it were an access token.",
        needs: &[Need::Introspection, Need::Login, Need::Refresh, Need::ResourceClient],
        run: |ctx| Box::pin(no_refresh_token_for_a_resource(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/knows-which-refresh-token-expired",
        rules: rules!["rfc7662-4-expiry-checked"],
        about: "A client is told that its refresh token is active while it lives, and not afterwards.",
        needs: &[Need::Introspection, Need::Login, Need::Refresh, Need::RefreshTokenLifetime],
        isolation: Isolation::Alone,
        slow: true,
        run: |ctx| Box::pin(knows_which_refresh_token_expired(ctx)),
        ..Case::DEFAULT
    },
];

/// What is lawful, and misleads whoever does not read on.
const TOLD_APART: &str = "a resource's server is told that a refresh token is active, and that it is one";

async fn no_refresh_token_for_a_resource(ctx: &Context) -> Checked {
    let server = ctx.parties().client_of(ClientRole::Resource)?;
    // The special client's scope may open no resource.
    let client = refreshing_client(ctx, |client| client.role != ClientRole::Special).await?;
    let live = allowed(ctx, &client, None).await?;
    let told = activity(&introspect(ctx, &query(&server, &live.token.access_token)).await?);
    let told = told.control("introspection of the access token beside it")?;
    if !told.active {
        let reason =
            "the control failed: [resource_client] is not told that the access token beside it is active";
        return Err(CaseEnd::not_tested(reason).at(&told.exchange));
    }
    for hint in [None, Some("refresh_token")] {
        let when = match hint {
            None => "there is no hint".to_owned(),
            Some(hint) => format!("the hint is {hint}"),
        };
        let answer = asked(ctx, &server, &live.refresh_token, hint).await?;
        // Such tokens may be introspected (RFC 7662, section 2.1), and who may ask about them no text says.
        ctx.tried(&when, untold(&ctx.when(&when), &answer, &told).warn());
    }
    // What was said means something only of a token that was live.
    renewed(ctx, &live.refresh()).await?;
    Ok(())
}

async fn asked(
    ctx: &Context,
    server: &Client,
    refresh_token: &str,
    hint: Option<&str>,
) -> Checked<Arc<Exchange>> {
    introspect(ctx, &query(server, refresh_token).hinted(hint)).await
}

/// The answer does not say that the token is active, or calls it a refresh token.
fn untold(ctx: &Context, answer: &Arc<Exchange>, of_access_token: &Activity) -> Checked {
    if !says_active(answer)? {
        return nothing_else(ctx, answer);
    }
    let json = answer.response()?.json().unwrap_or_default();
    if calls_it_a_refresh_token(&json, &of_access_token.json) {
        ctx.note_once(TOLD_APART);
        return Ok(());
    }
    let saw = "active: true, and no member says that it is a refresh token";
    Err(answer.broken("active: false, a refusal, or a member that says what it is", saw))
}

async fn knows_which_refresh_token_expired(ctx: &Context) -> Checked {
    let lifetime = refresh_token_lifetime(ctx)?;
    let client = refreshing_client(ctx, |client| !client.is_public()).await?;
    let live = allowed(ctx, &client, None).await?;
    let told = introspect(ctx, &query(&client, &live.refresh_token)).await?;
    if !activity(&told).is_ok_and(|told| told.active) {
        return Err(CaseEnd::not_offered("a client is told nothing of its own refresh tokens").at(&told));
    }
    let when = out_wait(ctx, lifetime).await?;
    let told = introspect(ctx, &query(&client, &live.refresh_token)).await?;
    let end = ctx.trying(&when, |ctx| not_active(ctx, &told));
    // What is good still is truly called so: that it lives on is another case's matter.
    let again = flow::token(ctx, &live.refresh()).await?;
    again.response()?;
    if end.is_err() && expect::token(&again).is_ok() {
        let reason = "a refresh token outlives refresh_token_lifetime, which refresh/refused-after-lying-idle is about";
        return Err(CaseEnd::not_tested(reason).at(&told));
    }
    end
}

/// Whether a member says so that says something else of the access token.
fn calls_it_a_refresh_token(told: &Value, of_access_token: &Value) -> bool {
    let members = told.as_object().into_iter().flatten().filter(|(name, _)| *name != "scope");
    let mut own = members.filter(|(name, value)| of_access_token.get(name.as_str()) != Some(*value));
    own.any(|(_, value)| value.as_str().is_some_and(|text| text.to_ascii_lowercase().contains("refresh")))
}
