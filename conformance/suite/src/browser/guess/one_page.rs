//! A page that logs in and asks for consent in one form: name and password, and beside them a yes and a no.

use super::{
    Decision, answer_button, answer_field, is_login, login, login_button, login_form, put, tick, type_in,
};
use crate::browser::form::{Button, Form, Submission};
use crate::browser::page::Page;
use crate::browser::words::{APPROVE, CONFIRM, DENY, GO_ON, says};
use crate::subject::{FormHint, User};

/// The form of a page that logs in and asks for consent at once, filled in for `user` with the decision. `None` if the page has
/// no such form.
#[must_use]
pub fn login_with_consent(
    page: &Page,
    hints: &[FormHint],
    user: &User,
    decision: Decision,
) -> Option<Submission> {
    let of_this_page = |hint: &&FormHint| page.forms.iter().any(|form| form.has(&hint.has));
    let hint = hints.iter().filter(|hint| is_login(hint)).find(of_this_page);
    if let Some(hint) = hint.filter(|hint| says_no(hint)) {
        return match decision {
            Decision::Approve => login(page, hints, user),
            Decision::Deny => hinted_no(page, hint, user),
        };
    }
    let form = match hint {
        Some(hint) => page.forms.iter().find(|form| form.has(&hint.has)),
        None => login_form(page),
    };
    let form = form.filter(|form| asks(form))?;
    match decision {
        Decision::Approve => login(page, hints, user),
        Decision::Deny => {
            let button = answer_button(form, Decision::Deny).or_else(|| login_button(form));
            let mut submission = form.submission(&page.url, button);
            type_in(form, &mut submission, user);
            tick(form, &mut submission, Decision::Deny);
            Some(submission)
        }
    }
}

/// Whether a form with a password asks for consent as well: it has a yes that says more than that it goes on, and a no. A login
/// form that can be cancelled has no such yes.
pub(super) fn asks(form: &Form) -> bool {
    let by_button = yes(form).is_some() && answer_button(form, Decision::Deny).is_some();
    let by_choice =
        answer_field(form, Decision::Approve).is_some() && answer_field(form, Decision::Deny).is_some();
    form.asks_password() && (by_button || by_choice)
}

/// The button that shows a yes to what is asked.
pub(super) fn yes(form: &Form) -> Option<&Button> {
    let grants = |button: &&Button| {
        let text = &button.text;
        says(text, APPROVE) && ![DENY, GO_ON, CONFIRM].iter().any(|words| says(text, words))
    };
    form.buttons.iter().find(grants)
}

/// Whether a hint for a form with a password says how consent is denied there.
fn says_no(hint: &FormHint) -> bool {
    hint.fill.values().any(|value| value == "$password") && (hint.deny.is_some() || hint.deny_has.is_some())
}

/// The no of the hint, with all else filled in as for the yes.
fn hinted_no(page: &Page, hint: &FormHint, user: &User) -> Option<Submission> {
    if let Some(deny) = &hint.deny {
        let form = page.forms.iter().find(|form| form.has(&hint.has))?;
        let mut submission = form.submission(&page.url, None);
        put(&mut submission, &hint.fill, user);
        put(&mut submission, deny, user);
        return Some(submission);
    }
    let name = hint.deny_has.as_ref()?;
    let form = page.forms.iter().find(|form| form.has(name))?;
    let button = form.buttons.iter().find(|button| button.name == *name).or_else(|| form.buttons.first());
    let mut submission = form.submission(&page.url, button);
    let mut typed = hint.fill.clone();
    typed.retain(|field, _| form.fields.iter().any(|own| own.name == *field));
    put(&mut submission, &typed, user);
    Some(submission)
}
