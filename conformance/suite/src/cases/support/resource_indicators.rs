//! Tokens for one of two resources, and who serves them (RFC 8707).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_rules::rules;
use serde_json::Value;

use crate::browser::Landing;
use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::bearer::told;
use crate::cases::support::introspection::{activity, callers, introspect, query};
use crate::expect::{self, Token};
use crate::flow::{self, AuthorizationRequest, TokenRequest};
use crate::subject::{Client, ClientRole, Met, Need, Resource};
use crate::wire::{Actor, Exchange, Request};

pub(in crate::cases) async fn token_is_for_it(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    read_by_server(ctx, &client).await?;
    let (first, second) = (ctx.parties().first_resource()?, ctx.parties().second_resource()?);
    let of_first = token_for(ctx, &client, &first.identifier).await?;
    let of_second = token_for(ctx, &client, &second.identifier).await?;
    expect::served(&open(ctx, &first, &of_first).await?).control("the first resource with its token")?;
    expect::served(&open(ctx, &second, &of_second).await?).control("the second resource with its token")?;
    guarded(ctx, &[&first, &second]).await?;
    let answer = open(ctx, &second, &of_first).await?;
    ctx.tries("the token was asked for the first resource", |ctx| refused(ctx, &answer));
    let answer = open(ctx, &first, &of_second).await?;
    ctx.tries("the token was asked for the second resource", |ctx| refused(ctx, &answer));
    // A server may serve one resource at a time.
    let both = [first.identifier.as_str(), second.identifier.as_str()];
    let ask = ask_for(ctx, &client, &both);
    let landing = flow::authorize(ctx, &ask).await?;
    let Ok(code) = flow::code_from(&ask, &landing) else {
        ctx.note("a request with two resources is refused");
        return Ok(());
    };
    let Ok(of_both) = expect::token(&flow::token(ctx, &with(flow::redemption(&code), &both)).await?) else {
        ctx.note("a token request with two resources is refused");
        return Ok(());
    };
    for resource in [&first, &second] {
        let opened = expect::served(&open(ctx, resource, &of_both).await?).is_ok();
        ctx.note(format!(
            "a token for two resources {} {}",
            if opened { "opens" } else { "does not open" },
            resource.url
        ));
    }
    Ok(())
}

/// Asks for a resource with a token.
pub(in crate::cases) async fn open(
    ctx: &Context,
    resource: &Resource,
    token: &Token,
) -> Checked<Arc<Exchange>> {
    let header = format!("Bearer {}", token.access_token);
    ctx.send(Actor::Client, Request::get(&resource.url).header("Authorization", header)).await
}

/// That these resources look at tokens at all: none opens for a token that nobody issued. It is a control. One that opens for
/// such a token, and for none at all stays closed, takes forged ones, which is a finding of its own.
///
/// # Errors
/// `not-tested` if one opens; `errored` without a usable answer.
pub(in crate::cases) async fn guarded(ctx: &Context, resources: &[&Resource]) -> Checked {
    for resource in resources {
        let header = format!("Bearer {}", ctx.fresh());
        let request = Request::get(&resource.url).header("Authorization", header);
        let answer = ctx.send(Actor::Client, request).await?;
        if expect::served(&answer).is_ok() {
            let none = ctx.send(Actor::Client, Request::get(&resource.url)).await?;
            none.response()?;
            if expect::served(&none).is_err() {
                let forged = answer.broken("a refusal of a made-up token", "the resource").granted();
                ctx.tell(forged.under(rules!["rfc6749-10.3-access-token-not-forgeable"]));
            }
            let reason = format!(
                "{} opens for any token, so that nothing shows for whom one is; name a resource that looks at it",
                resource.url
            );
            return Err(CaseEnd::not_tested(reason).at(&answer));
        }
        answer.response()?;
    }
    Ok(())
}

/// That a resource is closed to a token which was asked for another one, from the authorization request on: else nothing shows for
/// whom another token is. It is a control.
///
/// # Errors
/// `not-tested` if it opens; `errored` without a usable answer.
pub(in crate::cases) async fn closed_to_others(
    ctx: &Context,
    client: &Arc<Client>,
    resource: &Resource,
    other: &Resource,
) -> Checked {
    let foreign = token_for(ctx, client, &other.identifier).await?;
    let what = format!("{} with a token for {}", resource.url, other.identifier);
    expect::withheld(&open(ctx, resource, &foreign).await?).control(&what)
}

/// The resource is not opened by a token that is not for it. How it says so is a finding of its own.
pub(in crate::cases) fn refused(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    expect::withheld(answer)?;
    ctx.told(told(answer, 401, "invalid_token").under(rules!["rfc6750-3.1-invalid-token-401"]));
    Ok(())
}

/// The claims of a JWT.
fn claims(token: &str) -> Option<Value> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok().filter(Value::is_object)
}

