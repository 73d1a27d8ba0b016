//! The form of a token request (RFC 6749, section 3.2): methods, parameters, grant types.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Profile};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::refresh::{allowed, refreshing_client};
use crate::cases::support::spoil::FOREIGN_URI;
use crate::expect;
use crate::flow::{self, Code, TokenRequest};
use crate::subject::{Account, Client, ClientAuthentication, Met, Need};
use crate::wire::{Actor, Exchange, Params, Request};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "token-request/unknown-parameter-is-ignored",
        rules: rules!["rfc6749-3.2-unknown-parameter-ignored"],
        about: "A token request with a parameter that nobody defined still gets its token.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unknown_parameter_is_ignored(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-request/empty-parameter-counts-as-none",
        rules: rules!["rfc6749-3.2-empty-parameter-as-omitted"],
        about: "A parameter without a value is answered as if it were not there.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(empty_parameter_counts_as_none(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-request/repeated-parameter-is-refused",
        rules: rules!["rfc6749-3.2-duplicate-parameter-refused"],
        about: "A token request that has a parameter twice is refused with invalid_request.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(repeated_parameter_is_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-request/parameters-stand-in-the-body",
        rules: rules!["rfc6749-3.2-duplicate-parameter-refused"],
        about: "What stands in the URI's query does not take the place of what stands in the body.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(parameters_stand_in_the_body(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-request/no-password-grant",
        rules: rules!["rfc9700-2.4-as-no-password-grant"],
        about: "The user's name and password give no token, and the metadata does not offer it.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(no_password_grant(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-request/endpoint-without-fragment",
        rules: rules!["rfc6749-3.2-token-endpoint-no-fragment"],
        about: "The token endpoint's address has no fragment.",
        run: |ctx| Box::pin(endpoint_without_fragment(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "endpoints/refused-method-names-the-others",
        rules: rules!["rfc9110-15.5.6-405-has-allow"],
        about: "Whoever answers 405 says in Allow which methods there are.",
        run: |ctx| Box::pin(refused_method_names_the_others(ctx)),
        ..Case::DEFAULT
    },
];

async fn unknown_parameter_is_ignored(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let answer = flow::spoilt_redemption(ctx, &client, |request| request.add("suite_unknown", "1")).await?;
    ctx.tried("a code is redeemed", expect::token(&answer));
    let Some(client) = refreshing(ctx).await? else { return Ok(()) };
    let request = allowed(ctx, &client, None).await?.refresh().add("suite_unknown", "1");
    expect::token(&flow::token(ctx, &request).await?).map(drop).when("a refresh token is used")
}

/// Status and error code of an answer of the token endpoint.
fn gist(answer: &Arc<Exchange>) -> Checked<(u16, Option<String>)> {
    let response = answer.response()?;
    let json = response.json().unwrap_or_default();
    Ok((response.status, json.get("error").and_then(Value::as_str).map(str::to_owned)))
}

async fn empty_parameter_counts_as_none(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    for name in ["grant_type", "code", "redirect_uri", "scope"] {
        let good = || async { Ok::<_, CaseEnd>(flow::redemption(&flow::code(ctx, &client).await?)) };
        ctx.told(as_if_absent(ctx, name, good().await?, good().await?).await);
    }
    // Without a challenge there is no verifier; some servers demand one of everybody.
    let mut unchallenged = Vec::new();
    for _ in 0..2 {
        let ask = flow::ask(ctx, &client).without_pkce();
        let landing = flow::authorize(ctx, &ask).await?;
        unchallenged.extend(flow::code_from(&ask, &landing).map(|code| flow::redemption(&code)));
    }
    if let [first, second] = unchallenged.as_slice() {
        ctx.told(as_if_absent(ctx, "code_verifier", first.clone(), second.clone()).await);
    }
    if let Some(client) = refreshing(ctx).await? {
        for name in ["refresh_token", "scope"] {
            let good = || async { Ok::<_, CaseEnd>(allowed(ctx, &client, None).await?.refresh()) };
            ctx.told(as_if_absent(ctx, name, good().await?, good().await?).await);
        }
    }
    Ok(())
}

/// A client that is given refresh tokens, and uses them; none where there is none.
async fn refreshing(ctx: &Context) -> Checked<Option<Arc<Client>>> {
    if Need::Refresh.met(ctx.target()) != Met::Yes {
        return Ok(None);
    }
    match refreshing_client(ctx, |_| true).await {
        Ok(client) => Ok(Some(client)),
        Err(end) if matches!(end.kind, EndKind::NotOffered | EndKind::NotTested) => {
            ctx.note(format!("no refresh was tried: {}", end.saw));
            Ok(None)
        }
        Err(end) => Err(end),
    }
}

/// Of two good requests, the first without the parameter and the second with an empty one have the same answer.
async fn as_if_absent(ctx: &Context, name: &str, first: TokenRequest, second: TokenRequest) -> Checked {
    let absent = flow::token(ctx, &first.without(name)).await?;
    let without = format!("a request without {name}");
    expect::judged(&absent).control(&without)?;
    let empty = flow::token(ctx, &second.set(name, "")).await?;
    let (expected, saw) = (gist(&absent)?, gist(&empty)?);
    if saw != expected {
        let expected = format!("the answer to {without}: {}", told(&expected));
        ctx.tell(empty.broken(expected, told(&saw)).when(&format!("{name} is empty")));
    }
    Ok(())
}

fn told((status, error): &(u16, Option<String>)) -> String {
    match error {
        Some(error) => format!("status {status}, error {error:?}"),
        None => format!("status {status}"),
    }
}

