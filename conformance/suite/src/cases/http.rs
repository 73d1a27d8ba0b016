//! What every endpoint owes to HTTP (RFC 9110): media types in any spelling, and HEAD that says what GET says.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Decision;
use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::introspection::{active, introspect, query, told_token};
use crate::cases::support::revocation::{done_for_access_token, well_received};
use crate::expect;
use crate::flow::{self, TokenRequest};
use crate::subject::{Client, Met, Need};
use crate::wire::{Actor, Request, Response};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "endpoints/media-type-in-any-spelling",
        rules: rules!["rfc9110-8.3.1-media-type-in-any-spelling"],
        about: "A form or JSON object is read as one in whatever case its media type is, and with charset=UTF-8 behind it.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(media_type_in_any_spelling(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "endpoints/head-has-the-length-of-get",
        rules: rules!["rfc9110-8.6-head-length-of-get"],
        about: "Where HEAD says how long a document is, GET brings as much.",
        needs: &[],
        run: |ctx| Box::pin(head_has_the_length_of_get(ctx)),
        ..Case::DEFAULT
    },
];

/// How a form may say that it is one.
const FORMS: &[&str] = &[
    "application/x-www-form-urlencoded;charset=UTF-8",
    "application/x-www-form-urlencoded; charset=\"utf-8\"",
    "Application/X-WWW-Form-URLencoded",
];

/// How a JSON object may say that it is one.
const OBJECTS: &[&str] =
    &["application/json;charset=utf-8", "application/json; charset=\"UTF-8\"", "Application/JSON"];

async fn media_type_in_any_spelling(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    for form in FORMS {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &typed(flow::redemption(&code), form)).await?;
        ctx.tried(&format!("a token request is {form}"), weighed(form, expect::token(&answer)));
    }
    ctx.told(authorization(ctx, &client).await);
    let offered = |need: Need| need.met(ctx.target()) == Met::Yes;
    if offered(Need::PushedRequests) {
        ctx.told(pushes(ctx, &client).await);
    }
    if offered(Need::Revocation) {
        ctx.told(revocations(ctx, &client).await);
    }
    if offered(Need::Introspection) {
        ctx.told(introspections(ctx, &client).await);
    }
    if offered(Need::Registration) {
        ctx.told(registrations(ctx).await);
    }
    Ok(())
}

/// No client is known to send the name in capitals, so that nobody is turned away who does not look past them.
fn weighed<T>(media_type: &str, step: Checked<T>) -> Checked<T> {
    if media_type.starts_with('A') { step.warn() } else { step }
}

fn typed(request: TokenRequest, media_type: &str) -> TokenRequest {
    TokenRequest { content_type: Some(media_type.to_owned()), ..request }
}

/// Authorization requests by POST, which need not be taken (RFC 6749, section 3.1).
async fn authorization(ctx: &Context, client: &Arc<Client>) -> Checked {
    if flow::pushes_only(ctx) {
        return Ok(());
    }
    let ask = flow::ask(ctx, client).by_post();
    let landing = flow::authorize(ctx, &ask).await?;
    if expect::code_redirect(&ask, &landing).is_err() {
        ctx.note("authorization requests are not taken by POST");
        return Ok(());
    }
    for form in FORMS {
        let ask = flow::ask(ctx, client).by_post();
        let request = ask.request(&ctx.target().endpoints.authorization).without_header("Content-Type");
        let mut browser = flow::browser(ctx);
        let first = browser.send(request.header("Content-Type", *form)).await?;
        let landing = browser.run(first, Decision::Approve).await?;
        let way = format!("an authorization request is {form}");
        ctx.tried(&way, weighed(form, expect::code_redirect(&ask, &landing)));
    }
    Ok(())
}

