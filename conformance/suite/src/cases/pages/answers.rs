//! The answers that a consent page takes beside the plain yes: each is tied to the browser session that was shown the page.
//!
//! That the plain yes is tied, and that other sites cannot send it, is for `forgery.rs`.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Landing, Page, Submission};
use crate::case::{Case, Context};
use crate::case_end::{CaseEnd, Checked, EndAs as _};
use crate::cases::support::provoke::{Sent, consent_page_for, consent_page_if_asked, gives_code, no_code};
use crate::flow::{self, Browser};
use crate::subject::{Account, Client, Need};
use crate::wire::Params;

/// The cases, in reading order.
pub(super) const CASES: &[Case] = &[Case {
    id: "consent/each-answer-has-its-session",
    rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
    about: "Each form and button of a consent page, a narrower yes included, counts only in the browser session that was shown it.",
    needs: &[Need::Login, Need::Consent],
    run: |ctx| Box::pin(each_answer_has_its_session(ctx)),
    ..Case::DEFAULT
}];

/// The first answer of each page.
const AS_IT_STANDS: &str = "all is approved as it stands";

/// What a form of another session brings.
const NOTHING: &str = "any answer without a code";

/// What the user is asked about: a client, and what it asks for beside the usual.
struct Question {
    client: Arc<Client>,
    scope: Option<String>,
}

/// One way in which a user can answer a page.
struct Answer {
    says: String,
    form: Submission,
}

async fn each_answer_has_its_session(ctx: &Context) -> Checked {
    let first = ctx.parties().client()?;
    let own = logged_in(ctx, &first, Account::First).await?;
    let has_second = ctx.target().users.contains_key(&Account::Second);
    let other = logged_in(ctx, &first, if has_second { Account::Second } else { Account::First }).await?;
    if other.jar.is_empty() {
        return Err(CaseEnd::not_offered(
            "the login is kept in no cookie, so that a page is tied to its own values alone",
        ));
    }
    let nobody = flow::stranger(ctx);
    // No request of its own is open in the session that sends what another was shown: a code answers that one's.
    let idle = logged_in(ctx, &first, Account::First).await?;

    let usual = Question { client: Arc::clone(&first), scope: None };
    let honest = answered(ctx, &own, &usual, AS_IT_STANDS, None).await?;
    if !honest.is_some_and(|landing| gives_code(&landing)) {
        return Err(CaseEnd::not_tested("the consent page, approved as it stands, gives no code"));
    }
    // Where the plain yes is taken from anywhere, the cookie or the origin of the form is to keep others out.
    let plain = answered(ctx, &other, &usual, AS_IT_STANDS, Some(&idle)).await?;
    let is_tied = plain.as_ref().is_some_and(|landing| !gives_code(landing));
    if let Some(landing) = plain {
        let when = format!("{AS_IT_STANDS}, and it comes from another session");
        ctx.tried(&when, no_code(&landing, NOTHING).warn());
    }
    let mut questions = vec![usual];
    for client in ctx.target().clients.values().filter(|client| client.scopes().len() > 1) {
        questions.push(Question { client: Arc::clone(client), scope: Some(client.scopes().join(" ")) });
    }
    for question in questions {
        let (browser, page) = shown(ctx, &own, &question).await?;
        for Answer { says, .. } in answers(&browser, &page) {
            // What gives no code where it was shown is a no, or something else.
            let honest = answered(ctx, &own, &question, &says, None).await?;
            if !honest.is_some_and(|landing| gives_code(&landing)) {
                continue;
            }
            for (place, sender) in [("another session", &idle), ("nobody's session", &nobody)] {
                let landing = answered(ctx, &other, &question, &says, Some(sender)).await?;
                let Some(landing) = landing else { continue };
                let when = format!("{} asks, {says}, and it comes from {place}", question.client.id);
                let refused = no_code(&landing, NOTHING);
                ctx.tried(&when, if is_tied { refused } else { refused.warn() });
            }
        }
    }
    Ok(())
}

/// A browser with a session of its own in which this user is logged in.
async fn logged_in(ctx: &Context, client: &Arc<Client>, who: Account) -> Checked<Browser> {
    let mut browser = flow::stranger(ctx);
    browser.who = Some(who);
    let ask = flow::ask(ctx, client);
    let landing = flow::authorize_in(ctx, &mut browser, &ask, Decision::Approve).await?;
    flow::code_from(&ask, &landing).control("an honest authorization request")?;
    Ok(browser)
}

/// The page that asks, in a fork of this browser.
async fn shown(ctx: &Context, browser: &Browser, question: &Question) -> Checked<(Browser, Page)> {
    let mut ask = flow::ask(ctx, &question.client);
    if let Some(scope) = &question.scope {
        ask = ask.set("scope", scope);
    }
    if let Some(asked) = consent_page_if_asked(ctx, browser.clone(), &ask).await? {
        return Ok(asked);
    }
    let (_, browser, page) = consent_page_for(ctx, browser.clone(), &question.client, Sent::Itself).await?;
    Ok((browser, page))
}

/// What comes of an answer to a page that was shown in one browser: sent by that one, or by another, which then says nothing of
/// where its form is from. `None` if the page has no such answer.
async fn answered(
    ctx: &Context,
    asked: &Browser,
    question: &Question,
    says: &str,
    sender: Option<&Browser>,
) -> Checked<Option<Landing>> {
    let (mut browser, page) = shown(ctx, asked, question).await?;
    let found = answers(&browser, &page).into_iter().find(|answer| answer.says == says);
    let Some(Answer { form, .. }) = found else { return Ok(None) };
    let landing = match sender {
        None => {
            let landing = browser.submit(&form).await?;
            browser.run(landing, Decision::Approve).await?
        }
        Some(sender) => {
            let request = form.request().without_header("Origin").without_header("Referer");
            sender.clone().send(request).await?
        }
    };
    landing.sent()?;
    Ok(Some(landing))
}

/// The answers that a page takes: the yes as it stands, the same without one of the boxes, and by each of its buttons.
fn answers(browser: &Browser, page: &Page) -> Vec<Answer> {
    let Some(form) = browser.consent_form(page, Decision::Approve) else { return Vec::new() };
    let mut found = vec![Answer { says: AS_IT_STANDS.to_owned(), form: form.clone() }];
    for own in &page.forms {
        for field in own.fields.iter().filter(|field| field.kind == "checkbox" && !field.required) {
            let is_other = |(name, value): &(&str, &str)| *name != field.name || *value != field.value;
            let params: Params = form.params.pairs().filter(is_other).collect();
            if params != form.params {
                let says = format!("{} is left out", field.value);
                found.push(Answer { says, form: Submission { params, ..form.clone() } });
            }
        }
        for button in &own.buttons {
            let pressed = own.submission(&page.url, Some(button));
            // A button that leads elsewhere answers something else.
            if pressed.url == form.url && pressed != form {
                found.push(Answer { says: format!("{:?} is pressed", button.text), form: pressed });
            }
        }
    }
    found
}
