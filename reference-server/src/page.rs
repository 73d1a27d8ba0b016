//! The pages, drawn: plain forms that work without scripts, every text escaped.
//!
//! Forms have no `action`, so they post to the address that they were read from, and its `?next=` stays.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use oauth_core::page::Page;
use url::{Position, Url};

use crate::config::DemoAccount;

/// The pages load nothing: their policy allows a style in the page and forbids the rest.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:1.05rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem}\
h1{font-size:1.5rem}label{display:block;margin:.8rem 0 .2rem}\
input:not([type=checkbox]){font:inherit;width:100%;padding:.4rem;box-sizing:border-box}\
label.choice{margin:.2rem 0}\
button{font:inherit;padding:.5rem 1.4rem;margin:1.2rem .6rem 0 0}\
code{overflow-wrap:anywhere}.alert{border-left:.3rem solid #b3261e;padding:.2rem .8rem}\
th,td{text-align:left;padding:.1rem 1.5rem .1rem 0}";

/// Draws a page; the front page names the demo accounts.
pub(crate) fn draw(page: &Page, demo: &[DemoAccount]) -> String {
    match page {
        Page::Home { metadata } => frame("OAuth reference server", &home(demo, metadata)),
        Page::LogIn { login_token, message } => frame("Log in", &log_in(login_token, *message)),
        Page::LoggedIn => {
            frame("You are logged in", &html! { p { "Go back to the application, and let it ask again." } })
        }
        Page::Consent { ask, client_id, client_name, redirect_uri, scope, user } => frame(
            "Allow access?",
            &html! {
                p { strong { (client_name) } " (" code { (client_id) } ") asks for access to the account "
                    strong { (user) } "." }
                (scope_form(ask, scope))
                p { "Your answer goes to " code { (destination(redirect_uri)) } "." }
            },
        ),
        Page::Refused { text } => {
            frame("This request was refused", &html! { p.alert role="alert" { (text) } })
        }
    }
    .into_string()
}

fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (content) } }
        }
    }
}

fn home(demo: &[DemoAccount], metadata: &str) -> Markup {
    html! {
        p { "This is an OAuth 2.0 authorization server with one protected resource. It has nothing to click: \
             people come here from an application that wants to access their account." }
        p { "What it offers to clients stands in its "
            a href=(metadata) { "metadata" } "." }
        @if !demo.is_empty() {
            h2 { "Demo accounts" }
            table {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Password" } } }
                tbody {
                    @for account in demo {
                        tr { td { code { (account.name) } } td { code { (account.password.expose()) } } }
                    }
                }
            }
        }
    }
}

fn log_in(login_token: &str, message: Option<&'static str>) -> Markup {
    html! {
        @if let Some(message) = message {
            p.alert #message role="alert" { (message) }
        }
        form method="post" {
            input type="hidden" name="login_token" value=(login_token);
            label for="user_id" { "Name" }
            input #user_id type="text" name="user_id" autocomplete="username" autocapitalize="none"
                spellcheck="false" required;
            label for="password" { "Password" }
            input #password type="password" name="password" autocomplete="current-password" required;
            button type="submit" { "Log in" }
        }
    }
}

/// What is asked for, and the answer. With several scope values each can be left out.
fn scope_form(ask: &str, scope: &[String]) -> Markup {
    html! {
        form method="post" {
            input type="hidden" name="ask" value=(ask);
            @if let [only] = scope {
                p { "It wants to use: " strong { (only) } }
            } @else {
                input type="hidden" name="choosable" value="1";
                fieldset {
                    legend { "It wants to use" }
                    @for value in scope {
                        label.choice { input type="checkbox" name="keep" value=(value) checked; " " (value) }
                    }
                }
            }
            button type="submit" name="confirm" value="yes" { "Allow" }
            button type="submit" name="confirm" value="no" { "Deny" }
        }
    }
}

/// Where a redirect URI leads, in a person's words: its host and port, or the scheme of an app.
fn destination(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else { return redirect_uri.to_owned() };
    let place = if url.has_host() { &url[Position::BeforeHost..Position::AfterPort] } else { url.scheme() };
    place.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_a_page_is_escaped() {
        let evil = "<script>\"'&".to_owned();
        let account = DemoAccount { name: evil.clone(), password: evil.as_str().into() };
        let consent = |scope: Vec<String>| Page::Consent {
            ask: evil.clone(),
            client_id: evil.clone(),
            client_name: evil.clone(),
            redirect_uri: format!("http://{evil}/"),
            scope,
            user: evil.clone(),
        };
        let pages = [
            Page::Home { metadata: String::new() },
            Page::LogIn { login_token: evil.clone(), message: Some("<script>") },
            Page::LoggedIn,
            consent(vec![evil.clone()]),
            consent(vec![evil.clone(), "other".to_owned()]),
            Page::Refused { text: evil.clone() },
        ];
        for page in pages {
            let drawn = draw(&page, std::slice::from_ref(&account));
            assert!(!drawn.contains("<script>"), "{page:?}");
            assert!(!drawn.contains("value=\"<") && !drawn.contains("\"'&"), "{page:?}");
        }
    }

    #[test]
    fn a_choice_of_scope_is_offered_only_where_there_is_one() {
        let drawn = |scope: &[&str]| {
            let scope = scope.iter().map(|value| (*value).to_owned()).collect();
            let page = Page::Consent {
                ask: "a".to_owned(),
                client_id: "c".to_owned(),
                client_name: "C".to_owned(),
                redirect_uri: "https://c.example/cb".to_owned(),
                scope,
                user: "u".to_owned(),
            };
            draw(&page, &[])
        };
        assert!(!drawn(&["profile"]).contains("choosable"));
        assert_eq!(drawn(&["profile", "email"]).matches("name=\"keep\"").count(), 2);
        assert!(drawn(&["profile", "email"]).contains("name=\"choosable\""));
    }

    #[test]
    fn the_destination_is_the_host_or_the_scheme_of_an_app() {
        for (uri, expected) in [
            ("http://localhost:8000/callback", "localhost:8000"),
            ("https://c.example?x=https://other.example/", "c.example"),
            ("https://bank.example@evil.example/cb", "evil.example"),
            ("http://bank.example\\@evil.example/", "bank.example"),
            ("https://evil.example:443\\.bank.example/cb", "evil.example"),
            ("http://[::1]:8000/cb", "[::1]:8000"),
            ("com.example.app:/cb", "com.example.app"),
            ("com.example.app://there/cb", "there"),
        ] {
            assert_eq!(destination(uri), expected);
        }
    }
}
