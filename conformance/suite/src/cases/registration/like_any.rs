//! Dynamic registration: what holds of every client holds of those that registered themselves (RFC 6749, sections 3.1.2.3 and
//! 4.1.3).

use oauth_rules::rules;

use crate::case::{Case, Context, Isolation};
use crate::case_end::{Checked, EndAs as _};
use crate::cases::support::redirect_spellings::brings_no_code;
use crate::cases::support::spoil::FOREIGN_URI;
use crate::expect;
use crate::flow;
use crate::subject::Need;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "registration/new-client-is-held-to-the-same",
    rules: rules!["rfc6749-3.1.2.3-registered-uris-compared", "rfc6749-4.1.3-code-bound-to-client"],
    about: "A client that registered itself gets no code elsewhere, and its codes are good for no other client.",
    needs: &[Need::Login, Need::Registration],
    isolation: Isolation::Alone,
    run: |ctx| Box::pin(new_client_is_held_to_the_same(ctx)),
    ..Case::DEFAULT
}];

async fn new_client_is_held_to_the_same(ctx: &Context) -> Checked {
    let own = ctx.parties().client()?;
    flow::access(ctx, &own).await?;
    let client = flow::registered(ctx, &flow::metadata(ctx)?).await?.client;
    flow::access(ctx, &client).await?;
    // Who authenticates may push one that it never registered (RFC 9126, section 2.4).
    if !flow::pushes_only(ctx) {
        for uri in [FOREIGN_URI.to_owned(), format!("{}/suite", client.redirect_uri)] {
            let none = brings_no_code(ctx, &client, &uri).await;
            ctx.told(none.under(rules!["rfc6749-3.1.2.3-registered-uris-compared"]));
        }
    }
    for (way, owner, other) in [
        ("an older client shows its code", &client, &own),
        ("it shows an older client's code", &own, &client),
    ] {
        let code = flow::code(ctx, owner).await?;
        let answer = flow::token(ctx, &flow::redemption(&code).as_client(other)).await?;
        let refused = ctx.trying(way, |ctx| expect::token_refused(ctx, &answer, &["invalid_grant"]));
        ctx.told(refused.under(rules!["rfc6749-4.1.3-code-bound-to-client"]));
    }
    Ok(())
}
