//! Proof key for code exchange at the token endpoint (RFC 7636, RFC 9700).
//!
//! RFC 7636's rules bind a server that claims PKCE; RFC 9700 demands PKCE, so that its cases have no such need.

use std::sync::Arc;

use oauth_rules::rules;
use sha2::{Digest as _, Sha256};

use crate::browser::Decision;
use crate::case::{Case, Context, Profile};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::honest::honest;
use crate::cases::support::spoil;
use crate::expect;
use crate::flow::{self, Code, TokenRequest, Until, challenge};
use crate::subject::{Client, ClientRole, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "pkce/right-verifier-redeems",
        rules: rules!["rfc7636-4.2-s256-supported"],
        about: "A code with an S256 challenge is redeemed with its verifier, the shortest and the longest alike.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(right_verifier_redeems(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/wrong-verifier-is-refused",
        rules: rules!["rfc7636-4.6-mismatch-invalid-grant"],
        about: "A verifier that differs in whatever way is refused with invalid_grant.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(wrong_verifier_is_refused(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/verifier-may-not-be-left-out",
        rules: rules!["rfc7636-4.5-verifier-required"],
        about: "A code with a challenge is not redeemed without a verifier.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(verifier_may_not_be_left_out(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/challenge-is-no-verifier",
        rules: rules!["rfc7636-4.5-method-bound-to-code"],
        about: "The S256 challenge itself is no verifier, whatever method the token request names.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(challenge_is_no_verifier(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/each-code-has-its-challenge",
        rules: rules!["rfc7636-4.4-challenge-bound-to-code"],
        about: "The verifier of one request does not redeem the code of another, in one browser session either.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(each_code_has_its_challenge(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/right-verifier-excuses-nothing",
        rules: rules!["rfc7636-4.6-match-continues"],
        about: "With the right verifier, client, secret and redirect URI are checked all the same.",
        needs: &[Need::Login, Need::Pkce],
        run: |ctx| Box::pin(right_verifier_excuses_nothing(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/supported",
        rules: rules!["rfc9700-2.1.1-as-supports-pkce", "oauth21-4.1.1-s256-mandatory-to-implement"],
        about: "A right verifier redeems a code with a challenge, a wrong one does not.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(supported(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/verifier-is-enforced",
        rules: rules!["rfc9700-2.1.1-as-enforces-verifier"],
        about: "A code with a challenge gives nothing without its verifier, to no kind of client.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(verifier_is_enforced(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/code-is-bound-to-its-transaction",
        rules: rules!["rfc9700-4.5.3-code-bound-to-transaction"],
        about: "A code from one transaction is refused in another of the same client and user.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(code_is_bound_to_its_transaction(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "pkce/downgrade-is-refused",
        rules: rules!["rfc9700-4.8.2-pkce-downgrade-rejected"],
        about: "A verifier for a code that was asked for without a challenge is refused.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(downgrade_is_refused(ctx)),
        ..Case::DEFAULT
    },
];

/// That a well-formed verifier which is not the code's brought no token. Which code the refusal has, one case says.
fn verifier_refused(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    expect::token_refused(ctx, answer, &["invalid_grant", "invalid_request"])
}

/// A code with the challenge of this verifier.
async fn challenged_with(ctx: &Context, client: &Arc<Client>, verifier: &str) -> Checked<Code> {
    let ask = flow::ask(ctx, client).with_verifier(verifier);
    let landing = flow::authorize(ctx, &ask).await?;
    flow::code_from(&ask, &landing).control("an authorization request with a challenge")
}

/// A code with a fresh challenge, and its verifier.
async fn challenged(ctx: &Context, client: &Arc<Client>) -> Checked<(Code, String)> {
    let verifier = ctx.fresh();
    Ok((challenged_with(ctx, client, &verifier).await?, verifier))
}

async fn right_verifier_redeems(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let long = format!("{}{}-._~{}", ctx.fresh(), ctx.fresh(), &ctx.fresh()[..38]);
    let verifiers = [
        ("RFC 7636's own pair is used", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned()),
        ("the verifier has 43 characters", format!("-._~{}", &ctx.fresh()[..39])),
        ("the verifier has 128 characters", long),
    ];
    for (which, verifier) in verifiers {
        let code = challenged_with(ctx, &client, &verifier).await?;
        let answer = flow::token(ctx, &flow::redemption(&code)).await?;
        ctx.tried(which, honest(expect::token(&answer), "a token request with the right verifier"));
    }
    Ok(())
}

async fn wrong_verifier_is_refused(ctx: &Context) -> Checked {
    const LEGAL: &[&str] = &["invalid_grant"];
    const ILLEGAL: &[&str] = &["invalid_grant", "invalid_request"];
    type Alter = fn(&str) -> Option<String>;
    const WAYS: &[(&str, Alter, &[&str])] = &[
        ("a character in the middle is another", |verifier| Some(spoil::middle_changed(verifier)), LEGAL),
        ("small and capital letters are exchanged", spoil::case_swapped, LEGAL),
        ("it is the hash in hexadecimal", |verifier| Some(hexadecimal(verifier)), LEGAL),
        ("it is longer", |verifier| Some(format!("{verifier}A")), LEGAL),
        ("it has 42 characters", |verifier| Some(spoil::shortened(verifier)), ILLEGAL),
        ("an equals sign follows", |verifier| Some(format!("{verifier}=")), ILLEGAL),
        ("a line break follows", |verifier| Some(format!("{verifier}\n")), ILLEGAL),
    ];
    let client = ctx.parties().client()?;
    let (code, _) = challenged(ctx, &client).await?;
    flow::redeem(ctx, &code).await?;
    for (way, alter, errors) in WAYS {
        let (code, verifier) = challenged(ctx, &client).await?;
        let Some(wrong) = alter(&verifier) else { continue };
        let answer = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &wrong)).await?;
        ctx.tries(way, |ctx| expect::refused_by(&expect::VERIFIER, ctx, &answer, errors));
    }
    Ok(())
}

