//! Login and consent on one page, asked at each request: nothing is kept between two of them.

use hyper::header::{HeaderValue, SET_COOKIE};

use oauth_suite::outcome::Verdict;

use super::super::message::{Answered, Asked};
use super::super::{Act, Liberty, cost};
use super::steps::press_yes;
use super::ways::request_behind;
use super::{LOG_IN, UNHINTED, attribute, is_login};

const NO_LOGIN: &str = "no login is kept";

pub(super) const LIBERTIES: &[Liberty] = &[Liberty {
    name: "one-page-and-no-session",
    about: "each request leads to one page with name, password, a box for each of several scope values, a yes and a no; no session is kept",
    allowed: "RFC 6749 3.1, 4.1.1: how the server authenticates the resource owner is beyond its scope, and the decision is obtained by asking; no text says on how many pages",
    seen_at: None,
    apart: &["pages", "own redirects"],
    acts: &[
        UNHINTED,
        Act::Request(|_, asked| {
            let mut form = asked.form();
            let all = form.len();
            form.retain(|(name, _)| !matches!(name.as_str(), "answer" | "boxes" | "keep"));
            if asked.is("POST", "/login") && form.len() < all {
                asked.set_form(&form);
            }
            false
        }),
        Act::Answer(|_, asked, answered| is_login(answered) && ask_both(asked, answered)),
        Act::Answer(|memory, asked, answered| {
            let answer = asked.parameter("answer").filter(|_| asked.is("POST", "/login"));
            let request = answered.header("location").filter(|to| to.starts_with("/authorize?"));
            if let (Some(answer), Some(request)) = (answer, request) {
                memory.keep(format!("{ANSWERED}{request}"), told(asked, &answer));
            }
            false
        }),
        Act::Follow(|memory, asked, answered| {
            let request = format!("{ANSWERED}{}", asked.target());
            let said = memory.get(&request).filter(|said| !said.is_empty())?;
            memory.keep(request, "");
            press(asked, answered, &said)
        }),
        Act::Answer(|_, _, answered| {
            let to = answered.header("location").filter(|_| answered.status.is_redirection());
            let is_over = to.is_some_and(|to| !to.starts_with('/'));
            if is_over {
                let gone = "oauth_server_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
                answered.headers.append(SET_COOKIE, HeaderValue::from_static(gone));
            }
            is_over
        }),
    ],
    costs: &[
        cost(
            "consent/one-answer-one-code",
            Verdict::NotOffered,
            "the form has no value of one request alone: what it stands for is the password, and that may be given again",
        ),
        cost("driven/denied", Verdict::NotOffered, "no answer comes after the login"),
        cost("laws/code-after-consent", Verdict::NotOffered, "no browser that is logged in asks for a code"),
        cost("login/ends", Verdict::NotOffered, NO_LOGIN),
        cost(
            "login/not-skipped-by-a-later-form",
            Verdict::NotOffered,
            "no form comes after the one with the password",
        ),
        cost("login/session-is-its-own", Verdict::NotOffered, NO_LOGIN),
        cost(
            "registration/name-is-shown-as-it-is",
            Verdict::NotOffered,
            "the page tells of clients by their identifiers",
        ),
    ],
}];

/// What an answer is remembered by, before the request that it is to.
const ANSWERED: &str = "answered ";

/// Lets the login page of an authorization request ask for the consent too, with a way to say no.
fn ask_both(asked: &Asked, answered: &mut Answered) -> bool {
    let Some((client, scope)) = request_behind(asked) else { return false };
    let values: Vec<&str> = scope.split(' ').filter(|value| !value.is_empty()).collect();
    let wish = if values.len() > 1 {
        let boxes = values.iter().map(|value| {
            let value = attribute(value);
            format!(
                "<label><input type=\"checkbox\" name=\"keep\" value=\"{value}\" checked> {value}</label>"
            )
        });
        format!("<input type=\"hidden\" name=\"boxes\" value=\"1\">{}", boxes.collect::<String>())
    } else {
        format!("<p>It wants to use: <strong>{}</strong></p>", attribute(&scope))
    };
    let both = format!(
        "<p><strong>{}</strong> asks for access to the account of whoever logs in.</p>{wish}\
         <button type=\"submit\" name=\"answer\" value=\"allow\">Log in and allow</button>\
         <button type=\"submit\" name=\"answer\" value=\"deny\">Deny</button>",
        attribute(&client)
    );
    answered.replace(LOG_IN, &both)
}

/// An answer in words: the yes or the no, and behind `boxes` the scope values that were left ticked.
fn told(asked: &Asked, answer: &str) -> String {
    let mut said = answer.to_owned();
    if asked.parameter("boxes").is_some() {
        said.push_str(" boxes");
        for (_, value) in asked.form().into_iter().filter(|(name, _)| name == "keep") {
            said.push(' ');
            said.push_str(&value);
        }
    }
    said
}

/// The request that gives this answer on the server's own consent page.
fn press(asked: &Asked, answered: &Answered, said: &str) -> Option<Asked> {
    let mut words = said.split(' ');
    let answer = words.next()?;
    let has_boxes = words.next().is_some();
    let kept: Vec<&str> = words.collect();
    let mut next = press_yes(asked, answered, |_| true)?;
    let mut form = next.form();
    form.retain(|(name, value)| name != "keep" || !has_boxes || kept.contains(&value.as_str()));
    for (name, value) in &mut form {
        if name == "confirm" && answer != "allow" {
            "no".clone_into(value);
        }
    }
    next.set_form(&form);
    Some(next)
}
