//! Revocation of each kind of token: whatever grant brought it, whichever client has it, and bound to a key or not (RFC 7009,
//! section 2).

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::client_credentials::{Served, served_client};
use crate::cases::support::dpop::bound_token;
use crate::cases::support::refresh::{allowed, refresh, refreshing_client, renewed};
use crate::cases::support::revocation::{done, done_for_access_token, refresh_token_ended};
use crate::cases::support::token_status::{Gauge, news_travels};
use crate::expect;
use crate::flow;
use crate::subject::{Client, ClientRole, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "revocation/ends-access-tokens-of-each-grant",
        rules: rules!["rfc7009-2-access-token-revocable"],
        about: "An access token that its client revoked is dead, whatever grant brought it, and with a secret or without.",
        needs: &[Need::Revocation, Need::Login],
        run: |ctx| Box::pin(ends_access_tokens_of_each_grant(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/ends-bound-access-tokens",
        rules: rules!["rfc7009-2-access-token-revocable"],
        about: "An access token that is bound to a key is dead, with a proof too, once its client revoked it.",
        needs: &[Need::Revocation, Need::Login, Need::Dpop],
        run: |ctx| Box::pin(ends_bound_access_tokens(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/ends-bound-refresh-tokens",
        rules: rules!["rfc7009-2-refresh-token-revocable"],
        about: "A refresh token that came for a proof gives no more tokens, with a proof too, once its client revoked it.",
        needs: &[Need::Revocation, Need::Login, Need::Refresh, Need::Dpop],
        run: |ctx| Box::pin(ends_bound_refresh_tokens(ctx)),
        ..Case::DEFAULT
    },
];

/// Whether a client is of a kind: those that prove who they are, and those that cannot.
const KINDS: [fn(&Client) -> bool; 2] = [|client| !client.is_public(), Client::is_public];

/// A live access token is dead once its client revoked it.
async fn ended(ctx: &Context, gauge: &Gauge, client: &Arc<Client>, token: &str) -> Checked {
    done_for_access_token(&flow::revoke(ctx, &flow::revocation(client, token)).await?)?;
    gauge.ended(ctx, token).await
}

async fn ends_access_tokens_of_each_grant(ctx: &Context) -> Checked {
    for is_of_kind in KINDS {
        if let Some(client) = ctx.target().clients.values().find(|client| is_of_kind(client)) {
            let when = format!("{} got it for a code", client.id);
            let step = ended_of_a_code(&ctx.when(&when), client).await;
            ctx.tried(&when, step);
        }
        if ctx.live().met(Need::Refresh) == Met::Yes
            && let Ok(client) = refreshing_client(ctx, is_of_kind).await
        {
            let when = format!("{} got it for a refresh token", client.id);
            let step = ended_of_a_refresh(&ctx.when(&when), &client).await;
            ctx.tried(&when, step);
        }
    }
    if Need::ClientCredentials.met(ctx.target()) == Met::Yes
        && let Ok(Served { client, token, .. }) = served_client(ctx).await
    {
        let when = format!("{} got it for itself", client.id);
        let with_client = ctx.when(&when);
        match Gauge::find(&with_client, &client, &token.access_token).await {
            Ok(gauge) => {
                let step = ended(&with_client, &gauge, &client, &token.access_token).await;
                ctx.tried(&when, step);
            }
            // What is a user's, a client's own token need not open.
            Err(end) => ctx.note(format!("when {when}: {}", end.saw)),
        }
    }
    Ok(())
}

async fn ended_of_a_code(ctx: &Context, client: &Arc<Client>) -> Checked {
    let token = flow::access(ctx, client).await?.access_token;
    let gauge = Gauge::find(ctx, client, &token).await?;
    ended(ctx, &gauge, client, &token).await
}

async fn ended_of_a_refresh(ctx: &Context, client: &Arc<Client>) -> Checked {
    let allowed = allowed(ctx, client, None).await?;
    let token = renewed(ctx, &allowed.refresh()).await?.access_token;
    let gauge = Gauge::find(ctx, client, &token).await?;
    ended(ctx, &gauge, client, &token).await
}

/// One client of each kind, that refreshes if one does, and the one that is registered for bound tokens alone.
async fn clients(ctx: &Context) -> Vec<Arc<Client>> {
    let mut clients = Vec::new();
    for is_of_kind in KINDS {
        let mut refreshing = None;
        if ctx.live().met(Need::Refresh) == Met::Yes {
            refreshing = refreshing_client(ctx, is_of_kind).await.ok();
        }
        let first = || ctx.target().clients.values().find(|client| is_of_kind(client)).cloned();
        clients.extend(refreshing.or_else(first));
    }
    clients.extend(ctx.parties().client_of(ClientRole::Dpop).ok());
    clients
}

async fn ends_bound_access_tokens(ctx: &Context) -> Checked {
    for client in clients(ctx).await {
        let when = format!("the client is {}", client.id);
        let step = bound_access_token_ended(&ctx.when(&when), &client).await;
        ctx.tried(&when, step);
    }
    Ok(())
}

async fn bound_access_token_ended(ctx: &Context, client: &Arc<Client>) -> Checked {
    let key = flow::proof_key(ctx);
    let token = bound_token(ctx, client, &key).await?;
    let mut opened = false;
    if Need::DpopResource.met(ctx.target()) == Met::Yes {
        let answer = flow::resource_proven(ctx, &token.access_token, &key, |proof| proof).await?;
        opened = expect::served(&answer).is_ok();
    }
    let gauge = match Gauge::find(ctx, client, &token.access_token).await {
        Ok(gauge) => Some(gauge),
        Err(_) if opened => None,
        Err(end) => return Err(end),
    };
    // Nobody needs a proof to give a token up.
    done_for_access_token(&flow::revoke(ctx, &flow::revocation(client, &token.access_token)).await?)?;
    if let Some(gauge) = &gauge {
        gauge.ended(ctx, &token.access_token).await?;
    }
    // Where introspection told of the end, a resource may read a token by itself, such as a JWT.
    if !opened || (gauge.is_some() && token.access_token.split('.').count() == 3) {
        return Ok(());
    }
    let mut answer = flow::resource_proven(ctx, &token.access_token, &key, |proof| proof).await?;
    if expect::served(&answer).is_ok() {
        // News of it may take a moment.
        news_travels(ctx).await;
        answer = flow::resource_proven(ctx, &token.access_token, &key, |proof| proof).await?;
    }
    let step = expect::resource_refused(ctx, &answer, &[401]);
    if gauge.is_some() { step.warn() } else { step }
}

async fn ends_bound_refresh_tokens(ctx: &Context) -> Checked {
    for client in clients(ctx).await {
        let when = format!("the client is {}", client.id);
        let step = bound_refresh_token_ended(&ctx.when(&when), &client).await;
        ctx.tried(&when, step);
    }
    Ok(())
}

async fn bound_refresh_token_ended(ctx: &Context, client: &Arc<Client>) -> Checked {
    let key = flow::proof_key(ctx);
    let Some(given) = bound_token(ctx, client, &key).await?.refresh_token else {
        return Err(CaseEnd::not_offered("no refresh token comes with a bound access token"));
    };
    let answer = flow::token_proven(ctx, &refresh(client, &given), &key).await?;
    let renewed = expect::token(&answer).control("an honest refresh with a proof")?;
    let last = renewed.refresh_token.unwrap_or(given);
    done(&flow::revoke(ctx, &flow::revocation(client, &last)).await?)?;
    refresh_token_ended(ctx, client, &last, Some(&key)).await
}
