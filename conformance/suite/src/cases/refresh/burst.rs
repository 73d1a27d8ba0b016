//! One refresh token, shown many times at the same moment.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::refresh::{allowed, refresh, renewed};
use crate::expect::{self, Token};
use crate::flow;
use crate::subject::{Client, ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "refresh/one-of-many-at-once",
    rules: rules!["rfc9700-2.2.2-public-refresh-protected"],
    about: "Of many refreshes with one token at the same moment, at most one brings tokens of its own.",
    needs: &[Need::Login, Need::Refresh],
    isolation: Isolation::Alone,
    run: |ctx| Box::pin(one_of_many_at_once(ctx)),
    ..Case::DEFAULT
}];

const ROUNDS: usize = 10;
const COPIES: usize = 8;

async fn one_of_many_at_once(ctx: &Context) -> Checked {
    if ctx.target().refresh_grace.is_some_and(|grace| grace > 0) {
        let reason = "a used refresh token is taken once more for a while (refresh_grace)";
        return Err(CaseEnd::not_offered(reason));
    }
    let (mut tried, mut is_told) = (Vec::new(), false);
    for client in ctx.target().clients.values().filter(|client| client.role != ClientRole::Special) {
        let way = format!("the client is {}", client.id);
        if ctx.tried(&way, spends(ctx, client).await) != Some(true) {
            continue;
        }
        match once_of_each_burst(ctx, client).await {
            // That a client which has a secret may use a token once alone, no text says.
            Err(end) if end.kind == EndKind::Broken && !client.is_public() => {
                ctx.note(format!("{} has a secret, and got {}", client.id, end.saw));
            }
            once => {
                ctx.tried(&way, once);
            }
        }
        tried.push(client.id.as_str());
        is_told |= client.is_public();
    }
    if !is_told {
        let reason = "no client without a secret is given refresh tokens of which a used one is refused";
        return Err(CaseEnd::not_offered(reason));
    }
    ctx.note(format!(
        "{ROUNDS} bursts of {COPIES} for each of {}; they can show a race, and cannot show that there is none",
        tried.join(", ")
    ));
    Ok(())
}

/// Whether a client is given refresh tokens, and a used one is refused when it comes once more, long after.
async fn spends(ctx: &Context, client: &Arc<Client>) -> Checked<bool> {
    let Some(given) = flow::access(ctx, client).await?.refresh_token else { return Ok(false) };
    let request = refresh(client, &given);
    renewed(ctx, &request).await?;
    let again = flow::token(ctx, &request).await?;
    again.response()?;
    Ok(expect::token(&again).is_err())
}

/// What a refresh brought that can be told from what another brought.
fn brought(token: &Token) -> &str {
    token.refresh_token.as_deref().unwrap_or(&token.access_token)
}

async fn once_of_each_burst(ctx: &Context, client: &Arc<Client>) -> Checked {
    let mut some_won = false;
    for round in 1..=ROUNDS {
        let fresh = allowed(ctx, client, None).await?;
        let answers = flow::token_burst(ctx, &fresh.refresh(), COPIES).await?;
        let winners: Vec<Token> = answers.iter().filter_map(|answer| expect::token(answer).ok()).collect();
        let Some(first) = winners.first() else { continue };
        some_won = true;
        // The same answer to each copy gives nothing away twice.
        if let Some(other) = winners.iter().find(|other| brought(other) != brought(first)) {
            let saw = format!("tokens for {} of {COPIES} in round {round} of {ROUNDS}", winners.len());
            return Err(CaseEnd::broken("new tokens once for one refresh token", saw).at(&other.exchange));
        }
    }
    if some_won {
        return Ok(());
    }
    Err(CaseEnd::broken("tokens in some round", "none")).control("a burst of good refreshes")
}
