//! Letters beyond ASCII where an honest request may have them: in parameters that nobody defined, as UTF-8 (RFC 6749, appendix
//! B), and in the name of a client (RFC 7591, section 2).
//!
//! Identifiers, secrets, scopes and `state` have none (RFC 6749, appendix A).

use std::sync::Arc;

use oauth_rules::rules;
use serde_json::Value;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::expect;
use crate::flow::{self, Registered};
use crate::subject::{Client, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "endpoints/letters-beyond-ascii",
        rules: rules!["rfc6749-3.1-unknown-parameter-ignored", "rfc6749-3.2-unknown-parameter-ignored"],
        about: "An unknown parameter with letters beyond ASCII is ignored like any other.",
        needs: &[Need::Login],
        run: |ctx| Box::pin(letters_beyond_ascii(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "registration/name-beyond-ascii",
        rules: rules!["rfc7591-3.2.1-registered-metadata-returned"],
        about: "A name with letters beyond ASCII comes back as it was registered.",
        needs: &[Need::Registration],
        run: |ctx| Box::pin(name_beyond_ascii(ctx)),
        ..Case::DEFAULT
    },
];

/// Letters of two and of three bytes.
const LETTERS: &str = "s\u{f6}hne \u{6f22}\u{5b57}";
/// A parameter that nobody defined.
const PARAMETER: &str = "suite_unknown";

async fn letters_beyond_ascii(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    ctx.told(redeemed(ctx, &client).await);
    ctx.told(asked(ctx, &client).await);
    if Need::PushedRequests.met(ctx.target()) == Met::Yes {
        ctx.told(pushed(ctx, &client).await);
    }
    Ok(())
}

async fn redeemed(ctx: &Context, client: &Arc<Client>) -> Checked {
    let plain = flow::redemption(&flow::code(ctx, client).await?).add(PARAMETER, "1");
    expect::token(&flow::token(ctx, &plain).await?).control("a token request with an unknown parameter")?;
    let request = flow::redemption(&flow::code(ctx, client).await?).add(PARAMETER, LETTERS);
    let granted = expect::token(&flow::token(ctx, &request).await?).map(drop);
    granted.under(rules!["rfc6749-3.2-unknown-parameter-ignored"]).when("a code is redeemed")
}

async fn asked(ctx: &Context, client: &Arc<Client>) -> Checked {
    let plain = flow::ask(ctx, client).add(PARAMETER, "1");
    let landing = flow::authorize(ctx, &plain).await?;
    expect::code_redirect(&plain, &landing).control("an authorization request with an unknown parameter")?;
    let ask = flow::ask(ctx, client).add(PARAMETER, LETTERS);
    let landing = flow::authorize(ctx, &ask).await?;
    let granted = expect::code_redirect(&ask, &landing).map(drop);
    granted.under(rules!["rfc6749-3.1-unknown-parameter-ignored"]).when("a code is asked for")
}

async fn pushed(ctx: &Context, client: &Arc<Client>) -> Checked {
    let plain = flow::push(&flow::ask(ctx, client).add(PARAMETER, "1"));
    expect::request_uri(&flow::send_push(ctx, &plain).await?).control("a push with an unknown parameter")?;
    let push = flow::push(&flow::ask(ctx, client).add(PARAMETER, LETTERS));
    let granted = expect::request_uri(&flow::send_push(ctx, &push).await?).map(drop);
    granted.under(rules!["rfc6749-3.1-unknown-parameter-ignored"]).when("a request is pushed")
}

async fn name_beyond_ascii(ctx: &Context) -> Checked {
    let mut metadata = flow::metadata(ctx)?;
    let name = |registered: &Registered| {
        registered.json.get("client_name").and_then(Value::as_str).map(str::to_owned)
    };
    let plain = flow::registered(ctx, &metadata).await?;
    if name(&plain).as_deref() != metadata.get("client_name").and_then(Value::as_str) {
        return Err(CaseEnd::not_offered("the server does not tell a name as it was asked for"));
    }
    metadata["client_name"] = LETTERS.into();
    let answer = flow::register(ctx, &metadata).await?;
    let expected = "client_name as it was asked for";
    let Ok(registered) = flow::as_registered(ctx, &answer) else {
        answer.response()?;
        ctx.note(format!("no client is registered with the name {LETTERS:?}"));
        return Ok(());
    };
    match name(&registered) {
        Some(told) if told == LETTERS => Ok(()),
        Some(told) if is_mangled(&told) => Err(answer.broken(expected, format!("{told:?}"))),
        // Which names it takes, is the server's to say.
        told => {
            ctx.note(format!("the client that asked for the name {LETTERS:?} has {told:?}"));
            Ok(())
        }
    }
}

/// Whether a text is what becomes of the letters where somebody takes their bytes for those of another encoding.
fn is_mangled(text: &str) -> bool {
    let in_latin_1: String = LETTERS.bytes().map(char::from).collect();
    let lost = |stand_in: char| text.starts_with('s') && text.contains("hne") && text.contains(stand_in);
    text == in_latin_1 || text.starts_with("s\u{c3}") || lost('?') || lost('\u{fffd}')
}
