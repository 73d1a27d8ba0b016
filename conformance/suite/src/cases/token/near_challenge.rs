//! Challenges that are nearly the right one, which a server takes for it that compares a part of them, or without regard to case
//! (RFC 7636, section 4.6).

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::provoke::gives_code;
use crate::cases::support::spoil;
use crate::expect;
use crate::flow::{self, challenge};
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "pkce/challenge-is-compared-as-a-whole",
    rules: rules!["rfc7636-4.6-mismatch-invalid-grant", "rfc9700-2.1.1-as-enforces-verifier"],
    about: "No verifier redeems a code whose challenge is nearly its hash.",
    needs: &[Need::Login, Need::Pkce],
    run: |ctx| Box::pin(compared_as_a_whole(ctx)),
    ..Case::DEFAULT
}];

/// A way to spoil a challenge; `None` where this one has no room for it.
type Way = (&'static str, fn(&str) -> Option<String>);

/// Ways to another hash, or to a part of the right one. Other spellings of the hash itself are refused for their grammar.
const WAYS: &[Way] = &[
    // Of the last character alone some bits mean nothing.
    ("the last characters are others", |right| Some(other_from(right, right.len() - 6))),
    ("the second half is another", |right| Some(other_from(right, right.len() / 2))),
    ("the first half is another", |right| {
        let half = right.len() / 2;
        Some(format!("{}{}", other_from(&right[..half], 0), &right[half..]))
    }),
    ("the second half is cut off", |right| Some(right[..right.len() / 2].to_owned())),
    ("small and capital letters are exchanged", spoil::case_swapped),
    ("more characters follow", |right| Some(format!("{right}AAAA"))),
];

/// A text whose characters from `at` on are others.
fn other_from(text: &str, at: usize) -> String {
    let other = |c: char| if c == 'A' { 'B' } else { 'A' };
    let (kept, rest) = text.split_at(at);
    kept.chars().chain(rest.chars().map(other)).collect()
}

async fn compared_as_a_whole(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    let mut clients = vec![first.clone()];
    clients.extend(others_that_work(ctx, &first, Client::is_public).await?);
    for client in clients {
        let ask = flow::ask(ctx, &client).with_verifier(&ctx.fresh());
        let landing = flow::authorize(ctx, &ask).await?;
        let code = flow::code_from(&ask, &landing).control("an authorization request with a challenge")?;
        flow::redeem(ctx, &code).await?;
        for (way, alter) in WAYS {
            let when = format!("{} asks with a challenge of which {way}", client.id);
            ctx.tried(&when, not_redeemed(&ctx.when(&when), &client, *alter).await);
        }
    }
    Ok(())
}

/// A code with the challenge of a verifier, altered, is not issued, or that verifier does not redeem it.
async fn not_redeemed(ctx: &Context, client: &Arc<Client>, alter: fn(&str) -> Option<String>) -> Checked {
    let verifier = ctx.fresh();
    let Some(altered) = alter(&challenge(&verifier)) else { return Ok(()) };
    let ask = flow::ask(ctx, client).with_verifier(&verifier).set("code_challenge", &altered);
    let Some(landing) = flow::landing(ctx, &ask).await? else { return Ok(()) };
    if !gives_code(&landing) {
        landing.sent()?;
        // A challenge that is no challenge need not get as far as a code.
        return Ok(());
    }
    let code = flow::code_from(&ask, &landing)?;
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    expect::refused_by(&expect::VERIFIER, ctx, &answer, &["invalid_grant", "invalid_request"])
}

#[cfg(test)]
mod tests {
    use super::WAYS;
    use crate::flow::challenge;

    #[test]
    fn each_way_makes_another_text_of_a_challenge() {
        let right = challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        for (way, alter) in WAYS {
            assert!(alter(&right).is_some_and(|altered| altered != right), "{way}");
        }
    }
}
