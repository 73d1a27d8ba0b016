//! More pages than two, fewer, and pages in between.

use hyper::header::{HeaderValue, LOCATION, SET_COOKIE};
use hyper::http::{Method, StatusCode, Uri};

use oauth_suite::outcome::Verdict;

use super::super::message::{Answered, Asked};
use super::super::relay::Memory;
use super::super::{Act, Liberty, cost};
use super::{
    FORM, LOG_IN, UNHINTED, address, attribute, between, change, cookie, is_consent, is_login, sends_form,
};

const NOTHING_FIXED: &str = "RFC 6749 3.1, 4.1.1: how people are authenticated and asked is beyond its scope";

/// The server's cookie of who is logged in.
pub(super) const SESSION: &str = "oauth_server_session";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "login-in-two-steps",
        about: "the login page asks for the name, the next one for the password",
        allowed: NOTHING_FIXED,
        seen_at: None,
        apart: &["pages"],
        acts: &[UNHINTED, Act::Instead(second_step), Act::Answer(first_step)],
        costs: &[],
    },
    Liberty {
        name: "a-choice-of-accounts",
        about: "before the login form stands a page with the accounts, and a link to another",
        allowed: NOTHING_FIXED,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Instead(|_, asked| {
                let query = asked.head.uri.query().unwrap_or_default();
                (asked.is("GET", "/login") && query.contains("next=") && !query.contains("account=")).then(
                    || {
                        let link = format!("{}&amp;account=other", address(asked));
                        page(
                            "Choose an account",
                            &format!("<ul><li><a href=\"{link}\">Use another account</a></ul>"),
                        )
                    },
                )
            }),
            Act::Request(|_, asked| {
                let Some(bare) = asked.target().strip_suffix("&account=other") else { return false };
                if let Ok(uri) = bare.parse::<Uri>() {
                    asked.head.uri = uri;
                }
                false
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "terms-before-consent",
        about: "after the login a page asks to accept the terms, once for each browser",
        allowed: NOTHING_FIXED,
        seen_at: None,
        apart: &["pages"],
        acts: &[UNHINTED, Act::Instead(terms)],
        costs: &[],
    },
    Liberty {
        name: "own-redirects-by-refresh",
        about: "the server leads to its own pages by `<meta http-equiv=refresh>`",
        allowed: "RFC 6749 1.7: any other method available via the user agent",
        seen_at: None,
        apart: &["pages", "own redirects"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                lead_on(answered, |to| {
                    let to = attribute(to);
                    format!("<meta http-equiv=\"Refresh\" content=\"0; URL='{to}'\"><p>One moment.</p>")
                })
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "own-redirects-by-a-form-that-sends-itself",
        about: "the server leads to its own pages by a form that a script sends",
        allowed: "RFC 6749 1.7: any other method available via the user agent",
        seen_at: None,
        apart: &["pages", "own redirects"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                lead_on(answered, |to| {
                    let (path, query) = to.split_once('?').unwrap_or((to, ""));
                    let fields: String = url::form_urlencoded::parse(query.as_bytes())
                        .map(|(name, value)| {
                            let (name, value) = (attribute(&name), attribute(&value));
                            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
                        })
                        .collect();
                    format!(
                        "<form name=\"on\" method=\"get\" action=\"{}\">{fields}<noscript><button>Submit</button></noscript>\
                         </form><script>document.forms.on.submit()</script>",
                        attribute(path)
                    )
                })
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "own-redirects-by-a-link",
        about: "the server leads to its own pages by a page with nothing on it but a link",
        allowed: "RFC 6749 1.7: any other method available via the user agent",
        seen_at: None,
        apart: &["pages", "own redirects"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                lead_on(answered, |to| format!("<p><a href=\"{}\">Continue</a></p>", attribute(to)))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "consent-is-remembered",
        about: "a confidential client to which a user has consented gets the same scope without a page",
        allowed: "RFC 6749 10.2: repeated requests SHOULD NOT be processed automatically without authenticating the client or other measures; this client authenticates itself",
        seen_at: Some("Laravel Passport"),
        apart: &["pages"],
        acts: &[Act::Follow(remember)],
        costs: &[],
    },
    Liberty {
        name: "scope-told-in-words",
        about: "the consent page says in a sentence what a scope value means",
        allowed: "RFC 6749 3.3: the values are defined by the server",
        seen_at: Some("Django OAuth Toolkit"),
        apart: &["pages"],
        acts: &[Act::Answer(|_, _, answered| {
            is_consent(answered)
                && change(
                    answered,
                    &[
                        ("<strong>profile</strong>", "<strong>See your name and your picture</strong>"),
                        ("<strong>email</strong>", "<strong>See the address of your mail</strong>"),
                        ("> profile</label>", "> See your name and your picture</label>"),
                        ("> email</label>", "> See the address of your mail</label>"),
                    ],
                )
        })],
        costs: &[],
    },
    Liberty {
        name: "consent-page-without-the-redirect-uri",
        about: "the consent page does not say where the answer goes",
        allowed: "RFC 6749 10.2: SHOULD tell of the client, the scope and the lifetime; the redirect URI is not among them",
        seen_at: None,
        apart: &["pages"],
        acts: &[Act::Answer(|_, _, answered| {
            let text = answered.text();
            let Some(told) = between(&text, "<p>Your answer goes to ", "</p>") else { return false };
            answered.replace(&format!("<p>Your answer goes to {told}</p>"), "")
        })],
        costs: &[],
    },
    Liberty {
        name: "clients-of-the-house-are-not-asked-for",
        about: "nobody is asked for the consent to a confidential client that the deployer registered; after the login comes the code",
        allowed: "RFC 6749 4.1.1: or by establishing approval via other means",
        seen_at: Some("Laravel Passport"),
        apart: &["pages"],
        acts: &[Act::Follow(|_, asked, answered| {
            press_yes(asked, answered, |said| said.contains("<code>client_"))
        })],
        costs: &[],
    },
    Liberty {
        name: "login-for-each-request",
        about: "no session is kept: once a code was given, the next request asks for the login again",
        allowed: "RFC 6749 3.1: e.g., username and password login, session cookies",
        seen_at: None,
        apart: &["pages"],
        acts: &[Act::Answer(|_, _, answered| {
            let has_code = answered.located("code").is_some();
            if has_code {
                let gone = "oauth_server_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax";
                answered.headers.append(SET_COOKIE, HeaderValue::from_static(gone));
            }
            has_code
        })],
        costs: &[
            cost(
                "laws/code-after-consent",
                Verdict::NotOffered,
                "no browser that is logged in asks for a code",
            ),
            cost("login/ends", Verdict::NotOffered, "no login is kept"),
            cost("login/session-is-its-own", Verdict::NotOffered, "no login is kept"),
        ],
    },
    Liberty {
        name: "forms-need-their-own-origin",
        about: "what a form sends is refused without the server's own Origin or Referer",
        allowed: "RFC 6749 10.12: CSRF protection for the authorization endpoint",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            // Under `no-referrer` browsers would say `null` of where a form comes from.
            Act::Answer(|_, _, answered| {
                if answered.is_page() {
                    answered.set("referrer-policy", "same-origin");
                }
                false
            }),
            Act::Instead(|_, asked| {
                let own = asked.origin()?;
                let from = asked.header("origin").or_else(|| asked.header("referer"));
                let is_own = from.is_some_and(|from| from.starts_with(&own));
                (sends_form(asked) && !is_own).then(|| {
                    let mut refused = page("Refused", "<p>This form was sent from elsewhere.</p>");
                    refused.status = StatusCode::FORBIDDEN;
                    refused
                })
            }),
            Act::Sign(|_, asked, answered| asked.is("POST", "/login") && answered.status.is_redirection()),
        ],
        costs: &[],
    },
];

pub(super) fn page(title: &str, content: &str) -> Answered {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\
        <body><main><h1>{title}</h1>{content}</main></body></html>"
    );
    Answered::page(StatusCode::OK, html)
}

/// The login page without its password field.
fn first_step(_: &Memory, _: &Asked, answered: &mut Answered) -> bool {
    if !is_login(answered) {
        return false;
    }
    let text = answered.text();
    let (Some(from), Some(to)) = (text.find("<label for=\"password\">"), text.find(LOG_IN)) else {
        return false;
    };
    let shorter =
        format!("{}<button type=\"submit\">Next</button>{}", &text[..from], &text[to + LOG_IN.len()..]);
    answered.body = shorter.into();
    true
}

/// The page for the password, for who sent a name without one.
fn second_step(_: &Memory, asked: &Asked) -> Option<Answered> {
    let is_first = asked.is("POST", "/login") && asked.parameter("password").is_none();
    let (user, token) = (asked.parameter("user_id")?, asked.parameter("login_token")?);
    is_first.then(|| {
        let form = format!(
            "{FORM}<input type=\"hidden\" name=\"login_token\" value=\"{}\"><input type=\"hidden\" name=\"user_id\" \
             value=\"{}\"><input type=\"password\" name=\"password\">{LOG_IN}</form>",
            attribute(&token),
            attribute(&user)
        );
        // As the server's own page, but for the field of the first step.
        page("Log in", &form.replace(LOG_IN, "<button>Log in</button>"))
    })
}

/// The terms, for who is logged in and has not accepted them; and on, for who accepts.
fn terms(_: &Memory, asked: &Asked) -> Option<Answered> {
    if asked.is("POST", "/terms") {
        let next = asked.parameter("next").filter(|next| next.starts_with("/authorize?"))?;
        let mut on = Answered { status: StatusCode::SEE_OTHER, ..Answered::default() };
        on.headers.insert(LOCATION, HeaderValue::try_from(next).ok()?);
        on.headers.insert(SET_COOKIE, HeaderValue::from_static("terms=1; Path=/; HttpOnly; SameSite=Lax"));
        return Some(on);
    }
    let is_due =
        asked.is("GET", "/authorize") && cookie(asked, SESSION).is_some() && cookie(asked, "terms").is_none();
    is_due.then(|| {
        let form = format!(
            "<p>We changed our terms of use.</p><form method=\"post\" action=\"/terms\"><input type=\"hidden\" name=\"next\" \
             value=\"{}\"><label><input type=\"checkbox\" name=\"read\" required> I have read the terms</label>\
             <button>Accept</button></form>",
            address(asked)
        );
        page("Terms of use", &form)
    })
}

/// Puts a page in the place of a redirect to the server's own pages.
fn lead_on(answered: &mut Answered, content: impl FnOnce(&str) -> String) -> bool {
    let own =
        answered.header("location").filter(|to| to.starts_with('/') && answered.status.is_redirection());
    let Some(to) = own.map(str::to_owned) else { return false };
    let leading = page("One moment", &content(&to));
    answered.status = StatusCode::OK;
    answered.headers.remove(LOCATION);
    for (name, value) in &leading.headers {
        answered.headers.insert(name, value.clone());
    }
    answered.body = leading.body;
    true
}

/// Gives the user's answer again, where the page would ask the same for a client with a secret.
fn remember(memory: &Memory, asked: &Asked, answered: &Answered) -> Option<Asked> {
    let text = answered.text();
    let ask = between(&text, "name=\"ask\" value=\"", "\"");
    if asked.head.method == Method::POST {
        // A consent that was given: what its page said is what is remembered.
        let said = memory.get(&format!("page {}", asked.parameter("ask")?))?;
        let form = asked.form();
        let is_whole =
            asked.parameter("confirm").as_deref() == Some("yes") && asked.parameter("choosable").is_none();
        if is_whole && form.len() == 2 && answered.status.is_redirection() {
            memory.keep(format!("consent {said}"), "yes");
        }
        return None;
    }
    let said = between(&text, "<h1>Allow access?</h1>", "<form")?;
    let scope = between(&text, "It wants to use: <strong>", "</strong>")?;
    let whole = format!("{said} {scope} {}", between(&text, "Your answer goes to", "</p>")?);
    memory.keep(format!("page {}", ask?), whole.clone());
    if !said.contains("<code>client_") || memory.get(&format!("consent {whole}")).is_none() {
        return None;
    }
    press_yes(asked, answered, |_| true)
}

/// The request that gives the yes of a consent page, where what the page says of the client is `fit`.
pub(super) fn press_yes(asked: &Asked, answered: &Answered, fit: impl FnOnce(&str) -> bool) -> Option<Asked> {
    if asked.head.method != Method::GET {
        return None;
    }
    let text = answered.text();
    let ask = between(&text, "name=\"ask\" value=\"", "\"").filter(|_| is_consent(answered))?;
    if !fit(between(&text, "<h1>Allow access?</h1>", "<form")?) {
        return None;
    }
    let mut next = asked.clone();
    next.head.method = Method::POST;
    next.head.headers.insert("origin", HeaderValue::try_from(asked.origin()?).ok()?);
    next.head.headers.insert("content-type", HeaderValue::from_static("application/x-www-form-urlencoded"));
    let mut form = vec![("ask".to_owned(), ask.to_owned()), ("confirm".to_owned(), "yes".to_owned())];
    if text.contains("name=\"choosable\"") {
        form.push(("choosable".to_owned(), "1".to_owned()));
        let boxes = text.split("name=\"keep\" value=\"").skip(1);
        form.extend(boxes.filter_map(|rest| Some(("keep".to_owned(), rest.split_once('"')?.0.to_owned()))));
    }
    next.set_form(&form);
    Some(next)
}
