//! What scope a token is said to be for.

use std::collections::BTreeSet;
use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked};
use crate::cases::support::introspection::told_text;
use crate::expect::{self, Token};
use crate::subject::{Client, Met, Need};
use crate::wire::Exchange;

/// That the server has a list of scope values, which one that nobody knows is not on. Which words have a meaning is the
/// server's to say (RFC 6749 3.3), and one that grants any word breaks nothing.
///
/// # Errors
/// `not-tested` if it has none; `token` is what it granted.
pub(in crate::cases) fn closed_list(ctx: &Context, token: &Token) -> Checked {
    stated(ctx, token)?;
    if ctx.target().metadata("scopes_supported").is_some() {
        return Ok(());
    }
    let reason = "the server grants a scope value that nobody defined, and publishes no scopes_supported";
    Err(CaseEnd::not_tested(reason).at(&token.exchange))
}

/// Whether a scope has this value.
pub(in crate::cases) fn has_value(scope: &str, value: &str) -> bool {
    scope.split(' ').any(|granted| granted == value)
}

/// The scope of a client's token as introspection tells it, if there is one that does.
///
/// # Errors
/// `errored` without a usable answer.
pub(in crate::cases) async fn introspected(
    ctx: &Context,
    client: &Arc<Client>,
    token: &Token,
) -> Checked<Option<String>> {
    if Need::Introspection.met(ctx.target()) != Met::Yes {
        return Ok(None);
    }
    told_text(ctx, client, token, "scope").await
}

/// The scope values that a token response states. One that is no string is a finding under the rule of the form, and neither
/// a scope nor none.
///
/// # Errors
/// `not-tested` if it cannot be read.
pub(in crate::cases) fn stated<'t>(ctx: &Context, token: &'t Token) -> Checked<Option<BTreeSet<&'t str>>> {
    match token.json.get("scope") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.split(' ').filter(|value| !value.is_empty()).collect())),
        Some(other) => {
            let saw = if other.is_null() { "scope: null" } else { "scope: another JSON type" };
            let end = token.exchange.broken("scope as a JSON string, or none", saw);
            ctx.tell(end.under(rules!["rfc6749-5.1-success-200-json"]));
            let reason = "the token response states a scope that cannot be read";
            Err(CaseEnd::not_tested(reason).at(&token.exchange))
        }
    }
}

/// The words of the server's own that a token for narrow_scope is said to be for as well: some servers have defaults that
/// stand beside what was asked for (RFC 6749, section 3.3).
///
/// # Errors
/// `not-tested` if it lacks narrow_scope, or is for more that a client asks for.
pub(in crate::cases) fn beside_narrow_scope<'t>(
    ctx: &Context,
    token: &'t Token,
    narrow: &str,
) -> Checked<BTreeSet<&'t str>> {
    let Some(mut stated) = stated(ctx, token)? else { return Ok(BTreeSet::new()) };
    let is_whole = narrow.split(' ').filter(|word| !word.is_empty()).all(|word| stated.remove(word));
    let is_asked_for = |word: &&str| ctx.target().registered().any(|client| client.scopes().contains(word));
    if !is_whole || stated.iter().any(is_asked_for) {
        return Err(CaseEnd::not_tested("the server gave another scope than narrow_scope"));
    }
    Ok(stated)
}

/// That a resource was not opened where words of the server's own may have opened it.
///
/// # Errors
/// `not-tested` if it was.
pub(in crate::cases) fn not_opened_by(beside: &BTreeSet<&str>, answer: &Arc<Exchange>) -> Checked {
    if beside.is_empty() || expect::served(answer).is_err() {
        return Ok(());
    }
    let reason = format!("the server gave {beside:?} beside narrow_scope, which may open the resource");
    Err(CaseEnd::not_tested(reason).at(answer))
}
