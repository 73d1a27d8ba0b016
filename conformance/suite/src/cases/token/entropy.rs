//! How hard codes and tokens are to guess (RFC 6749, section 10.10), as far as samples can tell.
//!
//! What samples give is an upper bound: the places that vary, times the bits of the characters seen there. It can
//! show that there is too little to guess, never that there is enough.

use oauth_rules::rules;

use crate::browser::Decision;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::entropy::{differ, upper_bound};
use crate::flow;
use crate::subject::{Account, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "secrets/too-long-to-guess",
    rules: rules!["rfc6749-10.10-token-entropy"],
    about: "Codes and tokens differ in as many places as 128 random bits take.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(too_long_to_guess(ctx)),
    ..Case::DEFAULT
}];

const SAMPLES: usize = 50;

async fn too_long_to_guess(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (mut codes, mut tokens) = (Vec::new(), Vec::new());
    for _ in 0..SAMPLES {
        let code = flow::code(ctx, &client).await?;
        tokens.push(flow::redeem(ctx, &code).await?.access_token);
        codes.push(code.value);
    }
    // What is the same for one session may be a secret of that session: one sample comes from another.
    let other_session = ctx.target().users.contains_key(&Account::Second);
    if other_session {
        let ask = flow::ask(ctx, &client);
        let mut browser = flow::browser_of(ctx, Account::Second);
        let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
        let code = flow::code_from(&ask, &landing).control("a code for the second user")?;
        tokens.push(flow::redeem(ctx, &code).await?.access_token);
        codes.push(code.value);
    }
    for (kind, samples) in [("codes", &codes), ("access tokens", &tokens)] {
        let bits = upper_bound(samples);
        ctx.note(format!("{kind}: at most {bits:.0} bits vary"));
        let enough = judge(kind, samples, bits);
        // With one session only, its own constant part may be more than it seems.
        if other_session { enough? } else { enough.warn()? }
    }
    Ok(())
}

fn judge(kind: &str, samples: &[String], bits: f64) -> Checked {
    differ(kind, samples)?;
    let saw = format!("at most {bits:.0} bits vary in {} samples", samples.len());
    if bits < 128.0 {
        return Err(CaseEnd::broken(format!("{kind} with 128 random bits"), saw));
    }
    if bits < 160.0 {
        return Err(CaseEnd::broken(format!("{kind} with 160 random bits"), saw)).warn();
    }
    Ok(())
}
