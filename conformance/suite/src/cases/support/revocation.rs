//! Revoking, and what is seen of it (RFC 7009, section 2).

use std::sync::Arc;

use crate::case::Context;
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::honest::honest;
use crate::cases::support::refresh::{allowed, refresh, renewed};
use crate::cases::support::token_status::{Gauge, news_travels};
use crate::expect;
use crate::flow::{self, Authentication, TokenRequest};
use crate::subject::Client;
use crate::wire::Exchange;
use crate::wire::dpop::DpopKey;

/// The request of a client that revokes a token, by GET: all that a form would have stands in the query.
pub(in crate::cases) fn revocation_by_get(client: &Client, token: &str) -> TokenRequest {
    let mut request = flow::revocation(client, token).without("token").in_query("token", token).method("GET");
    if let Authentication::Body { id, secret } = request.authentication.clone() {
        request = request.in_query("client_id", &id).in_query("client_secret", &secret);
        request.authentication = Authentication::Nothing;
    }
    if let Authentication::Id(id) = request.authentication.clone() {
        request = request.in_query("client_id", &id);
        request.authentication = Authentication::Nothing;
    }
    request.content_type = None;
    request
}

/// That a revocation by GET, which ended nothing, was refused: in any way.
pub(in crate::cases) fn get_refused(answer: &Arc<Exchange>) -> Checked {
    match answer.response()?.status {
        400..=499 | 501 => Ok(()),
        _ => expect::status(answer, &[400, 401, 404, 405]),
    }
}

/// It was done: an honest request is answered by status 200. Whether it is 200 or another 2xx does not matter to what was to be
/// ended.
pub(in crate::cases) fn done(answer: &Arc<Exchange>) -> Checked {
    let response = answer.response()?;
    if (200..300).contains(&response.status) {
        return Ok(());
    }
    honest(expect::status(answer, &[200]), "an honest revocation request")
}

/// It was done; not offered where the server says that it ends no tokens of this kind.
pub(in crate::cases) fn done_for_access_token(answer: &Arc<Exchange>) -> Checked {
    answer.response()?;
    if flow::says_that_it_stays(answer) {
        return Err(CaseEnd::not_offered("the server does not revoke access tokens").at(answer));
    }
    done(answer)
}

/// A refresh token that its client revoked brings nothing, now or after the time that news of it may take; with a proof by this
/// key, where it is bound to one.
pub(in crate::cases) async fn refresh_token_ended(
    ctx: &Context,
    client: &Client,
    token: &str,
    key: Option<&DpopKey>,
) -> Checked {
    let at_once = refreshed(ctx, client, token, key).await?;
    let Ok(brought) = expect::token(&at_once) else {
        return expect::token_refused(ctx, &at_once, &["invalid_grant"]);
    };
    news_travels(ctx).await;
    // What came in its place was good no longer than it.
    let last = brought.refresh_token.unwrap_or_else(|| token.to_owned());
    let later = refreshed(ctx, client, &last, key).await?;
    expect::token_refused(ctx, &later, &["invalid_grant"])?;
    ctx.note("the end of a token took a moment to show");
    Ok(())
}

async fn refreshed(
    ctx: &Context,
    client: &Client,
    token: &str,
    key: Option<&DpopKey>,
) -> Checked<Arc<Exchange>> {
    match key {
        Some(key) => flow::token_proven(ctx, &refresh(client, token), key).await,
        None => flow::token(ctx, &refresh(client, token)).await,
    }
}

/// A client's live access token, and what shows that it lives. It is a control.
pub(in crate::cases) async fn live_access_token(
    ctx: &Context,
    client: &Arc<Client>,
) -> Checked<(String, Gauge)> {
    let token = flow::access(ctx, client).await?.access_token;
    let gauge = Gauge::find(ctx, client, &token).await?;
    Ok((token, gauge))
}

/// A client's request to revoke a token of its own is well received, be it that the server does not revoke access
/// tokens. Gives the answer. It is a control.
pub(in crate::cases) async fn well_received(ctx: &Context, client: &Arc<Client>) -> Checked<Arc<Exchange>> {
    let token = flow::access(ctx, client).await?.access_token;
    let answer = flow::revoke(ctx, &flow::revocation(client, &token)).await?;
    match done_for_access_token(&answer) {
        Err(stop) if stop.kind == EndKind::NotOffered => Ok(answer),
        ended => ended.control("an honest revocation request").map(|()| answer),
    }
}

/// A live refresh token of a client whose like was just used. It is a control.
pub(in crate::cases) async fn live_refresh_token(ctx: &Context, client: &Arc<Client>) -> Checked<String> {
    let allowed = allowed(ctx, client, None).await?;
    newest(ctx, client, allowed.refresh_token).await
}

/// The refresh token that is good after an honest use of this one: the next, or the same where none came. It is a control.
pub(in crate::cases) async fn newest(ctx: &Context, client: &Client, given: String) -> Checked<String> {
    let next = renewed(ctx, &refresh(client, &given)).await?.refresh_token;
    Ok(next.unwrap_or(given))
}
