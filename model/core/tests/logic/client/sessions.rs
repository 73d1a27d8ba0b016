//! The fold: responses, sessions and answers, one line each.

use oauth_core::client::settings::{Address, ClearText, Endpoints, Settings};
use oauth_core::client::{Callback, Event, IssNeed};
use oauth_core::secret::Digest;

use super::browser::{Browser, fresh, settings};

/// A response with this query, to a login that waits for it.
#[track_caller]
fn check(need: IssNeed, query: &str, expected: &str) {
    let mut browser = Browser::waiting(Settings { iss: need, ..settings() });
    assert_eq!(browser.opens(&format!("/callback?{query}")), expected, "{need:?} {query}");
}

#[test]
fn responses_are_judged_as_the_table_says() {
    use IssNeed::{IfSent, Required, Unadvertised};
    let good = "exchange with verifier; exchanging";
    check(Required, "code=x&state=$state&iss=ISS", good);
    check(Required, "code=x&state=$state&iss=ISS&unknown=1&unknown=2", good);

    // Whose response it is comes first; what is not this login's does not end it.
    check(Required, "code=x&iss=ISS", "StateMissing; waiting");
    check(Required, "code=x&state=&iss=ISS", "StateMissing; waiting");
    check(Required, "code=x&state=other&iss=ISS", "StateWrong; waiting");
    check(Required, "code=x&state=$state+&iss=ISS", "StateWrong; waiting");
    check(Required, "code=x&state=$state&state=$state&iss=ISS", "Repeated(State); waiting");
    check(Required, "error=access_denied&iss=ISS", "StateMissing; waiting");
    check(Required, "code=x&state=%zz&iss=ISS", "Encoding; waiting");
    check(Required, "", "StateMissing; waiting");

    // Then whom it comes from (RFC 9207 2.4); such a response ends the login.
    check(Required, "code=x&state=$state", "IssMissing");
    check(Required, "code=x&state=$state&iss=", "IssMissing");
    for iss in [
        "http%3A%2F%2Fevil.example",
        "ISS%2F",
        "HTTP%3A%2F%2F127.0.0.1%3A9000",
        "http%3A%2F%2F127.0.0.1%3A09000",
        "http%3A%2F%2Flocalhost%3A9000",
        "http%253A%252F%252F127.0.0.1%253A9000",
    ] {
        for need in [Required, IfSent, Unadvertised] {
            check(need, &format!("code=x&state=$state&iss={iss}"), "IssWrong");
            check(need, &format!("error=access_denied&state=$state&iss={iss}"), "IssWrong");
        }
    }
    check(Required, "code=x&state=$state&iss=ISS&iss=ISS", "Repeated(Iss)");
    check(IfSent, "code=x&state=$state", good);
    check(IfSent, "code=x&state=$state&iss=ISS", good);
    check(Unadvertised, "code=x&state=$state", good);
    check(Unadvertised, "code=x&state=$state&iss=ISS", "IssUnadvertised");
    check(Unadvertised, "error=access_denied&state=$state&iss=ISS", "IssUnadvertised");

    // Then what it says.
    check(Required, "state=$state&iss=ISS", "CodeMissing");
    check(Required, "code=&state=$state&iss=ISS", "CodeMissing");
    check(Required, "code=x&error=access_denied&state=$state&iss=ISS", "CodeAndError");
    check(Required, "code=x&error=&state=$state&iss=ISS", good);
    check(Required, "code=%zz&state=$state&iss=ISS", "Encoding");
    check(Required, "code=x&state=$state&iss=ISS&unknown=%zz", good);
    check(Required, "code=x&code=y&state=$state&iss=ISS", "Repeated(Code)");
    check(Required, "error=a&error=b&state=$state&iss=ISS", "Repeated(Error)");
    check(Required, "error=access_denied&state=$state&iss=ISS", "ServerRefused");
    check(Required, "error=access_denied&state=$state", "IssMissing");
}

/// What happens in one session: pages opened, and what they came to.
#[track_caller]
fn story(mut browser: Browser, story: &[(&str, &str)]) {
    for (path, expected) in story {
        match path.strip_prefix("wait ") {
            Some(seconds) => browser.now += seconds.parse::<u64>().expect("a number"),
            None => assert_eq!(browser.opens(path), *expected, "{path}"),
        }
    }
}

