//! Which form logs in and which consents, and how they are filled: by the target's hints, else by guess.

mod one_page;

use std::collections::BTreeMap;

pub use one_page::login_with_consent;

use super::words::{
    ANOTHER, APPROVE, DENY, ELSEWHERE, GO_ON, LOG_IN, ONWARD, SCOPE, USER, contains_any, says, says_no,
};
use crate::browser::form::{Button, Field, Form, Submission};
use crate::browser::page::Page;
use crate::subject::{FormHint, User};
use crate::wire::Params;

/// What the user answers on the consent page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Grants what is asked.
    Approve,
    /// Refuses.
    Deny,
}

/// The login form of a page, filled in for `user`.
#[must_use]
pub fn login(page: &Page, hints: &[FormHint], user: &User) -> Option<Submission> {
    for hint in hints.iter().filter(|hint| is_login(hint)) {
        if let Some(form) = page.forms.iter().find(|form| form.has(&hint.has)) {
            let mut submission = form.submission(&page.url, login_button(form));
            put(&mut submission, &hint.fill, user);
            return Some(submission);
        }
    }
    let form = login_form(page)?;
    let asks = one_page::asks(form);
    let button = one_page::yes(form).filter(|_| asks).or_else(|| login_button(form));
    let mut submission = form.submission(&page.url, button);
    type_in(form, &mut submission, user);
    if asks {
        tick(form, &mut submission, Decision::Approve);
    }
    Some(submission)
}

/// The form that a page without hints logs in by.
fn login_form(page: &Page) -> Option<&Form> {
    let asking = || page.forms.iter().filter(|form| form.asks_password());
    asking().find(|form| !signs_up(form)).or_else(|| asking().next()).or_else(|| first_step(page))
}

/// Gives a form the values of a hint.
fn put(submission: &mut Submission, values: &BTreeMap<String, String>, user: &User) {
    for (name, value) in values {
        let value = match value.as_str() {
            "$user" => &user.name,
            "$password" => user.password.expose(),
            other => other,
        };
        submission.params.set(name, value);
    }
}

/// Gives a login form name and password, as far as it asks for them.
fn type_in(form: &Form, submission: &mut Submission, user: &User) {
    let at = form.fields.iter().position(Field::is_password);
    let before = &form.fields[..at.unwrap_or(form.fields.len())];
    if let Some(field) = user_field(before).or_else(|| user_field(&form.fields)) {
        submission.params.set(&field.name, &user.name);
    }
    if let Some(at) = at {
        submission.params.set(&form.fields[at].name, user.password.expose());
    }
}

/// The consent form of a page, filled in with the decision. `None` if the page has none, or no way to deny.
#[must_use]
pub fn consent(page: &Page, hints: &[FormHint], decision: Decision) -> Option<Submission> {
    for hint in hints.iter().filter(|hint| !is_login(hint)) {
        let Some(form) = page.forms.iter().find(|form| form.has(&hint.has)) else { continue };
        let mut submission = form.submission(&page.url, None);
        let values = match (decision, &hint.deny, &hint.deny_has) {
            (Decision::Approve, ..) => &hint.fill,
            (Decision::Deny, Some(deny), _) => deny,
            (Decision::Deny, None, Some(name)) => {
                let form = page.forms.iter().find(|form| form.has(name))?;
                let button = form.buttons.iter().find(|button| button.name == *name);
                return Some(form.submission(&page.url, button.or(form.buttons.first())));
            }
            (Decision::Deny, None, None) => continue,
        };
        for (name, value) in values {
            submission.params.set(name, value);
        }
        return Some(submission);
    }
    match decision {
        Decision::Approve => approve(page),
        Decision::Deny => approve(page).and_then(|_| deny(page)),
    }
}

fn is_login(hint: &FormHint) -> bool {
    hint.fill.values().any(|value| value == "$user" || value == "$password")
}

/// Whether a form is for a new account: it asks for a password that has to be chosen, or for one twice.
fn signs_up(form: &Form) -> bool {
    let passwords: Vec<&Field> = form.fields.iter().filter(|field| field.is_password()).collect();
    passwords.len() > 1 || passwords.iter().any(|field| field.hint.contains("new-password"))
}

/// Where a page leads by itself: by its refresh, or by a form that a script sends.
#[must_use]
pub fn by_itself(page: &Page) -> Option<Submission> {
    match (&page.refresh, page.forms.as_slice()) {
        (Some(to), _) => Some(Submission::link(&page.url, to)),
        (None, [form]) if page.sends_itself && !form.asks_password() => {
            Some(form.submission(&page.url, None))
        }
        (None, _) => None,
    }
}

