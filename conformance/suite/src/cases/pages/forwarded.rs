//! Headers that a proxy would set and a client invents (RFC 9700, section 4.13).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::browser::Decision;
use crate::case::{Case, Context, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::bearer::with_header;
use crate::cases::support::metadata::{document, object};
use crate::cases::support::provoke::{ATTACKER, way_to};
use crate::expect;
use crate::flow::{self, Authentication};
use crate::subject::Need;
use crate::wire::{Actor, Exchange, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "forwarded/headers-of-clients-are-no-proxys",
    rules: rules!["rfc9700-4.13-inbound-headers-sanitized"],
    // The MUST binds the proxy in front, which may be missing here.
    severity: Severity::Warns,
    about: "Forwarding and certificate headers that a client invents change no address and nobody's identity.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(headers_of_clients_are_no_proxys(ctx)),
    ..Case::DEFAULT
}];

/// What a proxy would say of the address under which it was reached.
const FORWARDED: &[(&str, &str)] = &[
    ("Forwarded", "for=192.0.2.1;host=attacker.example;proto=https"),
    ("X-Forwarded-Host", ATTACKER),
    ("X-Forwarded-Server", ATTACKER),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Port", "444"),
    ("X-Forwarded-Prefix", "/attacker"),
    ("X-Original-Host", ATTACKER),
];

fn forwarded(request: Request) -> Request {
    FORWARDED.iter().fold(request, |request, (name, value)| request.header(name, *value))
}

async fn headers_of_clients_are_no_proxys(ctx: &Context) -> Checked {
    ctx.told(metadata_stays(ctx).await);
    if !flow::pushes_only(ctx) {
        ctx.told(redirects_stay(ctx).await);
    }
    if ctx.target().endpoints.resource.is_some() {
        ctx.told(challenge_stays(ctx).await);
    }
    if let Ok(client) = ctx.parties().confidential() {
        flow::access(ctx, &client).await?;
        let plain = flow::redemption(&flow::code(ctx, &client).await?);
        let plain = flow::token(ctx, &plain.authenticated(Authentication::Id(client.id.clone()))).await?;
        if expect::token(&plain).is_ok() {
            let reason =
                "a client's identifier alone is enough without the headers too, so that they show nothing";
            return Err(CaseEnd::not_tested(reason).at(&plain));
        }
        let code = flow::code(ctx, &client).await?;
        let certificate = format!("CN={}", client.id);
        let request = flow::redemption(&code).authenticated(Authentication::Id(client.id.clone()));
        let headers = [
            ("Client-Cert", ":c3VpdGU=:"),
            ("X-SSL-Client-Cert", "suite"),
            ("X-SSL-Client-Verify", "SUCCESS"),
            ("X-SSL-Client-S-DN", certificate.as_str()),
            ("X-Forwarded-Client-Cert", "Subject=\"CN=suite\""),
            ("X-Forwarded-User", client.id.as_str()),
        ];
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
        let answer = flow::token(ctx, &request).await?;
        ctx.tries("headers speak of a client certificate", |ctx| {
            expect::token_refused(ctx, &answer, &["invalid_client"])
        });
    }
    Ok(())
}

/// The document is the same with the headers as without; one that differs by itself is not judged.
async fn metadata_stays(ctx: &Context) -> Checked {
    if ctx.target().metadata_url.is_none() {
        return Ok(());
    }
    let plain = document(ctx).await?;
    let json =
        |exchange: &Arc<Exchange>| -> Checked<Value> { Ok(exchange.response()?.json().unwrap_or_default()) };
    let (before, again) = (json(&plain)?, json(&document(ctx).await?)?);
    let told = ctx.send(Actor::Suite, forwarded(plain.request.clone())).await?;
    let after = json(&told)?;
    if before != again {
        let reason = "the metadata differs from one request to the next without the headers too";
        return Err(CaseEnd::not_tested(reason).at(&told));
    }
    if before != after && object(&told).is_some() {
        let members = before.as_object().into_iter().flatten();
        let changed = members.filter(|(name, value)| after.get(name) != Some(value));
        let names: Vec<&str> = changed.map(|(name, _)| name.as_str()).collect();
        let expected =
            "the same metadata as without the headers, if need be by way of the proxy that strips them";
        return Err(told.broken(expected, format!("other values of {}", names.join(", "))))
            .when("headers speak of another host");
    }
    Ok(())
}

async fn redirects_stay(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let ask = flow::ask(ctx, &client);
    let landing = flow::authorize(ctx, &ask).await?;
    let location = expect::code_redirect(&ask, &landing).control("an honest authorization request")?;
    let issuer = location.params.first("iss").map(str::to_owned);
    for mut browser in [flow::browser(ctx), flow::stranger(ctx)] {
        let ask = flow::ask(ctx, &client);
        let first = browser.send(forwarded(ask.request(&ctx.target().endpoints.authorization))).await?;
        let landing = match browser.who {
            Some(_) => Some(browser.run(first, Decision::Approve).await?),
            None => None,
        };
        for exchange in &browser.trail {
            if let Some(way) = way_to(exchange, ATTACKER) {
                let stop = exchange.broken("no way to another host", format!("a way to {way}"));
                return Err(stop).when("headers speak of another host");
            }
        }
        let Some(landing) = landing else { continue };
        let Ok(location) = expect::code_redirect(&ask, &landing) else {
            // Whoever refuses such headers does not believe them.
            ctx.note("a request whose headers speak of another host gets no code");
            continue;
        };
        let told = location.params.first("iss").map(str::to_owned);
        if told != issuer {
            let stop = location.exchange.broken(format!("iss {issuer:?}"), format!("iss {told:?}"));
            return Err(stop).when("headers speak of another host");
        }
    }
    Ok(())
}

/// The resource's challenge names no address at another host.
async fn challenge_stays(ctx: &Context) -> Checked {
    let plain = with_header(ctx, None).await?;
    let told = ctx.send(Actor::Client, forwarded(plain.request.clone())).await?;
    let challenge = told.response()?.headers("www-authenticate").join(", ");
    if challenge.contains(ATTACKER) {
        let stop = told.broken("a challenge without another host", challenge);
        return Err(stop).when("headers speak of another host");
    }
    Ok(())
}
