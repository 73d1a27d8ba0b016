//! Refreshing, and what a server allows there (RFC 6749, section 6).

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::expect::{self, Token};
use crate::flow::{self, TokenRequest};
use crate::subject::Client;
use crate::wire::Params;

/// What the user allowed a client, fresh from an honest flow.
pub(in crate::cases) struct Allowed {
    pub(in crate::cases) client: Arc<Client>,
    pub(in crate::cases) token: Token,
    pub(in crate::cases) refresh_token: String,
}

impl Allowed {
    /// The good request with its refresh token.
    pub(in crate::cases) fn refresh(&self) -> TokenRequest {
        refresh(&self.client, &self.refresh_token)
    }
}

/// The good request of a client with a refresh token.
pub(in crate::cases) fn refresh(client: &Client, refresh_token: &str) -> TokenRequest {
    let params = Params::from([("grant_type", "refresh_token"), ("refresh_token", refresh_token)]);
    TokenRequest::new(client, params)
}

/// The first client that fits and is given a refresh token, after an honest refresh. It is a control.
pub(in crate::cases) async fn refreshing_client(
    ctx: &Context,
    fits: impl Fn(&Client) -> bool + Send,
) -> Checked<Arc<Client>> {
    let (mut without, mut stop) = (Vec::new(), None);
    for client in ctx.target().clients.values().filter(|client| fits(client)) {
        match refreshes(ctx, client).await {
            Ok(true) => return Ok(Arc::clone(client)),
            Ok(false) => without.push(client.id.as_str()),
            // Another client may do.
            Err(end) => stop = stop.or(Some(end)),
        }
    }
    if let Some(end) = stop {
        return Err(end);
    }
    if without.is_empty() {
        return Err(CaseEnd::not_tested("the target names no client that could show it"));
    }
    Err(CaseEnd::not_offered(format!("the server gives no refresh token to {}", without.join(", "))))
}

/// Whether a client is given a refresh token, which an honest refresh shows to be good.
async fn refreshes(ctx: &Context, client: &Arc<Client>) -> Checked<bool> {
    let Some(given) = flow::access(ctx, client).await?.refresh_token else { return Ok(false) };
    renewed(ctx, &refresh(client, &given)).await.map(|_| true)
}

/// A fresh refresh token of a client, for this scope or the client's usual one. It is a control.
pub(in crate::cases) async fn allowed(
    ctx: &Context,
    client: &Arc<Client>,
    scope: Option<&str>,
) -> Checked<Allowed> {
    let mut ask = flow::ask(ctx, client);
    if let Some(scope) = scope {
        ask = ask.set("scope", scope);
    }
    let landing = flow::authorize(ctx, &ask).await?;
    let code = flow::code_from(&ask, &landing).control("an honest authorization request")?;
    let token = flow::redeem(ctx, &code).await?;
    let Some(refresh_token) = token.refresh_token.clone() else {
        let saw = format!("{} was given a refresh token before, and none this time", client.id);
        return Err(CaseEnd::not_tested(saw).at(&token.exchange));
    };
    Ok(Allowed { client: Arc::clone(client), token, refresh_token })
}

/// The tokens that an honest refresh gives. It is a control.
pub(in crate::cases) async fn renewed(ctx: &Context, request: &TokenRequest) -> Checked<Token> {
    expect::token(&flow::token(ctx, request).await?)
        .control("an honest refresh, which refresh/given-is-taken is about")
}