/// Where a page leads by itself with a code or an error: by its refresh, or by a form by GET that a script sends.
#[must_use]
pub fn response(page: &Page) -> Option<String> {
    let on = by_itself(page).filter(|on| on.method == "GET")?;
    let url = page.refresh.clone().unwrap_or_else(|| on.request().url);
    let (_, query) = url.split('#').next()?.split_once('?')?;
    let params = Params::decode(query);
    (params.has("code") || params.has("error")).then_some(url)
}

/// What leads on from a page that asks for neither a login nor a consent: its only form without anything to fill in, or its
/// only link, where it says so.
#[must_use]
pub fn onward(page: &Page) -> Option<Submission> {
    let typed = |form: &Form| form.fields.iter().any(|field| field.kind != "hidden");
    if chooses_account(page) {
        return page.forms.iter().find_map(|form| {
            let button = form.buttons.iter().find(|button| goes_on(button))?;
            Some(form.submission(&page.url, Some(button)))
        });
    }
    match page.forms.as_slice() {
        [form] if !typed(form) => {
            let button = form.buttons.iter().find(|button| says(&button.text, ONWARD))?;
            return Some(form.submission(&page.url, Some(button)));
        }
        [] => {}
        _ => return None,
    }
    let mut leading = page.links.iter().filter(|link| says(&link.text, ONWARD));
    let link = leading.next()?;
    leading.next().is_none().then(|| Submission::link(&page.url, &link.url))
}

/// The first of two steps: a form that asks for a name alone.
fn first_step(page: &Page) -> Option<&Form> {
    page.forms.iter().find(|form| {
        let typed: Vec<&Field> = form.fields.iter().filter(|field| is_typed(field)).collect();
        matches!(typed.as_slice(), [one] if one.kind == "email"
            || contains_any(&one.name, USER)
            || contains_any(&one.hint, USER))
            && answer_button(form, Decision::Deny).is_none()
    })
}

/// The field for the name: the last one that is called so, else the last one to be typed in.
fn user_field(fields: &[Field]) -> Option<&Field> {
    let typed = || fields.iter().rev().filter(|field| is_typed(field) && !field.is_password());
    let called = |field: &&Field| contains_any(&field.name, USER) || contains_any(&field.hint, USER);
    typed().find(called).or_else(|| typed().next())
}

fn is_typed(field: &Field) -> bool {
    matches!(field.kind.as_str(), "text" | "email" | "tel" | "password" | "number" | "search" | "url")
}

/// The button that logs in, and not by way of another provider: one that says so, or that leads where the form does.
fn login_button(form: &Form) -> Option<&Button> {
    let fits =
        || form.buttons.iter().filter(|button| !says(&button.text, DENY) && !says(&button.value, DENY));
    let own = |button: &&Button| button.action.is_none() && button.name.is_empty();
    let says_so = |button: &&Button| button.action.is_none() && says(&button.text, LOG_IN);
    fits()
        .find(|button| own(button) && says_so(button))
        .or_else(|| fits().find(own))
        .or_else(|| fits().find(|button| button.action.is_none()))
        .or_else(|| fits().next())
}

/// Whether a button goes on with an account and not with another one.
fn goes_on(button: &Button) -> bool {
    says(&button.text, GO_ON) && !says(&button.text, ANOTHER)
}

/// Whether a page asks with which account to go on, and not for consent: beside the way on it has one to another account, and
/// none to say no.
fn chooses_account(page: &Page) -> bool {
    let buttons = || page.forms.iter().flat_map(|form| &form.buttons);
    let mut texts = buttons().map(|button| &button.text).chain(page.links.iter().map(|link| &link.text));
    let says_no = |form: &Form| answer_button(form, Decision::Deny).is_some();
    let has_fields = |form: &Form| form.fields.iter().any(|field| field.kind != "hidden");
    let is_plain = !page.forms.iter().any(|form| says_no(form) || has_fields(form));
    let denies = |text: &str| says(text, DENY) && !says(text, ELSEWHERE);
    let may_be_left = page.links.iter().any(|link| denies(&link.text));
    // What grants says more than that it goes on.
    let grants = |button: &Button| says(&button.text, APPROVE) && !says(&button.text, GO_ON);
    is_plain
        && !may_be_left
        && buttons().any(goes_on)
        && !buttons().any(grants)
        && texts.any(|text| says(text, ANOTHER) && says(text, ELSEWHERE))
}

