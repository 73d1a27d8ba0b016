//! How hard codes and tokens are to guess (RFC 6749, section 10.10), as far as samples can tell.
//!
//! What samples give is an upper bound: the places that vary, times the bits of the characters seen there. It can
//! show that there is too little to guess, never that there is enough.

use std::collections::BTreeSet;

use oauth_rules::rules;

use crate::browser::Decision;
use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::entropy::{differ, upper_bound};
use crate::expect::Token;
use crate::flow::{self, Code};
use crate::subject::{Account, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "secrets/too-long-to-guess",
    rules: rules!["rfc6749-10.10-token-entropy"],
    about: "Codes, tokens and the secrets of registered clients differ in as many places as 128 random bits take.",
    needs: &[Need::Login],
    isolation: Isolation::Alone,
    run: |ctx| Box::pin(too_long_to_guess(ctx)),
    ..Case::DEFAULT
}];

const SAMPLES: usize = 50;

async fn too_long_to_guess(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (mut codes, mut tokens, mut refresh_tokens) = (Vec::new(), Vec::new(), Vec::new());
    let mut take = |code: Code, token: Token| {
        codes.push(code.value);
        tokens.push(token.access_token);
        refresh_tokens.extend(token.refresh_token);
    };
    for _ in 0..SAMPLES {
        let code = flow::code(ctx, &client).await?;
        let token = flow::redeem(ctx, &code).await?;
        take(code, token);
    }
    // What is the same for one session may be a secret of that session: one sample comes from another.
    let other_session = ctx.target().users.contains_key(&Account::Second);
    if other_session {
        let ask = flow::ask(ctx, &client);
        let mut browser = flow::browser_of(ctx, Account::Second);
        let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
        let code = flow::code_from(&ask, &landing).control("a code for the second user")?;
        let token = flow::redeem(ctx, &code).await?;
        take(code, token);
    }
    // A server may give one refresh token again for the same grant: what does not differ is no sample.
    let distinct: BTreeSet<&String> = refresh_tokens.iter().collect();
    if distinct.len() < refresh_tokens.len() {
        ctx.note("refresh tokens come back: their guessing is not judged");
        refresh_tokens.clear();
    }
    let secrets = client_secrets(ctx).await?;
    let kinds = [
        ("codes", codes),
        ("access tokens", tokens),
        ("refresh tokens", refresh_tokens),
        ("client secrets", secrets),
    ];
    for (kind, samples) in kinds.iter().filter(|(_, samples)| !samples.is_empty()) {
        let bits = upper_bound(samples);
        ctx.note(format!("{kind}: at most {bits:.0} bits vary"));
        let enough = judge(kind, samples, bits);
        // With one session only, its own constant part may be more than it seems.
        ctx.told(if other_session { enough } else { enough.warn() });
    }
    Ok(())
}

/// The secrets that clients are given who register themselves; none where they are given none, or one for all.
async fn client_secrets(ctx: &Context) -> Checked<Vec<String>> {
    const CLIENTS: usize = 20;
    let mut secrets = Vec::new();
    if ctx.target().endpoints.registration.is_none() {
        return Ok(secrets);
    }
    for number in 0..CLIENTS {
        // Equal registrations may be instances of one client.
        let mut metadata = flow::metadata(ctx)?;
        metadata["client_name"] = format!("suite {number}").into();
        let answer = flow::register(ctx, &metadata).await?;
        let Ok(registered) = flow::as_registered(ctx, &answer) else {
            ctx.note("clients cannot register, so that the guessing of their secrets is not judged");
            return Ok(Vec::new());
        };
        secrets.extend(registered.client.secret.as_ref().map(|secret| secret.expose().to_owned()));
    }
    let distinct: BTreeSet<&String> = secrets.iter().collect();
    Ok(if distinct.len() < secrets.len() { Vec::new() } else { secrets })
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