async fn verifier_may_not_be_left_out(ctx: &Context) -> Checked {
    for client in each_kind_of_client(ctx)? {
        let way = format!("{} asks", client.id);
        ctx.tried(&way, verifier_demanded(&ctx.when(&way), &client).await);
    }
    Ok(())
}

/// A client that redeems a code with its verifier brings nothing home without one.
async fn verifier_demanded(ctx: &Context, client: &Arc<Client>) -> Checked {
    let (code, _) = challenged(ctx, client).await?;
    flow::redeem(ctx, &code).await?;
    no_verifier(ctx, client).await
}

async fn no_verifier(ctx: &Context, client: &Arc<Client>) -> Checked {
    for way in ["it is left out", "it is empty"] {
        let (code, _) = challenged(ctx, client).await?;
        let good = flow::redemption(&code);
        let empty = way == "it is empty";
        let spoilt = if empty { good.set("code_verifier", "") } else { good.without("code_verifier") };
        let answer = flow::token(ctx, &spoilt).await?;
        ctx.tries(way, |ctx| verifier_refused(ctx, &answer));
    }
    Ok(())
}

async fn challenge_is_no_verifier(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (code, _) = challenged(ctx, &client).await?;
    flow::redeem(ctx, &code).await?;
    for beside in [false, true] {
        let (code, verifier) = challenged(ctx, &client).await?;
        let challenge = challenge(&verifier);
        let mut request = flow::redemption(&code).set("code_verifier", &challenge);
        if beside {
            request = request.set("code_challenge", &challenge).set("code_challenge_method", "plain");
        }
        let answer = flow::token(ctx, &request).await?;
        let when = if beside { "the method plain stands beside it" } else { "it stands alone" };
        ctx.tries(when, |ctx| verifier_refused(ctx, &answer));
    }
    Ok(())
}

async fn each_code_has_its_challenge(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    ctx.told(code_with_anothers_verifier(ctx, &client).await);

    // Two requests in one browser session, decided in reverse order.
    let asks = [0, 1].map(|_| flow::ask(ctx, &client).with_verifier(&ctx.fresh()));
    let mut browser = flow::browser(ctx);
    let mut pages = Vec::new();
    for ask in &asks {
        let landing = flow::open_in(ctx, &mut browser, ask).await?;
        pages.push(browser.run_until(landing, Until::Consent, Decision::Approve).await?);
    }
    let mut codes = Vec::new();
    for (ask, page) in asks.iter().zip(pages).rev() {
        let landing = browser.run(page, Decision::Approve).await?;
        let own = landing.callback().is_some_and(|location| expect::same_state(ask, location).is_ok());
        if let (true, Ok(code)) = (own, flow::code_from(ask, &landing)) {
            codes.push(code);
        }
    }
    let [second, first] = codes.as_slice() else {
        ctx.note("the server keeps one request of a session open at a time");
        return Ok(());
    };
    let other = first.verifier.as_deref().unwrap_or_default();
    let answer = flow::token(ctx, &flow::redemption(second).set("code_verifier", other)).await?;
    ctx.trying("both requests are open in one session", |ctx| verifier_refused(ctx, &answer))?;
    flow::redeem(ctx, first).await?;
    Ok(())
}

async fn code_with_anothers_verifier(ctx: &Context, client: &Arc<Client>) -> Checked {
    let (code, _) = challenged(ctx, client).await?;
    flow::redeem(ctx, &code).await?;
    let (one, _) = challenged(ctx, client).await?;
    let (other, verifier) = challenged(ctx, client).await?;
    let answer = flow::token(ctx, &flow::redemption(&one).set("code_verifier", &verifier)).await?;
    ctx.trying("the verifier is another request's", |ctx| verifier_refused(ctx, &answer))?;
    flow::redeem(ctx, &other).await?;
    Ok(())
}

