//! Native clients on loopback: the port is theirs to choose, nothing else is (RFC 8252 7.3, RFC 9700 4.1.3).

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::redirect_uris::Parts;
use crate::expect;
use crate::flow;
use crate::subject::Need;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "loopback/any-port",
        rules: rules!["rfc8252-7.3-loopback-any-port"],
        about: "A native client gets its code at the loopback port that its request named, and redeems it.",
        needs: &[Need::Login, Need::LoopbackClient],
        run: |ctx| Box::pin(any_port(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "loopback/nothing-but-the-port",
        rules: rules!["rfc9700-4.1.3-loopback-variable-port", "rfc9700-2.1-redirect-uri-exact-match"],
        about: "A native client's loopback redirect URI is taken with another port, and with no other change.",
        needs: &[Need::Login, Need::LoopbackClient],
        run: |ctx| Box::pin(nothing_but_the_port(ctx)),
        ..Case::DEFAULT
    },
];

fn registered(ctx: &Context) -> Checked<Parts> {
    let client = ctx.parties().public()?;
    Parts::of(&client.redirect_uri)
        .ok_or_else(|| CaseEnd::not_offered("the client's redirect URI has no host"))
}

/// A port out of the range that systems give out.
fn port(ctx: &Context) -> u16 {
    let drawn = ctx.fresh().bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    49152 + drawn % 16000
}

async fn any_port(ctx: &Context) -> Checked {
    let (client, parts) = (ctx.parties().public()?, registered(ctx)?);
    flow::access(ctx, &client).await?;
    for port in [port(ctx), port(ctx)] {
        let redirect_uri = parts.with_port(port).text();
        let when = format!("redirect_uri is {redirect_uri}");
        let ask = flow::ask(ctx, &client).set("redirect_uri", &redirect_uri);
        let landing = flow::authorize(ctx, &ask).await?;
        let code = flow::code_from(&ask, &landing).when(&when)?;
        let at = landing.callback().map(|location| location.text.as_str()).unwrap_or_default();
        if !at.starts_with(&redirect_uri) {
            let saw = format!("a code at {}", at.split(['?', '#']).next().unwrap_or_default());
            return Err(code.exchange.broken(format!("a code at {redirect_uri}"), saw)).when(&when);
        }
        expect::token(&flow::token(ctx, &flow::redemption(&code)).await?).when(&when)?;
    }
    Ok(())
}

async fn nothing_but_the_port(ctx: &Context) -> Checked {
    let (client, parts) = (ctx.parties().public()?, registered(ctx)?.with_port(port(ctx)));
    flow::code(ctx, &client).await?;
    let ask = flow::ask(ctx, &client).set("redirect_uri", &parts.text());
    let landing = flow::authorize(ctx, &ask).await?;
    let taken = flow::code_from(&ask, &landing).when("the port is another");
    taken.under(rules!["rfc9700-4.1.3-loopback-variable-port"])?;
    for redirect_uri in parts.with_segment().into_iter().chain([parts.with_query("suite=1")]) {
        let landing =
            flow::authorize(ctx, &flow::ask(ctx, &client).set("redirect_uri", &redirect_uri)).await?;
        let refused = ctx.trying(&format!("redirect_uri is {redirect_uri}"), |ctx| {
            expect::error_page(ctx, &landing, expect::OWNER_INFORMED)
        });
        refused.under(rules!["rfc9700-2.1-redirect-uri-exact-match"])?;
    }
    Ok(())
}
