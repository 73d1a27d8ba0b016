//! Refreshing: when, with which token, and what is left of a login when it goes wrong.

use oauth_core::client::Event;
use oauth_core::client::call::{judge_tokens, refresh_request};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::settings::{Binding, Settings};
use oauth_core::directory::Authentication;
use oauth_core::policy::Time;
use oauth_core::secret::Digest;

use super::browser::{Browser, settings, tokens};

/// The session's margin and a token that ends at 4600.
const MARGIN_AT: u64 = 4570;

/// A browser whose token is about to end, and whose refresh is on its way.
fn refreshing() -> Browser {
    let mut browser = Browser::refreshable();
    browser.now = MARGIN_AT;
    assert_eq!(browser.opens("/profile"), "refresh; logged in until 4600, refreshing");
    browser
}

#[test]
fn a_token_is_refreshed_within_the_margin_before_its_end() {
    for (now, expected) in [
        (1000, "call resource; logged in until 4600"),
        (MARGIN_AT - 1, "call resource; logged in until 4600"),
        (MARGIN_AT, "refresh; logged in until 4600, refreshing"),
        (4600, "refresh; logged in until 4600, refreshing"),
        (1_000_000, "refresh; logged in until 4600, refreshing"),
    ] {
        let mut browser = Browser::refreshable();
        browser.now = now;
        assert_eq!(browser.opens("/profile"), expected, "at {now}");
    }
    // Without a refresh token there is only a new login, and only when the token has ended.
    for (now, expected) in [(4599, "call resource; logged in until 4600"), (4600, "to login")] {
        let mut browser = Browser::logged_in();
        browser.now = now;
        assert_eq!(browser.opens("/profile"), expected, "at {now}");
    }
    // A token whose end is not known is not refreshed on suspicion.
    let mut browser = Browser::exchanging();
    let answer = r#"{"access_token":"t","token_type":"Bearer","refresh_token":"r"}"#;
    assert_eq!(browser.token_answer(200, answer), "to profile; logged in");
    browser.now += 1_000_000;
    assert_eq!(browser.opens("/profile"), "call resource; logged in");
    // Nor does any other page refresh.
    let mut browser = Browser::refreshable();
    browser.now = 5000;
    assert_eq!(browser.opens("/"), "home; logged in until 4600");
}

#[test]
fn a_new_refresh_token_takes_the_place_of_the_old_one() {
    let mut browser = refreshing();
    assert_eq!(browser.refresh_token(), Some(Digest::of("r1")));
    let answer = tokens("t2", Some("r2"));
    assert_eq!(browser.refresh_answer(200, &answer), "call resource; logged in until 8170");
    assert_eq!(browser.refresh_token(), Some(Digest::of("r2")));

    // RFC 6749 6: without a new one the old one stays.
    let mut browser = refreshing();
    assert_eq!(browser.refresh_answer(200, &tokens("t2", None)), "call resource; logged in until 8170");
    assert_eq!(browser.refresh_token(), Some(Digest::of("r1")));
}

