//! What scope a token response states.

use std::collections::BTreeSet;

use crate::expect::Token;

/// The scope values that a token response states.
pub(in crate::cases) fn stated(token: &Token) -> Option<BTreeSet<&str>> {
    token.text("scope").map(|text| text.split(' ').filter(|value| !value.is_empty()).collect())
}
