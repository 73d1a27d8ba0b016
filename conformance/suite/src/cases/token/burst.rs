//! One code, redeemed many times at the same moment.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::par::code_by_push;
use crate::expect;
use crate::flow::{self, Code};
use crate::subject::{Client, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "code/redeemed-once-of-many-at-once",
    rules: rules!["rfc6749-4.1.2-code-single-use-concurrent", "rfc9700-4.2.4-code-single-use"],
    about: "Of many redemptions of one code at the same moment, at most one gives a token, whichever client it is.",
    needs: &[Need::Login],
    isolation: Isolation::Alone,
    run: |ctx| Box::pin(redeemed_once_of_many_at_once(ctx)),
    ..Case::DEFAULT
}];

const ROUNDS: usize = 5;
const COPIES: usize = 8;

/// How a client comes by its code.
#[derive(Clone, Copy)]
enum Way {
    Asked,
    Pushed,
}

async fn redeemed_once_of_many_at_once(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    once_of_each_burst(ctx, &client, Way::Asked).await?;
    let mut tried = vec![client.id.clone()];
    for other in others_that_work(ctx, &client, |_| true).await? {
        let when = format!("the client is {}", other.id);
        ctx.tried(&when, once_of_each_burst(&ctx.when(&when), &other, Way::Asked).await);
        tried.push(other.id.clone());
    }
    if Need::PushedRequests.met(ctx.target()) == Met::Yes {
        const PUSHED: &str = "the request was pushed";
        ctx.tried(PUSHED, once_of_each_burst(&ctx.when(PUSHED), &client, Way::Pushed).await);
    }
    ctx.note(format!(
        "{ROUNDS} bursts of {COPIES} for each of {}; they can show a race, and cannot show that there is none",
        tried.join(", ")
    ));
    Ok(())
}

async fn code(ctx: &Context, client: &Arc<Client>, way: Way) -> Checked<Code> {
    match way {
        Way::Asked => flow::code(ctx, client).await,
        Way::Pushed => code_by_push(ctx, client).await,
    }
}

async fn once_of_each_burst(ctx: &Context, client: &Arc<Client>, way: Way) -> Checked {
    let mut some_won = false;
    for round in 1..=ROUNDS {
        let code = code(ctx, client, way).await?;
        let answers = flow::token_burst(ctx, &flow::redemption(&code), COPIES).await?;
        let winners: Vec<_> = answers.iter().filter_map(|answer| expect::token(answer).ok()).collect();
        some_won |= !winners.is_empty();
        if let [_, second, ..] = winners.as_slice() {
            let saw = format!("{} of {COPIES} in round {round} of {ROUNDS}", winners.len());
            return Err(CaseEnd::broken("at most one token for one code", saw).at(&second.exchange));
        }
        let crashes = answers.iter().filter(|answer| answer.status() == Some(500)).count();
        if crashes > 0 {
            ctx.note(format!("round {round}: {crashes} of {COPIES} were answered with status 500"));
        }
    }
    if some_won {
        return Ok(());
    }
    Err(CaseEnd::broken("one token in some round", "none")).control("a burst of good token requests")
}
