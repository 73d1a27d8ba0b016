//! Who is told of whose tokens (RFC 7662, sections 2.1 and 4): between all kinds of clients, none of them a resource's server.

use std::sync::Arc;

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndKind};
use crate::cases::support::introspection::{introspect, nothing_else, query, says_active, told_token};
use crate::subject::{Client, Need};
use crate::wire::Exchange;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "introspection/not-by-a-name-alone",
        rules: rules!["rfc7662-2.1-authorization-required"],
        about: "A client without a secret is told nothing of another client's live token.",
        needs: &[Need::Introspection, Need::Login, Need::PublicClient],
        run: |ctx| Box::pin(told_nothing(ctx, Client::is_public)),
        ..Case::DEFAULT
    },
    Case {
        id: "introspection/not-of-any-other-clients-token",
        rules: rules!["rfc7662-4-callers-specifically-authorized"],
        about: "No client with a secret is told of a live token of any other client's.",
        needs: &[Need::Introspection, Need::Login, Need::ConfidentialClient],
        run: |ctx| Box::pin(told_nothing(ctx, |client| !client.is_public())),
        ..Case::DEFAULT
    },
];

/// Each of these clients asks about a live token of each other client.
async fn told_nothing(ctx: &Context, asks: fn(&Client) -> bool) -> Checked {
    let clients: Vec<&Arc<Client>> = ctx.target().clients.values().collect();
    let (mut some_tried, mut refusal) = (false, None);
    for owner in &clients {
        let others: Vec<_> = clients.iter().filter(|other| other.id != owner.id && asks(other)).collect();
        if others.is_empty() {
            continue;
        }
        // That nobody is told of it says nothing of a token of which somebody is told.
        let token = match told_token(ctx, owner).await {
            Ok((token, _)) => token.access_token,
            Err(end) if end.kind == EndKind::NotTested => {
                ctx.note(format!("tokens of {} are left out: {}", owner.id, end.saw));
                refusal = Some(end);
                continue;
            }
            Err(end) => return Err(end),
        };
        for other in others {
            some_tried = true;
            let when = format!("{} asks about a token of {}", other.id, owner.id);
            let answer = introspect(ctx, &query(other, &token)).await?;
            ctx.tries(&when, |ctx| untold(ctx, &answer));
        }
    }
    match refusal {
        _ if some_tried => Ok(()),
        Some(end) => Err(end),
        None => {
            let reason = "the target names no two clients, of which one could ask about the other's token";
            Err(ctx.parties().lacking(Need::SecondClient, reason))
        }
    }
}

/// It is not told that the token is active, in whatever way.
fn untold(ctx: &Context, answer: &Arc<Exchange>) -> Checked {
    if says_active(answer)? {
        return Err(answer.broken("a refusal, or active: false", "active: true").granted());
    }
    nothing_else(ctx, answer)
}
