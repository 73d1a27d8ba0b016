//! A client that asks for a token of its own (RFC 6749, section 4.4.2).

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked};
use crate::expect::{self, Token};
use crate::flow::{self, TokenRequest};
use crate::subject::{Client, ClientRole};
use crate::wire::Params;

/// The good request of a client for a token of its own.
pub(in crate::cases) fn own_token(client: &Client) -> TokenRequest {
    let mut params = Params::from([("grant_type", "client_credentials")]);
    if let Some(scope) = &client.scope {
        params.add("scope", scope);
    }
    TokenRequest::new(client, params)
}

/// A client that gets a token of its own: how it asks, and the token.
pub(in crate::cases) struct Served {
    pub(in crate::cases) client: Arc<Client>,
    pub(in crate::cases) request: TokenRequest,
    pub(in crate::cases) token: Token,
}

/// The first client that gets a token of its own, for its scope or for none in particular. It is a control.
pub(in crate::cases) async fn served_client(ctx: &Context) -> Checked<Served> {
    let clients = ctx.target().clients.values().chain(ctx.target().others.get(&ClientRole::Service));
    let mut refusal = None;
    for client in clients.filter(|client| !client.is_public()) {
        for request in [own_token(client), own_token(client).without("scope")] {
            let answer = flow::token(ctx, &request).await?;
            answer.response()?;
            match expect::token(&answer) {
                Ok(token) => return Ok(Served { client: Arc::clone(client), request, token }),
                Err(_) => refusal = Some(answer),
            }
        }
    }
    let reason = "the control failed: no client of the target is given a token for its credentials; waive client_credentials if none may";
    let stop = CaseEnd::not_tested(reason);
    Err(refusal.map_or(stop.clone(), |answer| stop.at(&answer)))
}
