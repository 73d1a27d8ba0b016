//! How a login is kept, and with which of several it goes on.

use hyper::header::{COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::{StatusCode, Uri};

use oauth_suite::outcome::Verdict;

use super::super::message::{Answered, Asked};
use super::super::relay::Memory;
use super::super::{Act, Liberty, cost};
use super::steps::{SESSION, page};
use super::{FORM, UNHINTED, address, between, cookie, sends_form};

const IN_NO_COOKIE: &str =
    "the login is kept in no cookie, so that no browser has it but by the page's address";

/// What the address of a page ends with that carries the login.
const HELD: &str = "&held=";

/// What an address ends with once the account is chosen.
const CHOSEN: &str = "&account=mine";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "logins-without-cookies",
        about: "no cookie is set: what is kept of a login stands in a value of the page, which nobody can guess, and no header says where a form comes from",
        allowed: "RFC 6749 3.1: the way in which the authorization server authenticates the resource owner (e.g., username and password login, session cookies) is beyond the scope of this specification",
        seen_at: None,
        apart: &["pages", "own redirects"],
        acts: &[Act::Request(with_cookies), Act::Answer(without_cookies)],
        costs: &[
            cost("consent/each-answer-has-its-session", Verdict::NotOffered, IN_NO_COOKIE),
            cost("laws/code-after-consent", Verdict::NotOffered, IN_NO_COOKIE),
            cost("login/ends", Verdict::NotOffered, IN_NO_COOKIE),
            cost("login/session-is-its-own", Verdict::NotOffered, IN_NO_COOKIE),
        ],
    },
    Liberty {
        name: "a-choice-of-the-account-to-go-on-with",
        about: "whoever is logged in is asked at each request whether to go on with that account or to use another",
        allowed: "RFC 6749 3.1, 4.1.1: how people are authenticated and asked is beyond its scope",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Instead(account),
            Act::Request(|_, asked| {
                let Some(bare) = asked.target().strip_suffix(CHOSEN) else { return false };
                if let Ok(uri) = bare.parse::<Uri>() {
                    asked.head.uri = uri;
                }
                false
            }),
        ],
        costs: &[],
    },
];

/// Gives a request the cookies that its address and its form stand for.
fn with_cookies(memory: &Memory, asked: &mut Asked) -> bool {
    if sends_form(asked) {
        asked.head.headers.remove("origin");
        asked.head.headers.remove("sec-fetch-site");
    }
    let before = asked.parameter("login_token").and_then(|token| memory.get(&format!("login {token}")));
    let held = asked.target().split_once(HELD);
    let held = held.map(|(bare, session)| (bare.parse::<Uri>(), format!("{SESSION}={session}")));
    let pair = match held {
        Some((Ok(bare), session)) => {
            asked.head.uri = bare;
            Some(session)
        }
        Some((Err(_), _)) | None => before,
    };
    if let Some(pair) = pair.and_then(|pair| HeaderValue::try_from(pair).ok()) {
        asked.head.headers.insert(COOKIE, pair);
    }
    false
}

/// Keeps the cookies from the browser: that of the login page under the value of its form, that of a login in the address that
/// it leads to.
fn without_cookies(memory: &Memory, _: &Asked, answered: &mut Answered) -> bool {
    let Some(set) = answered.headers.remove(SET_COOKIE) else { return false };
    let pair = set.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
    let text = answered.text();
    if let Some(token) = between(&text, "name=\"login_token\" value=\"", "\"") {
        memory.keep(format!("login {token}"), pair);
        return true;
    }
    let session = pair.strip_prefix(SESSION).and_then(|value| value.strip_prefix('='));
    let on = session.zip(answered.header("location")).map(|(session, to)| format!("{to}{HELD}{session}"));
    if let Some(on) = on {
        answered.set("location", &on);
    }
    true
}

/// The choice, for who has a login; and on, for who chose.
fn account(_: &Memory, asked: &Asked) -> Option<Answered> {
    if asked.is("POST", "/account") {
        let next = asked.parameter("next").filter(|next| next.starts_with("/authorize?"))?;
        let mut on = Answered { status: StatusCode::SEE_OTHER, ..Answered::default() };
        on.headers.insert(LOCATION, HeaderValue::try_from(format!("{next}{CHOSEN}")).ok()?);
        return Some(on);
    }
    let is_due = asked.is("GET", "/authorize")
        && cookie(asked, SESSION).is_some()
        && !asked.target().ends_with(CHOSEN)
        && asked.head.uri.query().is_some();
    is_due.then(|| {
        let form = format!(
            "{}<input type=\"hidden\" name=\"next\" value=\"{}\"><button name=\"go\" value=\"other\">Use another \
             account</button><button name=\"go\" value=\"on\">Continue as the one who is logged in</button></form>",
            FORM.replace('>', " action=\"/account\">"),
            address(asked)
        );
        page("Which account?", &form)
    })
}
