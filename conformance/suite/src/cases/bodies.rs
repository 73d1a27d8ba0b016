//! That a body is read whole in whatever parts it comes (RFC 9112): to its length, and chunk by chunk.

use std::sync::Arc;

use oauth_rules::{RuleId, rules};

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::expect;
use crate::flow;
use crate::subject::{Client, Met, Need};
use crate::wire::burst::{Parts, Version};
use crate::wire::{Actor, Exchange};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "endpoints/bodies-in-parts",
    rules: rules!["rfc9112-6.3-body-read-to-its-length", "rfc9112-7.1-chunked-decoded"],
    about: "A form or JSON object is read whole, in whatever parts it comes.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(bodies_in_parts(ctx)),
    ..Case::DEFAULT
}];

/// How a body comes.
struct Way {
    /// What reports call it.
    name: &'static str,
    parts: Parts,
    /// The rule that its refusal breaks.
    rules: &'static [RuleId],
    /// The status that refuses it lawfully, as its sender can do without.
    lawful: Option<u16>,
}

const WAYS: &[Way] = &[
    Way {
        name: "the second half of the body comes later",
        parts: Parts::Two,
        rules: rules!["rfc9112-6.3-body-read-to-its-length"],
        lawful: None,
    },
    Way {
        name: "the body is held back for 100 Continue",
        parts: Parts::Awaited,
        rules: rules!["rfc9112-6.3-body-read-to-its-length"],
        lawful: Some(417),
    },
    Way {
        name: "the body comes in chunks of 7 bytes",
        parts: Parts::Chunks(7),
        rules: rules!["rfc9112-7.1-chunked-decoded"],
        lawful: Some(411),
    },
    Way {
        name: "the body comes in chunks of 1 byte",
        parts: Parts::Chunks(1),
        rules: rules!["rfc9112-7.1-chunked-decoded"],
        lawful: Some(411),
    },
];

async fn bodies_in_parts(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let (answer, version) = redeemed(ctx, &client, Parts::One).await?;
    expect::token(&answer).control("a token request over a connection of its own")?;
    let has_chunks = version == Some(Version::Http11);
    if !has_chunks {
        ctx.note("the server answers as HTTP/1.0, which has no chunks");
    }
    let known = |way: &&Way| has_chunks || !matches!(way.parts, Parts::Chunks(_));
    let ways: Vec<&Way> = WAYS.iter().filter(known).collect();
    for way in &ways {
        let (answer, _) = redeemed(ctx, &client, way.parts).await?;
        judge(ctx, "a token request", way, &answer, expect::token(&answer));
    }
    if Need::PushedRequests.met(ctx.target()) == Met::Yes {
        ctx.told(pushes(ctx, &client, &ways).await);
    }
    if Need::Registration.met(ctx.target()) == Met::Yes {
        ctx.told(registrations(ctx, &ways).await);
    }
    Ok(())
}

type Answered = (Arc<Exchange>, Option<Version>);

/// What came of the redemption of a fresh code.
async fn redeemed(ctx: &Context, client: &Arc<Client>, parts: Parts) -> Checked<Answered> {
    let request = flow::redemption(&flow::code(ctx, client).await?);
    ctx.send_in_parts(request.who, request.request(&ctx.target().endpoints.token), parts).await
}

async fn pushes(ctx: &Context, client: &Arc<Client>, ways: &[&Way]) -> Checked {
    let (answer, _) = pushed(ctx, client, Parts::One).await?;
    expect::request_uri(&answer).control("a push over a connection of its own")?;
    for way in ways {
        let (answer, _) = pushed(ctx, client, way.parts).await?;
        judge(ctx, "a push", way, &answer, expect::request_uri(&answer));
    }
    Ok(())
}

async fn pushed(ctx: &Context, client: &Arc<Client>, parts: Parts) -> Checked<Answered> {
    let push = flow::push(&flow::ask(ctx, client));
    ctx.send_in_parts(push.who, push.request(flow::push_url(ctx)?), parts).await
}

async fn registrations(ctx: &Context, ways: &[&Way]) -> Checked {
    let metadata = flow::metadata(ctx)?;
    let request = flow::registration(ctx, &metadata)?;
    let (answer, _) = ctx.send_in_parts(Actor::OtherClient, request.clone(), Parts::One).await?;
    expect::registration(&answer).control("a registration over a connection of its own")?;
    for way in ways {
        let (answer, _) = ctx.send_in_parts(Actor::OtherClient, request.clone(), way.parts).await?;
        judge(ctx, "a registration", way, &answer, expect::registration(&answer));
    }
    Ok(())
}

/// Tells of an honest request that was not granted in parts: the same in one piece was, so that no answer is a finding too.
fn judge<T>(ctx: &Context, what: &str, way: &Way, answer: &Arc<Exchange>, granted: Checked<T>) {
    let status = answer.status();
    if let Some(status) = status.filter(|_| status == way.lawful) {
        ctx.note(format!("{what} is answered {status} when {}", way.name));
        return;
    }
    let step = match &answer.answer {
        Ok(_) => granted.map(drop),
        Err(fault) => Err(answer.broken("an answer, as to the same in one piece", fault.to_string())),
    };
    ctx.tried(&format!("{what} is sent, and {}", way.name), step.under(way.rules));
}
