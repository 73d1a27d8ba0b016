//! What a refusal of the token endpoint looks like (RFC 6749, section 5.2).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Profile};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::unanswered;
use crate::expect;
use crate::flow::{self, Authentication, TokenRequest};
use crate::subject::{Client, ClientAuthentication, ClientRole, Need};
use crate::wire::{Exchange, Params};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "token-errors/invalid-request",
        rules: rules!["rfc6749-5.2-invalid-request"],
        about: "A token request without grant_type or code, or in a format that nobody reads, is an invalid_request.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(invalid_request(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-errors/invalid-client",
        rules: rules!["rfc6749-5.2-invalid-client"],
        about: "An unknown client, one without credentials and one with an unknown scheme is an invalid_client.",
        needs: &[Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(invalid_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-errors/invalid-grant",
        rules: rules!["rfc6749-5.2-invalid-grant"],
        about: "A code that is used, made up, of another client or another redirect URI is an invalid_grant.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(invalid_grant(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-errors/unsupported-grant-type",
        rules: rules!["rfc6749-5.2-unsupported-grant-type"],
        about: "A grant type that nobody defined is an unsupported_grant_type.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(unsupported_grant_type(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-errors/status-and-json",
        rules: rules!["rfc6749-5.2-error-400-json"],
        about: "Whatever is wrong, a refusal has status 400 or 401 and is JSON with a defined error.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(status_and_json(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-errors/plain-characters",
        rules: rules!["rfc6749-5.2-error-charset"],
        about: "Error, description and URI of a refusal are made of the characters that they may have.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(plain_characters(ctx)),
        ..Case::DEFAULT
    },
];

async fn invalid_request(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    for name in ["grant_type", "code"] {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).without(name)).await?;
        ctx.tried(&format!("{name} is missing"), expect::token_code(ctx, &answer, &["invalid_request"]));
    }
    // Who authenticates in the form does not do so in JSON.
    if client.authentication == ClientAuthentication::ClientSecretBasic {
        let code = flow::code(ctx, &client).await?;
        let good = flow::redemption(&code);
        let members = good.params.pairs().map(|(name, value)| (name.to_owned(), Value::from(value)));
        let json = Value::Object(members.collect()).to_string();
        let answer = flow::token(ctx, &good.body("application/json", json)).await?;
        // No text forbids to read another format as well, and HTTP has a status for one that is not read.
        if expect::token(&answer).is_ok() || answer.status() == Some(415) {
            ctx.note("a token request in JSON is granted, or answered with status 415");
        } else {
            ctx.tried("the parameters are JSON", expect::token_code(ctx, &answer, &["invalid_request"]));
        }
    }
    Ok(())
}

async fn invalid_client(ctx: &Context) -> Checked {
    let client = ctx.parties().confidential()?;
    flow::access(ctx, &client).await?;
    let ways = [
        ("the client is unknown", Authentication::Id("suite-unknown".to_owned())),
        ("the client has no credentials", Authentication::Id(client.id.clone())),
        ("the scheme is unknown", Authentication::Header("Suite x".to_owned())),
    ];
    for (way, authentication) in ways {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).authenticated(authentication)).await?;
        ctx.tried(way, told(ctx, &answer, "invalid_client"));
    }
    Ok(())
}

async fn invalid_grant(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let used = flow::code(ctx, &client).await?;
    flow::redeem(ctx, &used).await?;
    let fresh = flow::code(ctx, &client).await?;
    let mut ways = vec![
        ("the code was used", flow::redemption(&used)),
        ("the code is made up", flow::redemption(&fresh).set("code", &ctx.fresh())),
    ];
    // OAuth 2.1 has no such parameter there.
    if ctx.profile() != Profile::Oauth21 {
        let good = flow::redemption(&flow::code(ctx, &client).await?);
        let elsewhere = format!("{}/", client.redirect_uri);
        ways.push(("the redirect URI is another", good.set("redirect_uri", &elsewhere)));
    }
    const FOREIGN: &str = "the code is another client's";
    if let Some(other) = ctx.target().clients.get(&ClientRole::Second)
        && ctx.tried(FOREIGN, flow::access(ctx, other).await).is_some()
    {
        ways.push((FOREIGN, flow::redemption(&fresh).as_client(other)));
    }
    for (way, request) in ways {
        let answer = flow::token(ctx, &request).await?;
        ctx.tried(way, told(ctx, &answer, "invalid_grant"));
    }
    Ok(())
}

/// That a refusal has this code. What is granted breaks the rules that forbid it, which other cases judge.
fn told(ctx: &Context, answer: &Arc<Exchange>, code: &str) -> Checked {
    if expect::token(answer).is_ok() {
        let granted = "the request was granted, so that there is no refusal to read";
        return Err(CaseEnd::not_tested(granted).at(answer));
    }
    expect::token_code(ctx, answer, &[code]).map(drop)
}

