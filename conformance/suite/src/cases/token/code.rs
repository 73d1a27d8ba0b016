//! What a code is good for: once, for a short time, and as it was issued. Whose it is: `code_binding.rs`; many at
//! once: `burst.rs`.

use std::sync::Arc;
use std::time::Duration;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::spoil;
use crate::cases::support::token_status::{Gauge, MARGIN, wait_until_its_end};
use crate::expect;
use crate::flow;
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "code/refused-the-second-time",
        rules: rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"],
        about: "A code that was redeemed is refused the second time.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(refused_the_second_time(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/used-once-by-each-client",
        rules: rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"],
        about: "No kind of client redeems a code twice.",
        needs: &[Need::Login, Need::PublicClient],
        run: |ctx| Box::pin(used_once_by_each_client(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/replay-ends-its-tokens",
        rules: rules!["rfc6749-4.1.2-code-reuse-revokes-tokens", "rfc9700-4.2.4-code-replay-revokes-tokens"],
        about: "When a code comes back, the tokens that it gave stop working.",
        needs: &[Need::Login, Need::ResourceServer],
        isolation: Isolation::Alone,
        run: |ctx| Box::pin(replay_ends_its_tokens(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/refused-after-its-lifetime",
        rules: rules!["rfc6749-4.1.2-code-expires-shortly"],
        about: "A code that nobody redeemed is refused once its lifetime is over.",
        needs: &[Need::Login, Need::CodeLifetime],
        slow: true,
        run: |ctx| Box::pin(refused_after_its_lifetime(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/good-until-its-end",
        rules: rules!["rfc6749-4.1.2-code-expires-shortly"],
        about: "A code is redeemed shortly before the end that the target states, and refused shortly after it.",
        needs: &[Need::Login, Need::CodeLifetime],
        // A few seconds more make no long life.
        severity: Severity::Warns,
        slow: true,
        run: |ctx| Box::pin(good_until_its_end(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "code/refused-after-ten-minutes",
        rules: rules!["rfc6749-4.1.2-code-lifetime-10-minutes"],
        about: "No code lives for more than ten minutes.",
        needs: &[Need::Login],
        slow: true,
        run: |ctx| Box::pin(refused_after(ctx, Duration::from_secs(600))),
        ..Case::DEFAULT
    },
    Case {
        id: "code/altered-is-refused",
        rules: rules!["rfc6749-4.1.3-code-valid"],
        about: "Only the very text that was issued is taken as a code.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(altered_is_refused(ctx)),
        ..Case::DEFAULT
    },
];
/// What is left for clocks and the wire.
const GRACE: Duration = Duration::from_secs(30);

async fn refused_the_second_time(ctx: &Context) -> Checked {
    redeemed_once(ctx, &ctx.parties().client()?).await
}

async fn redeemed_once(ctx: &Context, client: &Arc<Client>) -> Checked {
    let code = flow::code(ctx, client).await?;
    // The first redemption is the control: the second is the same request, byte for byte.
    flow::redeem(ctx, &code).await?;
    let again = flow::token(ctx, &flow::redemption(&code)).await?;
    expect::token_refused(ctx, &again, &["invalid_grant"])
}

async fn used_once_by_each_client(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let others = others_that_work(ctx, &client, |_| true).await?;
    if others.is_empty() {
        return Err(CaseEnd::not_tested("the target names no second client; add [public_client]"));
    }
    for other in others {
        let when = format!("the client is {}", other.id);
        ctx.tried(&when, redeemed_once(&ctx.when(&when), &other).await);
    }
    Ok(())
}

async fn replay_ends_its_tokens(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let code = flow::code(ctx, &client).await?;
    let token = flow::redeem(ctx, &code).await?;
    let before = flow::resource(ctx, &token.access_token).await?;
    expect::served(&before).control("the resource before the replay")?;
    let gauge = Gauge::find(ctx, &client, &token.access_token).await?;
    // The whole request again: a replay without proof of the client or the verifier may spare the tokens.
    let replay = flow::token(ctx, &flow::redemption(&code)).await?;
    expect::token_refused(ctx, &replay, &["invalid_grant"]).control("the replay is refused")?;

    const OPENED: &str = "the access token is used after the replay";
    let mut ended = gauge.ended(&ctx.when(OPENED), &token.access_token).await;
    if ended.is_err() && flow::access_tokens_stay(ctx, &client).await {
        ctx.note("the server says that it revokes no access tokens, which RFC 6749 wants when possible and RFC 9700 without that word");
        ended = ended.under(rules!["rfc9700-4.2.4-code-replay-revokes-tokens"]);
    }
    ctx.tried(OPENED, ended);
    if let Some(refresh_token) = &token.refresh_token {
        let request =
            flow::redemption(&code).without("code").without("redirect_uri").without("code_verifier");
        let refresh = request.set("grant_type", "refresh_token").set("refresh_token", refresh_token);
        let answer = flow::token(ctx, &refresh).await?;
        ctx.trying("the refresh token is used after the replay", |ctx| {
            expect::token_refused(ctx, &answer, &["invalid_grant"])
        })?;
    }
    Ok(())
}

fn lifetime(ctx: &Context) -> Checked<u64> {
    ctx.target()
        .code_lifetime
        .ok_or_else(|| CaseEnd::not_tested("how long a code lives is not known; add code_lifetime"))
}

async fn refused_after_its_lifetime(ctx: &Context) -> Checked {
    refused_after(ctx, Duration::from_secs(lifetime(ctx)?)).await
}

async fn good_until_its_end(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    // The younger one is shown first, so that each has its margin whole.
    let late = flow::code(ctx, &client).await?;
    let early = flow::code(ctx, &client).await?;
    let when = wait_until_its_end(ctx, lifetime(ctx)?).await?;
    let answer = flow::token(ctx, &flow::redemption(&early)).await?;
    expect::token(&answer).when(&when).control("a code within code_lifetime")?;
    ctx.wait(Duration::from_secs(2 * MARGIN)).await?;
    let answer = flow::token(ctx, &flow::redemption(&late)).await?;
    let when = format!("{MARGIN} s after its end");
    ctx.trying(&when, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]))?;
    Ok(())
}

async fn refused_after(ctx: &Context, lifetime: Duration) -> Checked {
    let client = ctx.parties().client()?;
    flow::access(ctx, &client).await?;
    let code = flow::code(ctx, &client).await?;
    ctx.wait(lifetime + GRACE).await?;
    let answer = flow::token(ctx, &flow::redemption(&code)).await?;
    let when = format!("{} s after it was issued", (lifetime + GRACE).as_secs());
    ctx.trying(&when, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]))?;
    Ok(())
}

async fn altered_is_refused(ctx: &Context) -> Checked {
    type Alter = fn(&str) -> Option<String>;
    const NO_SUCH_CODE: &[&str] = &["invalid_grant"];
    const NO_CODE_AT_ALL: &[&str] = &["invalid_grant", "invalid_request"];
    const WAYS: &[(&str, Alter, &[&str])] = &[
        ("the first character is another", |code| Some(spoil::first_changed(code)), NO_SUCH_CODE),
        ("a character in the middle is another", |code| Some(spoil::middle_changed(code)), NO_SUCH_CODE),
        ("the last character is gone", |code| Some(spoil::shortened(code)), NO_SUCH_CODE),
        ("it stands there twice in one value", |code| Some(format!("{code}{code}")), NO_SUCH_CODE),
        ("small and capital letters are exchanged", spoil::case_swapped, NO_SUCH_CODE),
        ("a NUL follows", |code| Some(format!("{code}\0")), NO_CODE_AT_ALL),
    ];
    let client = ctx.parties().client()?;
    let token = flow::access(ctx, &client).await?;
    for (way, alter, errors) in WAYS {
        let code = flow::code(ctx, &client).await?;
        let Some(altered) = alter(&code.value) else { continue };
        let answer = flow::token(ctx, &flow::redemption(&code).set("code", &altered)).await?;
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, errors));
    }
    let code = flow::code(ctx, &client).await?;
    for (way, other) in [("it is made up", &ctx.fresh()), ("it is an access token", &token.access_token)] {
        let answer = flow::token(ctx, &flow::redemption(&code).set("code", other)).await?;
        ctx.tries(way, |ctx| expect::token_refused(ctx, &answer, NO_SUCH_CODE));
    }
    let long = flow::token(ctx, &flow::redemption(&code).set("code", &"a".repeat(32 * 1024))).await?;
    if long.status() != Some(413) {
        let refused =
            ctx.trying("it is 32 KiB long", |ctx| expect::token_refused(ctx, &long, NO_CODE_AT_ALL));
        ctx.told(refused);
    }
    // Whoever trims what is sent opens nothing; the grammar has the space all the same.
    let code = flow::code(ctx, &client).await?;
    let answer = flow::token(ctx, &flow::redemption(&code).set("code", &format!("{} ", code.value))).await?;
    ctx.trying("a space follows", |ctx| expect::token_refused(ctx, &answer, NO_CODE_AT_ALL)).warn()
}
