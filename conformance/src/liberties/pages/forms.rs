//! Forms in other ways of HTML, with other things beside them.

use hyper::header::HeaderValue;
use hyper::http::StatusCode;

use super::super::message::{Answered, Asked};
use super::super::{Act, Liberty};
use super::{
    ALLOW, DENY, FORM, LOG_IN, UNHINTED, address, asks, between, change, is_consent, is_login, sends_form,
};

const HTML: &str = "HTML Standard 4.10";

/// How the field begins that says which request a consent answers.
const ASK: &str = "<input type=\"hidden\" name=\"ask\"";

/// A field that people do not see and programs fill.
const HONEYPOT: &str = "<div style=\"display:none\"><label>Leave this empty<input type=\"text\" name=\"website\" \
    tabindex=\"-1\" autocomplete=\"off\"></label></div>";

const SIGN_UP: &str = "<section><h2>New here?</h2><form method=\"post\" action=\"/sign-up\">\
    <input type=\"text\" name=\"new_user\" autocomplete=\"username\"><input type=\"email\" name=\"email\">\
    <input type=\"password\" name=\"new_password\" autocomplete=\"new-password\">\
    <input type=\"password\" name=\"repeat_password\" autocomplete=\"new-password\">\
    <button type=\"submit\">Create account</button></form></section>";