async fn pushes(ctx: &Context, client: &Arc<Client>) -> Checked {
    flow::pushed(ctx, &flow::ask(ctx, client)).await?;
    for form in FORMS {
        let push = typed(flow::push(&flow::ask(ctx, client)), form);
        let answer = flow::send_push(ctx, &push).await?;
        ctx.tried(&format!("a push is {form}"), weighed(form, expect::request_uri(&answer)));
    }
    Ok(())
}

async fn revocations(ctx: &Context, client: &Arc<Client>) -> Checked {
    // Some servers refuse to end access tokens; then the same refusal comes again.
    let plain = well_received(ctx, client).await?;
    for form in FORMS {
        let token = flow::access(ctx, client).await?.access_token;
        let answer = flow::revoke(ctx, &typed(flow::revocation(client, &token), form)).await?;
        let alike = answer.status() == plain.status();
        let done = if alike { Ok(()) } else { done_for_access_token(&answer) };
        ctx.tried(&format!("a revocation request is {form}"), weighed(form, done));
    }
    Ok(())
}

async fn introspections(ctx: &Context, client: &Arc<Client>) -> Checked {
    let (token, caller) = told_token(ctx, client).await?;
    for form in FORMS {
        let answer = introspect(ctx, &typed(query(&caller, &token.access_token), form)).await?;
        ctx.tried(&format!("an introspection request is {form}"), weighed(form, active(&answer)));
    }
    Ok(())
}

async fn registrations(ctx: &Context) -> Checked {
    let metadata = flow::metadata(ctx)?;
    flow::registered(ctx, &metadata).await?;
    for object in OBJECTS {
        let request = flow::registration(ctx, &metadata)?.without_header("Content-Type");
        let answer = ctx.send(Actor::OtherClient, request.header("Content-Type", *object)).await?;
        let _ =
            ctx.tried(&format!("a registration is {object}"), weighed(object, expect::registration(&answer)));
    }
    Ok(())
}

async fn head_has_the_length_of_get(ctx: &Context) -> Checked {
    let mut urls: Vec<String> = ctx.target().metadata_url.iter().cloned().collect();
    let ask = flow::ask(ctx, &ctx.parties().client()?);
    // Whether that request leads to a page is for other cases.
    if let Ok(landing) = flow::open_in(ctx, &mut flow::stranger(ctx), &ask).await {
        urls.extend(landing.page().map(|page| page.url.clone()));
    }
    let mut says = false;
    for url in urls {
        let Some(length) = length_by_get(ctx, &url).await? else { continue };
        let answer = ctx.send(Actor::Suite, plainly(&url).method("HEAD")).await?;
        let response = answer.response()?;
        // HEAD need not be taken, nor say how long the document is.
        let Some(told) = length_of(response).filter(|_| response.status == 200) else { continue };
        says = true;
        if told != length {
            let expected = format!("Content-Length {length}, as GET has, or none");
            let when = format!("HEAD asks for {}", url.split('?').next().unwrap_or_default());
            ctx.tell(answer.broken(expected, format!("Content-Length {told}")).when(&when));
        }
    }
    if !says {
        ctx.note("no answer to HEAD says how long a document is");
    }
    Ok(())
}

/// A request for a document as it is, without a content coding, which may be chosen anew each time.
fn plainly(url: &str) -> Request {
    Request::get(url).header("Accept-Encoding", "identity")
}

fn length_of(response: &Response) -> Option<&str> {
    response.header("content-length").filter(|_| response.header("content-encoding").is_none())
}

/// How long a document is that GET brings, if that is said, and alike each time.
async fn length_by_get(ctx: &Context, url: &str) -> Checked<Option<String>> {
    let mut lengths = Vec::new();
    for _ in 0..2 {
        let answer = ctx.send(Actor::Suite, plainly(url)).await?;
        let response = answer.response()?;
        let length = length_of(response).filter(|_| response.status == 200);
        lengths.push(length.map(str::to_owned));
    }
    let second = lengths.pop().flatten();
    Ok(lengths.pop().flatten().filter(|first| Some(first) == second.as_ref()))
}
