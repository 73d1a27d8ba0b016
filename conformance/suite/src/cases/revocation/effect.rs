//! Token revocation (RFC 7009): what a revocation ends, and what in a request is no error.
//!
//! Who may ask for it, and how, is in `request.rs`. A server need not end access tokens: it then says
//! `unsupported_token_type`, and cases that are about them end as not offered.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::refresh::{allowed, refreshing_client, renewed};
use crate::cases::support::revocation::{
    done, done_for_access_token, live_access_token, live_refresh_token, refresh_token_ended, well_received,
};
use crate::cases::support::token_status::{Gauge, outlive};
use crate::expect;
use crate::flow;
use crate::subject::{Client, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "revocation/ends-a-refresh-token",
        rules: rules!["rfc7009-2-refresh-token-revocable"],
        about: "A refresh token that its client revoked gives no more tokens.",
        needs: &[Need::Revocation, Need::Login, Need::Refresh],
        run: |ctx| Box::pin(ends_a_refresh_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/ends-an-access-token",
        rules: rules!["rfc7009-2-access-token-revocable"],
        about: "An access token that its client revoked is dead, unless the server says that it cannot do so.",
        needs: &[Need::Revocation, Need::Login],
        run: |ctx| Box::pin(ends_an_access_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/ends-a-refresh-token-grown-old",
        rules: rules!["rfc7009-2-refresh-token-revocable"],
        about: "A refresh token is ended also when the access token beside it has expired.",
        needs: &[Need::Revocation, Need::Login, Need::Refresh, Need::AccessTokenLifetime],
        slow: true,
        run: |ctx| Box::pin(ends_a_refresh_token_grown_old(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/takes-the-access-tokens-along",
        rules: rules!["rfc7009-2.1-refresh-revocation-cascades"],
        about: "With a refresh token the access tokens of its grant end.",
        needs: &[Need::Revocation, Need::Login, Need::Refresh],
        run: |ctx| Box::pin(takes_the_access_tokens_along(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/wrong-hint-hides-no-token",
        rules: rules!["rfc7009-2.1-wrong-hint-search-extended"],
        about: "A token is found and ended although the hint names the other kind.",
        needs: &[Need::Revocation, Need::Login],
        run: |ctx| Box::pin(ended_under_hints(ctx, "access_token", "refresh_token")),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/unknown-hint-is-ignored",
        rules: rules!["rfc7009-2.2-unknown-hint-ignored"],
        about: "A token is found and ended although the hint is a word that nobody knows.",
        needs: &[Need::Revocation, Need::Login],
        run: |ctx| Box::pin(ended_under_hints(ctx, "suite_unknown", "suite_unknown")),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/unknown-token-is-no-error",
        rules: rules!["rfc7009-2.2-invalid-token-is-200"],
        about: "Revoking a token that was never issued is answered as if it had been done.",
        needs: &[Need::Revocation, Need::Login],
        run: |ctx| Box::pin(unknown_token_is_no_error(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "revocation/can-be-repeated",
        rules: rules!["rfc7009-2.2-repeated-revocation-is-200"],
        about: "Revoking a token that is revoked already is answered as the first time.",
        needs: &[Need::Revocation, Need::Login, Need::Refresh],
        run: |ctx| Box::pin(can_be_repeated(ctx)),
        ..Case::DEFAULT
    },
];

async fn ends_a_refresh_token(ctx: &Context) -> Checked {
    let first = refreshing_client(ctx, |_| true).await?;
    let mut clients = vec![first];
    if !clients[0].is_public() {
        // A public client shows its identifier and nothing else.
        clients.extend(refreshing_client(ctx, Client::is_public).await.ok());
    }
    for client in clients {
        let when = format!("the client is {}", client.id);
        ctx.tried(&when, revoked_refresh_token(&ctx.when(&when), &client, None).await);
    }
    Ok(())
}

/// A live refresh token of a client is good for nothing once the client revoked it, be it under this hint.
async fn revoked_refresh_token(ctx: &Context, client: &Arc<Client>, hint: Option<&str>) -> Checked {
    let token = live_refresh_token(ctx, client).await?;
    done(&flow::revoke(ctx, &flow::revocation(client, &token).hinted(hint)).await?)?;
    refresh_token_ended(ctx, client, &token, None).await
}

async fn ends_a_refresh_token_grown_old(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    let (kept, revoked) = (allowed(ctx, &client, None).await?, allowed(ctx, &client, None).await?);
    let when = outlive(ctx, &revoked.token).await?;
    renewed(ctx, &kept.refresh()).await?;
    done(&flow::revoke(ctx, &flow::revocation(&client, &revoked.refresh_token)).await?)?;
    let ended = refresh_token_ended(ctx, &client, &revoked.refresh_token, None).await;
    ended.when(&format!("the access token beside it has ended, {when}"))
}

async fn ends_an_access_token(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (token, gauge) = live_access_token(ctx, &client).await?;
    done_for_access_token(&flow::revoke(ctx, &flow::revocation(&client, &token)).await?)?;
    gauge.ended(ctx, &token).await
}

async fn takes_the_access_tokens_along(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    let (other, gauge) = live_access_token(ctx, &client).await?;
    done_for_access_token(&flow::revoke(ctx, &flow::revocation(&client, &other)).await?)
        .control("an honest revocation of an access token")?;
    gauge.ended(ctx, &other).await.control("an access token that was revoked by itself")?;
    let allowed = allowed(ctx, &client, None).await?;
    let first = allowed.token.access_token.clone();
    let gauge = Gauge::find(ctx, &client, &first).await?;
    let renewed = renewed(ctx, &allowed.refresh()).await?;
    let last = renewed.refresh_token.unwrap_or(allowed.refresh_token);
    // A refresh may have ended the one before.
    let mut tokens = vec![("the access token came with the refresh token", renewed.access_token)];
    if gauge.see(ctx, &first).await?.live {
        tokens.push(("the access token came before a refresh", first));
    }
    done(&flow::revoke(ctx, &flow::revocation(&client, &last)).await?).control("revoking a refresh token")?;
    for (when, token) in tokens {
        ctx.tried(when, gauge.ended(&ctx.when(when), &token).await);
    }
    Ok(())
}

async fn ended_under_hints(ctx: &Context, of_refresh_token: &str, of_access_token: &str) -> Checked {
    if ctx.live().met(Need::Refresh) == Met::Yes {
        let when = format!("a refresh token is called {of_refresh_token}");
        ctx.tried(&when, refresh_token_called(&ctx.when(&when), of_refresh_token).await);
    }
    let when = format!("an access token is called {of_access_token}");
    ctx.tried(&when, access_token_called(&ctx.when(&when), of_access_token).await);
    Ok(())
}

async fn refresh_token_called(ctx: &Context, hint: &str) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    // What no revocation ends says nothing of hints.
    let plain = revoked_refresh_token(ctx, &client, None).await;
    plain.control("a refresh token that is revoked without a hint")?;
    revoked_refresh_token(ctx, &client, Some(hint)).await
}

async fn access_token_called(ctx: &Context, hint: &str) -> Checked {
    let client = ctx.parties().client()?;
    let (token, gauge) = live_access_token(ctx, &client).await?;
    done_for_access_token(&flow::revoke(ctx, &flow::revocation(&client, &token)).await?)
        .control("an honest revocation of an access token")?;
    gauge.ended(ctx, &token).await.control("an access token that was revoked without a hint")?;
    let (token, gauge) = live_access_token(ctx, &client).await?;
    let request = flow::revocation(&client, &token).set("token_type_hint", hint);
    done(&flow::revoke(ctx, &request).await?)?;
    gauge.ended(ctx, &token).await
}

async fn unknown_token_is_no_error(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let real = well_received(ctx, &client).await?;
    for hint in [None, Some("refresh_token")] {
        let request = flow::revocation(&client, &ctx.fresh()).hinted(hint);
        let mut when = "the token is made up".to_owned();
        if let Some(hint) = hint {
            when = format!("{when} and called {hint}");
        }
        let answer = flow::revoke(ctx, &request).await?;
        ctx.tried(&when, expect::status(&answer, &[200]));
        // Clients ignore the body; whoever guesses tokens may not.
        if real.status() == Some(200) && answer.response()?.body != real.response()?.body {
            ctx.note(format!("when {when}: the answer has another body than that of a real revocation"));
        }
    }
    Ok(())
}

async fn can_be_repeated(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    let token = live_refresh_token(ctx, &client).await?;
    done(&flow::revoke(ctx, &flow::revocation(&client, &token)).await?)
        .control("revoking a refresh token")?;
    expect::status(&flow::revoke(ctx, &flow::revocation(&client, &token)).await?, &[200])
}
