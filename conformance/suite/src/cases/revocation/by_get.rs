//! A refresh token in the query of a GET, for servers that revoke no access tokens as well (RFC 7009, section 2).

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::refresh::{refresh, refreshing_client};
use crate::cases::support::revocation::{
    done, get_refused, live_refresh_token, revocation, revocation_by_get, revoke,
};
use crate::expect;
use crate::flow;
use crate::subject::Need;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "revocation/refresh-token-by-post-alone",
    rules: rules!["rfc7009-2-post-form"],
    about: "A refresh token is not revoked by a GET that has it in its query.",
    needs: &[Need::Revocation, Need::Login, Need::Refresh],
    run: |ctx| Box::pin(refresh_token_by_post_alone(ctx)),
    ..Case::DEFAULT
}];

async fn refresh_token_by_post_alone(ctx: &Context) -> Checked {
    let client = refreshing_client(ctx, |_| true).await?;
    let other = live_refresh_token(ctx, &client).await?;
    done(&revoke(ctx, &revocation(&client, &other)).await?)
        .control("an honest revocation of a refresh token")?;
    let answer = flow::token(ctx, &refresh(&client, &other)).await?;
    if expect::token(&answer).is_ok() {
        let reason = "the control failed: a refresh token that was revoked by POST is good still";
        return Err(CaseEnd::not_tested(reason).at(&answer));
    }
    let token = live_refresh_token(ctx, &client).await?;
    let answer = revoke(ctx, &revocation_by_get(&client, &token)).await?;
    let again = flow::token(ctx, &refresh(&client, &token)).await?;
    let response = again.response()?;
    if expect::token(&again).is_err() {
        let expected = "new tokens for the refresh token, which a GET does not revoke";
        return Err(again.broken(expected, expect::describe(response)));
    }
    get_refused(&answer)
}
