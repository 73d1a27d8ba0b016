//! `state`: the client's own, and handed back as it came.

use oauth_rules::rules;

use crate::browser::Decision;
use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::provoke::errors_told;
use crate::expect;
use crate::flow;
use crate::subject::{Account, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "state/returned-as-it-was-sent",
        rules: rules!["rfc6749-4.1.2-state-returned-exactly"],
        about: "The state beside a code is the one that was sent, whatever characters it has.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(returned_as_it_was_sent(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "state/returned-with-errors",
        rules: rules!["rfc6749-4.1.2.1-state-on-error"],
        about: "The state beside an error is the one that was sent, and absent if none was.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(returned_with_errors(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "state/absent-is-fine",
        rules: rules!["rfc6749-4.1.1-state-absent-accepted"],
        about: "A request without state gets its code, and no state of the server's invention.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(absent_is_fine(ctx)),
        ..Case::DEFAULT
    },
];

async fn returned_as_it_was_sent(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let (long, longer) = ("s".repeat(512), "s".repeat(2048));
    let states =
        ["a", &long, &longer, "a b", " a ", "+", "%26", "a&b=c", "<>\"\\", "~!*()", "a;b#c?d", "a%20b"];
    for state in states {
        let ask = flow::ask(ctx, &client).set("state", state);
        let when = if state.len() < 9 {
            format!("state is {state:?}")
        } else {
            format!("state has {} characters", state.len())
        };
        let Some(landing) = ctx.tried(&when, flow::authorize(ctx, &ask).await) else { continue };
        // No text says how long a state may be; one that is refused is not returned wrongly.
        let redirect = expect::code_redirect(&ask, &landing).warn();
        if let Some(location) = ctx.tried(&when, redirect) {
            ctx.tried(&when, expect::same_state(&ask, location));
        }
    }
    let mut browser = flow::stranger(ctx);
    browser.who = Some(Account::First);
    let ask = flow::ask(ctx, &client).set("state", "a&b=c + %26");
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
    let location = expect::code_redirect(&ask, &landing).control("a request with a login in between")?;
    expect::same_state(&ask, location).when("a login lies in between")
}

async fn returned_with_errors(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    for told in errors_told(ctx, &client, |ask| ask).await? {
        ctx.tried(told.when, expect::same_state(&told.ask, &told.location));
    }
    for told in errors_told(ctx, &client, |ask| ask.set("state", "a&b=c + %26")).await? {
        ctx.tried(told.when, expect::same_state(&told.ask, &told.location));
    }
    for told in errors_told(ctx, &client, |ask| ask.without("state")).await? {
        let invented = expect::same_state(&told.ask, &told.location);
        ctx.tried(told.when, invented.under(rules!["rfc6749-4.1.1-state-absent-accepted"]));
    }
    Ok(())
}

async fn absent_is_fine(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, |ask| ask.without("state")).await?;
    let location = expect::code_redirect(&ask, &landing)?;
    expect::same_state(&ask, location)
}
