//! Scope: what may be asked for, and what the token then says it is good for.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Landing;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::honest::honest;
use crate::cases::support::provoke::UNKNOWN;
use crate::cases::support::scope::{closed_list, has_value, introspected, stated};
use crate::expect::{self, Token};
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "scope/case-matters",
        rules: rules!["rfc6749-3.3-scope-case-sensitive"],
        about: "A scope value in another case is not the known one.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(case_matters(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "scope/order-does-not-matter",
        rules: rules!["rfc6749-3.3-scope-order-irrelevant"],
        about: "Two scope values are granted in either order, with the same result.",
        needs: &[Need::Login, Need::SecondScope],
        run: |ctx| Box::pin(order_does_not_matter(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "scope/in-its-grammar",
        rules: rules!["rfc6749-3.3-scope-syntax"],
        about: "The scope of a token is words with single spaces, and no request brings other words into it.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(in_its_grammar(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "scope/stated-if-not-as-asked",
        rules: rules!["rfc6749-3.3-scope-returned-if-different"],
        about: "A token response states the scope where it is not the one that was asked for.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(stated_if_not_as_asked(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "scope/may-be-left-out",
        rules: rules!["rfc6749-3.3-scope-omitted-handled"],
        about: "A request without scope gets the server's default, or is refused for its scope.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(may_be_left_out(ctx)),
        ..Case::DEFAULT
    },
];

/// The token that a request ends in; `None` if it is refused at either endpoint, at the first with one of these errors.
async fn token_of(
    ctx: &Context,
    ask: &AuthorizationRequest,
    landing: &Landing,
    errors: &[&str],
) -> Checked<Option<Token>> {
    let Ok(code) = flow::code_from(ask, landing) else {
        expect::refused(ctx, ask, landing, errors)?;
        return Ok(None);
    };
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    if let Ok(token) = expect::token(&answer) {
        return Ok(Some(token));
    }
    expect::token_refused(ctx, &answer, INVALID_SCOPE)?;
    Ok(None)
}

/// What a scope that is not granted is called, at either endpoint.
const INVALID_SCOPE: &[&str] = &["invalid_scope"];

fn asked(client: &Client) -> Checked<&str> {
    client.scope.as_deref().ok_or_else(|| CaseEnd::not_offered("the client asks for no scope"))
}

async fn case_matters(ctx: &Context) -> Checked {
    // Where no word is left that could be granted, the server may as well deny the rest.
    const NOTHING_LEFT: &[&str] = &["invalid_scope", "access_denied"];
    let client = ctx.parties().client()?;
    let scope = asked(&client)?;
    let upper = scope.to_ascii_uppercase();
    let swapped = if upper == scope { scope.to_ascii_lowercase() } else { upper };
    if swapped == scope {
        return Err(CaseEnd::not_offered("the scope has no letters"));
    }
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, |ask| ask.set("scope", &swapped)).await?;
    let Some(token) = token_of(ctx, &ask, &landing, NOTHING_LEFT).await? else { return Ok(()) };
    let Some(granted) = granted_to(ctx, &token, &client).await? else {
        let reason = "neither the token response nor introspection states the scope of the token";
        return Err(CaseEnd::not_tested(reason).at(&token.exchange));
    };
    let Some(value) = scope.split(' ').find(|value| has_value(&granted, value)) else { return Ok(()) };
    // Whoever grants it to any request has not taken one word for the other (section 3.3: what is asked may be ignored).
    let unknown = flow::ask(ctx, &client).set("scope", UNKNOWN);
    let landing = flow::authorize(ctx, &unknown).await?;
    if let Some(token) = token_of(ctx, &unknown, &landing, NOTHING_LEFT).await?
        && granted_to(ctx, &token, &client).await?.is_some_and(|granted| has_value(&granted, value))
    {
        let reason = format!("a token has {value} whatever scope is asked for");
        return Err(CaseEnd::not_offered(reason).at(&token.exchange));
    }
    let expected = format!("error=invalid_scope, or a token without {value}");
    Err(token.exchange.broken(expected, format!("a token with {value} for a request of {swapped}")))
}

/// The scope of a token as its response states it, else as introspection tells it.
async fn granted_to(ctx: &Context, token: &Token, client: &Arc<Client>) -> Checked<Option<String>> {
    match stated(ctx, token)? {
        Some(stated) => Ok(Some(stated.into_iter().collect::<Vec<_>>().join(" "))),
        None => introspected(ctx, client, token).await,
    }
}