async fn repeated_parameter_is_refused(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    for name in ["grant_type", "code", "redirect_uri", "code_verifier"] {
        // OAuth 2.1 has no such parameter there.
        if name == "redirect_uri" && ctx.profile() == Profile::Oauth21 {
            continue;
        }
        for how in ["the same", "another"] {
            let good = flow::redemption(&flow::code(ctx, &client).await?);
            repeated(ctx, good, name, how, "there twice").await?;
        }
    }
    let code = flow::code(ctx, &client).await?;
    let answer = flow::token(ctx, &client_id_twice(&code, &client)).await?;
    ctx.tries("client_id stands there twice", |ctx| {
        expect::token_refused(ctx, &answer, &["invalid_request", "invalid_client"])
    });
    match refreshing(ctx).await? {
        Some(client) => repeated_in_a_refresh(ctx, &client).await,
        None => Ok(()),
    }
}

/// A good request that has a parameter is refused with it twice, the second time with the same value or another.
async fn repeated(ctx: &Context, good: TokenRequest, name: &str, how: &str, place: &str) -> Checked {
    let Some(own) = good.params.first(name).map(str::to_owned) else { return Ok(()) };
    let second = if how == "another" { other_value(ctx, name) } else { own };
    let answer = flow::token(ctx, &good.add(name, &second)).await?;
    let way = format!("{name} stands {place}, the second time with {how} value");
    ctx.tries(&way, |ctx| expect::token_refused(ctx, &answer, &["invalid_request"]));
    Ok(())
}

async fn repeated_in_a_refresh(ctx: &Context, client: &Arc<Client>) -> Checked {
    for name in ["grant_type", "refresh_token", "scope"] {
        for how in ["the same", "another"] {
            let good = allowed(ctx, client, None).await?.refresh();
            let good = match &client.scope {
                Some(scope) if name == "scope" => good.set(name, scope),
                Some(_) | None => good,
            };
            repeated(ctx, good, name, how, "twice in a refresh").await?;
        }
    }
    Ok(())
}

/// A client that authenticates by its body names itself there once already.
fn client_id_twice(code: &Code, client: &Client) -> TokenRequest {
    let twice = flow::redemption(code).add("client_id", &client.id);
    let basic = client.authentication == ClientAuthentication::ClientSecretBasic;
    if basic { twice.add("client_id", &client.id) } else { twice }
}

fn other_value(ctx: &Context, name: &str) -> String {
    match name {
        "grant_type" => "password".to_owned(),
        "redirect_uri" => FOREIGN_URI.to_owned(),
        _ => ctx.fresh(),
    }
}

async fn parameters_stand_in_the_body(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let wrong = [("code", ctx.fresh()), ("redirect_uri", FOREIGN_URI.to_owned())];
    for (name, wrong) in wrong {
        let code = flow::code(ctx, &client).await?;
        // The control: without the query the wrong value is refused, or the server does not look at it at all.
        let control = flow::token(ctx, &flow::redemption(&code).set(name, &wrong)).await?;
        control.response()?;
        if expect::token(&control).is_ok() {
            ctx.note(format!("{name} was not tried: a wrong one in the body is taken as well"));
            continue;
        }
        let code = flow::code(ctx, &client).await?;
        let good = flow::redemption(&code);
        let right = good.params.first(name).unwrap_or_default().to_owned();
        let answer = flow::token(ctx, &good.set(name, &wrong).in_query(name, &right)).await?;
        // The rule speaks of the form alone, which the query is none of.
        let refused = expect::token_refused(ctx, &answer, &["invalid_request", "invalid_grant"]);
        ctx.tried(&format!("{name} is wrong in the body and right in the query"), refused.warn());
    }
    Ok(())
}

async fn no_password_grant(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let user = ctx
        .target()
        .users
        .get(&Account::First)
        .ok_or_else(|| CaseEnd::not_tested("the target names no user"))?;
    let mut params = Params::from([
        ("grant_type", "password"),
        ("username", user.name.as_str()),
        ("password", user.password.expose()),
    ]);
    if let Some(scope) = &client.scope {
        params.add("scope", scope);
    }
    let answer = flow::token(ctx, &TokenRequest::new(&client, params)).await?;
    let refused = expect::token_refused(ctx, &answer, &["unsupported_grant_type", "unauthorized_client"]);
    ctx.told(refused);
    if ctx.target().metadata_lists("grant_types_supported", "password") {
        return Err(CaseEnd::broken(
            "metadata that does not offer the grant",
            "password in grant_types_supported",
        ));
    }
    Ok(())
}

async fn endpoint_without_fragment(ctx: &Context) -> Checked {
    let published = ctx.target().metadata("token_endpoint").and_then(serde_json::Value::as_str);
    let mut addresses = published.into_iter().chain([ctx.target().endpoints.token.as_str()]);
    match addresses.find(|address| address.contains('#')) {
        Some(address) => Err(CaseEnd::broken("a token endpoint without a fragment", address)),
        None => Ok(()),
    }
}

async fn refused_method_names_the_others(ctx: &Context) -> Checked {
    let endpoints = &ctx.target().endpoints;
    let mut refused = 0;
    for (key, url) in endpoints.all() {
        let methods: &[&str] = match key {
            "authorization" | "resource" => &["PUT", "DELETE"],
            _ => &["GET", "PUT", "DELETE"],
        };
        for method in methods {
            let answer = ctx.send(Actor::Suite, Request::get(url).method(method)).await?;
            let response = answer.response()?;
            if response.status != 405 {
                continue;
            }
            refused += 1;
            if response.header("allow").is_none() {
                let way = format!("{method} is sent to the endpoint of {key}");
                ctx.tell(answer.broken("status 405 with Allow", "no Allow").when(&way));
            }
        }
    }
    if refused == 0 {
        return Err(CaseEnd::not_offered("no endpoint answers a method with status 405"));
    }
    Ok(())
}
