//! DPoP nonces of the authorization server (RFC 9449, sections 8 and 11.3). A server need give none.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::dpop::bound;
use crate::cases::support::spoil;
use crate::expect;
use crate::flow::{self, asks_for_nonce};
use crate::subject::{Client, Need};
use crate::wire::dpop::{DpopKey, Proof};
use crate::wire::{Exchange, fields};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "dpop-nonce/asked-for-and-taken",
        rules: rules!["rfc9449-8-use-dpop-nonce-error"],
        about: "A server that wants a nonce says use_dpop_nonce, gives one, and takes it next.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(asked_for_and_taken(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-nonce/another-is-refused",
        rules: rules!["rfc9449-4.3-nonce", "rfc9449-8-as-nonce"],
        about: "A nonce that the server did not give in exactly these letters is refused.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(another_is_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-nonce/not-left-out-again",
        rules: rules!["rfc9449-11.3-no-proof-without-nonce"],
        about: "Once a client was given a nonce, no proof of it is taken without one.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(not_left_out_again(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-nonce/one-an-answer",
        rules: rules!["rfc9449-8-one-nonce-header"],
        about: "No answer has more than one nonce.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(one_an_answer(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-nonce/not-foretold",
        rules: rules!["rfc9449-8-nonce-unpredictable"],
        about: "Nonces are no counters and no times of day, and long enough.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(not_foretold(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-nonce/spelt-as-defined",
        rules: rules!["rfc9449-8.1-nonce-syntax"],
        about: "A nonce has printable ASCII without space, quote and backslash.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(spelt_as_defined(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop-nonce/answer-is-not-stored",
        rules: rules!["rfc9449-8.2-nonce-response-not-cached"],
        about: "An answer with a nonce is kept out of caches.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(answer_is_not_stored(ctx)),
        ..Case::DEFAULT
    },
];

/// The client and key of an honest flow in which the server gave a nonce, and the newest one. It is a control.
async fn with_nonce(ctx: &Context) -> Checked<(Arc<Client>, DpopKey, String)> {
    let (client, key) = (ctx.parties().client()?, flow::proof_key(ctx));
    bound(ctx, &client, &key).await?;
    match ctx.nonce_of(&ctx.target().endpoints.token) {
        Some(nonce) => Ok((client, key, nonce)),
        None => Err(CaseEnd::not_offered("the server gives no nonces")),
    }
}

/// The answer to the redemption of a fresh code with a proof of this nonce, or of none.
async fn redeemed_with(
    ctx: &Context,
    (client, key): (&Arc<Client>, &DpopKey),
    nonce: Option<&str>,
) -> Checked<Arc<Exchange>> {
    let request = flow::redemption(&flow::code(ctx, client).await?);
    let http = request.request(&ctx.target().endpoints.token);
    let proof = with(flow::proof(ctx, key, &http), nonce);
    flow::send_proof(ctx, request.who, &http, &proof).await
}

fn with(proof: Proof, nonce: Option<&str>) -> Proof {
    match nonce {
        Some(nonce) => proof.claim("nonce", nonce),
        None => proof.without_claim("nonce"),
    }
}

/// The answers of this case that have a nonce.
fn with_header(ctx: &Context) -> Checked<Vec<Arc<Exchange>>> {
    let mut found = ctx.recording();
    found.retain(|exchange| {
        exchange.answer.as_ref().is_ok_and(|response| response.header("dpop-nonce").is_some())
    });
    if found.is_empty() { Err(CaseEnd::not_offered("the server gives no nonces")) } else { Ok(found) }
}

async fn asked_for_and_taken(ctx: &Context) -> Checked {
    let (client, key) = (ctx.parties().client()?, flow::proof_key(ctx));
    flow::access(ctx, &client).await?;
    let request = flow::redemption(&flow::code(ctx, &client).await?);
    let http = request.request(&ctx.target().endpoints.token);
    let answer =
        flow::send_proof(ctx, request.who, &http, &with(flow::proof(ctx, &key, &http), None)).await?;
    if expect::token(&answer).is_ok() {
        return Err(CaseEnd::not_offered("the server takes proofs without a nonce"));
    }
    let response = answer.response()?;
    let error =
        response.json().is_some_and(|json| json.get("error").is_some_and(|it| it == "use_dpop_nonce"));
    if !error && response.header("dpop-nonce").is_none() {
        // Neither the one nor the other: it was refused for something else.
        expect::token(&answer).control("a token request with a proof")?;
    }
    if !error {
        // Nor may it be, where every answer has a nonce.
        bound(ctx, &client, &key).await?;
    }
    expect::token_error(&answer, &["use_dpop_nonce"])?;
    ctx.told(expect::error_status(&answer).under(rules!["rfc6749-5.2-error-400-json"]));
    if !asks_for_nonce(response) {
        return Err(answer.broken("a DPoP-Nonce header beside use_dpop_nonce", "no such header"));
    }
    let again = flow::send_proof(ctx, request.who, &http, &flow::proof(ctx, &key, &http)).await?;
    expect::token(&again).when("it comes again with the nonce that was asked for")?;
    Ok(())
}

