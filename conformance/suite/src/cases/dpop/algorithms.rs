//! Proofs by other algorithms than ES256, where the metadata lists them (RFC 9449, sections 4.3 and 5.1).

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::dpop::{bound_token, proof_refused, redeemed, says_bound};
use crate::cases::support::honest::refusal;
use crate::expect;
use crate::flow;
use crate::subject::{Client, Need};
use crate::wire::Exchange;
use crate::wire::dpop::{Algorithm, Proof};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "dpop/each-listed-algorithm",
    rules: rules!["rfc9449-5.1-metadata-algorithms", "rfc9449-4.3-signature"],
    about: "By each algorithm that the metadata lists, a good proof is taken and a spoilt one is not.",
    needs: &[Need::Login, Need::Dpop, Need::Metadata],
    run: |ctx| Box::pin(each_listed_algorithm(ctx)),
    ..Case::DEFAULT
}];

async fn each_listed_algorithm(ctx: &Context) -> Checked {
    const LIST: &str = "dpop_signing_alg_values_supported";
    let is_listed = |algorithm: &Algorithm| ctx.target().metadata_lists(LIST, algorithm.name());
    let listed: Vec<Algorithm> = Algorithm::ALL.into_iter().filter(is_listed).collect();
    if listed.is_empty() {
        return Err(CaseEnd::not_offered(format!(
            "beside ES256, {LIST} has none of the algorithms by which the suite signs"
        )));
    }
    let client = ctx.parties().client()?;
    // Where a good proof by ES256 binds nothing, nobody looks at others.
    bound_token(ctx, &client, &flow::proof_key(ctx)).await?;
    let (mut binds, mut binds_not) = (false, false);
    for algorithm in listed {
        let way = format!("the proof is signed by {}", algorithm.name());
        match ctx.tried(&way, takes(ctx, &client, algorithm, &way).await) {
            Some(true) => {
                binds = true;
                refuses_spoilt(ctx, &client, algorithm, &way).await;
            }
            Some(false) => binds_not = true,
            None => {}
        }
    }
    // Whoever reads no such proof refuses no spoilt one either.
    if binds_not && !binds {
        return Err(CaseEnd::not_tested(
            "by none of the algorithms that are listed beside ES256 a token is bound",
        ));
    }
    Ok(())
}

/// Whether a good proof is taken, and its key bound to the token. That one is refused is told: a client that chose the algorithm
/// from the list gets no token.
async fn takes(ctx: &Context, client: &Arc<Client>, algorithm: Algorithm, way: &str) -> Checked<bool> {
    let key = flow::proof_key_for(ctx, algorithm);
    let answer = redeemed(ctx, client, &key, |proof| proof).await?;
    match refusal(&answer, "an honest token request with a proof", &["invalid_scope", "use_dpop_nonce"])? {
        None => {
            let is_bound = says_bound(&expect::token(&answer)?);
            if !is_bound {
                ctx.note(format!("no token is bound when {way}"));
            }
            Ok(is_bound)
        }
        // A key of this kind may be refused for a reason of its own.
        Some(end) => Err(end.warn().under(rules!["rfc9449-5.1-metadata-algorithms"])),
    }
}

async fn refuses_spoilt(ctx: &Context, client: &Arc<Client>, algorithm: Algorithm, way: &str) {
    let key = flow::proof_key_for(ctx, algorithm);
    let answer = redeemed(ctx, client, &key, Proof::altered).await;
    tell_granted(ctx, &format!("{way}, and a bit of its signature is another"), answer);
    match algorithm.sibling() {
        Some(sibling) => {
            let answer = redeemed(ctx, client, &key, |proof| proof.header("alg", sibling.name())).await;
            tell_granted(ctx, &format!("{way}, and says that it is by {}", sibling.name()), answer);
        }
        None => {
            let other = flow::proof_key_for(ctx, algorithm);
            let answer = redeemed(ctx, client, &key, |proof| proof.signed_by(&other)).await;
            tell_granted(ctx, &format!("{way}, and by another key"), answer);
        }
    }
}

fn tell_granted(ctx: &Context, way: &str, answer: Checked<Arc<Exchange>>) {
    if let Some(answer) = ctx.tried(way, answer) {
        ctx.tries(way, |ctx| proof_refused(ctx, &answer).under(rules!["rfc9449-4.3-signature"]));
    }
}
