//! The client's pages. Every text is escaped by maud.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use oauth_core::client::call::ServerWords;
use oauth_core::client::reply::{ClientPage, login_at};
use oauth_core::client::revoke::LOGOUT_TOKEN;
use serde_json::{Map, Value};

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}\
a.button{display:inline-block;padding:.5rem 1rem;border:2px solid;border-radius:.3rem;text-decoration:none}\
dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}pre{white-space:pre-wrap;overflow-wrap:anywhere}\
figure{margin:1rem 0;padding:.5rem 1rem;border-left:.3rem solid}";

/// Draws a page.
pub(crate) fn draw(page: &ClientPage) -> String {
    match page {
        ClientPage::Home { logged_in, servers } => frame("Reference client", &home(*logged_in, servers)),
        ClientPage::Profile { resource, logout_token } => frame("Profile", &profile(resource, logout_token)),
        ClientPage::LoggedOut { text } => frame("Logged out", &logged_out(text)),
        ClientPage::Error { text, words } => frame("That did not work", &error(text, words)),
    }
}

fn frame(title: &str, content: &Markup) -> String {
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
    .into_string()
}

fn home(logged_in: bool, servers: &[String]) -> Markup {
    html! {
        @if logged_in {
            p { "You are logged in." }
            p { a class="button" href="/profile" { "Show the profile" } }
        } @else {
            p { "This application shows your profile once you allow it at the server." }
        }
        @for name in servers {
            p { a class=[(!logged_in).then_some("button")] href=(login_at(name)) {
                @if logged_in { "Log in again with " (name) } @else { "Log in with " (name) }
            } }
        }
        @if servers.is_empty() {
            @if logged_in {
                p { a href="/login" { "Log in again" } }
            } @else {
                p { a class="button" href="/login" { "Log in" } }
            }
        }
    }
}

fn profile(resource: &str, token: &str) -> Markup {
    html! {
        p { "This is what the server returned:" }
        @match serde_json::from_str::<Map<String, Value>>(resource) {
            Ok(members) => dl {
                @for (name, value) in &members {
                    dt { (name) }
                    dd { @match value { Value::String(text) => (text), other => (other.to_string()) } }
                }
            },
            Err(_) => pre { (resource) },
        }
        form method="post" action="/logout" {
            input type="hidden" name=(LOGOUT_TOKEN) value=(token);
            button { "Log out" }
        }
        p { a href="/" { "Back to the start" } }
    }
}

fn logged_out(text: &str) -> Markup {
    html! {
        p { (text) }
        p { a href="/" { "Back to the start" } }
    }
}

fn error(text: &str, words: &ServerWords) -> Markup {
    html! {
        p role="alert" { (text) }
        @if *words != ServerWords::default() {
            figure {
                figcaption { "The server's words:" }
                p { strong { (words.error) } }
                @if !words.description.is_empty() { p { (words.description) } }
            }
        }
        p { a href="/" { "Start again" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKUP: &str = "<script>alert('x')</script>\"&";

    fn profile_of(resource: &str) -> ClientPage {
        ClientPage::Profile { resource: resource.to_owned(), logout_token: MARKUP.to_owned() }
    }

    #[test]
    fn no_text_becomes_markup() {
        let words = ServerWords { error: MARKUP.to_owned(), description: MARKUP.to_owned() };
        let member = serde_json::json!({ MARKUP: MARKUP, "nested": { MARKUP: [MARKUP] } }).to_string();
        for page in [ClientPage::Error { text: MARKUP, words }, profile_of(MARKUP), profile_of(&member)] {
            let drawn = draw(&page);
            assert!(!drawn.contains("<script"), "{drawn}");
            assert!(drawn.contains("&lt;script&gt;"), "{drawn}");
        }
    }

    #[test]
    fn an_object_is_shown_member_by_member_and_all_else_as_it_came() {
        let drawn = |resource: &str| draw(&profile_of(resource));
        let object = drawn(r#"{"name":"Ada","age":36,"mail":null}"#);
        assert!(object.contains("<dt>name</dt><dd>Ada</dd>"), "{object}");
        assert!(object.contains("<dt>age</dt><dd>36</dd>") && object.contains("<dt>mail</dt><dd>null</dd>"));
        for other in ["[1,2]", "plain", "", "3"] {
            assert!(drawn(other).contains(&format!("<pre>{other}</pre>")), "{other}");
        }
    }

    #[test]
    fn an_error_without_words_of_the_server_has_no_block_for_them() {
        let page = ClientPage::Error { text: "No.", words: ServerWords::default() };
        assert!(!draw(&page).contains("figure>"));
    }

    #[test]
    fn the_front_page_leads_to_the_login_or_to_the_profile() {
        let home = |logged_in, servers: &[&str]| {
            let servers = servers.iter().map(|name| (*name).to_owned()).collect();
            draw(&ClientPage::Home { logged_in, servers })
        };
        assert!(home(false, &[]).contains("href=\"/login\""));
        assert!(home(true, &[]).contains("href=\"/profile\""));
        for logged_in in [false, true] {
            let several = home(logged_in, &["one", "two"]);
            assert!(several.contains("href=\"/login?server=one\"") && several.contains("server=two\""));
            assert!(!several.contains("href=\"/login\""), "{several}");
        }
    }
}
