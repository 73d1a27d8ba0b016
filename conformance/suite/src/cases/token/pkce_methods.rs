//! A code that was asked for with a challenge, whatever was said of its method (RFC 7636, sections 4.3 and 4.6).
//!
//! That a challenge is refused is for `authorization/pkce.rs`; here a code that came all the same is bound to it.

use std::sync::Arc;

use oauth_rules::{RuleId, rules};

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::clients::others_that_work;
use crate::cases::support::provoke::Sent;
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Code};
use crate::subject::{Client, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "pkce/enforced-whatever-the-method",
    rules: rules![
        "rfc7636-4.5-verifier-required",
        "rfc7636-4.6-mismatch-invalid-grant",
        "rfc9700-2.1.1-as-enforces-verifier"
    ],
    about: "A code that came of a challenge is bound to it, if the method was left out, empty or plain too, and if it was pushed.",
    needs: &[Need::Login, Need::Pkce],
    run: |ctx| Box::pin(enforced_whatever_the_method(ctx)),
    ..Case::DEFAULT
}];

const NO_VERIFIER: &[RuleId] = rules!["rfc7636-4.5-verifier-required", "rfc9700-2.1.1-as-enforces-verifier"];
const ANOTHER: &[RuleId] = rules!["rfc7636-4.6-mismatch-invalid-grant", "rfc9700-2.1.1-as-enforces-verifier"];

/// What a request says of its challenge's method, in words.
const METHODS: &[(&str, Option<&str>)] = &[
    ("no method is named", None),
    ("the method is empty", Some("")),
    ("the method is plain", Some("plain")),
    ("the method is S256", Some("S256")),
];

async fn enforced_whatever_the_method(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    flow::access(ctx, &first).await?;
    let mut clients = others_that_work(ctx, &first, |_| true).await?;
    clients.insert(0, first);
    let pushes = ctx.live().met(Need::PushedRequests) == Met::Yes;
    for client in clients {
        for (method, named) in METHODS {
            let way = format!("{} asks and {method}", client.id);
            ctx.tried(&way, bound(&ctx.when(&way), &client, *named, Sent::Itself).await);
            if pushes {
                let way = format!("{} pushes and {method}", client.id);
                ctx.tried(&way, bound(&ctx.when(&way), &client, *named, Sent::Pushed).await);
            }
        }
    }
    Ok(())
}

/// A code for a challenge with this method brings nothing without a verifier, and nothing for another one. A server that gives
/// no code keeps the rule too.
async fn bound(ctx: &Context, client: &Arc<Client>, method: Option<&str>, sent: Sent) -> Checked {
    for left_out in [true, false] {
        let verifier = ctx.fresh();
        let challenge = if method == Some("S256") { flow::challenge(&verifier) } else { verifier };
        let mut ask = flow::ask(ctx, client).without_pkce().set("code_challenge", &challenge);
        if let Some(method) = method {
            ask = ask.set("code_challenge_method", method);
        }
        let Some(code) = code_for(ctx, &ask, sent).await? else { return Ok(()) };
        let bare = flow::redemption(&code);
        let spoilt = if left_out { bare } else { bare.set("code_verifier", &ctx.fresh()) };
        let answer = flow::token(ctx, &spoilt).await?;
        let (when, rules) =
            if left_out { ("the verifier is left out", NO_VERIFIER) } else { ("it is another", ANOTHER) };
        let refused = ctx.trying(when, |ctx| {
            expect::token_refused(ctx, &answer, &["invalid_grant", "invalid_request"]).under(rules)
        });
        ctx.told(refused);
    }
    Ok(())
}

/// The code that a request brings, sent by the browser or pushed; none if it is refused.
async fn code_for(ctx: &Context, ask: &AuthorizationRequest, sent: Sent) -> Checked<Option<Code>> {
    let brought = if sent == Sent::Pushed {
        let answer = flow::send_push(ctx, &flow::push(ask)).await?;
        let Ok(request_uri) = expect::request_uri(&answer) else { return Ok(None) };
        ask.by_reference(&request_uri)
    } else {
        ask.clone()
    };
    Ok(flow::landing(ctx, &brought).await?.and_then(|landing| flow::code_from(ask, &landing).ok()))
}
