//! Another redirect URI of the same client beside the reference of a pushed request (RFC 9126, section 4): it is as good as the
//! one that was pushed, and was not pushed.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Landing;
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::par::refused;
use crate::expect;
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "par/pushed-redirect-uri-counts",
    rules: rules!["rfc9126-4-other-parameters-ignored"],
    about: "Of a client's redirect URIs the answer goes to the pushed one, whichever stands beside the reference.",
    needs: &[Need::Login, Need::PushedRequests, Need::OtherRedirectUri],
    run: |ctx| Box::pin(pushed_redirect_uri_counts(ctx)),
    ..Case::DEFAULT
}];

async fn pushed_redirect_uri_counts(ctx: &Context) -> Checked {
    let (mut some_tried, mut refusal) = (false, None);
    for client in ctx.target().clients.values() {
        let Some(other) = &client.other_redirect_uri else { continue };
        // Which clients may push, and for which of their redirect URIs, is the server's to say.
        match both_work(ctx, client, other).await {
            Err(end) if end.kind == EndKind::NotTested => {
                ctx.note(format!("{} is left out: {}", client.id, end.saw));
                refusal = Some(end);
                continue;
            }
            worked => worked?,
        }
        some_tried = true;
        let (first, other) = (client.redirect_uri.as_str(), other.as_str());
        for (pushed, beside) in [(first, other), (other, first)] {
            for has_state in [false, true] {
                let and = if has_state { " with another state" } else { "" };
                let when = format!("{} pushes {pushed}, and {beside}{and} stands beside it", client.id);
                let ask = flow::ask(ctx, client).set("redirect_uri", pushed);
                let state = has_state.then(|| ctx.fresh());
                let landing = brought(ctx, &ask, Some(beside), state.as_deref()).await;
                if let Some(landing) = ctx.tried(&when, landing) {
                    ctx.tries(&when, |ctx| as_pushed(ctx, &ask, &landing));
                }
            }
        }
    }
    match refusal {
        Some(end) if !some_tried => Err(end),
        Some(_) | None => Ok(()),
    }
}

/// A client gets a code at each of its two redirect URIs by pushing it. It is a control.
async fn both_work(ctx: &Context, client: &Arc<Client>, other: &str) -> Checked {
    for uri in [client.redirect_uri.as_str(), other] {
        let ask = flow::ask(ctx, client).set("redirect_uri", uri);
        let landing = brought(ctx, &ask, None, None).await.map_err(CaseEnd::of_a_control)?;
        let location = expect::code_redirect(&ask, &landing).control("an honest pushed request")?;
        expect::same_state(&ask, location).control("an honest pushed request")?;
        goes_as_pushed(&ask, &landing).control("an honest pushed request")?;
    }
    Ok(())
}

/// Pushes a request, brings its reference with these parameters beside it, and says where that leads.
async fn brought(
    ctx: &Context,
    ask: &AuthorizationRequest,
    redirect_uri: Option<&str>,
    state: Option<&str>,
) -> Checked<Landing> {
    let mut by_reference = ask.by_reference(&flow::pushed(ctx, ask).await?);
    for (name, value) in [("redirect_uri", redirect_uri), ("state", state)] {
        if let Some(value) = value {
            by_reference = by_reference.set(name, value);
        }
    }
    flow::authorize(ctx, &by_reference).await
}

/// The answer goes where the pushed request said, with its state; or the request is refused.
fn as_pushed(ctx: &Context, ask: &AuthorizationRequest, landing: &Landing) -> Checked {
    landing.sent()?;
    goes_as_pushed(ask, landing)?;
    if !landing.grants() {
        return refused(ctx, landing);
    }
    let location = expect::code_redirect(ask, landing)?;
    expect::same_state(ask, location)
}

/// Wherever the answer goes, it is not elsewhere than where the pushed request said.
fn goes_as_pushed(ask: &AuthorizationRequest, landing: &Landing) -> Checked {
    let location = match landing {
        Landing::Callback(location) | Landing::Foreign(location) => location,
        Landing::Page(_) => return Ok(()),
    };
    let pushed = ask.params.first("redirect_uri").unwrap_or_default();
    if location.is_at(pushed) {
        return Ok(());
    }
    let base = pushed.split(['?', '#']).next().unwrap_or_default();
    let saw = format!("an answer at {}", location.base());
    let end = location.exchange.broken(format!("the answer at {base}, which was pushed"), saw);
    Err(if landing.grants() { end.granted() } else { end })
}
