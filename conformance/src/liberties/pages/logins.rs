//! How a login is kept, and with which of several it goes on.

use hyper::header::{COOKIE, HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::{StatusCode, Uri};

use oauth_suite::outcome::Verdict;

use super::super::message::{Answered, Asked};
use super::super::relay::Memory;
use super::super::{Act, Liberty, cost};
use super::steps::{SESSION, page};
use super::{FORM, UNHINTED, address, between, cookie, is_consent, sends_form};

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
        name: "the-session-stays-within-the-site",
        about: "a consent form has no value of its own and may come from anywhere: the session's cookie, which is SameSite=Lax, keeps out what other sites send",
        allowed: "RFC 6749 10.12: the server MUST implement CSRF protection for its authorization endpoint, and no text says which; RFC 6265bis 5.6.7: browsers leave such a cookie out of what another site posts",
        seen_at: None,
        apart: &["pages", "own redirects"],
        acts: &[Act::Request(with_ask), Act::Answer(without_ask)],
        costs: &[cost(
            "consent/one-answer-one-code",
            Verdict::NotOffered,
            "the form has no value of one request alone, so that it can be a new answer",
        )],
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

/// What the request is remembered by that a page asks about: the session, and the address of the page.
fn asked_of(asked: &Asked) -> Option<String> {
    Some(format!("asked of {} {}", cookie(asked, SESSION)?, asked.target()))
}

/// Gives a consent form the value of the request that its session was asked about at its address, wherever it comes from.
fn with_ask(memory: &Memory, asked: &mut Asked) -> bool {
    if !sends_form(asked) || !asked.is("POST", "/authorize") {
        return false;
    }
    asked.head.headers.remove("origin");
    asked.head.headers.remove("sec-fetch-site");
    if let Some(ask) = asked_of(asked).and_then(|known_as| memory.get(&known_as)) {
        let mut form = asked.form();
        form.push(("ask".to_owned(), ask));
        asked.set_form(&form);
    }
    false
}

/// Takes the value of the request out of a consent form, and remembers it.
fn without_ask(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    let text = answered.text();
    let ask = between(&text, "name=\"ask\" value=\"", "\"").filter(|_| is_consent(answered));
    let Some((known_as, ask)) = asked_of(asked).zip(ask) else { return false };
    memory.keep(known_as, ask);
    answered.replace(&format!("<input type=\"hidden\" name=\"ask\" value=\"{ask}\">"), "")
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
