//! The browser against a server that answers by a script: where it goes, where it stops, what it carries.

use std::sync::Arc;
use std::time::Duration;

use oauth_suite::browser::{Decision, Landing};
use oauth_suite::case::{Context, Profile, RunState};
use oauth_suite::case_end::EndKind;
use oauth_suite::flow::{self, Until};
use oauth_suite::wire::http::{Settings, Wire};
use oauth_suite::wire::{Clock, Request};

use crate::common::script::{self, Script, context};
use crate::common::server::deserted;

/// A case's view of a run whose waiting puts the clock ahead.
fn context_ahead(text: &str) -> Context {
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    let clock = Clock::Advance(Arc::new(|_| {}));
    let live = RunState::new(script::target(text), wire, clock, Profile::Rfc9700, 1);
    Context::new(Arc::new(live), "test/case")
}

/// A target at this origin, in the words of its file.
fn target(base: &str) -> String {
    format!(
        "[endpoints]\nauthorization = \"{base}/authorize\"\ntoken = \"{base}/token\"\n\
         [client]\nid = \"c\"\nsecret = \"client secret\"\nredirect_uri = \"http://client.example/cb\"\n\
         [public_client]\nid = \"p\"\nredirect_uri = \"http://127.0.0.1/cb\"\n\
         [user]\nname = \"ann\"\npassword = \"pass word\"\n"
    )
}

#[tokio::test]
async fn it_stops_at_clients_and_foreign_origins_and_follows_its_own() {
    let table = [
        ("/relative/next", "a page"),
        ("BASE/end", "a page"),
        ("//127.0.0.1:9/x", "foreign"),
        ("http://client.example/cb?code=1", "callback"),
        ("http://client.example/cb/evil?code=1", "foreign"),
        ("https://client.example/cb?code=1", "foreign"),
        ("http://client.example:81/cb?code=1", "foreign"),
        ("http://client.example.evil.example/cb", "foreign"),
        ("http://127.0.0.1:51234/cb?code=1", "callback"),
        ("http://127.0.0.1:51234/other", "foreign"),
        ("com.example.app:/cb", "foreign"),
        ("http://[broken", "foreign"),
    ];
    for (location, expected) in table {
        let answer = format!("302 Found\nLocation: {location}\n\n");
        let script = Script::start(&[("GET /in/start", &answer)]).await;
        let context = context(&target(&script.base));
        let landing =
            flow::browser(&context).open(&format!("{}/in/start", script.base)).await.expect("it lands");
        let found = match &landing {
            Landing::Callback(_) => "callback",
            Landing::Foreign(_) => "foreign",
            Landing::Page(_) => "a page",
        };
        assert_eq!(found, expected, "{location}");
    }
}

#[tokio::test]
async fn a_cookie_ages_by_the_clock_of_the_run() {
    for (waited, carried) in [(59, true), (61, false)] {
        let script = Script::start(&[
            ("GET /set", "200 OK\nSet-Cookie: session=1; Max-Age=60\n\na page"),
            ("GET /ask", "200 OK\n\na page"),
        ])
        .await;
        let context = context_ahead(&target(&script.base));
        let mut browser = flow::browser(&context);
        browser.open(&format!("{}/set", script.base)).await.expect("it lands");
        context.wait(Duration::from_secs(waited)).await.expect("this clock is advanced in this process");
        browser.open(&format!("{}/ask", script.base)).await.expect("it lands");
        let asked = script.asked().pop().expect("it was asked").to_ascii_lowercase();
        assert_eq!(asked.contains("cookie: session=1"), carried, "after {waited} s: {asked}");
    }
}

