//! Pages that a request leads to in another way than the first one: they are protected as that one is.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::Page;
use crate::case::{Case, Context, Isolation};
use crate::case_end::{CaseEnd, Checked};
use crate::cases::support::markup::unframed;
use crate::cases::support::provoke::{LOGIN_PAGES, consent_page_if_asked};
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Account, Client, Met, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "pages/not-framed-on-any-way",
    rules: rules!["rfc9700-4.16-clickjacking-prevented"],
    about: "The login page after a wrong password, and the consent page of a pushed or a posted request, are not framed.",
    needs: &[Need::Login],
    isolation: Isolation::Alone,
    run: |ctx| Box::pin(not_framed_on_any_way(ctx)),
    ..Case::DEFAULT
}];

async fn not_framed_on_any_way(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    flow::code(ctx, &client).await?;
    let posted = flow::ask(ctx, &client).by_post();
    let pages = [
        ("the login page comes again after a wrong password", after_a_wrong_password(ctx, &client).await),
        ("the consent page is that of a pushed request", of_a_pushed_request(ctx, &client).await),
        ("the consent page is that of a request by POST", asked_by(ctx, &posted).await),
    ];
    let mut seen = false;
    for (when, page) in pages {
        if let Some(page) = ctx.tried(when, page).flatten() {
            seen = true;
            ctx.tried(when, unframed(&page));
        } else {
            ctx.note(format!("not seen: {when}"));
        }
    }
    if seen { Ok(()) } else { Err(CaseEnd::not_offered("no request leads to such a page")) }
}

/// The page that comes where a login form has the user's name and another password, if it asks once more.
async fn after_a_wrong_password(ctx: &Context, client: &Arc<Client>) -> Checked<Option<Page>> {
    let Some(user) = ctx.target().users.get(&Account::First) else { return Ok(None) };
    let mut browser = flow::stranger(ctx);
    let mut landing = flow::open_in(ctx, &mut browser, &flow::ask(ctx, client)).await?;
    for _ in 0..LOGIN_PAGES {
        let Some(mut form) = landing.page().and_then(|page| browser.login_form(page)) else { break };
        let field = form.field_with(user.password.expose());
        if let Some(field) = &field {
            form.params.set(field, &ctx.fresh());
        }
        landing = browser.submit(&form).await?;
        if field.is_some() {
            return Ok(landing.page().filter(|page| browser.login_form(page).is_some()).cloned());
        }
    }
    Ok(None)
}

async fn of_a_pushed_request(ctx: &Context, client: &Arc<Client>) -> Checked<Option<Page>> {
    if Need::PushedRequests.met(ctx.target()) != Met::Yes {
        return Ok(None);
    }
    let ask = flow::ask(ctx, client);
    let Ok(request_uri) = flow::pushed(ctx, &ask).await else { return Ok(None) };
    asked_by(ctx, &ask.by_reference(&request_uri)).await
}

/// The page on which the user is asked for consent to a request, if one comes.
async fn asked_by(ctx: &Context, ask: &AuthorizationRequest) -> Checked<Option<Page>> {
    let asked = consent_page_if_asked(ctx, flow::browser(ctx), ask).await?;
    Ok(asked.map(|(_, page)| page))
}