#[test]
fn sessions_go_as_the_table_says() {
    let response = "/callback?code=x&state=$state&iss=ISS";
    story(Browser::new(settings()), &[("/", "home"), ("/profile", "to login"), (response, "NoFlow")]);
    story(
        Browser::new(Settings { pkce: false, ..settings() }),
        &[("/login", "to server; waiting"), (response, "exchange; exchanging")],
    );
    // A response is taken once, whatever it said.
    story(Browser::exchanging(), &[(response, "NoFlow; exchanging")]);
    story(
        Browser::waiting(settings()),
        &[("/callback?error=access_denied&state=$state&iss=ISS", "ServerRefused"), (response, "NoFlow")],
    );
    // A forged one changes nothing.
    story(
        Browser::waiting(settings()),
        &[
            ("/callback?code=evil&state=other&iss=ISS", "StateWrong; waiting"),
            (response, "exchange with verifier; exchanging"),
        ],
    );
    // A second login has a state of its own.
    story(
        Browser::waiting(settings()),
        &[
            ("/login", "to server; waiting"),
            (
                &format!("/callback?code=x&state={}&iss=ISS", fresh(0).state.secret.text()),
                "StateWrong; waiting",
            ),
            (response, "exchange with verifier; exchanging"),
        ],
    );
    // To the second.
    story(
        Browser::waiting(settings()),
        &[("wait 599", ""), (response, "exchange with verifier; exchanging")],
    );
    story(Browser::waiting(settings()), &[("wait 600", ""), (response, "FlowExpired; waiting")]);
    story(
        Browser::logged_in(),
        &[
            ("/", "home, logged in; logged in until 4600"),
            ("wait 3599", ""),
            ("/profile", "call resource; logged in until 4600"),
            ("wait 1", ""),
            ("/", "home; logged in until 4600"),
            ("/profile", "to login"),
        ],
    );
    // A new login forgets the old one at once.
    story(Browser::logged_in(), &[("/login", "to server; waiting")]);
    for (path, refusal) in [("/nowhere", "NoSuchPage"), ("/callback/", "NoSuchPage")] {
        story(Browser::new(settings()), &[(path, refusal)]);
    }
}

#[test]
fn the_resource_s_answer_ends_the_login_only_when_the_token_was_refused() {
    for (status, expected) in [
        (200, "show resource; logged in until 4600"),
        (401, "ResourceRefused"),
        // The token is good, for something else (RFC 6750 3.1).
        (403, "ResourceFailed; logged in until 4600"),
        (404, "ResourceFailed; logged in until 4600"),
        (302, "ResourceFailed; logged in until 4600"),
        (500, "ResourceFailed; logged in until 4600"),
    ] {
        assert_eq!(Browser::logged_in().resource_answer("t", status), expected, "{status}");
    }
}

