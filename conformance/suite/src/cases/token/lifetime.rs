//! How long a token lives, beside how long its response says (RFC 6749, section 5.1).

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::token_status::{
    Gauge, access_token_lifetime, pass_its_end, wait_until_its_end, within_patience,
};
use crate::flow;
use crate::subject::Need;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "token-response/expires-in-is-kept",
    rules: rules!["rfc6749-5.1-expires-in"],
    about: "A token lives until shortly before the end that it was given, and not long after it.",
    needs: &[Need::Login],
    slow: true,
    run: |ctx| Box::pin(expires_in_is_kept(ctx)),
    ..Case::DEFAULT
}];

async fn expires_in_is_kept(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let token = flow::access(ctx, &client).await?;
    let lifetime = access_token_lifetime(ctx, &token).map_err(|stop| stop.at(&token.exchange))?;
    within_patience(ctx, "the token", lifetime)?;
    let gauge = Gauge::find(ctx, &client, &token.access_token).await?;
    let when = wait_until_its_end(ctx, lifetime).await?;
    gauge.lives(ctx, &token.access_token).await.when(&when)?;
    let when = pass_its_end(ctx).await?;
    gauge.ended(ctx, &token.access_token).await.when(&when)
}