fn audience(document: &Value) -> Vec<String> {
    match document.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// The audience of a client's token as introspection or the token itself tells it; `None` if nothing is told of the
/// token at all.
pub(in crate::cases) async fn told_audience(
    ctx: &Context,
    client: &Arc<Client>,
    token: &Token,
) -> Checked<Option<Vec<String>>> {
    if let Some(claims) = claims(&token.access_token) {
        return Ok(Some(audience(&claims)));
    }
    if Need::Introspection.met(ctx.target()) != Met::Yes {
        return Ok(None);
    }
    // The second resource's server is told of tokens for its own.
    let is_server = |role: ClientRole| matches!(role, ClientRole::Resource | ClientRole::SecondResource);
    let servers = ctx.target().others.values().filter(|other| is_server(other.role)).cloned();
    for caller in callers(ctx, client).into_iter().chain(servers) {
        let answer = introspect(ctx, &query(&caller, &token.access_token)).await?;
        if let Ok(told) = activity(&answer)
            && told.active
        {
            return Ok(Some(told.audience().into_iter().map(str::to_owned).collect()));
        }
    }
    Ok(None)
}

/// As [`told_audience`]; `None` also where introspection does not speak of an audience, which it need not (RFC 7662, section
/// 2.2), while a token that can be read has one (RFC 9068, section 2.2).
pub(in crate::cases) async fn audience_if_told(
    ctx: &Context,
    client: &Arc<Client>,
    token: &Token,
) -> Checked<Option<Vec<String>>> {
    let told = told_audience(ctx, client, token).await?;
    Ok(told.filter(|audience| !audience.is_empty() || claims(&token.access_token).is_some()))
}

/// The error for a resource that is not taken (RFC 8707, section 2).
pub(in crate::cases) const INVALID_TARGET: &str = "invalid_target";
/// A resource that no server has.
pub(in crate::cases) const UNKNOWN: &str = "https://resource.suite.example/unknown";

/// The good authorization request with these resources.
pub(in crate::cases) fn ask_for(
    ctx: &Context,
    client: &Arc<Client>,
    resources: &[&str],
) -> AuthorizationRequest {
    resources.iter().fold(flow::ask(ctx, client), |ask, resource| ask.add("resource", resource))
}

/// The token request with these resources.
pub(in crate::cases) fn with(request: TokenRequest, resources: &[&str]) -> TokenRequest {
    resources.iter().fold(request, |request, resource| request.add("resource", resource))
}

/// A token for the resources that were allowed, or for fewer of them. It is a control.
pub(in crate::cases) async fn token(
    ctx: &Context,
    client: &Arc<Client>,
    allowed: &[&str],
    wanted: &[&str],
) -> Checked<Token> {
    let ask = ask_for(ctx, client, allowed);
    let landing = flow::authorize(ctx, &ask).await?;
    let named = format!(
        "an authorization request for {} (if the server calls it otherwise, say so by resource_identifier)",
        allowed.join(" and ")
    );
    let code = flow::code_from(&ask, &landing).control(&named)?;
    let answer = flow::token(ctx, &with(flow::redemption(&code), wanted)).await?;
    expect::token(&answer).control(&format!("a token request for {}", wanted.join(" and ")))
}

/// A token for one resource. It is a control.
pub(in crate::cases) async fn token_for(
    ctx: &Context,
    client: &Arc<Client>,
    resource: &str,
) -> Checked<Token> {
    token(ctx, client, &[resource], &[resource]).await
}

/// The authorization endpoint's answer to a resource.
pub(in crate::cases) async fn authorized(
    ctx: &Context,
    client: &Arc<Client>,
    resource: &str,
) -> Checked<(AuthorizationRequest, Landing)> {
    let ask = ask_for(ctx, client, &[resource]);
    let landing = flow::authorize(ctx, &ask).await?;
    Ok((ask, landing))
}

/// The token endpoint's answer to a resource beside a code that was asked for without one.
pub(in crate::cases) async fn redeemed(
    ctx: &Context,
    client: &Arc<Client>,
    resource: &str,
) -> Checked<Arc<Exchange>> {
    let code = flow::code(ctx, client).await?;
    flow::token(ctx, &with(flow::redemption(&code), &[resource])).await
}

/// Which of the endpoints reads `resource`.
pub(in crate::cases) struct Readers {
    pub(in crate::cases) authorization: bool,
    pub(in crate::cases) token: bool,
}

/// Which endpoints read `resource`: those that refuse one of these, or both if the target says so.
pub(in crate::cases) async fn readers(
    ctx: &Context,
    client: &Arc<Client>,
    probes: &[&str],
) -> Checked<Readers> {
    match ctx.target().resource_indicators {
        Some(true) => return Ok(Readers { authorization: true, token: true }),
        Some(false) => return Err(CaseEnd::not_offered("the target says that the server ignores resource")),
        None => {}
    }
    let mut found = Readers { authorization: false, token: false };
    for probe in probes {
        if !found.authorization {
            let (ask, landing) = authorized(ctx, client, probe).await?;
            found.authorization = flow::code_from(&ask, &landing).is_err();
        }
        if !found.token {
            let answer = redeemed(ctx, client, probe).await?;
            answer.response()?;
            found.token = expect::token(&answer).is_err();
        }
    }
    if found.authorization || found.token {
        return Ok(found);
    }
    Err(CaseEnd::not_offered("the server does not read resource; if it does, say resource_indicators = true"))
}

/// The server reads `resource`: it refuses one that nobody knows, or the target says so. It is a control.
pub(in crate::cases) async fn read_by_server(ctx: &Context, client: &Arc<Client>) -> Checked {
    readers(ctx, client, &[UNKNOWN]).await.map(drop)
}
