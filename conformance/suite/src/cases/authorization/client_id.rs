//! Who asks: a request that names no known client leads nowhere, and the user is told.

use oauth_rules::rules;

use crate::browser::Landing;
use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::markup::readable;
use crate::cases::support::provoke::{ATTACKER_URI, UNKNOWN, gives_code};
use crate::flow::{self, AuthorizationRequest};
use crate::subject::Need;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "client-id/unknown-client-is-sent-nowhere",
        rules: rules!["rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"],
        about: "A request that names no client, or an unknown one, leads to no client, and to no code.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unknown_client_is_sent_nowhere(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-id/unknown-client-is-told-to-the-user",
        rules: rules!["rfc6749-4.1.2.1-bad-client-owner-informed"],
        about: "For a request that names no client, or an unknown one, the user gets a page to read.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unknown_client_is_told_to_the_user(ctx)),
        ..Case::DEFAULT
    },
];

/// The request, naming nobody in one of three ways.
fn nameless(ask: &AuthorizationRequest) -> [(&'static str, AuthorizationRequest); 3] {
    [
        ("client_id is left out", ask.clone().without("client_id")),
        ("client_id is empty", ask.clone().set("client_id", "")),
        ("client_id is unknown", ask.clone().set("client_id", UNKNOWN)),
    ]
}

async fn unknown_client_is_sent_nowhere(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    for redirect_uri in [client.redirect_uri.as_str(), ATTACKER_URI] {
        for (when, ask) in nameless(&flow::ask(ctx, &client).set("redirect_uri", redirect_uri)) {
            let when = format!("{when} and redirect_uri is {redirect_uri}");
            let landing = flow::authorize(ctx, &ask).await;
            ctx.tried(&when, landing.and_then(|landing| stays(ctx, &ask, &landing)));
            let landing = flow::open_in(ctx, &mut flow::stranger(ctx), &ask).await;
            let when = format!("{when}, before the login");
            ctx.tried(&when, landing.and_then(|landing| stays(ctx, &ask, &landing)));
        }
    }
    Ok(())
}

/// The server may send the browser to where its users log in or are told of errors, wherever that is.
fn stays(ctx: &Context, ask: &AuthorizationRequest, landing: &Landing) -> Checked {
    landing.sent()?;
    let away = match landing {
        Landing::Callback(_) => true,
        Landing::Foreign(location) => gives_code(landing) || location.text.starts_with(ATTACKER_URI),
        Landing::Page(page) => page.leads_away() || gives_code(landing),
    };
    if let Landing::Foreign(location) = landing {
        ctx.note(format!("a request that names no known client is sent to {}", location.base()));
    }
    if !away {
        return Ok(());
    }
    let broken = landing.exchange().broken("a page and no redirect to a client", landing.describe());
    // Whoever takes a client for granted where none is named sends nobody to a redirect URI that is not that client's.
    let nobody = ask.params.first("client_id").is_none_or(str::is_empty);
    Err(if nobody && landing.callback().is_some() { broken.warn() } else { broken })
}

async fn unknown_client_is_told_to_the_user(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    for (when, ask) in nameless(&flow::ask(ctx, &client)) {
        let landing = flow::authorize(ctx, &ask).await;
        ctx.tried(when, landing.and_then(|landing| readable(&landing)));
    }
    Ok(())
}
