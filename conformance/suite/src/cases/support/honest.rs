//! Honest token requests that are refused: where a rule says that they are granted, the refusal is the finding.

use std::sync::Arc;

use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::expect;
use crate::wire::{Exchange, Response, is_breakdown};

/// The errors of a token request that speak of its scope or its proof, and not of what a case is about.
pub(in crate::cases) const ELSEWHERE: &[&str] = &["invalid_scope", "use_dpop_nonce", "invalid_dpop_proof"];

/// The refusal of an honest token request; none where it was granted. A server error, and an `error` out of `elsewhere`,
/// speak of something else: they are a control that failed, and `what` names it.
pub(in crate::cases) fn refusal(
    answer: &Arc<Exchange>,
    what: &str,
    elsewhere: &[&str],
) -> Checked<Option<CaseEnd>> {
    match expect::token(answer) {
        Ok(_) => Ok(None),
        Err(end) if end.kind == EndKind::Broken && !speaks_of(answer, elsewhere) => Ok(Some(end)),
        Err(end) => Err(end.control(what)),
    }
}

/// A step of an honest request which a rule says is granted: its refusal breaks that rule, while a server error speaks of no
/// rule. It is a control that failed, and `what` names it.
pub(in crate::cases) fn honest<T>(step: Checked<T>, what: &str) -> Checked<T> {
    step.map_err(|end| {
        let status = end.exchange.as_ref().and_then(|exchange| exchange.status());
        if status.is_some_and(is_breakdown) { end.control(what) } else { end }
    })
}

fn speaks_of(answer: &Exchange, elsewhere: &[&str]) -> bool {
    let told = answer.answer.as_ref().ok().and_then(Response::json);
    let error = told.as_ref().and_then(|json| json.get("error")?.as_str());
    answer.status().is_none_or(is_breakdown) || error.is_some_and(|error| elsewhere.contains(&error))
}
