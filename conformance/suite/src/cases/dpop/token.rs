//! DPoP at the token endpoint: what a good proof is worth, and for how long (RFC 9449, sections 5 and 11).
//!
//! Which proofs are good is in `proof.rs`, what is bound to a key in `binding.rs`, the resource in
//! `resource/dpop.rs`.

use std::time::Duration;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::dpop::{bound, bound_token, misnamed, proof_refused, says_bound};
use crate::cases::support::honest::refusal;
use crate::cases::support::token_status::access_token_lifetime;
use crate::expect;
use crate::flow;
use crate::subject::Need;
use crate::wire::Actor;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "dpop/token-is-bound",
        rules: rules!["rfc9449-5-token-type-dpop", "rfc9700-2.2.1-sender-constrained-access-tokens"],
        about: "A token that is bound to the key of a good proof is announced as DPoP.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(token_is_bound(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/good-proof-is-taken",
        rules: rules!["rfc9449-5.1-metadata-algorithms"],
        about: "Where the metadata lists ES256, a good proof with it keeps no token back.",
        needs: &[Need::Login, Need::Dpop, Need::Metadata],
        // A clock that is wrong on either side looks the same.
        severity: Severity::Warns,
        run: |ctx| Box::pin(good_proof_is_taken(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/refused-when-grown-old",
        rules: rules!["rfc9449-11.1-proof-time-limited"],
        about: "A proof that was good is refused when it has grown old.",
        needs: &[Need::Login, Need::Dpop],
        slow: true,
        run: |ctx| Box::pin(refused_when_grown_old(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/proof-is-used-once",
        rules: rules!["rfc9449-11.1-jti-single-use"],
        about: "Where the server says so, a proof that was taken is refused the second time.",
        needs: &[Need::Login, Need::Dpop, Need::DpopSingleUse],
        run: |ctx| Box::pin(proof_is_used_once(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/algorithms-are-announced",
        rules: rules!["rfc9449-5.1-metadata-algorithms"],
        about: "The metadata lists the algorithms of proofs, none of them symmetric.",
        needs: &[Need::Dpop, Need::Metadata],
        run: |ctx| Box::pin(algorithms_are_announced(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/short-lived-without-nonces",
        rules: rules!["rfc9449-11.2-short-lived-without-nonce"],
        about: "A server that gives no nonces issues bound tokens for an hour or less.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(short_lived_without_nonces(ctx)),
        ..Case::DEFAULT
    },
];

async fn token_is_bound(ctx: &Context) -> Checked {
    let (client, key) = (ctx.parties().client()?, flow::proof_key(ctx));
    let plain = flow::access(ctx, &client).await?;
    let token = bound(ctx, &client, &key).await?;
    let answer = &token.exchange;
    if says_bound(&token) {
        return Ok(());
    }
    if let Some(end) = misnamed(ctx, &token, &key).await? {
        return Err(end);
    }
    // A token that is said to be a bearer's has to be one, where the resource takes those of this client at all.
    let takes_bearer = ctx.target().endpoints.resource.is_some()
        && expect::served(&flow::resource(ctx, &plain.access_token).await?).is_ok();
    if takes_bearer && expect::served(&flow::resource(ctx, &token.access_token).await?).is_err() {
        let saw = token.text("token_type").map_or_else(|| "none".into(), |kind| format!("{kind:?}"));
        let expected = "token_type DPoP for a token that does not open the resource as a bearer's";
        let end = answer.broken(expected, format!("token_type {saw}"));
        // One that is not announced at all is not called a bearer's.
        let is_named = token.text("token_type").is_some();
        return Err(if is_named { end } else { end.under(rules!["rfc9449-5-token-type-dpop"]) });
    }
    Err(CaseEnd::not_offered("the server binds no token to the key of a proof").at(answer))
}

async fn good_proof_is_taken(ctx: &Context) -> Checked {
    if !ctx.target().metadata_lists("dpop_signing_alg_values_supported", "ES256") {
        return Err(CaseEnd::not_offered("the metadata does not list ES256"));
    }
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let mut refused = None;
    // One refusal may be chance, or ask for a nonce in other words than those of the text.
    for _ in 0..2 {
        let (code, key) = (flow::code(ctx, &client).await?, flow::proof_key(ctx));
        let answer = flow::token_proven(ctx, &flow::redemption(&code), &key).await?;
        refused = refusal(&answer, "an honest token request", &["invalid_scope", "use_dpop_nonce"])?;
        if refused.is_none() {
            return Ok(());
        }
    }
    refused.map_or(Ok(()), Err)
}

async fn refused_when_grown_old(ctx: &Context) -> Checked {
    // An hour, and by how much clocks may differ.
    const LONG: u64 = 3610;
    let (client, key) = (ctx.parties().client()?, flow::proof_key(ctx));
    bound_token(ctx, &client, &key).await?;
    if ctx.live().clock.is_real() {
        return Err(CaseEnd::not_tested("an hour is too long to wait; add [clock]"));
    }
    let request = flow::redemption(&flow::code(ctx, &client).await?).request(&ctx.target().endpoints.token);
    let old = flow::proof(ctx, &key, &request);
    ctx.wait(Duration::from_secs(LONG)).await?;
    let fresh = flow::redemption(&flow::code(ctx, &client).await?);
    let answer =
        flow::send_proof(ctx, fresh.who, &fresh.request(&ctx.target().endpoints.token), &old).await?;
    ctx.trying("it is an hour old", |ctx| proof_refused(ctx, &answer))
}

async fn proof_is_used_once(ctx: &Context) -> Checked {
    let (client, key) = (ctx.parties().client()?, flow::proof_key(ctx));
    bound_token(ctx, &client, &key).await?;
    let url = ctx.target().endpoints.token.clone();
    let first = flow::redemption(&flow::code(ctx, &client).await?).request(&url);
    let proof = flow::proof(ctx, &key, &first);
    let answer = flow::send_proof(ctx, Actor::Client, &first, &proof).await?;
    expect::token(&answer).control("a token request with a fresh proof")?;
    let second = flow::redemption(&flow::code(ctx, &client).await?).request(&url);
    let again = flow::send_proof(ctx, Actor::Client, &second, &proof).await?;
    // That the nonce has been used up says the same.
    expect::refused_by(
        &expect::PROOF,
        ctx,
        &again,
        &["invalid_dpop_proof", "use_dpop_nonce", "invalid_grant"],
    )
}

async fn algorithms_are_announced(ctx: &Context) -> Checked {
    const MEMBER: &str = "dpop_signing_alg_values_supported";
    let is_symmetric = |name: &str| name.eq_ignore_ascii_case("none") || name.starts_with("HS");
    match ctx.target().metadata(MEMBER) {
        Some(Value::Array(names))
            if !names.is_empty()
                && names.iter().all(|name| name.as_str().is_some_and(|name| !is_symmetric(name))) =>
        {
            Ok(())
        }
        None => Err(CaseEnd::broken(format!("{MEMBER} in the metadata"), "the member is absent")).warn(),
        Some(found) => {
            Err(CaseEnd::broken("an array of asymmetric algorithms", format!("{MEMBER}: {found}")))
        }
    }
}

async fn short_lived_without_nonces(ctx: &Context) -> Checked {
    const HOUR: u64 = 3600;
    let token = bound_token(ctx, &ctx.parties().client()?, &flow::proof_key(ctx)).await?;
    if ctx.nonce_of(&ctx.target().endpoints.token).is_some() {
        return Err(CaseEnd::not_offered("the server gives nonces"));
    }
    let seconds = access_token_lifetime(ctx, &token)?;
    if seconds <= HOUR {
        return Ok(());
    }
    Err(token.exchange.broken("a bound token for an hour or less", format!("one for {seconds} s")))
}