async fn another_is_refused(ctx: &Context) -> Checked {
    let (client, key, nonce) = with_nonce(ctx).await?;
    let others = [
        ("a character is another", spoil::middle_changed(&nonce)),
        ("its last character is gone", spoil::shortened(&nonce)),
        ("it is made up", ctx.fresh()),
    ];
    for (way, other) in others {
        let answer = redeemed_with(ctx, (&client, &key), Some(&other)).await?;
        ctx.tries(way, |ctx| {
            expect::refused_by(&expect::PROOF, ctx, &answer, &["invalid_dpop_proof", "use_dpop_nonce"])
        });
    }
    Ok(())
}

async fn not_left_out_again(ctx: &Context) -> Checked {
    let (client, key, _) = with_nonce(ctx).await?;
    let answer = redeemed_with(ctx, (&client, &key), None).await?;
    expect::refused_by(&expect::PROOF, ctx, &answer, &["invalid_dpop_proof", "use_dpop_nonce"])
}

async fn one_an_answer(ctx: &Context) -> Checked {
    let (client, key, _) = with_nonce(ctx).await?;
    redeemed_with(ctx, (&client, &key), None).await?;
    for exchange in with_header(ctx)? {
        let count = exchange.response()?.headers("dpop-nonce").len();
        if count != 1 {
            return Err(exchange.broken("one DPoP-Nonce header", format!("{count} of them")));
        }
    }
    Ok(())
}

/// The digits of a nonce that is a number, as it stands or in base64url.
fn digits(nonce: &str) -> Option<String> {
    let decoded = URL_SAFE_NO_PAD.decode(nonce).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let is_number = |text: &String| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    Some(nonce.to_owned()).filter(is_number).or(decoded.filter(is_number))
}

/// What a number gives away: that it is a time, or follows from the one before.
fn foretold(number: u128, before: Option<u128>, now: u64) -> Option<&'static str> {
    /// As many seconds lie at most between the clocks.
    const DAY: u128 = 86_400;
    /// So near lies each number of a counter to the one before.
    const STEP: u128 = 1_000_000;
    let is_time = |unit: u128| number.abs_diff(u128::from(now) * unit) < DAY * unit;
    // Seconds and milliseconds have fewer digits than are judged here.
    if [1_000_000, 1_000_000_000].into_iter().any(is_time) {
        return Some("a time of day");
    }
    before.filter(|before| number > *before && number - before <= STEP).map(|_| "a number that counts up")
}

async fn not_foretold(ctx: &Context) -> Checked {
    const SAMPLES: usize = 10;
    /// Fewer characters than these leave too little to guess.
    const SHORT: usize = 8;
    /// And so do fewer digits than these.
    const FEW: usize = 16;
    let (client, key, _) = with_nonce(ctx).await?;
    for _ in 0..SAMPLES {
        redeemed_with(ctx, (&client, &key), None).await?;
    }
    let mut different = BTreeSet::new();
    let mut before = None;
    for exchange in with_header(ctx)? {
        let nonce = exchange.response()?.header("dpop-nonce").unwrap_or_default().to_owned();
        let digits = digits(&nonce);
        if let Some(few) = digits.as_ref().filter(|digits| digits.len() < FEW) {
            let saw = format!("a number of {} digits", few.len());
            return Err(exchange.broken("a nonce that cannot be foretold", saw));
        }
        if let Some(number) = digits.and_then(|digits| digits.parse::<u128>().ok()) {
            if let Some(saw) = foretold(number, before, ctx.unix_time()) {
                return Err(exchange.broken("a nonce that cannot be foretold", saw));
            }
            before = Some(number);
        }
        if nonce.len() < SHORT {
            let saw = format!("one of {} characters", nonce.len());
            return Err(exchange.broken("a nonce that cannot be foretold", saw));
        }
        different.insert(nonce);
    }
    ctx.note(format!("{} different nonces in {} answers", different.len(), with_header(ctx)?.len()));
    Ok(())
}

async fn spelt_as_defined(ctx: &Context) -> Checked {
    let (client, key, _) = with_nonce(ctx).await?;
    redeemed_with(ctx, (&client, &key), None).await?;
    for exchange in with_header(ctx)? {
        let nonce = exchange.response()?.header("dpop-nonce").unwrap_or_default();
        if nonce.is_empty() || nonce.chars().any(|c| !c.is_ascii_graphic() || matches!(c, '"' | '\\')) {
            return Err(exchange.broken("a nonce of NQCHAR characters", format!("{nonce:?}")));
        }
    }
    Ok(())
}

async fn answer_is_not_stored(ctx: &Context) -> Checked {
    let (client, key, _) = with_nonce(ctx).await?;
    redeemed_with(ctx, (&client, &key), None).await?;
    // Answers of one status have one cause, and are told once.
    let mut told = BTreeSet::new();
    for exchange in with_header(ctx)? {
        let response = exchange.response()?;
        let kept_out = fields::has_directive(response, "cache-control", "no-store");
        // Nothing stores the answer to a POST unless it says how long it is fresh (RFC 9110, section 9.3.3).
        let fresh = response.header("expires").is_some()
            || ["max-age", "s-maxage", "public"]
                .iter()
                .any(|directive| fields::has_directive(response, "cache-control", directive));
        if !kept_out && (exchange.request.method != "POST" || fresh) && told.insert(response.status) {
            let saw = response.header("cache-control").unwrap_or("no Cache-Control");
            ctx.tell(exchange.broken("Cache-Control: no-store beside a nonce", saw));
        }
    }
    Ok(())
}
