//! Honest token requests that are refused: where a rule says that they are granted, the refusal is the finding.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Landing;
use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::spoil::FOREIGN_URI;
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Code};
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
        Err(end) if end.kind == EndKind::Broken && !speaks_of(answer, elsewhere) => Ok(Some(tokenless(end))),
        Err(end) => Err(end.control(what)),
    }
}

/// A step of an honest request which a rule says is granted: its refusal breaks that rule, while a server error speaks of no
/// rule. It is a control that failed, and `what` names it. A token response without a token is no refusal.
pub(in crate::cases) fn honest<T>(step: Checked<T>, what: &str) -> Checked<T> {
    step.map_err(|end| {
        let status = end.exchange.as_ref().and_then(|exchange| exchange.status());
        if status.is_some_and(is_breakdown) { end.control(what) } else { tokenless(end) }
    })
}

/// What was granted without an access token breaks the rule of that, whatever a case is about.
fn tokenless(end: CaseEnd) -> CaseEnd {
    let answer = end.exchange.as_ref().and_then(|exchange| exchange.answer.as_ref().ok());
    let granted = answer.filter(|response| response.status == 200).and_then(Response::json);
    let has = |name: &str| granted.as_ref().is_some_and(|json| json.get(name).is_some());
    if has("token_type") && !has("access_token") && !has("error") {
        return end.under(rules!["rfc6749-5.1-access-token-present"]);
    }
    end
}

/// An authorization request that is refused for its method breaks the rule of that, whatever a case is about.
pub(in crate::cases) fn by_get<T>(step: Checked<T>) -> Checked<T> {
    const NOT_ALLOWED: u16 = 405;
    step.map_err(|end| {
        let is_for_its_method = end.exchange.as_ref().is_some_and(|exchange| {
            exchange.request.method == "GET" && exchange.status() == Some(NOT_ALLOWED)
        });
        if is_for_its_method { end.under(rules!["rfc6749-3.1-get-supported"]) } else { end }
    })
}

/// The code that an honest request of a client brings. Its refusal breaks the rules of the case, unless the server takes the client
/// for one that it does not know: then the target file is wrong about it.
pub(in crate::cases) async fn honest_code(
    ctx: &Context,
    ask: &AuthorizationRequest,
    landing: &Landing,
) -> Checked<Code> {
    let code = honest(by_get(flow::code_from(ask, landing)), "an honest authorization request");
    let is_broken = code.as_ref().is_err_and(|end| end.kind == EndKind::Broken);
    if is_broken && is_unknown(ctx, ask, landing).await? {
        let reason = format!(
            "the server answers {} as a client that it does not know; look at its id in the target file",
            ask.client.id
        );
        return Err(CaseEnd::not_tested(reason).at(landing.exchange()));
    }
    code
}

/// Whether a client is shown the page of one that nobody registered, and the page of a redirect URI that is not good is another.
pub(in crate::cases) async fn is_unknown(
    ctx: &Context,
    ask: &AuthorizationRequest,
    landing: &Landing,
) -> Checked<bool> {
    let page =
        |landing: &Landing, id: &str| landing.page().map(|page| (page.status, page.text.replace(id, "")));
    let Some(own) = page(landing, &ask.client.id) else { return Ok(false) };
    let name = ctx.fresh();
    let stranger = flow::authorize(ctx, &ask.clone().set("client_id", &name)).await?;
    let known = ctx.parties().client()?;
    let elsewhere = flow::authorize(ctx, &flow::ask(ctx, &known).set("redirect_uri", FOREIGN_URI)).await?;
    Ok(page(&stranger, &name).as_ref() == Some(&own) && page(&elsewhere, &known.id).as_ref() != Some(&own))
}

fn speaks_of(answer: &Exchange, elsewhere: &[&str]) -> bool {
    let told = answer.answer.as_ref().ok().and_then(Response::json);
    let error = told.as_ref().and_then(|json| json.get("error")?.as_str());
    answer.status().is_none_or(is_breakdown) || error.is_some_and(|error| elsewhere.contains(&error))
}
