//! Forged and repeated answers to the consent page, and what of its form a forger cannot know.

use std::sync::Arc;

use oauth_rules::rules;

use crate::browser::{Decision, Submission};
use crate::case::{Case, Context, Severity};
use crate::case_end::{CaseEnd, Checked, EndAs as _, EndKind};
use crate::cases::support::provoke::{Sent, consent_page_for, from_attackers_site, gives_code, no_code};
use crate::expect;
use crate::flow::{self, AuthorizationRequest, Browser};
use crate::subject::{Account, Client, Need};
use crate::wire::Params;

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

    if unguessable(&form, &ask).is_empty() {
        // Whoever knows the request can write this form; what is left is what browsers say of its origin.
        let Approval { browser, form, .. } = approval(ctx, flow::browser(ctx), &client).await?;
        return forged(browser, &form)
            .await
            .when("the form, which has no value of its own, comes from another site");
    }
    let Approval { ask, browser, form } = approval(ctx, flow::browser(ctx), &client).await?;
    let bare = with_changed(&form, &ask, |_, _| None);
    ctx.tried("the page's own values are left out", forged(browser, &bare).await);
    let Approval { ask, browser, form } = approval(ctx, flow::browser(ctx), &client).await?;
    let altered = with_changed(&form, &ask, |_, value| Some(alter(value)));
    ctx.tried("the page's own values are altered", forged(browser, &altered).await);
    let mut other = flow::stranger(ctx);
    other.who = Some(if ctx.target().users.contains_key(&Account::Second) {
        Account::Second
    } else {
        Account::First
    });
    let elsewhere = match approval(ctx, other.clone(), &client).await {
        Err(end) if end.kind == EndKind::NotTested => {
            // One page may ask for the password and for the consent; whoever is logged in is asked for the consent alone.
            flow::authorize_in(ctx, &mut other, &flow::ask(ctx, &client), Decision::Approve).await?;
            approval(ctx, other, &client).await?
        }
        shown => shown?,
    };
    forged(flow::browser(ctx), &elsewhere.form).await.when("the form was shown in another browser session")
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
    let values = unguessable(&one.form, &one.ask);
    if values.is_empty() || values == unguessable(&other.form, &other.ask) {
        return Ok(false);
    }
    let query = query_of(&other.form);
    let exchanged = with_changed(&one.form, &one.ask, |name, _| {
        other.form.params.first(name).or_else(|| query.first(name)).map(str::to_owned)
    });
    let landing = other.browser.submit(&exchanged).await?;
    let carried = gives_code(&landing)
        && landing.callback().is_some_and(|location| expect::same_state(&one.ask, location).is_ok());
    Ok(!carried)
}

/// Sends a form as another site's page would, and expects no code. It only warns where the session cookie stays behind
/// when another site's form is sent.
async fn forged(mut browser: Browser, form: &Submission) -> Checked {
    let protected = browser.jar.has_same_site();
    let landing = browser.send(from_attackers_site(form)).await?;
    let step = no_code(&landing, "any answer without a code");
    if protected { step.warn() } else { step }
}

fn query_of(form: &Submission) -> Params {
    Params::decode(form.url.split_once('?').map_or("", |(_, query)| query))
}

/// The values of a form, and of the address it goes to, that whoever knows the request cannot guess.
fn unguessable(form: &Submission, ask: &AuthorizationRequest) -> Vec<String> {
    let query = query_of(form);
    let values = form.params.pairs().chain(query.pairs()).map(|(_, value)| value);
    values.filter(|value| is_unguessable(value, ask)).map(str::to_owned).collect()
}

fn is_unguessable(value: &str, ask: &AuthorizationRequest) -> bool {
    let known = ask.params.pairs().any(|(_, known)| known == value);
    // A copy of the whole request, such as a return address, is known as well.
    let copied = ask.state().is_some_and(|state| value.contains(state));
    value.len() >= 16 && !known && !copied
}

/// The form with each unguessable value changed, or left out.
fn with_changed(
    form: &Submission,
    ask: &AuthorizationRequest,
    change: impl Fn(&str, &str) -> Option<String>,
) -> Submission {
    let change_all = |params: &Params| -> Params {
        let pairs = params.pairs().filter_map(|(name, value)| {
            let value = if is_unguessable(value, ask) { change(name, value)? } else { value.to_owned() };
            Some((name.to_owned(), value))
        });
        pairs.collect()
    };
    let bare = form.url.split('?').next().unwrap_or_default();
    let url = change_all(&query_of(form)).append_to(bare);
    Submission { url, params: change_all(&form.params), ..form.clone() }
}

/// Another text of the same length and alphabet: two characters near its end become others of their kind.
fn alter(value: &str) -> String {
    let at = value.chars().count().saturating_sub(3);
    let other = |c: char| match c {
        '0' => '1',
        'a' => 'b',
        'A' => 'B',
        '1'..='9' => '0',
        'b'..='z' => 'a',
        'B'..='Z' => 'A',
        other => other,
    };
    let chars = value.chars().enumerate();
    chars.map(|(place, c)| if place == at || place + 1 == at { other(c) } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::alter;

    #[test]
    fn an_altered_value_keeps_its_length_and_alphabet() {
        for (value, expected) in
            [("abcdef", "abaaef"), ("0123456789", "0123450089"), ("grant.AbC0z", "grant.AaA0z")]
        {
            assert_eq!(alter(value), expected);
        }
    }
}