#[tokio::test]
async fn each_redirect_status_keeps_or_drops_the_method_as_browsers_do() {
    for (status, expected) in
        [(301, "GET /b"), (302, "GET /b"), (303, "GET /b"), (307, "POST /b"), (308, "POST /b")]
    {
        let answer = format!("{status} X\nLocation: /b\n\n");
        let script = Script::start(&[("POST /a", &answer)]).await;
        let context = context(&target(&script.base));
        let request = Request::form(format!("{}/a", script.base), &[("x", "1")].into());
        flow::browser(&context).send(request).await.expect("it lands");
        let second = script.asked().pop().expect("two requests came");
        assert!(second.starts_with(expected), "{status}: {second}");
        assert_eq!(second.ends_with("x=1"), status > 303, "{status}: {second}");
    }
}

#[tokio::test]
async fn it_gives_up_on_redirects_without_end() {
    let script = Script::start(&[("GET /a", "302 Found\nLocation: /a\n\n")]).await;
    let context = context(&target(&script.base));
    let stop = flow::browser(&context).open(&format!("{}/a", script.base)).await.expect_err("it has no end");
    assert_eq!(stop.kind, EndKind::Errored);
    assert_eq!(script.asked().len(), 21);
}

const TWO_STEPS: &[(&str, &str)] = &[
    ("GET /start", "302 Found\nLocation: /login/name\nSet-Cookie: before=1; Path=/\n\n"),
    (
        "GET /login/name",
        "200 OK\nContent-Type: text/html\n\n<form method=post><input name=username><button>Next</button></form>",
    ),
    ("POST /login/name", "303 See Other\nLocation: /login/password\nSet-Cookie: step=2; Path=/login\n\n"),
    (
        "GET /login/password",
        "200 OK\nContent-Type: text/html\n\n<form method=post action=check><input type=hidden name=csrf value=x1>\
         <input type=password name=password></form>",
    ),
    (
        "POST /login/check",
        "303 See Other\nLocation: /consent\nSet-Cookie: before=; Max-Age=0; Path=/\nSet-Cookie: session=s; Path=/\n\n",
    ),
    (
        "GET /consent",
        "200 OK\nContent-Type: text/html\n\n<form method=post action=/grant><button name=a value=yes>Allow</button></form>\
         <form method=post action=/refuse><button>Cancel</button></form>",
    ),
    ("POST /grant", "302 Found\nLocation: http://client.example/cb?code=c1&state=s1\n\n"),
    ("POST /refuse", "302 Found\nLocation: http://client.example/cb?error=access_denied\n\n"),
];

#[tokio::test]
async fn it_logs_in_by_two_steps_and_consents() {
    let script = Script::start(TWO_STEPS).await;
    let context = context(&target(&script.base));
    let mut browser = flow::browser(&context);
    let first = browser.open(&format!("{}/start", script.base)).await.expect("it lands");
    let landing = browser.run(first, Decision::Approve).await.expect("it lands");
    assert_eq!(landing.callback().and_then(|at| at.params.first("code")), Some("c1"));
    assert_eq!(
        script.lines(),
        [
            "GET /start",
            "GET /login/name",
            "POST /login/name",
            "GET /login/password",
            "POST /login/check",
            "GET /consent",
            "POST /grant"
        ]
    );
    let asked = script.asked();
    assert!(asked[2].ends_with("username=ann") && asked[2].contains("cookie: before=1\r\n"), "{}", asked[2]);
    assert!(asked[4].ends_with("csrf=x1&password=pass+word"), "{}", asked[4]);
    assert!(asked[4].contains("cookie: step=2; before=1\r\n"), "{}", asked[4]);
    assert!(asked[5].contains("cookie: session=s\r\n"), "{}", asked[5]);
    assert!(asked[6].contains(&format!("origin: {}\r\n", script.base)), "{}", asked[6]);
}