#[test]
fn token_answers_are_judged_as_the_table_says() {
    let good = r#""access_token":"t","token_type":"Bearer""#;
    for (status, body, expected) in [
        (200, format!("{{{good},\"expires_in\":3600}}"), "to profile; logged in until 4600"),
        (200, format!("{{{good}}}"), "to profile; logged in"),
        (200, format!("{{{good},\"scope\":null}}"), "to profile; logged in"),
        (200, format!("{{{good},\"scope\":\"other\"}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":\"3600\"}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":-1}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":1.5}}"), "to profile; logged in"),
        (200, format!("{{{good},\"expires_in\":0}}"), "to profile; logged in until 1000"),
        (
            200,
            format!("{{{good},\"expires_in\":18446744073709551615}}"),
            "to profile; logged in until 4294968295",
        ),
        (200, format!("{{{good},\"unknown\":{{\"a\":[1]}}}}"), "to profile; logged in"),
        (200, format!("{{{good},\"error\":\"\"}}"), "TokenRefused"),
        (200, format!("{{{good},\"error\":\"invalid_grant\"}}"), "TokenRefused"),
        (200, format!("{{{good},\"error\":null}}"), "to profile; logged in"),
        (200, r#"{"access_token":"t","token_type":"bEARER"}"#.to_owned(), "to profile; logged in"),
        (200, r#"{"access_token":"t","token_type":"mac"}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"access_token":"t","token_type":""}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"access_token":"t","token_type":1}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"access_token":"t"}"#.to_owned(), "TokenTypeUnknown"),
        (200, r#"{"token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":"","token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":null,"token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":"a\nb","token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, r#"{"access_token":"é","token_type":"Bearer"}"#.to_owned(), "TokenAnswerMalformed"),
        (200, "[]".to_owned(), "TokenAnswerMalformed"),
        (200, String::new(), "TokenAnswerMalformed"),
        (200, "<!doctype html>".to_owned(), "TokenAnswerMalformed"),
        (200, "access_token=t&token_type=bearer".to_owned(), "TokenAnswerMalformed"),
        (201, format!("{{{good}}}"), "TokenRefused"),
        (303, String::new(), "TokenRefused"),
        (400, r#"{"error":"invalid_grant"}"#.to_owned(), "TokenRefused"),
        (401, r#"{"error":"invalid_client"}"#.to_owned(), "TokenRefused"),
        (500, "oops".to_owned(), "TokenEndpointSilent"),
        (503, r#"{"error":"temporarily_unavailable"}"#.to_owned(), "TokenEndpointSilent"),
    ] {
        assert_eq!(Browser::exchanging().token_answer(status, &body), expected, "{status} {body}");
    }
    // Nobody asked.
    assert_eq!(Browser::waiting(settings()).token_answer(200, &format!("{{{good}}}")), "NoFlow; waiting");
}

/// RFC 9700 4.4.2: what a response is held to was settled when the login began.
#[test]
fn a_response_of_another_server_than_the_one_asked_is_refused() {
    // At the address of another server, whatever else is right.
    let mut browser = Browser::waiting(settings());
    let Event::Callback(callback) = browser.receive("/callback?code=x&state=$state&iss=ISS").event() else {
        panic!("a response")
    };
    let elsewhere = Callback { at: Digest::of("http://localhost:8000/callback/other"), ..callback };
    assert_eq!(browser.folds(&Event::Callback(elsewhere)), "WrongAddress");

    // The rules of another server are loaded: the login still knows whom it asked.
    let mut browser = Browser::waiting(settings());
    browser.settings.issuer = "https://evil.example".to_owned();
    assert_eq!(browser.opens("/callback?code=x&state=$state&iss=https%3A%2F%2Fevil.example"), "IssWrong");
}

#[test]
fn a_server_that_cannot_be_told_from_another_is_not_asked() {
    use IssNeed::{IfSent, Required, Unadvertised};
    for (address, iss, expected) in [
        (Address::Own, IfSent, "to server; waiting"),
        (Address::Own, Unadvertised, "to server; waiting"),
        (Address::Shared, Required, "to server; waiting"),
        (Address::Shared, IfSent, "ServersAlike"),
        (Address::Shared, Unadvertised, "ServersAlike"),
    ] {
        let mut browser = Browser::new(Settings { address, iss, ..settings() });
        assert_eq!(browser.opens("/login"), expected, "{address:?} {iss:?}");
    }
}

/// RFC 6750 5.3: what would have to be sent in clear text is not asked for.
#[test]
fn no_login_starts_whose_secrets_would_travel_in_clear_text() {
    let plain = "http://as.example/x";
    let good = settings().endpoints;
    for (endpoints, expected) in [
        (Endpoints { token: "https://as.example/x".to_owned(), ..good.clone() }, "to server; waiting"),
        (Endpoints { authorization: plain.to_owned(), ..good.clone() }, "to server; waiting"),
        (Endpoints { token: plain.to_owned(), ..good.clone() }, "InClear"),
        (Endpoints { resource: plain.to_owned(), ..good.clone() }, "InClear"),
        (Endpoints { pushed: Some(plain.to_owned()), ..good }, "InClear"),
    ] {
        let mut browser = Browser::new(Settings { endpoints: endpoints.clone(), ..settings() });
        assert_eq!(browser.opens("/login"), expected, "{endpoints:?}");
        let judged_elsewhere = Settings { clear_text: ClearText::Taken, endpoints, ..settings() };
        assert_eq!(Browser::new(judged_elsewhere).opens("/login"), "to server; waiting");
    }
}
