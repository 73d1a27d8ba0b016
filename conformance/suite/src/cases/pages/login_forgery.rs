//! Login forms that another site sends, which would log somebody in as the attacker (RFC 6749, section 10.12).

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Landing, Submission};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::own_values::with_changed;
use crate::cases::support::provoke::{
    LOGIN_PAGES, NO_LOGIN_NO_CODE, NO_PASSWORD, from_attackers_site, gives_code, is_authorization_endpoint,
    no_code, of_a_stranger,
};
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Browser};
use crate::subject::{Account, Client, FileKey, Need, User};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "login/form-cannot-be-forged",
    rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
    about: "A login form counts only with what its page gave to the browser that was shown it.",
    needs: &[Need::Login],
    run: |ctx| Box::pin(form_cannot_be_forged(ctx)),
    ..Case::DEFAULT
}];

/// A login form as the user would send it, and the browser that shows it.
struct Shown {
    ask: AuthorizationRequest,
    browser: Browser,
    form: Submission,
}

async fn form_cannot_be_forged(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let Some(user) = ctx.target().users.get(&Account::First) else {
        return Err(CaseEnd::not_tested("the target names no [user]"));
    };
    let Shown { ask, mut browser, form } = shown(ctx, &client, user).await?;
    let landing = browser.submit(&form).await?;
    let landing = browser.run(landing, Decision::Approve).await?;
    expect::code_redirect(&ask, &landing).control("the login form as it was shown")?;

    let Shown { ask, form, .. } = shown(ctx, &client, user).await?;
    let bare = with_changed(ctx, &form, &ask, |_, _| None);
    if bare == form {
        // Nothing shows that the server means to look where the form comes from.
        let end = forged(ctx, &client, &form).await.warn();
        return end.when("the form, which has no value of its own, comes from another site");
    }
    let end = forged(ctx, &client, &bare).await;
    // The text has it of the authorization endpoint; how a user logs in elsewhere is beyond its scope (section 3.1).
    let end = if is_authorization_endpoint(ctx, &form.url) { end } else { end.warn() };
    ctx.tried("the page's own values are left out", end);
    // Whoever sends it has fetched the page for that.
    shown_elsewhere(ctx, &client, &form).await.warn().when("the form was shown in another browser")
}

/// A form that another browser was shown. Where nobody is logged in by it but for the request of its page, its own values carry
/// on what whoever fetched the page began, and the client's state is what keeps that apart.
async fn shown_elsewhere(ctx: &Context, client: &Arc<Client>, form: &Submission) -> Checked {
    let (mut browser, landing) = sent(ctx, form).await?;
    logs_in_nobody(ctx, client, &mut browser).await?;
    if gives_code(&landing) {
        ctx.note("the login form logs nobody in but for the request of the page that it was on");
    }
    Ok(())
}

/// The form that takes the password, in a fresh browser; a name that is asked for before is given.
async fn shown(ctx: &Context, client: &Arc<Client>, user: &User) -> Checked<Shown> {
    let ask = flow::ask(ctx, client);
    let mut browser = flow::stranger(ctx);
    let mut landing = flow::open_in(ctx, &mut browser, &ask).await?;
    for _ in 0..LOGIN_PAGES {
        let Some(form) = landing.page().and_then(|page| browser.login_form(page)) else { break };
        if form.field_with(user.password.expose()).is_some() {
            return Ok(Shown { ask, browser, form });
        }
        landing = browser.submit(&form).await?;
    }
    Err(CaseEnd::not_tested(NO_PASSWORD).lacks(FileKey::LoginForm).at(landing.exchange()))
}

/// Sends a form as another site's page would, in a browser that never saw it, and expects nobody to be logged in there.
async fn forged(ctx: &Context, client: &Arc<Client>, form: &Submission) -> Checked {
    let (mut browser, landing) = sent(ctx, form).await?;
    let asked = logs_in_nobody(ctx, client, &mut browser).await;
    of_a_stranger(ctx, no_code(&landing, NO_LOGIN_NO_CODE))?;
    asked
}

/// The browser in which another site's page sends a form that this browser never saw, and where it comes to rest.
async fn sent(ctx: &Context, form: &Submission) -> Checked<(Browser, Landing)> {
    let mut browser = flow::stranger(ctx);
    let sent = browser.send(from_attackers_site(form)).await?;
    sent.sent()?;
    let landing = browser.run(sent, Decision::Approve).await?;
    Ok((browser, landing))
}

/// A further request in this browser brings no code.
async fn logs_in_nobody(ctx: &Context, client: &Arc<Client>, browser: &mut Browser) -> Checked {
    let asked = flow::authorize_in(ctx, browser, &flow::ask(ctx, client), Decision::Approve).await?;
    asked.sent()?;
    of_a_stranger(ctx, no_code(&asked, NO_LOGIN_NO_CODE))
}