#[test]
fn refresh_answers_are_judged_as_the_table_says() {
    let good = r#""access_token":"t2","token_type":"Bearer""#;
    for (status, body, expected) in [
        (200, format!("{{{good},\"expires_in\":60}}"), "call resource; logged in until 4630"),
        (200, format!("{{{good}}}"), "call resource; logged in"),
        (400, r#"{"error":"invalid_grant"}"#.to_owned(), "to login"),
        (400, r#"{"error":"invalid_scope"}"#.to_owned(), "to login"),
        (401, r#"{"error":"invalid_client"}"#.to_owned(), "to login"),
        (200, "<!doctype html>".to_owned(), "to login"),
        (200, r#"{"access_token":"t2","token_type":"mac"}"#.to_owned(), "to login"),
    ] {
        assert_eq!(refreshing().refresh_answer(status, &body), expected, "{status} {body}");
    }
    // Nobody is logged in any more.
    let mut browser = refreshing();
    assert_eq!(browser.opens("/login"), "to server; waiting");
    assert_eq!(browser.refresh_answer(200, &tokens("t2", None)), "to login; waiting");
}

#[test]
fn an_unusable_refresh_token_is_none() {
    for value in ["1", "null", "\"\"", "\"a\\nb\"", "[\"r\"]"] {
        let body = format!(r#"{{"access_token":"t","token_type":"Bearer","refresh_token":{value}}}"#);
        let judged = judge_tokens(Binding::Bearer, Time(0), 200, body.as_bytes());
        assert_eq!((judged.refresh, judged.answer.map(|answer| answer.refresh)), (None, Ok(None)), "{value}");
    }
    let judged = judge_tokens(Binding::Bearer, Time(0), 200, tokens("t", Some("r 1")).as_bytes());
    assert_eq!(judged.refresh.as_deref(), Some("r 1"));
    assert_eq!(judged.answer.map(|answer| answer.refresh), Ok(Some(Digest::of("r 1"))));
}

#[test]
fn an_outage_of_the_token_endpoint_keeps_the_login() {
    let silence = Event::RefreshAnswer(Err(ClientRefusal::TokenEndpointSilent));
    // The token is still good for a moment.
    let mut browser = refreshing();
    assert_eq!(browser.folds(&silence), "call resource; logged in until 4600");
    // It has ended, and the next page tries again with the same refresh token.
    let mut browser = refreshing();
    browser.now = 4600;
    assert_eq!(browser.folds(&silence), "TokenEndpointSilent; logged in until 4600");
    assert_eq!(browser.opens("/profile"), "refresh; logged in until 4600, refreshing");
    assert_eq!(browser.refresh_token(), Some(Digest::of("r1")));
}

#[test]
fn two_pages_at_once_send_one_refresh() {
    // The second page uses the token for as long as it lives.
    let mut browser = refreshing();
    assert_eq!(browser.opens("/profile"), "call resource; logged in until 4600, refreshing");
    browser.now = 4600;
    assert_eq!(browser.opens("/profile"), "RefreshInProgress; logged in until 4600, refreshing");
    assert_eq!(browser.refresh_answer(200, &tokens("t2", Some("r2"))), "call resource; logged in until 8200");
    assert_eq!(browser.opens("/profile"), "call resource; logged in until 8200");
}

#[test]
fn the_refusal_of_a_token_that_was_replaced_ends_nothing() {
    // The second page showed the old token; meanwhile the refresh ended it.
    let mut browser = refreshing();
    browser.refresh_answer(200, &tokens("t2", Some("r2")));
    assert_eq!(browser.resource_answer("t1", 401), "call resource; logged in until 8170");
    assert_eq!(browser.resource_answer("t2", 200), "show resource; logged in until 8170");
    // The refresh was not answered yet.
    let mut browser = refreshing();
    assert_eq!(browser.resource_answer("t1", 401), "RefreshInProgress; logged in until 4600, refreshing");
    // The good one was refused: that ends the login, and a refresh would not help.
    assert_eq!(Browser::refreshable().resource_answer("t1", 401), "ResourceRefused");
    assert_eq!(Browser::refreshable().resource_answer("t1", 403), "ResourceFailed; logged in until 4600");
    assert_eq!(Browser::refreshable().resource_answer("t1", 503), "ResourceFailed; logged in until 4600");
}

/// RFC 6749 6: the request authenticates as every token request of this client does.
#[test]
fn a_refresh_request_authenticates_as_registered() {
    let refresh = |settings: Settings| {
        let call = refresh_request(&settings, "r 1+&=");
        let header = call.headers.iter().find(|(name, _)| *name == "Authorization");
        assert_eq!((call.method, call.url.as_str()), ("POST", "http://127.0.0.1:9000/token"));
        (header.map(|(_, value)| value.clone()), call.body)
    };
    let form = "grant_type=refresh_token&refresh_token=r+1%2B%26%3D";
    assert_eq!(
        refresh(settings()),
        (Some("Basic Y2xpZW50XzE6Y2xpZW50X3NlY3JldF8x".to_owned()), form.to_owned())
    );
    let post = Settings { authentication: Authentication::Post, ..settings() };
    assert_eq!(refresh(post), (None, format!("{form}&client_id=client_1&client_secret=client_secret_1")));
    let public = Settings { authentication: Authentication::None, client_secret: None, ..settings() };
    assert_eq!(refresh(public), (None, format!("{form}&client_id=client_1")));
}
