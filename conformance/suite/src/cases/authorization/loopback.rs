//! Native clients on loopback: the port is theirs to choose, nothing else is (RFC 8252 7.3, RFC 9700 4.1.3).

use std::sync::Arc;

use oauth_rules::{RuleId, rules};

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::redirect_spellings::brings_no_code;
use crate::cases::support::redirect_uris::{Alteration, Parts};
use crate::expect;
use crate::flow;
use crate::subject::{Client, Need};

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
        rules: rules![
            "rfc9700-4.1.3-loopback-variable-port",
            "rfc9700-2.1-redirect-uri-exact-match",
            "rfc8252-8.4-exact-match-except-loopback-port"
        ],
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
        let step = code_at(ctx, &client, &redirect_uri).await;
        ctx.tried(&format!("redirect_uri is {redirect_uri}"), step);
    }
    Ok(())
}

/// A native client gets its code at this redirect URI, and redeems it.
async fn code_at(ctx: &Context, client: &Arc<Client>, redirect_uri: &str) -> Checked {
    let ask = flow::ask(ctx, client).set("redirect_uri", redirect_uri);
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing)?;
    let at = landing.callback().map(|location| location.text.as_str()).unwrap_or_default();
    if !at.starts_with(redirect_uri) {
        let saw = format!("a code at {}", at.split(['?', '#']).next().unwrap_or_default());
        return Err(code.exchange.broken(format!("a code at {redirect_uri}"), saw));
    }
    expect::token(&flow::token(ctx, &flow::redemption(&code)).await?).map(drop)
}

async fn nothing_but_the_port(ctx: &Context) -> Checked {
    const NO_OTHER: &[RuleId] =
        rules!["rfc9700-2.1-redirect-uri-exact-match", "rfc8252-8.4-exact-match-except-loopback-port"];
    let (client, parts, port) = (ctx.parties().public()?, registered(ctx)?, port(ctx));
    flow::access(ctx, &client).await?;
    let moved = parts.with_port(port);
    let ask = flow::ask(ctx, &client).set("redirect_uri", &moved.text());
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing).when("the port is another");
    let is_taken = ctx.told(code.under(rules!["rfc9700-4.1.3-loopback-variable-port"])).is_some();
    // Near what is refused all is refused.
    let near = if is_taken { moved } else { parts };
    for text in elsewhere(&near) {
        ctx.told(brings_no_code(ctx, &client, &text).await.under(NO_OTHER));
    }
    for text in at_another_name(&near) {
        // A client may have another name of the machine on record too, with any port (RFC 8252, section 7.3).
        let on_port = |own: &str| Parts::of(own).map(|own| own.with_port(port).text());
        let is_own = |own: &str| own == text || on_port(own).as_deref() == Some(text.as_str());
        if !client.redirect_uris().any(is_own) {
            ctx.told(brings_no_code(ctx, &client, &text).await.under(NO_OTHER));
        }
    }
    for text in at_the_same_place(&near, port) {
        if client.redirect_uris().all(|own| own != text) {
            ctx.told(brings_no_code(ctx, &client, &text).await.warn().under(NO_OTHER));
        }
    }
    Ok(())
}

/// What a browser takes to another place than the client's.
fn elsewhere(parts: &Parts) -> Vec<String> {
    use Alteration as A;
    let ways = [A::Slash, A::Segment, A::PathCapitals, A::Query, A::Scheme, A::HostAsUser, A::HostSuffix];
    ways.iter().filter(|way| !way.is_normalised(parts)).filter_map(|way| way.apply(parts)).collect()
}

/// The same path at other names of the machine, where somebody else may listen, or to which the name may lead elsewhere
/// (RFC 8252, section 8.3).
fn at_another_name(parts: &Parts) -> Vec<String> {
    let own = parts.text();
    let names = ["127.0.0.1", "[::1]", "localhost"].map(|host| parts.with_host(host).text());
    names.into_iter().filter(|text| *text != own).collect()
}

/// What a browser takes to the client or nowhere: the same place in another spelling, and what is no port. A port that is empty or begins with a zero is one (RFC 3986, section 3.2.3), and any will do.
fn at_the_same_place(parts: &Parts, port: u16) -> Vec<String> {
    use Alteration as A;
    let ways = [A::User, A::Dots, A::EscapedDots, A::Escape, A::Tab, A::Backslash];
    let slash = Some(A::Slash).filter(|way| way.is_normalised(parts));
    let spelt = ways.into_iter().chain(slash).filter_map(|way| way.apply(parts));
    let short = [parts.with_host("127.1").text()];
    let no_ports =
        [".attacker.example", "%2f"].map(|behind| parts.with_port_text(&format!("{port}{behind}")).text());
    let own = parts.text();
    spelt.chain(short).chain(no_ports).filter(|text| *text != own).collect()
}
