//! Facts as they are read for what a broken law says: what was issued, and how.

use oauth_laws::fact::{CodeIssued, Fact, Issued, Sym, What};

/// Everything that was issued.
pub(super) fn issued(facts: &[Fact]) -> impl Iterator<Item = Issued> {
    facts.iter().filter_map(|fact| match &fact.what {
        What::Redemption(redemption) => redemption.token,
        What::Refresh(refresh) => refresh.issued,
        What::ForItself(request) => request.issued,
        _ => None,
    })
}

pub(super) fn is_refresh_token(facts: &[Fact], token: Sym) -> bool {
    issued(facts).any(|issued| issued.refresh == Some(token))
}

/// Whether a code answers a pushed request.
pub(super) fn was_pushed(facts: &[Fact], code: Sym) -> bool {
    codes(facts).any(|issued| issued.code == code && issued.pushed.is_some())
}

pub(super) fn codes(facts: &[Fact]) -> impl Iterator<Item = &CodeIssued> {
    facts.iter().filter_map(|fact| match &fact.what {
        What::CodeIssued(issued) => Some(issued),
        _ => None,
    })
}

pub(super) fn first_redeemed(facts: &[Fact], code: Sym) -> Option<usize> {
    facts.iter().position(|fact| match &fact.what {
        What::Redemption(redemption) => redemption.code == code && redemption.token.is_some(),
        _ => false,
    })
}
