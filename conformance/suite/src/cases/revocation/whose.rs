//! Whose a token is that is revoked (RFC 7009, section 2.1): tried between all kinds of clients, by such as can revoke
//! tokens of their own.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _, EndKind};
use crate::cases::support::refresh::refresh;
use crate::cases::support::revocation::{done_for_access_token, live_access_token, newest, well_received};
use crate::expect;
use crate::flow::{self, Authentication, TokenRequest};
use crate::subject::{Client, ClientRole, Met, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "revocation/ends-no-other-clients-token",
    rules: rules!["rfc7009-2.1-token-bound-to-client"],
    about: "A token that another client revokes lives on.",
    needs: &[Need::Revocation, Need::Login],
    run: |ctx| Box::pin(ends_no_other_clients_token(ctx)),
    ..Case::DEFAULT
}];

async fn ends_no_other_clients_token(ctx: &Context) -> Checked {
    let clients = ctx.target().clients.values().filter(|client| client.role != ClientRole::Special);
    let clients: Vec<&Arc<Client>> = clients.collect();
    if clients.len() < 2 {
        let reason = "the target names no second client; add [second_client]";
        return Err(ctx.parties().lacking(Need::SecondClient, reason));
    }
    let (mut able, mut refusal) = (Vec::new(), None);
    for client in &clients {
        match well_received(ctx, client).await {
            Ok(_) => able.push(*client),
            Err(end) if end.kind == EndKind::NotTested => {
                let name = &client.id;
                ctx.note(format!("{name} may not revoke its own token: that it ends no other shows nothing"));
                refusal = Some(end);
            }
            Err(end) => return Err(end),
        }
    }
    for owner in &clients {
        for other in able.iter().filter(|other| other.id != owner.id) {
            let when = format!("{} revokes a token of {}", other.id, owner.id);
            let pair = Pair { owner, other };
            ctx.tried(&when, pair.spared(&ctx.when(&when)).await);
        }
    }
    match refusal {
        Some(end) if able.is_empty() => Err(end),
        Some(_) | None => Ok(()),
    }
}

/// Whose a token is, and who revokes it.
#[derive(Clone, Copy)]
struct Pair<'a> {
    owner: &'a Arc<Client>,
    other: &'a Arc<Client>,
}

impl Pair<'_> {
    /// The other's well-made requests for a token of the owner.
    fn requests(self, token: &str, hint: &str) -> Vec<TokenRequest> {
        let plain = flow::revocation(self.other, token);
        let mut requests = vec![plain.clone(), plain.clone().set("token_type_hint", hint)];
        // A public client's name is all that it shows.
        if !self.owner.is_public() && matches!(plain.authentication, Authentication::Basic { .. }) {
            requests.push(plain.set("client_id", &self.owner.id));
        }
        requests
    }

    /// Who proves nothing cannot be told from another who proves nothing.
    fn weighed<T>(self, step: Checked<T>) -> Checked<T> {
        if self.owner.is_public() && self.other.is_public() { step.warn() } else { step }
    }

    async fn spared(self, ctx: &Context) -> Checked {
        ctx.told(self.access_token_spared(ctx).await);
        self.refresh_tokens_spared(ctx).await
    }

    async fn access_token_spared(self, ctx: &Context) -> Checked {
        const WHEN: &str = "it is an access token";
        const HINT: &str = "access_token";
        let (mut token, mut gauge) = live_access_token(ctx, self.owner).await?;
        for at in 0..self.requests(&token, HINT).len() {
            let answer = flow::revoke(ctx, &self.requests(&token, HINT)[at]).await?;
            let lives = gauge.lives(ctx, &token).await.when(WHEN);
            if ctx.told(self.weighed(lives)).is_none() {
                // What was ended shows nothing of the next request.
                (token, gauge) = live_access_token(ctx, self.owner).await?;
                continue;
            }
            // What a server that ends no access tokens says of them is no judgement of the client.
            match done_for_access_token(&answer) {
                Err(stop) if stop.kind == EndKind::NotOffered => {}
                Ok(()) | Err(_) => {
                    ctx.tries(WHEN, |ctx| refused(ctx, &answer));
                }
            }
        }
        Ok(())
    }

    async fn refresh_tokens_spared(self, ctx: &Context) -> Checked {
        const WHEN: &str = "it is a refresh token";
        if ctx.live().met(Need::Refresh) != Met::Yes {
            return Ok(());
        }
        let Some(first) = flow::access(ctx, self.owner).await?.refresh_token else { return Ok(()) };
        let token = newest(ctx, self.owner, first).await?;
        let mut answers = Vec::new();
        for request in self.requests(&token, "refresh_token") {
            answers.push(flow::revoke(ctx, &request).await?);
        }
        let last = self.weighed(self.good(ctx, &token).await.when(WHEN))?.unwrap_or_else(|| token.clone());
        for answer in &answers {
            ctx.tries(WHEN, |ctx| refused(ctx, answer));
        }
        if last == token {
            return Ok(());
        }
        // That a used token comes from another client may be taken for a theft, which ends what followed it.
        flow::revoke(ctx, &flow::revocation(self.other, &token)).await?;
        self.good(ctx, &last).await.when("it is a refresh token that was used").warn().map(drop)
    }

    /// The owner's refresh token is good still. Gives the next one, if one came.
    async fn good(self, ctx: &Context, token: &str) -> Checked<Option<String>> {
        let answer = flow::token(ctx, &refresh(self.owner, token)).await?;
        Ok(expect::token(&answer)?.refresh_token)
    }
}

/// Any of the token endpoint's errors tells the client that it may not; a success that changed nothing tells a thief
/// of tokens less.
fn refused(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    const ERRORS: &[&str] = &["invalid_grant", "unauthorized_client", "invalid_client", "invalid_request"];
    const NOTE: &str = "revoking another client's token looks as if it had been done, and the token lives on";
    if (200..300).contains(&answer.response()?.status) {
        ctx.note_once(NOTE);
        return Ok(());
    }
    expect::refused_by(&expect::REVOCATION, ctx, answer, ERRORS)
}