#[tokio::test]
async fn it_stops_where_it_is_told_and_denies() {
    let script = Script::start(TWO_STEPS).await;
    let context = context(&target(&script.base));
    let mut browser = flow::browser(&context);
    let first = browser.open(&format!("{}/start", script.base)).await.expect("it lands");
    let login = browser.run_until(first, Until::Login, Decision::Approve).await.expect("it lands");
    assert!(login.page().is_some_and(|page| page.url.ends_with("/login/name")));
    let consent = browser.run_until(login, Until::Consent, Decision::Approve).await.expect("it lands");
    assert!(consent.page().is_some_and(|page| page.url.ends_with("/consent")));
    let mut fork = browser.clone();
    let denied = fork.run(consent.clone(), Decision::Deny).await.expect("it lands");
    assert_eq!(denied.callback().and_then(|at| at.params.first("error")), Some("access_denied"));
    assert_eq!(browser.trail.len() + 1, fork.trail.len());
    let stranger = flow::stranger(&context).run(consent, Decision::Approve).await.expect("it lands");
    assert!(stranger.callback().is_some());
}

#[tokio::test]
async fn a_page_that_logs_in_and_asks_is_one_of_login_and_one_of_consent() {
    let script = Script::start(&[
        (
            "GET /both",
            "200 OK\nContent-Type: text/html\n\n<form method=post action=/answer><input name=u><input type=password name=p>\
             <button name=a value=yes>Log in and allow</button><button name=a value=no>Deny</button></form>",
        ),
        ("POST /answer", "302 Found\nLocation: http://client.example/cb?error=access_denied\n\n"),
    ])
    .await;
    let context = context(&target(&script.base));
    let mut browser = flow::browser(&context);
    let first = browser.open(&format!("{}/both", script.base)).await.expect("it lands");
    for until in [Until::Login, Until::Consent] {
        let landing = browser.run_until(first.clone(), until, Decision::Approve).await.expect("it lands");
        assert!(landing.page().is_some_and(|page| page.url.ends_with("/both")), "{until:?}");
        assert_eq!(context.live().asked_consent(), until == Until::Consent);
    }
    let nobody = flow::stranger(&context);
    assert!(first.page().is_some_and(|page| nobody.consent_form(page, Decision::Approve).is_none()));
    let denied = browser.run(first, Decision::Deny).await.expect("it lands");
    assert!(denied.callback().is_some());
    let sent = script.asked().pop().expect("the form came");
    assert!(sent.ends_with("u=ann&p=pass+word&a=no"), "{sent}");
}

#[tokio::test]
async fn a_refused_login_is_tried_once() {
    let form = "200 OK\nContent-Type: text/html\n\n<form method=post><input name=u><input type=password name=p>\
                <input type=hidden name=csrf value=v></form>";
    let script = Script::start(&[("GET /login", form), ("POST /login", form)]).await;
    let context = context(&target(&script.base));
    let mut browser = flow::browser(&context);
    let first = browser.open(&format!("{}/login", script.base)).await.expect("it lands");
    let landing = browser.run(first, Decision::Approve).await.expect("it lands");
    assert!(landing.page().is_some());
    assert_eq!(script.lines(), ["GET /login", "POST /login"]);
}

#[tokio::test]
async fn a_burst_sends_each_copy_whole_on_a_connection_of_its_own() {
    let script = Script::start(&[("POST /token", "200 OK\nContent-Type: application/json\n\n{}")]).await;
    let context = context(&target(&script.base));
    let client = context.parties().client().expect("the target has a client");
    let request = oauth_suite::flow::TokenRequest::new(&client, [("grant_type", "x")].into());
    let answers = flow::token_burst(&context, &request, 5).await.expect("they are answered");
    assert_eq!(answers.iter().filter(|exchange| exchange.status() == Some(200)).count(), 5);
    let asked = script.asked();
    assert_eq!(asked.len(), 5);
    assert!(asked.iter().all(|text| text.ends_with("grant_type=x")), "{asked:?}");
}

#[tokio::test]
async fn a_server_that_is_gone_is_no_verdict() {
    let (_place, base) = deserted();
    let context = context(&target(&base));
    let client = context.parties().client().expect("the target has a client");
    let stop = flow::code(&context, &client).await.expect_err("nobody answers");
    assert_eq!(stop.kind, EndKind::Errored);
}
