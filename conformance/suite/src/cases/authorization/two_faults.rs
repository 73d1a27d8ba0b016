//! Requests with two faults: where the client or the redirect URI is not good, no other fault decides where the answer goes.

use oauth_rules::rules;

use crate::browser::{Decision, Landing};
use crate::case::{Case, Context};
use crate::case_end::{Checked, EndKind};
use crate::cases::support::provoke::{ATTACKER, ATTACKER_URI, UNKNOWN, sent_to};
use crate::cases::support::redirect_uris::{Alteration, Parts};
use crate::flow::{self, AuthorizationRequest, Browser};
use crate::subject::Need;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "redirect-uri/bad-one-beside-another-fault",
        rules: rules!["rfc6749-3.1.2.4-no-redirect-to-invalid-uri"],
        about: "Whatever else is wrong with a request, nothing leads to a redirect URI that was not accepted.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(bad_one_beside_another_fault(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "client-id/unknown-beside-another-fault",
        rules: rules!["rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"],
        about: "Whatever else is wrong with a request that names no known client, it leads to no redirect URI.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unknown_beside_another_fault(ctx)),
        ..Case::DEFAULT
    },
];

/// A second fault: in words, and how it gets into a request.
type Second = (&'static str, fn(AuthorizationRequest) -> AuthorizationRequest);

/// What a server may judge, and tell the client, before it looks where the answer goes.
const SECONDS: &[Second] = &[
    ("there is no response_type", |ask| ask.without("response_type")),
    ("response_type is unknown", |ask| ask.set("response_type", UNKNOWN)),
    ("response_type is token", |ask| ask.set("response_type", "token")),
    ("the scope is unknown", |ask| ask.set("scope", UNKNOWN)),
    ("state stands there twice", |ask| ask.add("state", UNKNOWN)),
    ("there is no challenge", AuthorizationRequest::without_pkce),
    ("code_challenge_method is unknown", |ask| ask.set("code_challenge_method", "none")),
    ("the user may be shown nothing", |ask| ask.set("prompt", "none")),
    ("the answer is wanted in the fragment", |ask| ask.set("response_mode", "fragment")),
    ("the answer is wanted in a form", |ask| ask.set("response_mode", "form_post")),
    ("request_uri is unknown", |ask| ask.set("request_uri", UNKNOWN)),
    ("the resource is unknown", |ask| ask.set("resource", "https://suite-unknown.example/")),
];

/// In whose browser a request is sent.
#[derive(Clone, Copy)]
enum Sender {
    /// In one where nobody is logged in; it stops at the first page.
    Stranger,
    /// In the first user's, who says yes to whatever is asked.
    User,
}

/// How a request is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Get,
    Post,
}

/// What is found amiss in a walk and where it ended.
type Judge = fn(&Browser, &Landing) -> Checked;

impl Sender {
    const fn word(self) -> &'static str {
        match self {
            Self::Stranger => "where nobody is logged in",
            Self::User => "where the user is logged in",
        }
    }

    /// Sends a request, also where it has to be pushed: whoever refuses it for that leads nowhere either.
    async fn walk(self, ctx: &Context, ask: &AuthorizationRequest) -> Checked<(Browser, Landing)> {
        let mut browser = match self {
            Self::Stranger => flow::stranger(ctx),
            Self::User => flow::browser(ctx),
        };
        let opened = flow::open_unpushed_in(ctx, &mut browser, ask).await?;
        let end = match self {
            Self::Stranger => opened,
            // A page that cannot be answered is where this walk ends.
            Self::User => browser.run(opened.clone(), Decision::Approve).await.unwrap_or(opened),
        };
        Ok((browser, end))
    }
}

impl Method {
    const fn word(self) -> &'static str {
        match self {
            Self::Get => "by GET",
            Self::Post => "by POST",
        }
    }
}

