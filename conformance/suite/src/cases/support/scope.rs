//! What scope a token response states.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked};
use crate::expect::Token;

/// That the server has a list of scope values, which one that nobody knows is not on. Which words have a meaning is the
/// server's to say (RFC 6749 3.3), and one that grants any word breaks nothing.
///
/// # Errors
/// `not-tested` if it has none; `token` is what it granted.
pub(in crate::cases) fn closed_list(ctx: &Context, token: &Token) -> Checked {
    if ctx.target().metadata("scopes_supported").is_some()
        || token.json.get("scope").is_some_and(Value::is_null)
    {
        return Ok(());
    }
    let reason = "the server grants a scope value that nobody defined, and publishes no scopes_supported";
    Err(CaseEnd::not_tested(reason).at(&token.exchange))
}

/// The scope values that a token response states.
pub(in crate::cases) fn stated(token: &Token) -> Option<BTreeSet<&str>> {
    token.text("scope").map(|text| text.split(' ').filter(|value| !value.is_empty()).collect())
}