const AROUND: &str = "<main><form action=\"/search\"><input type=\"search\" name=\"q\" placeholder=\"Search\">\
    <button>Search</button></form><form method=\"post\" action=\"/language\"><select name=\"language\">\
    <option>English</option><option>Deutsch</option></select><button>Change</button></form>";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "pages-without-hints",
        about: "nobody wrote down how the forms are filled",
        allowed: "RFC 6749 3.1: how the resource owner is authenticated is beyond its scope",
        seen_at: None,
        apart: &["pages"],
        acts: &[UNHINTED, Act::Sign(|_, _, answered| is_login(answered))],
        costs: &[],
    },
    Liberty {
        name: "buttons-outside-their-form",
        about: "the buttons stand elsewhere on the page and name their form",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                let (is_login, is_consent) = (is_login(answered), is_consent(answered));
                let moved = match (is_login, is_consent) {
                    (true, _) => LOG_IN.to_owned(),
                    (_, true) => format!("{ALLOW}{DENY}"),
                    (false, false) => return false,
                };
                let buttons = moved.replace("<button ", "<button form=\"main-form\" ");
                for button in [LOG_IN, ALLOW, DENY] {
                    answered.replace(button, "");
                }
                answered.replace(FORM, "<form method=\"post\" id=\"main-form\">");
                answered.replace("</main>", &format!("</main><footer>{buttons}</footer>"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "buttons-say-where-to-send",
        about: "the form leads nowhere; its buttons have formaction and formmethod",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, asked, answered| {
                let leads = format!("<button formmethod=\"post\" formaction=\"{}\" ", address(asked));
                asks(answered)
                    && answered.replace(FORM, "<form method=\"get\" action=\"/nowhere\">")
                    && answered.replace("<button ", &leads)
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "an-image-for-a-button",
        about: "the login form is sent by clicking an image",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                change(
                    answered,
                    &[(LOG_IN, "<input type=\"image\" name=\"go\" alt=\"Log in\" src=\"data:,\">")],
                )
            }),
            Act::Instead(|_, asked| {
                let is_sent = asked.is("POST", "/login") && asked.parameter("password").is_some();
                let is_clicked = asked.parameter("go.x").is_some() && asked.parameter("go.y").is_some();
                (is_sent && !is_clicked).then(|| refused("no click"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "a-sign-up-form-first",
        about: "above the login form stands one for new accounts",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                is_login(answered) && answered.replace("<main>", &format!("<main>{SIGN_UP}"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "other-forms-around",
        about: "the pages have forms for search and language above the one that matters",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[UNHINTED, Act::Answer(|_, _, answered| asks(answered) && answered.replace("<main>", AROUND))],
        costs: &[],
    },
    Liberty {
        name: "a-field-that-people-do-not-see",
        about: "the login form has a text field that has to stay empty, between name and password",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                let before = "<label for=\"password\">";
                is_login(answered) && answered.replace(before, &format!("{HONEYPOT}{before}"))
            }),
            Act::Instead(|_, asked| {
                let is_filled = asked.parameter("website").is_some_and(|value| !value.is_empty());
                is_filled.then(|| refused("a program filled this"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "a-disabled-fieldset",
        about: "a disabled fieldset has fields of the same names",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                let disabled = "<fieldset disabled><input type=\"text\" name=\"user_id\" value=\"other\">\
                    <input type=\"hidden\" name=\"ask\" value=\"other\"><input type=\"hidden\" name=\"login_token\" \
                    value=\"other\"><button name=\"confirm\" value=\"never\">Allow</button></fieldset>";
                asks(answered) && answered.replace(FORM, &format!("{FORM}{disabled}"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "a-base-element",
        about: "the page has a base, and its form an action relative to that",
        allowed: "HTML Standard 4.2.3",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, asked, answered| {
                let action = format!("<form method=\"post\" action=\"..{}\">", address(asked));
                asks(answered)
                    && answered.replace(FORM, &action)
                    && answered.replace("<head>", "<head><base href=\"/assets/\">")
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "refusal-in-a-form-of-its-own",
        about: "the consent page has one form to allow and one to deny",
        allowed: HTML,
        seen_at: Some("Doorkeeper, Laravel Passport"),
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                if !is_consent(answered) {
                    return false;
                }
                let text = answered.text();
                let Some(ask) = between(&text, ASK, ">") else { return false };
                let second = format!("</form><form method=\"post\">{ASK}{ask}>{DENY}");
                answered.replace(DENY, &second)
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "a-box-for-the-only-scope",
        about: "the consent page has a box, ticked, although only one scope value is asked for",
        allowed: "RFC 6749 3.3: the resource owner's instructions",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                let text = answered.text();
                let Some(scope) = between(&text, "It wants to use: <strong>", "</strong>") else {
                    return false;
                };
                let boxed = format!(
                    "<input type=\"hidden\" name=\"choosable\" value=\"1\"><label><input type=\"checkbox\" name=\"keep\" \
                     value=\"{scope}\" checked> {scope}</label>"
                );
                answered.replace(&format!("<p>It wants to use: <strong>{scope}</strong></p>"), &boxed)
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "failed-logins-answered-200",
        about: "a wrong password is answered by the login page with status 200",
        allowed: "RFC 6749 3.1: how the resource owner is authenticated is beyond its scope",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                let is_due = is_login(answered) && answered.status != StatusCode::OK;
                if is_due {
                    answered.status = StatusCode::OK;
                }
                is_due
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "the-no-comes-first-without-a-name",
        about: "the first button of the consent form says `Cancel` and sends nothing; the yes is called `allow`",
        allowed: HTML,
        seen_at: Some("Django OAuth Toolkit"),
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                is_consent(answered)
                    && answered.replace(DENY, "")
                    && answered.replace(
                        ALLOW,
                        "<input type=\"submit\" value=\"Cancel\"><input type=\"submit\" name=\"allow\" value=\"Authorize\">",
                    )
            }),
            Act::Request(|_, asked| {
                if asked.is("POST", "/authorize")
                    && asked.parameter("ask").is_some()
                    && asked.parameter("confirm").is_none()
                {
                    let mut form = asked.form();
                    let word = if form.iter().any(|(name, _)| name == "allow") { "yes" } else { "no" };
                    form.retain(|(name, _)| name != "allow");
                    form.push(("confirm".to_owned(), word.to_owned()));
                    asked.set_form(&form);
                }
                false
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "a-lasting-yes-before-the-no",
        about: "between yes and no stands a button that says `Allow, and don't ask again`",
        allowed: "RFC 6749 4.1.1: the owner's decision is obtained by asking; no text says between how many answers",
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                let lasting = ALLOW.replace("Allow", "Allow, and don't ask again");
                is_consent(answered) && answered.replace(DENY, &format!("{lasting}{DENY}"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "not-you-beside-the-no",
        about: "beside the consent form stand `Not you?` and a form that logs out",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                is_consent(answered)
                    && answered.replace(
                        "<main>",
                        "<main><p><a href=\"/logout\">Not you? Use another account</a></p><form method=\"post\" \
                         action=\"/logout\"><button>Sign out</button></form>",
                    )
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "other-ways-to-log-in-first",
        about: "the first buttons of the login form lead to other providers",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                let others = "<button type=\"submit\" name=\"provider\" value=\"google\" formaction=\"/social\" \
                    formnovalidate>Continue with Google</button><button type=\"submit\" name=\"provider\" \
                    value=\"apple\" formaction=\"/social\" formnovalidate>Sign in with Apple</button>";
                is_login(answered) && answered.replace(FORM, &format!("{FORM}{others}"))
            }),
        ],
        costs: &[],
    },
    Liberty {
        name: "forms-in-parts",
        about: "forms are sent as `multipart/form-data`",
        allowed: HTML,
        seen_at: None,
        apart: &["pages"],
        acts: &[
            UNHINTED,
            Act::Answer(|_, _, answered| {
                asks(answered)
                    && answered.replace(FORM, "<form method=\"post\" enctype=\"multipart/form-data\">")
            }),
            Act::Instead(|_, asked| {
                (sends_form(asked) && boundary(asked).is_none()).then(|| refused("not in parts"))
            }),
            Act::Request(|_, asked| {
                let Some(form) = boundary(asked).map(|boundary| parts(&asked.body, &boundary)) else {
                    return false;
                };
                asked.set_form(&form);
                let encoded = HeaderValue::from_static("application/x-www-form-urlencoded");
                asked.head.headers.insert("content-type", encoded);
                true
            }),
        ],
        costs: &[],
    },
];

fn refused(text: &str) -> Answered {
    Answered::page(StatusCode::BAD_REQUEST, format!("<!DOCTYPE html><title>Refused</title><p>{text}</p>"))
}

/// The boundary between the parts of a form that was sent in parts.
fn boundary(asked: &Asked) -> Option<String> {
    Some(asked.header("content-type")?.strip_prefix("multipart/form-data; boundary=")?.to_owned())
}

/// The fields of a form that was sent in parts.
fn parts(body: &[u8], boundary: &str) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body).into_owned();
    let between = format!("--{boundary}");
    let each = text.split(&between).filter_map(|part| {
        let (head, value) = part.trim_start_matches("\r\n").split_once("\r\n\r\n")?;
        let name = head.split_once("name=\"")?.1.split_once('"')?.0;
        Some((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
    });
    each.collect()
}
