//! That a refresh token which a client was given is good for that client.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::honest::{ELSEWHERE, refusal};
use crate::cases::support::refresh::{allowed, refresh};
use crate::expect;
use crate::flow;
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "refresh/given-is-taken",
    rules: rules!["rfc6749-6-given-token-is-taken"],
    about: "Each client that is given a refresh token gets tokens for it, and for the one that follows it.",
    needs: &[Need::Login, Need::Refresh],
    run: |ctx| Box::pin(given_is_taken(ctx)),
    ..Case::DEFAULT
}];

async fn given_is_taken(ctx: &Context) -> Checked {
    let clients: Vec<&Arc<Client>> = ctx.target().clients.values().collect();
    let mut without = Vec::new();
    for client in &clients {
        let taken = taken_from(ctx, client).await;
        if ctx.tried(&format!("the client is {}", client.id), taken) == Some(false) {
            without.push(client.id.as_str());
        }
    }
    if without.len() == clients.len() {
        let reason = format!("the server gives no refresh token to {}", without.join(", "));
        return Err(CaseEnd::not_offered(reason));
    }
    Ok(())
}

/// Whether a client is given refresh tokens, which have to be good.
async fn taken_from(ctx: &Context, client: &Arc<Client>) -> Checked<bool> {
    let Some(given) = flow::access(ctx, client).await?.refresh_token else { return Ok(false) };
    if refused(ctx, client, given).await?.is_none() {
        return Ok(true);
    }
    // One refusal may be chance; so a fresh token is tried as well.
    let given = allowed(ctx, client, None).await?.refresh_token;
    refused(ctx, client, given).await?.map_or(Ok(true), Err)
}

/// The refusal of a refresh token, or of the one that it brought.
async fn refused(ctx: &Context, client: &Client, given: String) -> Checked<Option<CaseEnd>> {
    let mut last = given;
    for when in ["the refresh token came with a code's tokens", "the refresh token came with a refresh"] {
        let answer = flow::token(ctx, &refresh(client, &last)).await?;
        if let Some(end) = refusal(&answer, "an honest refresh", ELSEWHERE)? {
            return Ok(Some(end.when(when)));
        }
        match expect::token(&answer)?.refresh_token {
            Some(next) => last = next,
            // Whether the used one is still good is the server's policy.
            None => return Ok(None),
        }
    }
    Ok(None)
}
