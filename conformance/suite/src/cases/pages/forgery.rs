//! Forged and repeated answers to the consent page.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Landing, Submission};
use crate::case::{Case, Context, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::introspection::told_text;
use crate::cases::support::own_values::{alter, query_of, unguessable, with_changed};
use crate::cases::support::provoke::{
    Sent, consent_page_for, from_attackers_site, gives_code, is_authorization_endpoint, no_code,
    sends_password,
};
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Browser, Code};
use crate::subject::{Account, Client, Need};

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[
    Case {
        id: "consent/cannot-be-forged",
        rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
        about: "A consent form counts only as it stood on a page that this browser session was shown.",
        needs: &[Need::Login, Need::Consent],
        run: |ctx| Box::pin(cannot_be_forged(ctx)),
        ..Case::DEFAULT
    },
    Case {
        id: "consent/one-answer-one-code",
        rules: rules!["rfc6749-4.1.1-owner-decision-obtained"],
        about: "A consent form that is good for one request gives one code, however often it is sent.",
        needs: &[Need::Login, Need::Consent],
        // No text says that a second sending is not a second yes.
        severity: Severity::Warns,
        run: |ctx| Box::pin(one_answer_one_code(ctx)),
        ..Case::DEFAULT
    },
];

/// A consent form as the user would send it to approve a request, in the browser that shows it.
struct Approval {
    ask: AuthorizationRequest,
    browser: Browser,
    form: Submission,
}

async fn approval(ctx: &Context, browser: Browser, client: &Arc<Client>) -> Checked<Approval> {
    let (ask, browser, page) = consent_page_for(ctx, browser, client, Sent::Itself).await?;
    match browser.consent_form(&page, Decision::Approve) {
        Some(form) => Ok(Approval { ask, browser, form }),
        None => Err(CaseEnd::not_tested("the consent page has no form to approve").at(&page.exchange)),
    }
}

async fn cannot_be_forged(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    let Approval { ask, mut browser, form } = approval(ctx, flow::browser(ctx), &client).await?;
    let landing = browser.submit(&form).await?;
    let landing = browser.run(landing, Decision::Approve).await?;
    flow::code_from(&ask, &landing).control("the consent page, approved")?;

    if unguessable(ctx, &form, &ask).is_empty() {
        // Whoever knows the request can write this form; what is left is what browsers say of its origin.
        let Approval { browser, form, .. } = approval(ctx, flow::browser(ctx), &client).await?;
        let step = forged(browser, &form).await;
        let step = if sends_password(ctx, &form) { step.warn() } else { step };
        return step.when("the form, which has no value of its own, comes from another site");
    }
    let Approval { ask, browser, form } = approval(ctx, flow::browser(ctx), &client).await?;
    let bare = with_changed(ctx, &form, &ask, |_, _| None);
    let step = weighed(ctx, &bare, forged(browser, &bare).await);
    ctx.tried("the page's own values are left out", step);
    let Approval { ask, browser, form } = approval(ctx, flow::browser(ctx), &client).await?;
    let altered = with_changed(ctx, &form, &ask, |_, value| Some(alter(value)));
    let step = weighed(ctx, &altered, forged(browser, &altered).await);
    ctx.tried("the page's own values are altered", step);
    of_another_session(ctx, &client).await.when("the form was shown in another browser session")
}

/// Where a form takes the password as well, whoever forges it sends that of an account of their own. How users log in elsewhere
/// than at the authorization endpoint is beyond the scope of the text (section 3.1).
fn weighed(ctx: &Context, form: &Submission, step: Checked) -> Checked {
    let logs_in_elsewhere = sends_password(ctx, form) && !is_authorization_endpoint(ctx, &form.url);
    if logs_in_elsewhere { step.warn() } else { step }
}

/// A consent form that the attacker was shown after a login, be it as another user.
async fn shown_to_attacker(ctx: &Context, client: &Arc<Client>) -> Checked<Approval> {
    let mut other = flow::stranger(ctx);
    let has_second = ctx.target().users.contains_key(&Account::Second);
    other.who = Some(if has_second { Account::Second } else { Account::First });
    let shown = approval(ctx, other.clone(), client).await;
    let is_unasked = shown.as_ref().is_err_and(|end| end.kind == EndKind::NotTested);
    let logs_in = shown.as_ref().is_ok_and(|shown| sends_password(ctx, &shown.form));
    if !is_unasked && !logs_in {
        return shown;
    }
    // One page may ask for the password and for the consent; whoever is logged in is asked for the consent alone, where a login
    // lasts.
    flow::authorize_in(ctx, &mut other, &flow::ask(ctx, client), Decision::Approve).await?;
    let again = approval(ctx, other, client).await;
    if logs_in && again.is_err() { shown } else { again }
}

/// Whose login a code stands for.
enum Whose {
    /// That of the user in whose browser the form was sent.
    Users,
    /// That of the attacker who was shown the form.
    Attackers,
    /// Nobody is told.
    Untold,
}

