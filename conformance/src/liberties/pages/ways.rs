//! What pages ask of people and of browsers: all on one page, boxes that nobody ticked, what browsers fill in and send.

use hyper::Method;
use hyper::http::StatusCode;

use super::super::message::{Answered, Asked, first_of};
use super::super::relay::Memory;
use super::super::{Act, Liberty};
use super::steps::{SESSION, press_yes};
use super::{FORM, LOG_IN, UNHINTED, asks, attribute, between, cookie, is_consent, is_login, sends_form};

const NOTHING_FIXED: &str = "RFC 6749 3.1, 4.1.1: how people are authenticated and asked is beyond its scope";

/// What browsers fill in by themselves: the encoding, and line breaks.
const FILLED: &str =
    "<input type=\"hidden\" name=\"_charset_\"><textarea name=\"lines\" hidden>one&#10;two</textarea>";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "one-page-for-login-and-consent",
        about: "the page that asks for the password asks for the consent as well; whoever is logged in is asked for that alone",
        allowed: "RFC 6749 4.1.1: the server authenticates the resource owner and obtains a decision by asking; no text says on how many pages",
        seen_at: None,
        apart: &["pages", "own redirects"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, asked, answered| is_login(answered) && ask_both(asked, answered)),
            Act::Answer(|memory, asked, answered| {
                let agreed = answered.header("location").filter(|_| asked.is("POST", "/login"));
                if let Some(request) = agreed.filter(|to| to.starts_with("/authorize?")) {
                    memory.keep(format!("agreed {request}"), "once");
                }
                false
            }),
            Act::Follow(|memory, asked, answered| {
                let agreed = format!("agreed {}", asked.target());
                if memory.get(&agreed).as_deref() != Some("once") {
                    return None;
                }
                memory.keep(agreed, "done");
                press_yes(asked, answered, |_| true)
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "boxes-that-nobody-ticked",
        about: "the consent page has a box for each of several scope values, and none is ticked",
        allowed: "RFC 6749 3.3: the resource owner's instructions",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| is_consent(answered) && answered.replace(" checked>", ">")),
        ],
        costs: &[],
    },
    Liberty {
        name: "fields-that-browsers-fill",
        about: "the forms have a `_charset_` and a line break, and are refused unless both come as browsers send them",
        allowed: "HTML Standard, form submission: `_charset_` is given the encoding, and line breaks are sent as CRLF",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                asks(answered) && answered.replace(FORM, &format!("{FORM}{FILLED}"))
            }),
            Act::Instead(|_, asked| {
                let is_filled = asked.parameter("_charset_").as_deref() == Some("UTF-8")
                    && asked.parameter("lines").as_deref() == Some("one\r\ntwo");
                (sends_form(asked) && !is_filled).then(|| refused("no browser sent this"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "failed-logins-are-sent-back",
        about: "a wrong password is answered by a redirect to the login page",
        allowed: NOTHING_FIXED,
        seen_at: Some("Spring Security"),
        apart: &["pages", "own redirects"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, asked, answered| {
                let is_due =
                    asked.is("POST", "/login") && is_login(answered) && answered.status != StatusCode::OK;
                if is_due {
                    let mark = if asked.head.uri.query().is_some() { '&' } else { '?' };
                    let again = format!("{}{mark}failed=1", asked.target());
                    answered.status = StatusCode::SEE_OTHER;
                    answered.body = "".into();
                    answered.headers.remove("content-type");
                    answered.set("location", &again);
                }
                is_due
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "pages-for-browsers-alone",
        about: "whoever does not accept HTML gets no page of the authorization endpoint or the login, but 403",
        allowed: "RFC 6749 3.1: the endpoint is where a resource owner's user agent goes; RFC 9110 15.5.4: a server may refuse to fulfil a request",
        seen_at: None,
        apart: &[],
        acts: &[Act::Instead(|_, asked| {
            let is_page = matches!(asked.head.uri.path(), "/authorize" | "/login");
            let takes_pages = asked.header("accept").is_some_and(|types| types.contains("text/html"));
            (is_page && asked.head.method == Method::GET && !takes_pages)
                .then(|| Answered { status: StatusCode::FORBIDDEN, ..Answered::default() })
        })],
        costs: &[],
    },
    Liberty {
        name: "one-open-request-a-session",
        about: "a session has one authorization request open: a second one puts the first one's consent page out of force",
        allowed: NOTHING_FIXED,
        seen_at: Some("Laravel Passport"),
        apart: &["pages"],
        acts: &[
            Act::Answer(|memory, asked, answered| {
                let text = answered.text();
                let ask = between(&text, "name=\"ask\" value=\"", "\"").filter(|_| is_consent(answered));
                if let Some((session, ask)) = cookie(asked, SESSION).zip(ask) {
                    memory.keep(format!("open {session}"), ask);
                }
                false
            }),
            Act::Instead(out_of_force),
        ],
        costs: &[],
    },
];

fn refused(text: &str) -> Answered {
    Answered::page(StatusCode::BAD_REQUEST, format!("<!DOCTYPE html><title>Refused</title><p>{text}</p>"))
}

/// The client and the scope of the authorization request that a login page stands before.
pub(super) fn request_behind(asked: &Asked) -> Option<(String, String)> {
    let next = first_of(asked.head.uri.query().unwrap_or_default(), "next")?;
    let query = next.split_once('?').map_or("", |(_, query)| query);
    Some((first_of(query, "client_id")?, first_of(query, "scope").unwrap_or_default()))
}

/// Lets the login page of an authorization request ask for the consent too.
fn ask_both(asked: &Asked, answered: &mut Answered) -> bool {
    let Some((client, scope)) = request_behind(asked) else { return false };
    let both = format!(
        "<p>Whoever logs in here allows <strong>{}</strong> to use: <strong>{}</strong></p>\
         <button type=\"submit\">Log in and allow</button>",
        attribute(&client),
        attribute(&scope)
    );
    answered.replace(LOG_IN, &both)
}

/// The refusal of an answer to another consent page than the last one of the session.
fn out_of_force(memory: &Memory, asked: &Asked) -> Option<Answered> {
    let answers = asked.parameter("ask").filter(|_| asked.is("POST", "/authorize"))?;
    let open = memory.get(&format!("open {}", cookie(asked, SESSION)?))?;
    (open != answers).then(|| refused("another request was opened meanwhile"))
}
