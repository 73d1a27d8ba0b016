//! The user's no, by whomever it is said and to whichever client: it brings no code.

use oauth_rules::rules;

use crate::browser::{Decision, Landing, Page};
use crate::case::{Case, Context};
use crate::case_end::Checked;
use crate::cases::support::markup::names;
use crate::cases::support::provoke::{consent_page_if_asked, denied, gives_code, unasked};
use crate::flow::{self, AuthorizationRequest};
use crate::subject::{Account, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "errors/no-of-any-user-to-any-client",
    rules: rules!["rfc6749-4.1.2.1-access-denied"],
    about: "Whoever is asked for consent, and for whichever client: a no brings no code.",
    needs: &[Need::Login, Need::Consent],
    run: |ctx| Box::pin(no_of_any_user_to_any_client(ctx)),
    ..Case::DEFAULT
}];

async fn no_of_any_user_to_any_client(ctx: &Context) -> Checked {
    flow::code(ctx, &ctx.parties().client()?).await?;
    // A yes that is remembered is one user's to one client, and settles nothing between the others.
    let mut some_asked = false;
    for (account, user) in &ctx.target().users {
        for client in ctx.target().clients.values() {
            let when = format!("{} says no to {}", user.name, client.id);
            let ask = flow::ask(ctx, client);
            let said = said_no(ctx, *account, &ask).await;
            if let Some(Some((page, landing))) = ctx.tried(&when, said) {
                some_asked = true;
                ctx.tries(&when, |ctx| no_code(ctx, &ask, &page, &landing));
            }
        }
    }
    if some_asked { Ok(()) } else { Err(unasked(ctx)) }
}

/// The page that asks a user, and what comes of the answer there that says no; `None` if none asks.
async fn said_no(
    ctx: &Context,
    account: Account,
    ask: &AuthorizationRequest,
) -> Checked<Option<(Page, Landing)>> {
    let browser = flow::browser_of(ctx, account);
    let Some((mut browser, page)) = consent_page_if_asked(ctx, browser, ask).await? else { return Ok(None) };
    let Some(form) = browser.consent_form(&page, Decision::Deny) else {
        ctx.note(format!("no way to say no to {} was found on the consent page", ask.client.id));
        return Ok(None);
    };
    // What the page says next is not answered: a no that leads to another question was not overheard.
    let landing = browser.submit(&form).await?;
    Ok(Some((page, landing)))
}

/// No code follows at once from a no. How the client is told of it is asked of one client elsewhere.
fn no_code(ctx: &Context, ask: &AuthorizationRequest, page: &Page, landing: &Landing) -> Checked {
    landing.sent()?;
    if !gives_code(landing) {
        return Ok(());
    }
    // A page that names the client asks for it, and what says no there was understood rightly.
    if names(&page.text, &ask.client.id) {
        let exchange = landing.exchange();
        return Err(exchange.broken("access_denied, and no code", landing.describe()).granted());
    }
    denied(ctx, ask, page, landing)
}