async fn unsupported_grant_type(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    for grant_type in ["suite_none", "urn:suite:none"] {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).set("grant_type", grant_type)).await?;
        let told = expect::token_code(ctx, &answer, &["unsupported_grant_type"]);
        ctx.tried(&format!("grant_type is {grant_type}"), told);
    }
    Ok(())
}

/// Token requests that nobody grants, ordinary ones first.
fn bad_requests(ctx: &Context, client: &Client) -> Vec<(String, TokenRequest)> {
    const ODD: &[(&str, &str)] = &[
        ("a quotation mark", "suite\"x"),
        ("a backslash", "suite\\x"),
        ("a line break", "suite\r\nx"),
        ("a NUL", "suite\0x"),
        ("letters beyond ASCII", "süite"),
        ("markup", "<suite>"),
    ];
    let redirect_uri = client.redirect_uri.as_str();
    let code = ctx.fresh();
    let good = || {
        let params = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", redirect_uri)];
        TokenRequest::new(client, Params::from(params))
    };
    let mut requests = vec![
        ("the code is made up".to_owned(), good()),
        ("there are no parameters".to_owned(), good().without("grant_type").without("code")),
        ("the grant type is unknown".to_owned(), good().set("grant_type", "suite_none")),
        ("nobody authenticates".to_owned(), good().authenticated(Authentication::Nothing)),
    ];
    for name in ["grant_type", "code", "redirect_uri", "client_id"] {
        for (what, value) in ODD {
            let request = if name == "client_id" {
                good().authenticated(Authentication::Id((*value).to_owned()))
            } else {
                good().set(name, value)
            };
            requests.push((format!("{name} has {what}"), request));
        }
    }
    requests.push(("a parameter is no UTF-8".to_owned(), good().without("code").raw("code=%ff%fe")));
    let bytes = STANDARD.encode([client.id.as_bytes(), b":\xff\xfe"].concat());
    let header = Authentication::Header(format!("Basic {bytes}"));
    requests.push(("the secret in Basic is no UTF-8".to_owned(), good().authenticated(header)));
    requests
}

/// The answer to a bad request. That none comes, while good ones are answered, is a finding of its own.
async fn answered(
    ctx: &Context,
    client: &Arc<Client>,
    (way, request): (&str, &TokenRequest),
) -> Checked<Option<Arc<Exchange>>> {
    let mut answer = flow::token(ctx, request).await;
    if answer.as_ref().is_err_and(unanswered) {
        answer = flow::token(ctx, request).await;
    }
    let end = match answer {
        Ok(answer) => return Ok(Some(answer)),
        Err(end) => end,
    };
    let Some(exchange) = end.exchange.clone().filter(|_| unanswered(&end)) else { return Err(end) };
    flow::access(ctx, client).await?;
    let none = exchange.broken("status 400 and JSON with error", "no answer, and none the second time");
    ctx.tell(none.under(rules!["rfc6749-5.2-error-400-json"]).when(way));
    Ok(None)
}

async fn status_and_json(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    for (way, request) in bad_requests(ctx, &client) {
        let Some(answer) = answered(ctx, &client, (way.as_str(), &request)).await? else { continue };
        // What is granted has no form of a refusal.
        if expect::token(&answer).is_ok() {
            ctx.note(format!("when {way}: a token is given, which is other cases' matter"));
            continue;
        }
        let formed = well_formed_refusal(&answer).and_then(|()| expect::error_status(&answer));
        ctx.tried(&way, formed);
    }
    Ok(())
}

fn well_formed_refusal(answer: &Arc<Exchange>) -> Checked {
    // Those of extensions that a server may have beside RFC 6749.
    const EXTENSIONS: &[&str] = &["invalid_target", "invalid_dpop_proof", "use_dpop_nonce"];
    expect::token_error(answer, &[expect::DEFINED, EXTENSIONS].concat())?;
    let response = answer.response()?;
    match response.media_type() {
        Some(kind) if kind == "application/json" || kind.ends_with("+json") => Ok(()),
        kind => {
            Err(answer
                .broken("Content-Type application/json", kind.unwrap_or_else(|| "no Content-Type".into())))
        }
    }
}

async fn plain_characters(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let text = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    let reference = |c: char| text(c) && c != ' ';
    for (way, request) in bad_requests(ctx, &client) {
        let Some(answer) = answered(ctx, &client, (way.as_str(), &request)).await? else { continue };
        let json = answer.response()?.json().unwrap_or_default();
        for (name, fits) in [
            ("error", &text as &(dyn Fn(char) -> bool + Sync)),
            ("error_description", &text),
            ("error_uri", &reference),
        ] {
            let Some(value) = json.get(name).and_then(Value::as_str) else { continue };
            if let Some(c) = value.chars().find(|c| !fits(*c)) {
                let saw = format!("{c:?} in {name}");
                ctx.tell(
                    answer.broken("printable ASCII without quotation mark and backslash", saw).when(&way),
                );
            }
        }
    }
    Ok(())
}
