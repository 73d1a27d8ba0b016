//! The clients of a target: those beside the usual one, since a rule that speaks of every client is tried with each of them;
//! and where they show their secrets.

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::{Checked, EndKind};
use crate::flow::{self, Authentication, TokenRequest};
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

/// A POST of a client with its secret where this list of the metadata has it, if that lists another way than the client's at
/// the token endpoint: an endpoint may take others (RFC 8414, section 2).
pub(in crate::cases) fn shown_as_taken(ctx: &Context, list: &str, request: &TokenRequest) -> TokenRequest {
    let taken = |method: &str| ctx.target().metadata_lists(list, method);
    let (by_header, by_body) = (taken("client_secret_basic"), taken("client_secret_post"));
    let authentication = match request.authentication.clone() {
        Authentication::Basic { id, secret } if by_body && !by_header => Authentication::Body { id, secret },
        Authentication::Body { id, secret } if by_header && !by_body => Authentication::Basic { id, secret },
        shown @ (Authentication::Basic { .. }
        | Authentication::Body { .. }
        | Authentication::Id(_)
        | Authentication::Header(_)
        | Authentication::Nothing) => shown,
    };
    if request.method == "POST" { request.clone().authenticated(authentication) } else { request.clone() }
}
