//! The authorization response: where its parameters stand, and that each stands there once.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Landing, Location};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::errors_told;
use crate::expect;
use crate::flow;
use crate::subject::{Client, Need};
use crate::wire::Params;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "response/code-in-the-query",
        rules: rules!["rfc6749-4.1.2-code-in-query"],
        about: "A granted request returns one code in the query of the redirect URI, and nothing in a fragment.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(code_in_the_query(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "response/no-parameter-twice",
        rules: rules!["rfc6749-3.1-duplicate-parameter-in-response"],
        about: "No parameter stands twice in an authorization response.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(no_parameter_twice(ctx)),
        ..Case::DEFAULT
    },
];

async fn code_in_the_query(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let ask = flow::ask(ctx, &client);
    let landing = flow::authorize(ctx, &ask).await?;
    let location = granted(&landing).control("an honest authorization request")?;

    let broken = |saw: &str| {
        let expected = format!("a redirect to {} with one code in its query", client.redirect_uri);
        Err(location.exchange.broken(expected, saw))
    };
    match location.params.all("code").as_slice() {
        [] => return broken("no code in the query, but one in the fragment"),
        [""] => return broken("an empty code"),
        [code] if !code.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) => {
            return broken("a code with characters outside printable ASCII");
        }
        [_] => {}
        [_, _, ..] => return broken("more than one code"),
    }
    for name in ["error", "access_token"] {
        if location.params.has(name) {
            return broken(&format!("{name} beside the code"));
        }
    }
    // A guard against fragments that browsers carry over (RFC 9700 4.1.3) has no parameters of ours.
    for name in ["code", "access_token", "state", "error"] {
        if location.fragment.has(name) {
            return broken(&format!("{name} in the fragment"));
        }
    }
    // A browser goes to the same place, however a server's library spells it.
    if !location.is_at(&client.redirect_uri) {
        return broken(&format!("a redirect to {}", location.base()));
    }
    Ok(())
}

/// A redirect to the client with a code, be it where it belongs or not.
fn granted(landing: &Landing) -> Checked<&Location> {
    let found = landing.callback().filter(|at| at.params.has("code") || at.fragment.has("code"));
    found.ok_or_else(|| landing.exchange().broken("a redirect to the client with a code", landing.describe()))
}

async fn no_parameter_twice(ctx: &Context) -> Checked {
    let with_query = ctx.target().clients.values().find(|client| client.redirect_uri.contains('?'));
    let mut clients = vec![ctx.parties().client()?];
    clients.extend(with_query.cloned());
    for client in clients {
        let ask = flow::ask(ctx, &client);
        let landing = flow::authorize(ctx, &ask).await?;
        let location = expect::code_redirect(&ask, &landing).control("an honest authorization request")?;
        ctx.tried("a code is issued", once(&client, location));
        let told = match errors_told(ctx, &client, |ask| ask).await {
            Ok(told) => told,
            // The code was looked at, and no error is a response.
            Err(CaseEnd { kind: crate::case_end::EndKind::NotTested, .. }) => continue,
            Err(stop) => return Err(stop),
        };
        for told in told {
            ctx.tried(told.when, once(&client, &told.location));
        }
    }
    Ok(())
}

fn once(client: &Arc<Client>, location: &Location) -> Checked {
    let registered = client.redirect_uri.split_once('?').map_or("", |(_, query)| query);
    let registered = Params::decode(registered);
    for (name, _) in location.params.pairs() {
        let count = location.params.all(name).len();
        // What the client registered is its own affair.
        if count > 1 && !registered.has(name) {
            let saw = format!("{name} {count} times");
            return Err(location.exchange.broken("each parameter once", saw));
        }
    }
    Ok(())
}
