//! The honest flow: if this does not work, no other verdict means anything.

use oauth_rules::rules;

use crate::case::{Case, Context};
use crate::case_end::{Checked, EndAs as _};
use crate::expect;
use crate::flow;
use crate::subject::Need;

/// Runs first, and once more last.
pub(super) const HONEST_FLOW: Case = Case {
    id: "sanity/honest-flow",
    rules: rules![],
    about: "A user logs in and consents, the client redeems its code, and the token opens the resource.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(honest_flow(ctx)),
    ..Case::DEFAULT
};

async fn honest_flow(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let token = flow::access(ctx, &client).await?;
    if ctx.target().endpoints.resource.is_some() {
        let answer = flow::resource(ctx, &token.access_token).await?;
        expect::served(&answer).control("the resource with a fresh token")?;
    }
    Ok(())
}