fn approve(page: &Page) -> Option<Submission> {
    if chooses_account(page) {
        return None;
    }
    let forms = page.forms.iter().filter(|form| !form.asks_password());
    for form in forms {
        if let Some(button) = answer_button(form, Decision::Approve) {
            let mut submission = form.submission(&page.url, Some(button));
            tick(form, &mut submission, Decision::Approve);
            return Some(submission);
        }
        if answer_field(form, Decision::Approve).is_some() {
            let mut submission = form.submission(&page.url, login_button(form));
            tick(form, &mut submission, Decision::Approve);
            return Some(submission);
        }
    }
    None
}

fn deny(page: &Page) -> Option<Submission> {
    for form in page.forms.iter().filter(|form| !form.asks_password()) {
        if let Some(button) = answer_button(form, Decision::Deny) {
            return Some(form.submission(&page.url, Some(button)));
        }
        if answer_field(form, Decision::Deny).is_some() {
            let mut submission = form.submission(&page.url, form.buttons.first());
            tick(form, &mut submission, Decision::Deny);
            return Some(submission);
        }
        // A form whose own action denies, such as `/consent/cancel` or a hidden `_method=delete`.
        if says(&form.action, DENY) || form.fields.iter().any(|field| field.value == "delete") {
            return Some(form.submission(&page.url, form.buttons.first()));
        }
    }
    let denies = |text: &str| says(text, DENY) && !says(text, ELSEWHERE);
    if let Some(link) = page.links.iter().find(|link| denies(&link.text)) {
        return Some(Submission::link(&page.url, &link.url));
    }
    // A lone box that would have to be ticked to approve: sending the form without it denies.
    let form = page.forms.iter().find(|form| {
        form.fields.iter().any(|field| field.kind == "checkbox" && says(&field.name, APPROVE))
    })?;
    let mut submission = form.submission(&page.url, form.buttons.first());
    for field in form.fields.iter().filter(|field| field.kind == "checkbox" && says(&field.name, APPROVE)) {
        submission.params.remove(&field.name);
    }
    Some(submission)
}

/// The button that gives this answer: what it shows or sends counts before what it is called.
fn answer_button(form: &Form, decision: Decision) -> Option<&Button> {
    let wanted = words(decision);
    let denies = |button: &Button| says_no(&button.text) || says_no(&button.value);
    let approves = |button: &Button| says(&button.text, APPROVE) || says(&button.value, APPROVE);
    let shown = |button: &&Button| match decision {
        Decision::Approve => approves(button) && !denies(button),
        Decision::Deny => denies(button),
    };
    let called = |button: &&Button| {
        let named = says(&button.name, wanted);
        let leads = button.action.as_deref().is_some_and(|action| says(action, wanted));
        (named || leads) && !denies(button) && !approves(button)
    };
    form.buttons.iter().find(shown).or_else(|| form.buttons.iter().find(called))
}

/// The choice or box that gives this answer.
fn answer_field(form: &Form, decision: Decision) -> Option<&Field> {
    form.fields.iter().find(|field| match field.kind.as_str() {
        "radio" => says(&field.value, words(decision)),
        "checkbox" => decision == Decision::Approve && says(&field.name, APPROVE),
        _ => false,
    })
}

/// Ticks what the page asks for and chooses the answer.
fn tick(form: &Form, submission: &mut Submission, decision: Decision) {
    for field in &form.fields {
        let approving = says(&field.name, APPROVE) || field.required || is_left_to_choose(form, field);
        if field.kind == "checkbox" && !field.sent && approving && decision == Decision::Approve {
            submission.params.add(&field.name, &field.value);
        }
    }
    if let Some(field) = answer_field(form, decision).filter(|field| field.kind == "radio") {
        submission.params.set(&field.name, &field.value);
    }
}

/// Whether a box is one of several of its name, or one for a scope value, and none of them is ticked: whoever says yes to
/// all that is asked for ticks each.
fn is_left_to_choose(form: &Form, field: &Field) -> bool {
    let is_of_its_name = |other: &&Field| other.name == field.name && other.kind == field.kind;
    let of_its_name: Vec<&Field> = form.fields.iter().filter(is_of_its_name).collect();
    (of_its_name.len() > 1 || says(&field.name, SCOPE)) && !of_its_name.iter().any(|other| other.sent)
}

const fn words(decision: Decision) -> &'static [&'static str] {
    match decision {
        Decision::Approve => APPROVE,
        Decision::Deny => DENY,
    }
}

#[cfg(test)]
mod tests;