async fn order_does_not_matter(ctx: &Context) -> Checked {
    let two = |client: &&Arc<Client>| client.scopes().len() > 1;
    let client = ctx.target().clients.values().find(two);
    let client = client.ok_or_else(|| CaseEnd::not_tested("no client has two scope values"))?;
    let values = client.scopes();
    let token = async |scope: String| {
        let ask = flow::ask(ctx, client).set("scope", &scope);
        let landing = flow::authorize(ctx, &ask).await?;
        let code = flow::code_from(&ask, &landing)?;
        expect::token(&flow::token(ctx, &flow::redemption(&code)).await?)
    };
    let there =
        token(format!("{} {}", values[0], values[1])).await.control("a request with two scope values")?;
    let back = token(format!("{} {}", values[1], values[0])).await.when("the two values change places")?;
    // A token response without scope has what was asked for, which is the same.
    if let (Some(there), Some(after)) = (stated(ctx, &there)?, stated(ctx, &back)?)
        && there != after
    {
        let saw = format!("scope {after:?} in the other order");
        return Err(back.exchange.broken(format!("scope {there:?}"), saw));
    }
    Ok(())
}

async fn in_its_grammar(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let good = flow::access(ctx, &client).await?;
    ctx.told(well_formed(&good));
    let word = client.scope.clone().unwrap_or_else(|| "suite".into());
    for odd in ["\"", "\\", "suite\tword", "é"] {
        let scope = format!("{word} {odd}");
        let when = format!("the request's scope is {scope:?}");
        let ask = flow::ask(ctx, &client).set("scope", &scope);
        ctx.tried(&when, without_bad_word(&ctx.when(&when), &ask).await);
    }
    Ok(())
}

/// A scope with a bad word in it is refused, or the token states the scope without that.
async fn without_bad_word(ctx: &Context, ask: &AuthorizationRequest) -> Checked {
    let landing = flow::authorize(ctx, ask).await?;
    let token = token_of(ctx, ask, &landing, &["invalid_scope", "invalid_request"]).await?;
    let Some(token) = token else { return Ok(()) };
    if stated(ctx, &token)?.is_none() {
        let expected = "error=invalid_scope, or a token that states the scope without the bad word";
        return Err(token.exchange.broken(expected, "a token that states no scope"));
    }
    well_formed(&token)
}

/// Words of printable ASCII without quote and backslash, one space apart (RFC 6749 3.3).
fn well_formed(token: &Token) -> Checked {
    let Some(scope) = token.text("scope") else { return Ok(()) };
    let legal = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    // A token without any scope has no words to state.
    if scope.is_empty() || scope.split(' ').all(|word| !word.is_empty() && word.bytes().all(legal)) {
        return Ok(());
    }
    Err(token.exchange.broken("a scope of words with single spaces", format!("scope {scope:?}")))
}

async fn stated_if_not_as_asked(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let scope = asked(&client)?;
    let more = format!("{scope} {UNKNOWN}");
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, |ask| ask.set("scope", &more)).await?;
    if let Some(token) = token_of(ctx, &ask, &landing, INVALID_SCOPE).await? {
        ctx.told(without_unknown(ctx, &token));
    }
    // Where a default applied, the text leaves open whether that is another scope than was asked for.
    let ask = flow::ask(ctx, &client).without("scope");
    let landing = flow::authorize(ctx, &ask).await?;
    if let Ok(code) = flow::code_from(&ask, &landing)
        && let Ok(token) = expect::token(&flow::token(ctx, &flow::redemption(&code)).await?)
        && stated(ctx, &token)?.is_none()
    {
        let stop = token.exchange.broken("a token that states its scope", "a token that states none");
        return Err(stop).when("the request has no scope").warn();
    }
    Ok(())
}

/// A token states a scope without the value that nobody defined.
fn without_unknown(ctx: &Context, token: &Token) -> Checked {
    let found = stated(ctx, token)?;
    if found.as_ref().is_some_and(|stated| !stated.contains(UNKNOWN)) {
        return Ok(());
    }
    closed_list(ctx, token)?;
    let expected = format!("error=invalid_scope, or a token that states a scope without {UNKNOWN}");
    let saw = found.map_or_else(|| "a token that states no scope".into(), |found| format!("scope {found:?}"));
    Err(token.exchange.broken(expected, saw))
}

async fn may_be_left_out(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (ask, landing) = flow::spoilt_authorization(ctx, &client, |ask| ask.without("scope")).await?;
    let Ok(code) = flow::code_from(&ask, &landing) else {
        return expect::error_redirect(&ask, &landing, INVALID_SCOPE).map(drop);
    };
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    let token = honest(expect::token(&answer), "an honest token request").map(drop);
    if expect::token_error(&answer, INVALID_SCOPE).is_ok() { Ok(()) } else { token }
}
