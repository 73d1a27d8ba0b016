//! Requests with a DPoP proof, and what their answers say of the binding (RFC 9449, section 5).

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::dpop_defects::Around;
use crate::expect::{self, Token};
use crate::flow;
use crate::subject::Client;
use crate::wire::Exchange;
use crate::wire::dpop::{DpopKey, Proof};

/// The token that an honest flow gives for a good proof. It is a control.
pub(in crate::cases) async fn bound(ctx: &Context, client: &Arc<Client>, key: &DpopKey) -> Checked<Token> {
    let code = flow::code(ctx, client).await?;
    let answer = flow::token_proven(ctx, &flow::redemption(&code), key).await?;
    expect::token(&answer).control("an honest token request with a proof")
}

/// Whether a token response says that its token is bound.
pub(in crate::cases) fn says_bound(token: &Token) -> bool {
    token.text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("dpop"))
}

/// What shows that a token is bound to the key of the proof that it came for, and not called so: it opens the resource with a
/// proof of that key, and not as a bearer's. `None` where nothing shows it.
///
/// # Errors
/// `errored` without an answer.
pub(in crate::cases) async fn misnamed(
    ctx: &Context,
    token: &Token,
    key: &DpopKey,
) -> Checked<Option<CaseEnd>> {
    if says_bound(token) || ctx.target().endpoints.resource.is_none() {
        return Ok(None);
    }
    if expect::served(&flow::resource(ctx, &token.access_token).await?).is_ok() {
        return Ok(None);
    }
    let proven = flow::resource_proven(ctx, &token.access_token, key, |proof| proof).await?;
    if expect::served(&proven).is_err() {
        return Ok(None);
    }
    let saw = token.text("token_type").map_or_else(|| "none".into(), |kind| format!("{kind:?}"));
    let expected = "token_type DPoP for a token that opens the resource with a proof alone";
    Ok(Some(token.exchange.broken(expected, format!("token_type {saw}"))))
}

/// A bound token by an honest flow; `not-offered` where the server binds none. It is a control.
pub(in crate::cases) async fn bound_token(
    ctx: &Context,
    client: &Arc<Client>,
    key: &DpopKey,
) -> Checked<Token> {
    let token = bound(ctx, client, key).await?;
    if says_bound(&token) {
        return Ok(token);
    }
    Err(CaseEnd::not_offered("the server binds no token to the key of a proof").at(&token.exchange))
}

/// A redemption's answer to a proof that was spoilt in some way.
pub(in crate::cases) async fn redeemed(
    ctx: &Context,
    client: &Arc<Client>,
    key: &DpopKey,
    spoil: impl Fn(Proof) -> Proof + Send + Sync,
) -> Checked<Arc<Exchange>> {
    let code = flow::code(ctx, client).await?;
    flow::token_spoilt(ctx, &flow::redemption(&code), key, spoil).await
}

/// What a defect may need.
pub(in crate::cases) fn around(ctx: &Context) -> Around {
    Around { other: flow::proof_key(ctx), now: ctx.live().unix_time() }
}

/// The refusal of a bad proof. A server that asks for a nonce may do so first where the proof has none that it could
/// read, or where the nonce is what tells it the time. What the error is called is a rule of its own.
pub(in crate::cases) fn proof_refused(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    expect::refused_by(
        &expect::PROOF,
        ctx,
        answer,
        &["invalid_dpop_proof", "use_dpop_nonce", "invalid_request"],
    )
}
