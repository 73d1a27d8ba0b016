//! Resource indicators (RFC 8707): how a client says for which resource a token shall be.
//!
//! What the token and the refresh token are then good for is in `grant.rs`. A server may ignore the
//! parameter. One that refuses any value reads it, and then is held to it; so is one of which the target says
//! `resource_indicators = true`.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Landing;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::expect::{self, Token};
use crate::flow::{AuthorizationRequest, TokenRequest};
use crate::subject::{Client, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(in crate::cases) const CASES: &[Case] = &[
    Case {
        id: "resource-indicator/absolute-without-fragment",
        rules: rules!["rfc8707-2-resource-absolute-no-fragment"],
        about: "A resource that is no absolute URI, or has a fragment, is refused.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(absolute_without_fragment(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-indicator/unknown-is-told-by-redirect",
        rules: rules!["rfc8707-2.1-invalid-target-by-redirect"],
        about: "An authorization request for an unknown resource comes back as invalid_target, with its state.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(unknown_is_told_by_redirect(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "resource-indicator/unknown-is-told-in-json",
        rules: rules!["rfc8707-2.2-invalid-target-at-token-endpoint"],
        about: "A token request for an unknown resource is answered 400 with invalid_target.",
        needs: &[Need::Login, Need::ResourceServer],
        run: |ctx| Box::pin(unknown_is_told_in_json(ctx)),
        ..Case::DEFAULT
    },
];

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
    resources.iter().fold(ctx.ask(client), |ask, resource| ask.add("resource", resource))
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
    let landing = ctx.authorize(&ask).await?;
    let named = format!(
        "an authorization request for {} (if the server calls it otherwise, say so by resource_identifier)",
        allowed.join(" and ")
    );
    let code = ctx.code_from(&ask, &landing).control(&named)?;
    let answer = ctx.token(&with(ctx.redemption(&code), wanted)).await?;
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
async fn authorized(
    ctx: &Context,
    client: &Arc<Client>,
    resource: &str,
) -> Checked<(AuthorizationRequest, Landing)> {
    let ask = ask_for(ctx, client, &[resource]);
    let landing = ctx.authorize(&ask).await?;
    Ok((ask, landing))
}

/// The token endpoint's answer to a resource beside a code that was asked for without one.
async fn redeemed(ctx: &Context, client: &Arc<Client>, resource: &str) -> Checked<Arc<Exchange>> {
    let code = ctx.code(client).await?;
    ctx.token(&with(ctx.redemption(&code), &[resource])).await
}

/// Which of the endpoints reads `resource`.
struct Readers {
    authorization: bool,
    token: bool,
}

/// Which endpoints read `resource`: those that refuse one of these, or both if the target says so.
async fn readers(ctx: &Context, client: &Arc<Client>, probes: &[&str]) -> Checked<Readers> {
    match ctx.target().resource_indicators {
        Some(true) => return Ok(Readers { authorization: true, token: true }),
        Some(false) => return Err(CaseEnd::not_offered("the target says that the server ignores resource")),
        None => {}
    }
    let mut found = Readers { authorization: false, token: false };
    for probe in probes {
        if !found.authorization {
            let (ask, landing) = authorized(ctx, client, probe).await?;
            found.authorization = ctx.code_from(&ask, &landing).is_err();
        }
        if !found.token {
            found.token = expect::token(&redeemed(ctx, client, probe).await?).is_err();
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

async fn absolute_without_fragment(ctx: &Context) -> Checked {
    let client = ctx.client()?;
    let good = ctx.first_resource()?.identifier;
    let with_fragment = format!("{good}#suite");
    let spoilt = [
        ("resource is a word", "suite"),
        ("resource is a path", "/suite"),
        ("resource has a fragment", with_fragment.as_str()),
    ];
    let readers = readers(ctx, &client, &[UNKNOWN, "suite", &with_fragment]).await?;
    token_for(ctx, &client, &good).await?;
    // Another word for the refusal is less than none at all.
    let mut lesser = Ok(());
    for (way, resource) in spoilt {
        if readers.authorization {
            let when = format!("at the authorization endpoint {way}");
            let (ask, landing) = authorized(ctx, &client, resource).await?;
            expect::refused(&ask, &landing, &[INVALID_TARGET, "invalid_request"]).when(&when)?;
            lesser = lesser.and(expect::refused(&ask, &landing, &[INVALID_TARGET]).when(&when));
        }
        if readers.token {
            let when = format!("at the token endpoint {way}");
            let answer = redeemed(ctx, &client, resource).await?;
            expect::token_error(&answer, &[INVALID_TARGET, "invalid_request"]).when(&when)?;
            lesser = lesser.and(expect::token_error(&answer, &[INVALID_TARGET]).map(drop).when(&when));
        }
    }
    lesser.warn()
}

async fn unknown_is_told_by_redirect(ctx: &Context) -> Checked {
    let client = ctx.client()?;
    let readers = readers(ctx, &client, &[UNKNOWN, "suite"]).await?;
    token_for(ctx, &client, &ctx.first_resource()?.identifier).await?;
    if !readers.authorization {
        return Err(CaseEnd::not_offered("the authorization endpoint does not read resource"));
    }
    let (ask, landing) = authorized(ctx, &client, UNKNOWN).await?;
    let location = expect::error_redirect(&ask, &landing, &[INVALID_TARGET])?;
    expect::same_state(&ask, location)
}

async fn unknown_is_told_in_json(ctx: &Context) -> Checked {
    let client = ctx.client()?;
    let readers = readers(ctx, &client, &[UNKNOWN, "suite"]).await?;
    token_for(ctx, &client, &ctx.first_resource()?.identifier).await?;
    if !readers.token {
        return Err(CaseEnd::not_offered("the token endpoint does not read resource"));
    }
    let answer = redeemed(ctx, &client, UNKNOWN).await?;
    expect::token_error(&answer, &[INVALID_TARGET]).map(drop)
}
