//! The clients of a target beside the usual one: a rule that speaks of every client is tried with each of them.

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::{Checked, EndKind};
use crate::flow;
use crate::subject::Client;

/// Those clients beside `first` that fit and are given a token by an honest flow. Why others are left out, a note says.
///
/// # Errors
/// `errored` without a usable answer.
pub(in crate::cases) async fn others_that_work(
    ctx: &Context,
    first: &Client,
    fits: fn(&Client) -> bool,
) -> Checked<Vec<Arc<Client>>> {
    let mut found = Vec::new();
    for client in ctx.target().clients.values() {
        if client.id == first.id || !fits(client) {
            continue;
        }
        match flow::access(ctx, client).await {
            Ok(_) => found.push(Arc::clone(client)),
            Err(end) if end.kind == EndKind::NotTested => {
                ctx.note(format!("{} is left out: {}", client.id, end.saw));
            }
            Err(end) => return Err(end),
        }
    }
    Ok(found)
}
