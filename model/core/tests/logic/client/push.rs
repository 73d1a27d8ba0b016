//! Pushed requests: when they are made, what is in them, and what their answers are worth.

use oauth_core::client::push::{judge_push_answer, push_request};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::reply::{Shown, encode};
use oauth_core::client::settings::{Endpoints, Settings};
use oauth_core::client::{Act, Departure, Event};
use oauth_core::directory::Authentication;
use oauth_core::form::Params;

use super::browser::{Browser, ISSUER, fresh, settings};

/// A client whose server takes pushed requests.
fn pushing() -> Settings {
    let endpoints =
        Endpoints { pushed: Some("http://127.0.0.1:9000/par".to_owned()), ..Endpoints::documented(ISSUER) };
    Settings { par: true, endpoints, ..settings() }
}

#[test]
fn a_login_is_pushed_before_the_browser_leaves() {
    let mut browser = Browser::new(pushing());
    assert_eq!(browser.opens("/login"), "push");
    assert_eq!(browser.folds(&Event::Pushed(Ok(()), fresh(0))), "to server; waiting");
    let response = "/callback?code=x&state=$state&iss=ISS";
    assert_eq!(browser.opens(response), "exchange with verifier; exchanging");
    // A push that failed leaves things as they were.
    let refused = Event::Pushed(Err(ClientRefusal::PushRefused), fresh(0));
    let mut browser = Browser::new(pushing());
    browser.opens("/login");
    assert_eq!(browser.folds(&refused), "PushRefused");
    let mut browser = Browser::refreshable();
    browser.settings = pushing();
    assert_eq!(browser.opens("/login"), "push; logged in until 4600");
    assert_eq!(browser.folds(&refused), "PushRefused; logged in until 4600");
}

#[test]
fn requests_are_pushed_where_configuration_or_metadata_say_so() {
    let document = |rest: &str| {
        format!(
            r#"{{"issuer":"{ISSUER}","authorization_endpoint":"{ISSUER}/a","token_endpoint":"{ISSUER}/t"{rest}}}"#
        )
    };
    let at = r#","pushed_authorization_request_endpoint":"http://127.0.0.1:9000/par""#;
    let required = r#","require_pushed_authorization_requests":true"#;
    for (par, rest, expected) in [
        (false, String::new(), "to server; waiting"),
        (false, at.to_owned(), "to server; waiting"),
        (true, at.to_owned(), "push"),
        (false, format!("{at}{required}"), "push"),
        (false, format!("{at}{}", required.replace("true", "\"true\"")), "to server; waiting"),
        (true, String::new(), "PushUnavailable"),
        (false, required.to_owned(), "PushUnavailable"),
        (true, at.replace("127.0.0.1", "10.0.0.1"), "PushUnavailable"),
    ] {
        let mut browser = Browser::new(Settings { par, ..settings() });
        browser.settings.discover(document(&rest).as_bytes()).expect("it is good");
        assert_eq!(browser.opens("/login"), expected, "{par} {rest}");
    }
}

#[test]
fn what_is_pushed_is_what_would_have_gone_along_and_who_pushes_it() {
    let fresh = fresh(0);
    let departure = Departure {
        state: fresh.state.secret,
        verifier: Some(fresh.verifier.secret),
        session: fresh.session.secret,
        jkt: None,
    };
    let all = "response_type client_id redirect_uri scope state code_challenge code_challenge_method";
    for (authentication, names, has_header) in [
        (Authentication::Basic, all.to_owned(), true),
        (Authentication::Post, format!("{all} client_secret"), false),
        (Authentication::None, all.to_owned(), false),
    ] {
        let call = push_request(&Settings { authentication, ..pushing() }, &departure);
        assert_eq!((call.method, call.url.as_str()), ("POST", "http://127.0.0.1:9000/par"));
        let params = Params::decode(call.body.as_bytes()).expect("our own encoding");
        let sent: Vec<&str> = params.pairs().iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(sent.join(" "), names, "{authentication:?}");
        let shown = call.headers.iter().any(|(name, _)| *name == "Authorization");
        assert_eq!(shown, has_header, "{authentication:?}");
    }

    let shown = Shown { request_uri: Some("urn:x:a b".to_owned()), ..Shown::default() };
    let reply = encode(&Act::ToServer(departure), &pushing(), &shown).expect("a redirect");
    let expected = "http://127.0.0.1:9000/authorize?client_id=client_1&request_uri=urn%3Ax%3Aa+b";
    assert_eq!(reply.header("Location"), Some(expected));
}

#[test]
fn answers_to_a_push_are_judged_as_the_table_says() {
    let good = r#"{"request_uri":"urn:x:1","expires_in":60}"#;
    for (status, body, expected) in [
        (201, good, "urn:x:1"),
        (200, good, "urn:x:1"),
        (201, "{}", "PushUnanswered"),
        (201, r#"{"request_uri":""}"#, "PushUnanswered"),
        (201, r#"{"request_uri":7}"#, "PushUnanswered"),
        (201, "<h1>", "PushUnanswered"),
        (302, good, "PushRefused HTTP status 302"),
        (400, r#"{"error":"invalid_request"}"#, "PushRefused invalid_request"),
        (503, r#"{"error":"invalid_request"}"#, "PushUnanswered"),
    ] {
        let told = match judge_push_answer(status, body.as_bytes()) {
            Ok(uri) => uri,
            Err((refusal, words)) => format!("{refusal:?} {}", words.error).trim().to_owned(),
        };
        assert_eq!(told, expected, "{status} {body}");
    }
}