async fn bad_one_beside_another_fault(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let with = |uri: &str| flow::ask(ctx, &client).set("redirect_uri", uri);
    let what = format!("redirect_uri is {ATTACKER_URI}");
    for method in [Method::Get, Method::Post] {
        with_each_second(ctx, &what, method, to_no_attacker, || with(ATTACKER_URI)).await;
    }
    // What looks like the client's own and is the attacker's.
    let near = Parts::of(&client.redirect_uri).and_then(|parts| Alteration::HostAsUser.apply(&parts));
    if let Some(uri) = near {
        let what = format!("redirect_uri is {uri}");
        with_each_second(ctx, &what, Method::Get, to_no_attacker, || with(&uri)).await;
    }
    let what = format!("a second redirect_uri is {ATTACKER_URI}");
    let twice = || flow::ask(ctx, &client).add("redirect_uri", ATTACKER_URI);
    with_each_second(ctx, &what, Method::Get, to_no_attacker, twice).await;
    Ok(())
}

async fn unknown_beside_another_fault(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let ask = || flow::ask(ctx, &client);
    let unknown = || ask().set("client_id", UNKNOWN);
    let what = "client_id is unknown and redirect_uri is a client's";
    with_each_second(ctx, what, Method::Get, to_nobody, unknown).await;
    let what = format!("client_id is unknown and redirect_uri is {ATTACKER_URI}");
    for method in [Method::Get, Method::Post] {
        let request = || unknown().set("redirect_uri", ATTACKER_URI);
        with_each_second(ctx, &what, method, to_nobody, request).await;
    }
    // Whether a client is taken for granted where none is named, another case asks.
    let what = format!("client_id is left out and redirect_uri is {ATTACKER_URI}");
    let request = || ask().without("client_id").set("redirect_uri", ATTACKER_URI);
    with_each_second(ctx, &what, Method::Get, to_no_attacker, request).await;
    let what = format!("client_id stands there twice and redirect_uri is {ATTACKER_URI}");
    let request = || ask().add("client_id", UNKNOWN).set("redirect_uri", ATTACKER_URI);
    with_each_second(ctx, &what, Method::Get, to_no_attacker, request).await;
    Ok(())
}

/// Sends a request that is not good in one way with each second fault. Of those that are wrong alike the first is told, and
/// which others there are.
async fn with_each_second(
    ctx: &Context,
    what: &str,
    method: Method,
    judge: Judge,
    request: impl Fn() -> AuthorizationRequest,
) {
    for sender in [Sender::Stranger, Sender::User] {
        let how = format!("{}, {}", method.word(), sender.word());
        let (mut is_told, mut alike) = (false, Vec::new());
        for (second, spoil) in SECONDS {
            let mut ask = spoil(request());
            if method == Method::Post {
                ask = ask.by_post();
            }
            let walked = sender.walk(ctx, &ask).await;
            match walked.and_then(|(browser, end)| judge(&browser, &end)) {
                Err(end) if end.kind == EndKind::Broken && is_told => alike.push(*second),
                step => {
                    is_told |= matches!(&step, Err(end) if end.kind == EndKind::Broken);
                    ctx.tried(&format!("{what} and {second}, {how}"), step);
                }
            }
        }
        if !alike.is_empty() {
            ctx.note(format!("when {what}, {how}: it is the same when {}", alike.join(", when ")));
        }
    }
}

/// Nothing that the browser was answered leads to the attacker, in the query, in the fragment or by a form.
fn to_no_attacker(browser: &Browser, _: &Landing) -> Checked {
    for exchange in &browser.trail {
        if let Some(way) = sent_to(exchange, ATTACKER) {
            let place = way.split(['?', '#']).next().unwrap_or_default();
            let expected = "a page, and no way to the redirect URI that was not accepted";
            return Err(exchange.broken(expected, format!("a way to {place}")));
        }
    }
    Ok(())
}

/// Nor does the walk end at any client's redirect URI.
fn to_nobody(browser: &Browser, end: &Landing) -> Checked {
    to_no_attacker(browser, end)?;
    end.sent()?;
    match end {
        Landing::Callback(location) => {
            let saw = format!("a redirect to {}", location.base());
            Err(location.exchange.broken("a page and no redirect to a client", saw))
        }
        Landing::Foreign(_) | Landing::Page(_) => Ok(()),
    }
}
