//! Whose a refresh token is, seen by thieves that can do honestly what they try: another client's refusal for having no
//! refresh tokens at all says nothing of whose the token is.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::refresh::{allowed, refresh, renewed};
use crate::expect;
use crate::flow::{self, Authentication};
use crate::subject::{Client, ClientRole, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "refresh/bound-to-its-client",
    rules: rules!["rfc6749-6-refresh-token-bound-to-client"],
    about: "A refresh token that was issued to one client is refused to another.",
    needs: &[Need::Login, Need::Refresh],
    isolation: Isolation::Alone,
    run: |ctx| Box::pin(bound_to_its_client(ctx)),
    ..Case::DEFAULT
}];

/// What a client does with refresh tokens of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    /// It is given one, and uses it.
    Used,
    /// It is given one that is refused to it.
    Refused,
    /// It is given none.
    None,
}

async fn own(ctx: &Context, client: &Arc<Client>) -> Checked<Own> {
    let Some(given) = flow::access(ctx, client).await?.refresh_token else { return Ok(Own::None) };
    let answer = flow::token(ctx, &refresh(client, &given)).await?;
    answer.response()?;
    Ok(if expect::token(&answer).is_ok() { Own::Used } else { Own::Refused })
}

async fn bound_to_its_client(ctx: &Context) -> Checked {
    let all = ctx.target().clients.values().filter(|client| client.role != ClientRole::Special);
    let all: Vec<&Arc<Client>> = all.collect();
    if all.len() < 2 {
        let reason = "the target names no second client; add [second_client]";
        return Err(ctx.parties().lacking(Need::SecondClient, reason));
    }
    let mut clients = Vec::new();
    for client in all {
        // What a client may do that gets no token at all is not known; the others show theirs.
        if let Some(own) = ctx.tried(&format!("the client is {}", client.id), own(ctx, client).await) {
            clients.push((Arc::clone(client), own));
        }
    }
    if clients.iter().all(|(_, own)| *own == Own::None) {
        return Err(CaseEnd::not_offered("the server gives no refresh token to any client"));
    }
    let (mut shown, mut silent) = (false, Vec::new());
    for (owner, _) in clients.iter().filter(|(_, own)| *own == Own::Used) {
        for (thief, own) in clients.iter().filter(|(thief, _)| thief.id != owner.id) {
            let when = format!("the client is {} instead of {}", thief.id, owner.id);
            let refused = stolen(&ctx.when(&when), owner, (thief, *own)).await;
            ctx.tried(&when, refused);
            if *own == Own::Used {
                shown = true;
            } else if !silent.contains(&thief.id.as_str()) {
                silent.push(thief.id.as_str());
            }
        }
    }
    if !silent.is_empty() {
        ctx.note(format!(
            "what is refused to {} shows nothing of whose a token is: no refresh token works for it",
            silent.join(", ")
        ));
    }
    if shown {
        return Ok(());
    }
    Err(CaseEnd::not_tested(
        "no two clients of the target use refresh tokens, so that a refusal says nothing of whose the token is; give \
         them to a second client (refresh/given-is-taken says whether they are taken)",
    ))
}

/// A client's token, shown by another.
async fn stolen(ctx: &Context, owner: &Arc<Client>, (thief, own): (&Arc<Client>, Own)) -> Checked {
    // A client that is given no refresh token may be told that it has none to use.
    let errors: &[&str] = match own {
        Own::Used => &["invalid_grant"],
        Own::Refused | Own::None => &["invalid_grant", "unauthorized_client"],
    };
    // Who proves nothing cannot be told from another who proves nothing.
    let guess = owner.is_public() && thief.is_public();
    let weigh = |step: Checked| if guess { step.warn() } else { step };
    let live = allowed(ctx, owner, None).await?.refresh();
    let answer = flow::token(ctx, &live.as_client(thief)).await?;
    ctx.told(weigh(expect::token_refused(ctx, &answer, errors)));

    let spent = allowed(ctx, owner, None).await?.refresh();
    renewed(ctx, &spent).await?;
    let answer = flow::token(ctx, &spent.as_client(thief)).await?;
    let used =
        ctx.trying("the token was used by its owner", |ctx| expect::token_refused(ctx, &answer, errors));
    ctx.told(weigh(used));

    let request = allowed(ctx, owner, None).await?.refresh().as_client(thief);
    // A public client's name is all that it shows.
    if owner.is_public() || !matches!(request.authentication, Authentication::Basic { .. }) {
        return Ok(());
    }
    const TWO_NAMES: &[&str] = &["invalid_request", "invalid_client", "invalid_grant", "unauthorized_client"];
    let answer = flow::token(ctx, &request.set("client_id", &owner.id)).await?;
    let when = "the owner's client_id stands beside the other's secret";
    ctx.trying(when, |ctx| expect::token_refused(ctx, &answer, TWO_NAMES))
}
