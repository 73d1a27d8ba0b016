//! Liberties of the pages on which people log in and consent.
//!
//! Nobody writes hints for these: the suite has to find its way as a person would.

mod forms;
mod languages;
mod logins;
mod one_page;
mod steps;
mod ways;

use oauth_suite::subject::Target;

use super::message::{Answered, Asked};
use super::{Act, Liberty};

pub(super) const LIBERTIES: [&[Liberty]; 6] = [
    forms::LIBERTIES,
    languages::LIBERTIES,
    logins::LIBERTIES,
    one_page::LIBERTIES,
    steps::LIBERTIES,
    ways::LIBERTIES,
];

/// Takes the hints out of the target file.
const UNHINTED: Act = Act::Target(|target: &mut Target| target.forms.clear());

/// The button of the login page.
const LOG_IN: &str = "<button type=\"submit\">Log in</button>";

/// The button of the consent page that grants.
const ALLOW: &str = "<button type=\"submit\" name=\"confirm\" value=\"yes\">Allow</button>";

/// The button of the consent page that refuses.
const DENY: &str = "<button type=\"submit\" name=\"confirm\" value=\"no\">Deny</button>";

/// How each form of the server begins.
const FORM: &str = "<form method=\"post\">";

/// Whether an answer is the login page.
fn is_login(answered: &Answered) -> bool {
    answered.is_page() && answered.text().contains(LOG_IN)
}

/// Whether an answer is the consent page.
fn is_consent(answered: &Answered) -> bool {
    answered.is_page() && answered.text().contains(ALLOW)
}

/// Whether an answer asks something of the user.
fn asks(answered: &Answered) -> bool {
    is_login(answered) || is_consent(answered)
}

/// Whether a request sends one of the server's forms, and is no authorization request by POST.
fn sends_form(asked: &Asked) -> bool {
    (asked.is("POST", "/login") || asked.is("POST", "/authorize")) && asked.parameter("client_id").is_none()
}

/// Changes these texts of a page; whether any stood there.
fn change(answered: &mut Answered, changes: &[(&str, &str)]) -> bool {
    answered.is_page() && changes.iter().fold(false, |acted, (from, to)| answered.replace(from, to) || acted)
}

/// The address of a page, as an attribute can hold it.
fn address(asked: &Asked) -> String {
    attribute(asked.target())
}

/// A text in an attribute.
pub(super) fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// What stands in a text between two others.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|(found, _)| found)
}

/// The value of a cookie that came with a request.
pub(super) fn cookie(asked: &Asked, name: &str) -> Option<String> {
    let fields = asked.head.headers.get_all("cookie").iter();
    let mut cookies = fields.filter_map(|field| field.to_str().ok()).flat_map(|field| field.split("; "));
    cookies.find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
}