async fn right_verifier_excuses_nothing(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let (code, _) = challenged(ctx, &client).await?;
    flow::redeem(ctx, &code).await?;

    // OAuth 2.1 has no redirect URI in the token request.
    if ctx.profile() != Profile::Oauth21 {
        let elsewhere = format!("{}/", client.redirect_uri);
        let spoilt = |code: &Code| flow::redemption(code).set("redirect_uri", &elsewhere);
        excused(ctx, &client, "the redirect URI is another", "invalid_grant", spoilt).await?;
    }
    if let Some(wrong) = spoil::with_secret(&client, &spoil::middle_changed(spoil::secret_of(&client))) {
        let spoilt = |code: &Code| flow::redemption(code).authenticated(wrong.clone());
        excused(ctx, &client, "the secret is wrong", "invalid_client", spoilt).await?;
    }
    if let Some(other) = ctx.target().clients.get(&ClientRole::Second) {
        flow::access(ctx, other).await?;
        let spoilt = |code: &Code| flow::redemption(code).as_client(other);
        excused(ctx, &client, "the client is another", "invalid_grant", spoilt).await?;
    }
    Ok(())
}

/// Tells whether a right verifier excuses what is wrong with a token request: it is granted with one, and refused without a
/// challenge.
async fn excused(
    ctx: &Context,
    client: &Arc<Client>,
    when: &str,
    error: &str,
    spoilt: impl Fn(&Code) -> TokenRequest,
) -> Checked {
    let (code, _) = challenged(ctx, client).await?;
    let answer = flow::token(ctx, &spoilt(&code)).await?;
    let mut step = ctx.trying(when, |ctx| expect::token_refused(ctx, &answer, &[error]));
    if step.as_ref().is_err_and(|end| end.granted) {
        let alone = match unchallenged(ctx, client).await? {
            Some(code) => Some(flow::token(ctx, &spoilt(&code)).await?),
            None => None,
        };
        if alone.is_none_or(|answer| expect::withheld(&answer).is_err()) {
            let reason = "nothing shows that the verifier is why: without one it is granted too, or no code is to be had";
            step = Err(CaseEnd::not_tested(reason).at(&answer)).when(when);
        }
    }
    ctx.told(step);
    Ok(())
}

async fn supported(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let (code, _) = challenged(ctx, &client).await?;
    let right = flow::token(ctx, &flow::redemption(&code)).await?;
    honest(expect::token(&right), "a token request with the right verifier").when("the verifier is right")?;
    let (code, _) = challenged(ctx, &client).await?;
    let wrong = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &ctx.fresh())).await?;
    ctx.trying("the verifier is wrong", |ctx| verifier_refused(ctx, &wrong))?;
    Ok(())
}

async fn verifier_is_enforced(ctx: &Context) -> Checked {
    for client in each_kind_of_client(ctx)? {
        let way = format!("{} asks", client.id);
        ctx.tried(&way, only_its_verifier(&ctx.when(&way), &client).await);
    }
    Ok(())
}

/// A client's code brings nothing without its very verifier.
async fn only_its_verifier(ctx: &Context, client: &Arc<Client>) -> Checked {
    verifier_demanded(ctx, client).await?;
    let (code, verifier) = challenged(ctx, client).await?;
    let itself =
        flow::token(ctx, &flow::redemption(&code).set("code_verifier", &challenge(&verifier))).await?;
    ctx.tries("the challenge is the verifier", |ctx| verifier_refused(ctx, &itself));
    let (code, _) = challenged(ctx, client).await?;
    let other = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &ctx.fresh())).await?;
    ctx.trying("the verifier is another", |ctx| verifier_refused(ctx, &other))
}

async fn code_is_bound_to_its_transaction(ctx: &Context) -> Checked {
    code_with_anothers_verifier(ctx, &ctx.parties().client()?).await
}

async fn downgrade_is_refused(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let Some(good) = unchallenged(ctx, &client).await? else { return Ok(()) };
    flow::redeem(ctx, &good).await?;
    let Some(code) = unchallenged(ctx, &client).await? else { return Ok(()) };
    let answer = flow::token(ctx, &flow::redemption(&code).set("code_verifier", &ctx.fresh())).await?;
    expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"])?;
    Ok(())
}

/// A code without a challenge; `None` where the server demands one, which keeps the rule too.
async fn unchallenged(ctx: &Context, client: &Arc<Client>) -> Checked<Option<Code>> {
    let ask = flow::ask(ctx, client).without_pkce();
    let landing = flow::authorize(ctx, &ask).await?;
    if let Ok(code) = flow::code_from(&ask, &landing) {
        return Ok(Some(code));
    }
    expect::refused(ctx, &ask, &landing, &["invalid_request"])
        .control("an authorization request without a challenge")?;
    ctx.live().challenge_was_demanded(client);
    ctx.note("the server demands a challenge");
    Ok(None)
}

/// The confidential client and the public one, as far as the target has them.
fn each_kind_of_client(ctx: &Context) -> Checked<Vec<Arc<Client>>> {
    let first = ctx.parties().client()?;
    let public = ctx.target().clients.get(&ClientRole::Public).filter(|client| client.id != first.id);
    Ok(std::iter::once(first.clone()).chain(public.cloned()).collect())
}

fn hexadecimal(verifier: &str) -> String {
    Sha256::digest(verifier.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
