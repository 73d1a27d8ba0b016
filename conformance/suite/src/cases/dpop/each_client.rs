//! Proofs by each kind of client, and at each grant: what their tokens are called, and that a code is used once.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::client_credentials::own_token;
use crate::cases::support::dpop::{bound, misnamed, says_bound};
use crate::cases::support::refresh::refresh;
use crate::expect::{self, Token};
use crate::flow::{self, TokenRequest};
use crate::subject::{Client, ClientRole, Met, Need};
use crate::wire::Exchange;
use crate::wire::dpop::DpopKey;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "dpop/each-token-is-announced",
        rules: rules!["rfc9449-5-token-type-dpop"],
        about: "Whichever client shows a good proof, and for whichever grant: a token that is bound to its key is announced as DPoP.",
        needs: &[Need::Login, Need::Dpop, Need::DpopResource],
        run: |ctx| Box::pin(each_token_is_announced(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "dpop/code-is-used-once",
        rules: rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"],
        about: "A code that was redeemed is refused the second time, whichever key the two requests prove.",
        needs: &[Need::Login, Need::Dpop],
        run: |ctx| Box::pin(code_is_used_once(ctx)),
        ..Case::DEFAULT
    },
];

/// The clients that may ask for codes and show proofs.
fn with_proofs(ctx: &Context) -> Vec<Arc<Client>> {
    let of_keys = ctx.target().others.get(&ClientRole::Dpop);
    ctx.target().clients.values().chain(of_keys).cloned().collect()
}

async fn each_token_is_announced(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    flow::access(ctx, &first).await?;
    let mut binds = false;
    for client in with_proofs(ctx) {
        let key = flow::proof_key(ctx);
        let token = match bound(ctx, &client, &key).await {
            Ok(token) => token,
            Err(end) if end.kind == EndKind::NotTested && client.id != first.id => {
                ctx.note(format!("{} is left out: {}", client.id, end.saw));
                continue;
            }
            Err(end) => return Err(end),
        };
        binds |= announced(ctx, &format!("{} redeems a code", client.id), &token, &key).await?;
        let Some(refresh_token) = &token.refresh_token else { continue };
        let answer = flow::token_proven(ctx, &refresh(&client, refresh_token), &key).await?;
        if let Ok(token) = expect::token(&answer) {
            binds |= announced(ctx, &format!("{} refreshes", client.id), &token, &key).await?;
        }
    }
    if ctx.live().met(Need::ClientCredentials) == Met::Yes {
        for client in ctx.target().registered().filter(|client| !client.is_public()) {
            let key = flow::proof_key(ctx);
            let answer = flow::token_proven(ctx, &own_token(client), &key).await?;
            if let Ok(token) = expect::token(&answer) {
                let when = format!("{} asks for a token of its own", client.id);
                binds |= announced(ctx, &when, &token, &key).await?;
            }
        }
    }
    if binds {
        return Ok(());
    }
    Err(CaseEnd::not_offered("the server binds no token to the key of a proof"))
}

/// Whether a token is bound, as far as it shows; tells if it is not called so.
async fn announced(ctx: &Context, when: &str, token: &Token, key: &DpopKey) -> Checked<bool> {
    match misnamed(ctx, token, key).await? {
        Some(end) => {
            ctx.tell(end.when(when));
            Ok(true)
        }
        None => Ok(says_bound(token)),
    }
}

/// Two requests with one code.
struct Replay {
    when: &'static str,
    first: Shown,
    /// Whether the resource sees the token in between, so that its answer was not lost.
    used: bool,
    second: Shown,
}

/// What a request with a code shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    NoProof,
    Key,
    OtherKey,
}

const REPLAYS: &[Replay] = &[
    Replay { when: "both prove one key", first: Shown::Key, used: false, second: Shown::Key },
    Replay {
        when: "both prove one key, and the token is used in between",
        first: Shown::Key,
        used: true,
        second: Shown::Key,
    },
    Replay { when: "the second proves another key", first: Shown::Key, used: false, second: Shown::OtherKey },
    Replay { when: "the second proves no key", first: Shown::Key, used: false, second: Shown::NoProof },
    Replay { when: "the second alone proves a key", first: Shown::NoProof, used: false, second: Shown::Key },
    Replay {
        when: "none proves a key, and the token is used in between",
        first: Shown::NoProof,
        used: true,
        second: Shown::NoProof,
    },
];

async fn code_is_used_once(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    // The first of two requests is the control each time.
    bound(ctx, &first, &flow::proof_key(ctx)).await?;
    for client in with_proofs(ctx) {
        for replay in REPLAYS {
            if replay.first == Shown::NoProof && client.role == ClientRole::Dpop {
                continue;
            }
            let way = format!("{} redeems, and {}", client.id, replay.when);
            match redeemed_twice(&ctx.when(&way), &client, replay).await {
                Err(end) if end.kind == EndKind::NotTested && client.id != first.id => {
                    ctx.note(format!("{} is left out: {}", client.id, end.saw));
                }
                step => {
                    ctx.tried(&way, step);
                }
            }
        }
    }
    Ok(())
}

async fn redeemed_twice(ctx: &Context, client: &Arc<Client>, replay: &Replay) -> Checked {
    let code = flow::code(ctx, client).await?;
    let (request, key) = (flow::redemption(&code), flow::proof_key(ctx));
    let given = redeemed(ctx, &request, replay.first, &key).await?;
    let token = expect::token(&given).control("an honest token request")?;
    if replay.used && ctx.target().endpoints.resource.is_some() {
        // Whether it opens anything is for other cases.
        if replay.first == Shown::NoProof {
            flow::resource(ctx, &token.access_token).await?;
        } else {
            flow::resource_proven(ctx, &token.access_token, &key, |proof| proof).await?;
        }
    }
    let again = redeemed(ctx, &request, replay.second, &key).await?;
    // A server may judge the proof before the code.
    expect::token_refused(ctx, &again, &["invalid_grant", "invalid_dpop_proof", "invalid_request"])
}

async fn redeemed(
    ctx: &Context,
    request: &TokenRequest,
    shown: Shown,
    key: &DpopKey,
) -> Checked<Arc<Exchange>> {
    match shown {
        Shown::NoProof => flow::token(ctx, request).await,
        Shown::Key => flow::token_proven(ctx, request, key).await,
        Shown::OtherKey => flow::token_proven(ctx, request, &flow::proof_key(ctx)).await,
    }
}
