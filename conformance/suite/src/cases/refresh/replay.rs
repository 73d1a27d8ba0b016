//! What a second use of a public client's refresh token means: it has no secret that would stop a thief.
//!
//! A confidential client's refresh token may be good many times.

use std::sync::Arc;
use std::time::Duration;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::refresh::{allowed, refresh, refreshing_client, renewed};
use crate::expect;
use crate::flow;
use crate::subject::{Client, Need};
use crate::wire::Actor;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "refresh/public-client-uses-it-once",
        rules: rules!["rfc9700-2.2.2-public-refresh-protected"],
        about: "A public client's refresh token that is bound to no key is refused the second time.",
        needs: &[Need::Login, Need::Refresh, Need::PublicClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(public_client_uses_it_once(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/copy-gives-itself-away",
        rules: rules!["rfc6749-10.4-public-refresh-abuse-detected"],
        about: "A public client whose refresh token a thief used first finds it refused.",
        needs: &[Need::Login, Need::Refresh, Need::PublicClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(copy_gives_itself_away(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/replay-ends-its-successor",
        rules: rules!["rfc9700-4.14.2-rotation-replay-revokes-family"],
        about: "When a public client's used refresh token comes back, the good one that followed it is refused too.",
        needs: &[Need::Login, Need::Refresh, Need::PublicClient],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(replay_ends_its_successor(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "refresh/grace-ends-with-its-successor",
        rules: rules!["rfc9700-2.2.2-public-refresh-protected"],
        about: "A public client's used refresh token is refused at once when the one that followed it was used as well.",
        needs: &[Need::Login, Need::Refresh, Need::PublicClient],
        isolation: Isolation::Alone,
        // No text allows a grace, and none says when one that is given has to end.
        severity: Severity::Warns,
        run: |ctx| Box::pin(grace_ends_with_its_successor(ctx)),
        ..Case::DEFAULT
    },
];

/// Waits until no used refresh token is within the grace that the target states; none stated is none there. A
/// case with this wait is not slow: most targets state no grace, and a stated one is short.
async fn outlast_grace(ctx: &Context) -> Checked {
    const PATIENCE: u64 = 60;
    match ctx.target().refresh_grace {
        None | Some(0) => Ok(()),
        Some(grace) if ctx.live().clock.is_real() && grace > PATIENCE => Err(CaseEnd::not_offered(format!(
            "a used refresh token is good for another {grace} s (refresh_grace), which is too long to wait"
        ))),
        Some(grace) => ctx.wait(Duration::from_secs(grace + 2)).await,
    }
}

/// What came of the second use of a refresh token, which a grace would make an honest one: the target file states it.
fn after_grace<T>(ctx: &Context, step: Checked<T>) -> Checked<T> {
    let stated = ctx.target().refresh_grace.unwrap_or(0);
    step.map_err(|end| {
        let expected = end.expected.as_ref().map(|expected| {
            format!("{expected}, but for a grace (refresh_grace in the target file, in seconds: {stated})")
        });
        CaseEnd { expected, ..end }
    })
}

async fn public_client_uses_it_once(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, Client::is_public).await?;
    let allowed = allowed(ctx, &client, None).await?;
    // The first use is the control: the second is the same request, byte for byte.
    renewed(ctx, &allowed.refresh()).await?;
    outlast_grace(ctx).await?;
    let again = flow::token(ctx, &allowed.refresh()).await?;
    after_grace(ctx, expect::token_refused(ctx, &again, &["invalid_grant"]))
}

async fn copy_gives_itself_away(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, Client::is_public).await?;
    let allowed = allowed(ctx, &client, None).await?;
    let stolen = renewed(ctx, &allowed.refresh().by(Actor::Thief)).await?;
    outlast_grace(ctx).await?;
    let own = flow::token(ctx, &allowed.refresh()).await?;
    after_grace(ctx, expect::token_refused(ctx, &own, &["invalid_grant"]))?;
    // What follows from the discovery is RFC 9700's to say.
    if let Some(successor) = &stolen.refresh_token {
        let answer = flow::token(ctx, &refresh(&client, successor).by(Actor::Thief)).await?;
        let fate = if expect::token(&answer).is_ok() { "is still good" } else { "is good no more" };
        ctx.note(format!("the refresh token that the thief got in its place {fate}"));
    }
    Ok(())
}

async fn replay_ends_its_successor(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, Client::is_public).await?;
    for (way, refreshes) in [("it was used just before", 1), ("it was used two refreshes ago", 2)] {
        ctx.tried(way, ended_by_replay(&ctx.when(way), &client, refreshes).await);
    }
    Ok(())
}

/// The newest refresh token of so many refreshes is refused after the first of them came back.
async fn ended_by_replay(ctx: &Context, client: &Arc<Client>, refreshes: usize) -> Checked {
    let (_, last) = chain(ctx, client, refreshes).await?;
    renewed(ctx, &refresh(client, &last)).await?;

    let (first, last) = chain(ctx, client, refreshes).await?;
    outlast_grace(ctx).await?;
    let replay = flow::token(ctx, &refresh(client, &first)).await?;
    expect::token_refused(ctx, &replay, &["invalid_grant"]).control("the used refresh token is refused")?;
    let after = flow::token(ctx, &refresh(client, &last)).await?;
    expect::token_refused(ctx, &after, &["invalid_grant"])
}

/// Whoever used the successor got it, so that nobody who lost an answer asks once more.
async fn grace_ends_with_its_successor(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, Client::is_public).await?;
    let (first, _) = chain(ctx, &client, 2).await?;
    let again = flow::token(ctx, &refresh(&client, &first)).await?;
    expect::token_refused(ctx, &again, &["invalid_grant"])
}

/// The first and the last refresh token of a row of honest refreshes.
async fn chain(ctx: &Context, client: &Arc<Client>, refreshes: usize) -> Checked<(String, String)> {
    let first = allowed(ctx, client, None).await?.refresh_token;
    let mut last = first.clone();
    for _ in 0..refreshes {
        let token = renewed(ctx, &refresh(client, &last)).await?;
        let next = token.refresh_token.filter(|next| *next != last);
        last = next.ok_or_else(|| {
            CaseEnd::not_offered(format!("a refresh brings no new refresh token to {}", client.id))
        })?;
    }
    Ok((first, last))
}
