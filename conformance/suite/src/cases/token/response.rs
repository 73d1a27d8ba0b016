//! What a granted token request brings (RFC 6749, section 5.1): read off an honest exchange. What caches are told is in
//! `stored.rs`, that no member repeats in `members.rs`.

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::client_credentials::own_token;
use crate::cases::support::refresh::{allowed, refreshing_client, renewed};
use crate::cases::support::scope::stated;
use crate::expect::{self, Token};
use crate::flow;
use crate::subject::{FileKey, Met, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "token-response/json",
        rules: rules!["rfc6749-5.1-success-200-json"],
        about: "Tokens arrive as one JSON object, whose OAuth members are strings.",
        needs: &[Need::Login],
        severity: Severity::Fails,
        run: |ctx| Box::pin(json(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/access-token",
        rules: rules!["rfc6749-5.1-access-token-present"],
        about: "The answer has an access_token of visible characters.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(access_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/token-type",
        rules: rules!["rfc6749-5.1-token-type-present"],
        about: "The answer says of which type the token is.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(token_type(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/fits-the-header",
        rules: rules!["rfc6750-2.1-token-fits-b64token"],
        about: "A bearer token is spelt with the characters that the Authorization header takes.",
        needs: &[Need::Login],
        severity: Severity::Fails,
        run: |ctx| Box::pin(fits_the_header(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/expires-in",
        rules: rules!["rfc6749-5.1-expires-in"],
        about: "The answer states the token's remaining seconds as a whole number.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(expires_in(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/lifetime-is-limited",
        rules: rules!["rfc6750-5.2-token-lifetime-limited"],
        about: "An access token has an end, stated in the answer or by whoever runs the server.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(lifetime_is_limited(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/lifetime-of-one-hour",
        rules: rules!["rfc6750-5.3-token-lifetime-one-hour"],
        about: "An access token lives for one hour at most.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(lifetime_of_one_hour(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "token-response/scope-not-widened",
        rules: rules!["rfc6749-5.2-scope-not-beyond-grant"],
        about: "A scope in the token request gives no more than the user granted.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(scope_not_widened(ctx)),
        ..Case::DEFAULT
    },
];

/// The answer to an honest token request. That it has status 200 is the control; what is in it is not looked at.
async fn granted(ctx: &Context) -> Checked<Arc<Exchange>> {
    let code = flow::code(ctx, &ctx.parties().client()?).await?;
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    expect::status(&answer, &[200]).control("an honest token request")?;
    Ok(answer)
}

/// The tokens that honest requests of each kind bring: for a code, and where they are offered for a refresh token and for a
/// client's credentials, each with what was shown. More than one case looks at them.
struct OfEachGrant(Vec<(&'static str, Token)>);

async fn tokens_of_each_grant(ctx: &Context) -> Checked<OfEachGrant> {
    let mut tokens = vec![("a code is redeemed", flow::access(ctx, &ctx.parties().client()?).await?)];
    // Whether a refresh token is taken is for other cases.
    if Need::Refresh.met(ctx.target()) == Met::Yes
        && let Ok(client) = refreshing_client(ctx, |_| true).await
        && let Ok(allowed) = allowed(ctx, &client, None).await
        && let Ok(token) = renewed(ctx, &allowed.refresh()).await
    {
        tokens.push(("a refresh token is used", token));
    }
    if Need::ClientCredentials.met(ctx.target()) == Met::Yes {
        for client in ctx.target().registered().filter(|client| !client.is_public()) {
            let answer = flow::token(ctx, &own_token(client)).await?;
            if let Ok(token) = expect::token(&answer) {
                tokens.push(("a client asks for itself", token));
                break;
            }
        }
    }
    Ok(OfEachGrant(tokens))
}

async fn json(ctx: &Context) -> Checked {
    let answer = granted(ctx).await?;
    let response = answer.response()?;
    let kind = response.media_type();
    if kind.as_deref() != Some("application/json") {
        let saw = kind.unwrap_or_else(|| "no Content-Type".into());
        ctx.tell(answer.broken("Content-Type application/json", saw));
    }
    let Some(Value::Object(members)) = response.json() else {
        return Err(answer.broken("a JSON object", "something else"));
    };
    for (name, value) in &members {
        let is_text = matches!(name.as_str(), "access_token" | "token_type" | "scope" | "refresh_token");
        if is_text && !value.is_string() {
            let saw = if value.is_null() { "null" } else { "another JSON type" };
            ctx.tell(answer.broken(format!("{name} as a JSON string, or none"), format!("{name}: {saw}")));
        }
    }
    Ok(())
}

async fn access_token(ctx: &Context) -> Checked {
    let answer = granted(ctx).await?;
    let json = answer.response()?.json().unwrap_or_default();
    let expected = "an access_token of printable ASCII characters";
    match json.get("access_token").map(Value::as_str) {
        Some(Some(token)) if !token.is_empty() && token.chars().all(|c| matches!(c, ' '..='~')) => Ok(()),
        Some(Some("")) => Err(answer.broken(expected, "an empty one")),
        Some(Some(_)) => Err(answer.broken(expected, "one with other characters")),
        Some(None) => Err(answer.broken(expected, "one that is no string")),
        None => Err(answer.broken(expected, "none")),
    }
}

async fn token_type(ctx: &Context) -> Checked {
    let tokens = ctx.live().try_once(|| tokens_of_each_grant(ctx)).await?;
    for (when, token) in &tokens.0 {
        match token.text("token_type") {
            Some(kind) if kind.eq_ignore_ascii_case("bearer") => {}
            Some("") | None => ctx.tell(token.exchange.broken("a token_type", "none").when(when)),
            Some(kind) => ctx.note(format!("token_type is {kind:?}, not Bearer")),
        }
    }
    Ok(())
}

async fn fits_the_header(ctx: &Context) -> Checked {
    let token = flow::access(ctx, &ctx.parties().client()?).await?;
    if token.text("token_type").is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(CaseEnd::not_offered("the token is no bearer token"));
    }
    let body = token.access_token.trim_end_matches('=');
    let legal = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    match body.chars().find(|c| !legal(*c)) {
        None if !body.is_empty() => Ok(()),
        None => Err(token.exchange.broken("a token of more than equals signs", "nothing else in it")),
        Some(c) => Err(token
            .exchange
            .broken("letters, digits and -._~+/, equals signs at the end", format!("{c:?}"))),
    }
}

/// `expires_in` as whole seconds; `Ok(None)` if there is none, `Err` with what it is instead.
fn seconds(json: &Value) -> Result<Option<u64>, &'static str> {
    match json.get("expires_in") {
        None => Ok(None),
        Some(Value::Number(number)) => match (number.as_u64(), number.as_f64()) {
            (Some(seconds), _) => Ok(Some(seconds)),
            (None, Some(number)) if number < 0.0 => Err("a negative number"),
            (None, _) => Err("a fraction"),
        },
        Some(Value::String(_)) => Err("a string"),
        Some(_) => Err("no number"),
    }
}

async fn expires_in(ctx: &Context) -> Checked {
    let tokens = ctx.live().try_once(|| tokens_of_each_grant(ctx)).await?;
    for (when, token) in &tokens.0 {
        let saw = match seconds(&token.json) {
            Ok(Some(_)) => continue,
            Ok(None) => "none",
            Err(saw) => saw,
        };
        ctx.tell(token.exchange.broken("expires_in as a whole number", saw).when(when));
    }
    Ok(())
}

async fn lifetime_is_limited(ctx: &Context) -> Checked {
    const YEAR: u64 = 366 * 24 * 3600;
    let token = flow::access(ctx, &ctx.parties().client()?).await?;
    let stated = seconds(&token.json).ok().flatten().or(ctx.target().access_token_lifetime);
    match stated {
        Some(seconds) if seconds <= YEAR => Ok(()),
        Some(seconds) => Err(token.exchange.broken("at most a year", format!("{seconds} s"))).warn(),
        None => {
            let reason =
                "the answer does not say how long the token lives: add access_token_lifetime, in seconds";
            Err(ctx.parties().lacking(Need::AccessTokenLifetime, reason))
        }
    }
}

async fn lifetime_of_one_hour(ctx: &Context) -> Checked {
    let token = flow::access(ctx, &ctx.parties().client()?).await?;
    match seconds(&token.json).ok().flatten().or(ctx.target().access_token_lifetime) {
        Some(seconds) if seconds <= 3600 => Ok(()),
        Some(seconds) => Err(token.exchange.broken("at most 3600 s", format!("{seconds} s"))),
        None => Err(CaseEnd::not_offered("the answer states no lifetime")),
    }
}

async fn scope_not_widened(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let plain = flow::access(ctx, &client).await?;
    let Some(granted) = plain.text("scope").or(client.scope.as_deref()).map(str::to_owned) else {
        return Err(
            CaseEnd::not_tested("nobody says what is granted: add scope to the client").lacks(FileKey::Scope)
        );
    };
    let mut wider = vec![format!("{granted} suite-admin"), "suite-admin".to_owned()];
    if let Some(second) = &client.second_scope {
        wider.push(format!("{granted} {second}"));
    }
    for scope in &wider {
        let code = flow::code(ctx, &client).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).set("scope", scope)).await?;
        let when = format!("the token request asks for {scope:?}");
        ctx.tries(&when, |ctx| no_wider(ctx, &answer, &granted));
    }
    Ok(())
}

/// A refusal, or a token for what the user granted and no more.
fn no_wider(ctx: &Context, answer: &Arc<Exchange>, granted: &str) -> Checked {
    let Ok(token) = expect::token(answer) else {
        return expect::token_refused(ctx, answer, &["invalid_scope", "invalid_request"]);
    };
    // Without scope in the answer the token has the scope that was asked of the user.
    let given = stated(ctx, &token)?.unwrap_or_default();
    match given.iter().find(|value| !granted.split(' ').any(|have| have == **value)) {
        None => Ok(()),
        Some(more) => {
            let expected = format!("invalid_scope, or a token for {granted:?} and no more");
            Err(answer.broken(expected, format!("a token that is good for {more:?}")))
        }
    }
}