/// The form that the attacker was shown, sent from the attacker's site in the user's browser. What only carries on the
/// attacker's own login takes nothing of the user's: a code that comes is to be the attacker's, from which the client is
/// protected by its state.
async fn of_another_session(ctx: &Context, client: &Arc<Client>) -> Checked {
    let shown = shown_to_attacker(ctx, client).await?;
    let (landing, step) = answer_to_forged(flow::browser(ctx), &shown.form).await?;
    let Err(end) = step else { return Ok(()) };
    let whose = whose(ctx, &shown, &landing).await;
    if matches!(whose, Whose::Users) {
        return Err(end.granted());
    }
    // What a browser without any cookie can send as well was carried by no login of the user's.
    let again = shown_to_attacker(ctx, client).await?;
    let without_cookies = flow::stranger(ctx).send(from_attackers_site(&again.form)).await?;
    if gives_code(&without_cookies) {
        if sends_password(ctx, &again.form) && !again.browser.jar.is_empty() {
            // The page had a cookie for the browser that was shown it, and its decision counts without.
            return Err(end.warn());
        }
        ctx.note("a form that another session was shown gives its code in any browser: it carries on the login of that session, and no cookie of the user's");
        return Ok(());
    }
    match whose {
        Whose::Attackers => Err(end.warn()),
        Whose::Users | Whose::Untold => Err(end),
    }
}

/// Whose login the code stands for that came for the form which the attacker was shown.
async fn whose(ctx: &Context, shown: &Approval, landing: &Landing) -> Whose {
    let Ok(code) = flow::code_from(&shown.ask, landing) else { return Whose::Untold };
    let Some(owner) = owner_of(ctx, &code).await else { return Whose::Untold };
    let client = &shown.ask.client;
    let users = owner_in(ctx, client, flow::browser(ctx)).await;
    let attackers = owner_in(ctx, client, shown.browser.clone()).await;
    match (users, attackers) {
        (Some(users), Some(attackers)) if users != attackers && owner == users => Whose::Users,
        (Some(users), Some(attackers)) if users != attackers && owner == attackers => Whose::Attackers,
        (_, _) => Whose::Untold,
    }
}

/// What is told of the owner of a token that comes of an honest flow in this browser.
async fn owner_in(ctx: &Context, client: &Arc<Client>, mut browser: Browser) -> Option<String> {
    let ask = flow::ask(ctx, client);
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await.ok()?;
    owner_of(ctx, &flow::code_from(&ask, &landing).ok()?).await
}

/// What is told of the owner of the token that a code yields: by introspection, or else at the resource.
async fn owner_of(ctx: &Context, code: &Code) -> Option<String> {
    let token = flow::redeem(ctx, code).await.ok()?;
    if let Ok(Some(sub)) = told_text(ctx, &code.client, &token, "sub").await {
        return Some(sub);
    }
    let answer = flow::resource(ctx, &token.access_token).await.ok()?;
    let served = answer.response().ok().filter(|response| response.status == 200)?;
    Some(served.text())
}

async fn one_answer_one_code(ctx: &Context) -> Checked {
    let client = ctx.parties().client()?;
    if !has_values_of_one_request(ctx, &client).await? {
        return Err(CaseEnd::not_offered(
            "the form has no value of one request alone, so that it can be a new answer",
        ));
    }
    let Approval { ask, mut browser, form } = approval(ctx, flow::browser(ctx), &client).await?;
    let first = browser.submit(&form).await?;
    let first = browser.run(first, Decision::Approve).await?;
    let code = flow::code_from(&ask, &first).control("the consent page, approved")?;
    let second = browser.submit(&form).await?;
    match second.callback().and_then(|location| location.params.first("code")) {
        Some(other) if other != code.value => Err(second
            .exchange()
            .broken("no second code for the same consent form", second.describe())
            .granted()),
        Some(_) | None => Ok(()),
    }
}

/// Whether the page's own values belong to its request, and not to the browser session: those of a second page of
/// the session then don't carry the first page's form.
async fn has_values_of_one_request(ctx: &Context, client: &Arc<Client>) -> Checked<bool> {
    let one = approval(ctx, flow::browser(ctx), client).await?;
    let mut other = approval(ctx, one.browser.clone(), client).await?;
    let values = unguessable(ctx, &one.form, &one.ask);
    if values.is_empty() || values == unguessable(ctx, &other.form, &other.ask) {
        return Ok(false);
    }
    let query = query_of(&other.form);
    let exchanged = with_changed(ctx, &one.form, &one.ask, |name, _| {
        other.form.params.first(name).or_else(|| query.first(name)).map(str::to_owned)
    });
    let landing = other.browser.submit(&exchanged).await?;
    let carried = gives_code(&landing)
        && landing.callback().is_some_and(|location| expect::same_state(&one.ask, location).is_ok());
    Ok(!carried)
}

/// Sends a form as another site's page would, and expects no code.
async fn forged(browser: Browser, form: &Submission) -> Checked {
    answer_to_forged(browser, form).await?.1
}

/// Sends a form as another site's page would: where the browser comes to rest, and that this is no code. Cookies that browsers keep
/// within the site stay behind, so that a server may rely on that.
async fn answer_to_forged(mut browser: Browser, form: &Submission) -> Checked<(Landing, Checked)> {
    let landing = browser.send_from_elsewhere(from_attackers_site(form)).await?;
    let step = no_code(&landing, "any answer without a code");
    Ok((landing, step))
}
