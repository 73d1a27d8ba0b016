//! What introspection says of a live token (RFC 7662, section 2.2): each member is optional, and none may mislead.

use std::collections::BTreeSet;
use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::introspection::{Activity, activity, introspect, query, told_token};
use crate::cases::support::scope;
use crate::expect::Token;
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "introspection/times-in-seconds",
        rules: rules!["rfc7662-2.2-times-are-integers"],
        about: "exp, iat and nbf are whole numbers of seconds since 1970.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(times_in_seconds(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/expiry-as-promised",
        rules: rules!["rfc7662-2.2-exp-agrees"],
        about: "exp is the time that expires_in of the token response came to.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(expiry_as_promised(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/scope-of-the-token",
        rules: rules!["rfc7662-2.2-scope-member"],
        about: "scope is a string of words with single spaces, and has none that the token has not.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(scope_of_the_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/client-of-the-token",
        rules: rules!["rfc7662-2.2-client-id-member"],
        about: "client_id is the client that obtained the token.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(client_of_the_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/type-of-the-token",
        rules: rules!["rfc7662-2.2-token-type-member"],
        about: "token_type is what the token response said.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(type_of_the_token(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/texts-are-strings",
        rules: rules!["rfc7662-2.2-aud-and-text-members"],
        about: "sub, iss, jti and username are strings, and aud is one or a list of them.",
        needs: &[Need::Introspection, Need::Login],
        run: |ctx| Box::pin(texts_are_strings(ctx)),
        ..Case::DEFAULT
    },
];

/// A client's live access token and what is told of it. It is a control.
async fn told(ctx: &Context, client: &Arc<Client>) -> Checked<(Token, Activity)> {
    let (token, caller) = told_token(ctx, client).await?;
    let told = activity(&introspect(ctx, &query(&caller, &token.access_token)).await?);
    Ok((token, told.control("introspection of a live token")?))
}

/// The member, if the server tells it.
fn member<'a>(told: &'a Activity, name: &str) -> Checked<&'a Value> {
    told.json
        .get(name)
        .ok_or_else(|| CaseEnd::not_offered(format!("the answer has no {name}")).at(&told.exchange))
}

async fn times_in_seconds(ctx: &Context) -> Checked {
    let (_, told) = told(ctx, &ctx.parties().client()?).await?;
    let mut judged = false;
    for name in ["exp", "iat", "nbf"] {
        let Some(value) = told.json.get(name) else { continue };
        judged = true;
        if !value.as_u64().is_some_and(are_seconds) {
            ctx.tell(told.exchange.broken(
                format!("{name} as a whole number of seconds since 1970"),
                format!("{name}: {value}"),
            ));
        }
    }
    if judged { Ok(()) } else { Err(CaseEnd::not_offered("the answer tells no times").at(&told.exchange)) }
}

/// Whether a number is one of seconds since 1970: no duration, and no smaller units. A time that never comes, as the year 9999 or
/// the largest number there is, is one of seconds.
fn are_seconds(number: u64) -> bool {
    /// The years 2000 to 2199.
    const OURS: std::ops::Range<u64> = 946_684_800..7_258_118_400;
    let units = [1_000, 1_000_000, 1_000_000_000];
    number >= OURS.start && !units.into_iter().any(|unit| OURS.contains(&(number / unit)))
}

async fn expiry_as_promised(ctx: &Context) -> Checked {
    const GRACE: u64 = 30;
    let (token, told) = told(ctx, &ctx.parties().client()?).await?;
    let now = ctx.unix_time();
    let Some(promised) = token.json.get("expires_in").and_then(Value::as_u64) else {
        return Err(CaseEnd::not_offered("the token response has no expires_in").at(&token.exchange));
    };
    let expiry = member(&told, "exp")?.as_u64();
    // The server's own clock is the better one, if it tells its time.
    let issued = told.json.get("iat").and_then(Value::as_u64).unwrap_or(now);
    match expiry {
        Some(expiry) if expiry.abs_diff(issued.saturating_add(promised)) <= GRACE => Ok(()),
        _ => {
            let expected = format!("exp {promised} s after the token was issued, as expires_in says");
            let saw = expiry.map_or_else(
                || "another value".to_owned(),
                |expiry| format!("{} s after it", i128::from(expiry) - i128::from(issued)),
            );
            Err(told.exchange.broken(expected, saw))
        }
    }
}

async fn scope_of_the_token(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (token, told) = told(ctx, &client).await?;
    let value = member(&told, "scope")?;
    let broken = |expected: String| Err(told.exchange.broken(expected, format!("scope: {value}")));
    let Some(text) = value.as_str() else { return broken("scope as a string".into()) };
    let words: BTreeSet<&str> = text.split(' ').collect();
    if !text.is_empty() && words.contains("") {
        return broken("scope as words with single spaces".into());
    }
    // A token response without scope has what was asked for.
    let asked = || client.scope.iter().flat_map(|scope| scope.split(' ')).collect();
    let has = scope::stated(ctx, &token)?.unwrap_or_else(asked);
    if text.is_empty() || has.is_empty() || words.is_subset(&has) {
        return Ok(());
    }
    broken(format!("a scope within {has:?}, which the token has"))
}

async fn client_of_the_token(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (_, told) = told(ctx, &client).await?;
    let value = member(&told, "client_id")?;
    if value != client.id.as_str() {
        return Err(told.exchange.broken(format!("client_id {}", client.id), format!("client_id: {value}")));
    }
    Ok(())
}

async fn type_of_the_token(ctx: &Context) -> Checked {
    let (token, told) = told(ctx, &ctx.parties().client()?).await?;
    let value = member(&told, "token_type")?;
    let issued = token.text("token_type").unwrap_or("Bearer");
    if !value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(issued)) {
        return Err(told.exchange.broken(format!("token_type {issued}"), format!("token_type: {value}")));
    }
    Ok(())
}

async fn texts_are_strings(ctx: &Context) -> Checked {
    let (_, told) = told(ctx, &ctx.parties().client()?).await?;
    for name in ["sub", "iss", "jti", "username"] {
        if let Some(value) = told.json.get(name).filter(|value| !value.is_string()) {
            ctx.tell(told.exchange.broken(format!("{name} as a string"), format!("{name}: {value}")));
        }
    }
    let listed = |list: &Vec<Value>| list.iter().all(Value::is_string);
    match told.json.get("aud") {
        Some(aud) if !aud.is_string() && !aud.as_array().is_some_and(listed) => {
            Err(told.exchange.broken("aud as a string or a list of strings", format!("aud: {aud}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::are_seconds;

    #[test]
    fn a_number_is_one_of_seconds_unless_it_comes_to_our_time_in_a_smaller_unit() {
        for number in [1_700_000_000, 253_402_300_799, 9_223_372_036_854_775_807, u64::MAX] {
            assert!(are_seconds(number), "{number}");
        }
        let others = [0, 3600, 1_700_000_000_000, 1_700_000_000_000_000, 1_700_000_000_000_000_000];
        for number in others {
            assert!(!are_seconds(number), "{number}");
        }
    }
}
