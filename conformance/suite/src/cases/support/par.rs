//! References that lead to no code, and clients that may only push their requests (RFC 9126, sections 4 and 6).

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Landing};
use crate::case::Context;
use crate::case_end::{Checked, EndAs as _};
use crate::expect;
use crate::flow::{self, Code};
use crate::subject::Client;

/// No code: an error page, or any error at the redirect URI of one of the target's clients. No text of the RFC fixes
/// which. A redirect without an error, or to elsewhere, is a finding of its own.
pub(in crate::cases) fn refused(ctx: &Context, landing: &Landing) -> Checked {
    landing.sent()?;
    let location = match landing {
        Landing::Page(_) => return expect::error_page(ctx, landing, expect::NO_SERVER_ERROR),
        Landing::Callback(location) | Landing::Foreign(location) => location,
    };
    let expected = "no code: an error page, or an error by redirect";
    if landing.grants() {
        return Err(location.exchange.broken(expected, landing.describe()).granted());
    }
    if landing.callback().is_none_or(|location| !location.params.has("error")) {
        let end = location.exchange.broken(expected, landing.describe());
        ctx.tell(end.under(rules!["rfc6749-4.1.2.1-other-errors-redirected"]));
    }
    Ok(())
}

/// The code that an honest pushed request of this client leads to. It is a control.
///
/// # Errors
/// `not-tested` or `errored`.
pub(in crate::cases) async fn code_by_push(ctx: &Context, client: &Arc<Client>) -> Checked<Code> {
    let ask = flow::ask(ctx, client);
    let request_uri = flow::pushed(ctx, &ask).await?;
    let landing = flow::authorize(ctx, &ask.by_reference(&request_uri)).await?;
    flow::code_from(&ask, &landing).control("an honest pushed request")
}

/// A client that is registered to push gets a code for what it pushed, and none for a plain request.
pub(in crate::cases) async fn pushed_only(ctx: &Context, client: &Arc<Client>) -> Checked {
    code_by_push(ctx, client).await?;
    let ask = flow::ask(ctx, client);
    let mut browser = flow::browser(ctx);
    let first = flow::open_unpushed_in(ctx, &mut browser, &ask).await?;
    expect::refused(ctx, &ask, &browser.run(first, Decision::Approve).await?, &["invalid_request"])
}
