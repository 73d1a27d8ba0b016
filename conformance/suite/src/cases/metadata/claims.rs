//! What the lists of the authorization server's metadata claim: that it is there, and that what is there is claimed (RFC 8414,
//! section 2).
//!
//! Challenge methods are in `document.rs`, the algorithms of proofs in `dpop/`, `iss` in `issuer.rs`, pushed requests in `par/`.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::client_credentials::own_token;
use crate::cases::support::clients::others_that_work;
use crate::cases::support::metadata::{document, object};
use crate::cases::support::refresh::refresh;
use crate::expect;
use crate::flow::{self, METHODS, TokenRequest};
use crate::subject::{Client, ClientAuthentication, Need};
use crate::wire::{Exchange, Params};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "metadata/lists-what-there-is",
        rules: rules!["rfc8414-2-listed-is-supported"],
        about: "No grant type, response type or response mode of the metadata is unknown to the server.",
        needs: &[Need::Metadata, Need::Login],
        run: |ctx| Box::pin(lists_what_there_is(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "metadata/lists-what-works",
        rules: rules!["rfc8414-2-used-is-listed"],
        about: "What brings the target's own clients a token stands in the metadata's lists.",
        needs: &[Need::Metadata, Need::Login],
        run: |ctx| Box::pin(lists_what_works(ctx)),
        ..Case::DEFAULT
    },
];

const GRANTS: &str = "grant_types_supported";
const RESPONSE_TYPES: &str = "response_types_supported";
const RESPONSE_MODES: &str = "response_modes_supported";

/// The document, fetched once more, after an honest flow. It is a control.
async fn claimed(ctx: &Context) -> Checked<(Arc<Client>, expect::Token, Arc<Exchange>, Value)> {
    let client = ctx.parties().client()?;
    let token = flow::access(ctx, &client).await?;
    let exchange = document(ctx).await?;
    let json = object(&exchange).ok_or_else(|| exchange.broken("a JSON object", "something else"));
    let json = json.control("the metadata, once more")?;
    Ok((client, token, exchange, json))
}

/// Whether a list has a value; `None` where the document has no such list.
fn lists(json: &Value, list: &str, value: &str) -> Option<bool> {
    Some(json.get(list)?.as_array()?.iter().any(|member| member == value))
}

async fn lists_what_there_is(ctx: &Context) -> Checked {
    let (client, _, _, json) = claimed(ctx).await?;
    let mut answered = false;
    for grant in ["refresh_token", "client_credentials", "password"] {
        if lists(&json, GRANTS, grant) != Some(true) {
            continue;
        }
        let Some(request) = of_grant_type(ctx, &client, grant) else { continue };
        let answer = flow::token(ctx, &request).await;
        let is_known = answer.and_then(|answer| {
            let told = answer.response()?.json().unwrap_or_default();
            unless_unsupported(&answer, told.get("error").and_then(Value::as_str), "unsupported_grant_type")
        });
        answered |= ctx.tried(&format!("{GRANTS} has {grant}"), is_known).is_some();
    }
    if lists(&json, RESPONSE_TYPES, "token") == Some(true) {
        let is_known = knows_response_type(ctx, &client, "token").await;
        answered |= ctx.tried(&format!("{RESPONSE_TYPES} has token"), is_known).is_some();
    }
    for mode in ["query", "fragment"] {
        if lists(&json, RESPONSE_MODES, mode) == Some(true) {
            let is_known = knows_response_mode(ctx, &client, mode).await;
            answered |= ctx.tried(&format!("{RESPONSE_MODES} has {mode}"), is_known) == Some(true);
        }
    }
    if answered {
        return Ok(());
    }
    Err(CaseEnd::not_offered(
        "the metadata lists nothing for which the suite can ask and which this client may use",
    ))
}

/// A token request of this grant type, with values that nobody gave out where it needs some; `None` where the client has no
/// way to send one.
fn of_grant_type(ctx: &Context, client: &Client, grant: &str) -> Option<TokenRequest> {
    match grant {
        "refresh_token" => Some(refresh(client, &ctx.fresh())),
        "client_credentials" => (!client.is_public()).then(|| own_token(client)),
        _ => {
            let (name, password) = (ctx.fresh(), ctx.fresh());
            let params =
                [("grant_type", grant), ("username", name.as_str()), ("password", password.as_str())];
            Some(TokenRequest::new(client, Params::from(params)))
        }
    }
}

/// Whatever is wrong with a request, or keeps this client from it: what it asks for is listed, and so exists.
fn unless_unsupported(answer: &Arc<Exchange>, told: Option<&str>, error: &str) -> Checked {
    if told == Some(error) {
        return Err(answer.broken("any answer but that there is no such thing", format!("error {error:?}")));
    }
    Ok(())
}

async fn knows_response_type(ctx: &Context, client: &Arc<Client>, kind: &str) -> Checked {
    let ask = flow::ask(ctx, client).set("response_type", kind);
    let landing = flow::authorize(ctx, &ask).await?;
    landing.sent()?;
    let told =
        landing.callback().and_then(|at| at.params.first("error").or_else(|| at.fragment.first("error")));
    unless_unsupported(landing.exchange(), told, "unsupported_response_type")
}

/// Whether a code comes in this mode; what is refused shows nothing.
async fn knows_response_mode(ctx: &Context, client: &Arc<Client>, mode: &str) -> Checked<bool> {
    let ask = flow::ask(ctx, client).set("response_mode", mode);
    let landing = flow::authorize(ctx, &ask).await?;
    landing.sent()?;
    let expected = format!("the code in the {mode}");
    match landing.callback() {
        Some(at) if at.params.has("code") && mode != "query" => {
            Err(at.exchange.broken(expected, "it in the query"))
        }
        Some(at) if at.fragment.has("code") && mode != "fragment" => {
            Err(at.exchange.broken(expected, "it in the fragment"))
        }
        Some(at) if at.brings("code") => Ok(true),
        Some(_) | None => {
            ctx.note(format!("{mode} is refused, if not by the server then for this client"));
            Ok(false)
        }
    }
}

async fn lists_what_works(ctx: &Context) -> Checked {
    let (client, token, exchange, json) = claimed(ctx).await?;
    let is_listed = |list: &str, value: &str| -> Checked {
        if lists(&json, list, value) == Some(false) {
            let saw = "a list without it, though a client of the target got a token by it";
            return Err(exchange.broken(format!("{value} in {list}"), saw));
        }
        Ok(())
    };
    ctx.told(is_listed(GRANTS, "authorization_code"));
    ctx.told(is_listed(RESPONSE_TYPES, "code"));
    if let Some(refresh_token) = &token.refresh_token
        && expect::token(&flow::token(ctx, &refresh(&client, refresh_token)).await?).is_ok()
    {
        ctx.told(is_listed(GRANTS, "refresh_token"));
    }
    let mut others = others_that_work(ctx, &client, |other| !other.is_public()).await?;
    others.insert(0, client);
    for client in others {
        let method = match client.authentication {
            ClientAuthentication::ClientSecretBasic => "client_secret_basic",
            ClientAuthentication::ClientSecretPost => "client_secret_post",
            // Many servers take it for no method at all.
            ClientAuthentication::None => continue,
        };
        ctx.tried(&format!("the client is {}", client.id), is_listed(METHODS, method));
    }
    Ok(())
}
