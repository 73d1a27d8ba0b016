//! Clients that may only push their requests (RFC 9126, section 6).

use std::sync::Arc;

use crate::browser::Landing;
use crate::case::Context;
use crate::case_end::{Checked, EndAs as _};
use crate::expect;
use crate::flow;
use crate::subject::Client;

/// No code: an error page, or one of these errors at the redirect URI of one of the target's clients.
pub(in crate::cases) fn refused(landing: &Landing, errors: &[&str]) -> Checked {
    landing.sent()?;
    match landing {
        Landing::Page(_) => expect::error_page(landing),
        Landing::Callback(location)
            if !location.params.has("code")
                && location.params.first("error").is_some_and(|error| errors.contains(&error)) =>
        {
            Ok(())
        }
        Landing::Callback(_) | Landing::Foreign(_) => {
            let expected = format!("an error page, or a redirect with error={}", errors.join(" or "));
            Err(landing.exchange().broken(expected, landing.describe()))
        }
    }
}

/// A client that is registered to push gets a code for what it pushed, and none for a plain request.
pub(in crate::cases) async fn pushed_only(ctx: &Context, client: &Arc<Client>) -> Checked {
    let ask = flow::ask(ctx, client);
    let request_uri = flow::pushed(ctx, &ask).await?;
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
    flow::code_from(&ask, &landing).control("an honest pushed request")?;
    let ask = flow::ask(ctx, client);
    expect::refused(&ask, &flow::authorize(ctx, &ask).await?, &["invalid_request"])
}
