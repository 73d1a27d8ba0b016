//! What becomes of odd answers that no rule speaks of: the browser gets a page, and nothing leaks or is lost.

use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Answer, Server};
use crate::wire::query;
use crate::world::{Browser, Host, METADATA, Reply, TOKEN, World, metadata, metadata_but, token_answer};

async fn redeem(world: &World, browser: &mut Browser) -> Reply {
    let departure = browser.depart().await.expect("a login starts");
    browser.callback(&world.response(&departure, "code").expect("it has a state")).await
}

#[tokio::test]
async fn odd_token_answers_end_on_an_error_page() {
    let html = |body: &str| Answer::Http(200, vec![("content-type", "text/html".to_owned())], body.into());
    let huge = json!({ "access_token": TOKEN, "token_type": "Bearer", "x": "A".repeat(1024 * 1024) });
    let padded = format!("{}{}", token_answer(), " ".repeat(1024 * 1024));
    for (name, answer) in [
        ("a page", html("<!doctype html><h1>Log in</h1>")),
        ("no body", Answer::Http(200, Vec::new(), Vec::new())),
        ("an array", Answer::json(200, &json!([token_answer()]))),
        ("no token", Answer::json(200, &json!({ "token_type": "Bearer" }))),
        ("an empty token", Answer::json(200, &json!({ "access_token": "", "token_type": "Bearer" }))),
        (
            "a token with a line break",
            Answer::json(200, &json!({ "access_token": "a\r\nb", "token_type": "Bearer" })),
        ),
        ("a number for a token", Answer::json(200, &json!({ "access_token": 7, "token_type": "Bearer" }))),
        ("an error with 200", Answer::json(200, &json!({ "error": "invalid_grant", "access_token": TOKEN }))),
        ("more than is read", Answer::json(200, &huge)),
        ("more than is read, in spaces", Answer::json(200, &padded)),
        ("a token with 201", Answer::json(201, &token_answer())),
        ("no answer", Answer::HangUp),
    ] {
        let world = Host::default().world_with(|server| server.answer("/token", answer), |_| {}).await;
        let mut browser = world.browser();
        let page = redeem(&world, &mut browser).await;
        assert_eq!(page.status, 502, "{name}");
        assert!(page.body.contains("role=\"alert\""), "{name}: {}", page.body);
        assert!(!page.body.contains(TOKEN), "{name}");
        assert!(!browser.is_logged_in().await, "{name}");
        assert!(world.server.seen_at("/api/me").is_empty(), "{name}");
        // Nothing is lost: the next login succeeds in the same browser.
        world.server.answer("/token", Answer::json(200, &token_answer()));
        assert_eq!(redeem(&world, &mut browser).await.status, 303, "{name}");
        assert!(browser.is_logged_in().await, "{name}");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_is_down_ends_on_an_error_page() {
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let url = format!("http://{}/token", nobody.local_addr().expect("it is bound"));
    drop(nobody);
    let world = Host::default().world_with(|_| {}, |config| config.endpoints.token = Some(url)).await;
    let mut browser = world.browser();
    let page = redeem(&world, &mut browser).await;
    assert_eq!(page.status, 502);
    assert!(page.body.contains("did not answer the token request"), "{}", page.body);
}

#[tokio::test]
async fn a_usable_token_answer_may_lack_or_null_what_is_optional() {
    for answer in [
        json!({ "access_token": TOKEN, "token_type": "Bearer" }),
        json!({ "access_token": TOKEN, "token_type": "Bearer", "scope": Value::Null, "expires_in": Value::Null }),
        json!({ "access_token": TOKEN, "token_type": "Bearer", "scope": 5, "expires_in": "3600" }),
    ] {
        let world = Host::default()
            .world_with(|server| server.answer("/token", Answer::json(200, &answer)), |_| {})
            .await;
        let mut browser = world.browser();
        assert_eq!(redeem(&world, &mut browser).await.status, 303, "{answer}");
        assert!(browser.is_logged_in().await, "{answer}");
    }
}

#[tokio::test]
async fn a_server_without_metadata_and_iss_is_logged_in_at() {
    for answer in [
        Answer::Http(404, Vec::new(), Vec::new()),
        Answer::Http(200, vec![("content-type", "text/html".to_owned())], b"<p>hello".to_vec()),
        Answer::Http(302, vec![("location", "/elsewhere".to_owned())], Vec::new()),
        Answer::HangUp,
    ] {
        let world = Host::default().world_with(|server| server.answer(METADATA, answer), |_| {}).await;
        let mut browser = world.browser();
        let departure = browser.depart().await.expect("a login starts");
        assert!(
            departure.url.starts_with(&format!("{}/authorize?", world.server.origin)),
            "{}",
            departure.url
        );
        let state = departure.state().expect("it has a state");
        assert_eq!(browser.callback(&query(&[("code", "c"), ("state", &state)])).await.status, 303);
        assert!(browser.is_logged_in().await);
        assert!(world.server.seen_at("/elsewhere").is_empty(), "a redirect of the metadata is not followed");
    }
}

#[tokio::test]
async fn metadata_is_asked_for_again_until_it_was_read_but_not_at_each_login() {
    let world = Host::default().world_with(|server| server.answer(METADATA, Answer::HangUp), |_| {}).await;
    let mut browser = world.browser();
    let asked = |world: &World| world.server.seen_at(METADATA).len();
    for _ in 0..3 {
        browser.depart().await.expect("a login starts");
    }
    assert_eq!(asked(&world), 1);
    world.server.answer(
        METADATA,
        metadata_but(&world.server.origin, "token_endpoint", json!("http://127.0.0.1:9/t")),
    );
    world.clock.advance(Duration::from_secs(11));
    for _ in 0..2 {
        browser.depart().await.expect("a login starts");
        world.clock.advance(Duration::from_secs(11));
    }
    assert_eq!(asked(&world), 2);
}

#[tokio::test]
async fn a_login_keeps_to_what_was_known_of_the_server_when_it_began() {
    let world = Host::default().world_with(|server| server.answer(METADATA, Answer::HangUp), |_| {}).await;
    let mut early = world.browser();
    let departure = early.depart().await.expect("a login starts");
    let mut document = metadata(&world.server.origin);
    document["token_endpoint"] = json!(format!("{}/other", world.server.origin));
    world.server.answer(METADATA, Answer::json(200, &document));
    world.clock.advance(Duration::from_secs(11));
    world.browser().depart().await.expect("another login starts");
    let state = departure.state().expect("it has a state");
    early.callback(&query(&[("code", "c"), ("state", &state)])).await;
    assert_eq!(world.token_requests().len(), 1);
    assert!(world.server.seen_at("/other").is_empty());
}

#[tokio::test]
async fn configured_endpoints_win_over_metadata() {
    let script = |server: &Server| server.answer("/mine/token", Answer::json(200, &token_answer()));
    let world = Host::default()
        .world_with(script, |config| {
            config.endpoints.authorization = Some(format!("{}/mine/authorize", config.issuer));
            config.endpoints.token = Some(format!("{}/mine/token", config.issuer));
            config.endpoints.resource = Some(format!("{}/mine/resource", config.issuer));
        })
        .await;
    let mut browser = world.browser();
    let departure = browser.depart().await.expect("a login starts");
    assert!(
        departure.url.starts_with(&format!("{}/mine/authorize?", world.server.origin)),
        "{}",
        departure.url
    );
    browser.callback(&world.response(&departure, "code").expect("it has a state")).await;
    browser.get("/profile").await;
    let paths: Vec<String> = world.server.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(paths, [METADATA, "/mine/token", "/mine/resource"]);
}

#[tokio::test]
async fn no_redirect_of_the_back_channel_is_followed() {
    for status in [301, 302, 303, 307, 308] {
        let thief = Server::start().await;
        let away = |path: &str| vec![("location", format!("{}{path}", thief.origin))];
        let world = Host::default()
            .world_with(
                |server| server.answer("/token", Answer::Http(status, away("/token"), Vec::new())),
                |_| {},
            )
            .await;
        let mut browser = world.browser();
        assert_eq!(redeem(&world, &mut browser).await.status, 502, "{status}");
        world.server.answer("/token", Answer::json(200, &token_answer()));
        redeem(&world, &mut browser).await;
        world.server.answer("/api/me", Answer::Http(status, away("/api/me"), Vec::new()));
        assert_eq!(browser.get("/profile").await.status, 502, "{status}");
        assert!(thief.seen().is_empty(), "{status}: credentials went along");
    }
}

#[tokio::test]
async fn a_login_that_took_too_long_is_refused() {
    let world = Host::default().world().await;
    let mut browser = world.browser();
    let departure = browser.depart().await.expect("a login starts");
    world.clock.advance(Duration::from_secs(601));
    let page = browser.callback(&world.response(&departure, "code").expect("it has a state")).await;
    assert_eq!(page.status, 400);
    assert!(world.token_requests().is_empty());
}

#[tokio::test]
async fn an_expired_login_starts_anew_without_calling_the_resource() {
    let world = Host::default().world().await;
    let mut browser = world.browser();
    redeem(&world, &mut browser).await;
    assert!(browser.get("/").await.body.contains("href=\"/profile\""));
    world.clock.advance(Duration::from_secs(3601));
    let reply = browser.get("/profile").await;
    assert_eq!((reply.status, reply.header("location")), (303, Some("/login")));
    assert!(world.server.seen_at("/api/me").is_empty());
}

#[tokio::test]
async fn a_session_gets_a_new_id_when_a_login_starts_and_when_it_came_about() {
    let world = Host::default().world().await;
    let mut browser = world.browser();
    let departure = browser.depart().await.expect("a login starts");
    let mut left_behind = browser.clone();
    browser.callback(&world.response(&departure, "code").expect("it has a state")).await;
    assert!(browser.is_logged_in().await);
    assert!(!left_behind.is_logged_in().await, "the id before the login carries it");
    assert_eq!(browser.cookies_set.len(), 2);
    for cookie in &browser.cookies_set {
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{}", cookie.len());
    }
}

#[tokio::test]
async fn another_origin_is_led_to_the_redirect_uris() {
    let world = Host::default().world().await;
    let host = format!("127.0.0.1:{}", world.client.addr.port());
    for path in ["/", "/login"] {
        let mut browser = world.browser();
        let reply = browser.get_as(path, &[("host", &host)]).await;
        let expected = format!("{}{path}", browser.origin);
        assert_eq!((reply.status, reply.header("location")), (303, Some(expected.as_str())));
        assert!(browser.cookies_set.is_empty(), "a state was made under the wrong origin");
    }
}

#[tokio::test]
async fn endpoints_that_fit_no_header_do_not_end_in_one() {
    let script = |server: &Server| {
        let endpoint = json!(format!("{}/authorize\r\nset-cookie: a=b", server.origin));
        server.answer(METADATA, metadata_but(&server.origin, "authorization_endpoint", endpoint));
    };
    let world = Host::default().world_with(script, |_| {}).await;
    let mut browser = world.browser();
    let reply = browser.get("/login").await;
    let documented = format!("{}/authorize?", world.server.origin);
    let location = reply.header("location").unwrap_or_default();
    assert!(reply.status == 303 && location.starts_with(&documented), "the metadata is used: {location}");
    assert!(!browser.cookies_set.iter().any(|cookie| cookie.starts_with("a=")));
}

#[tokio::test]
async fn a_stopped_client_answers_what_it_began() {
    let world = Host::default().world().await;
    let mut browser = world.browser();
    redeem(&world, &mut browser).await;
    let addr = world.client.addr;
    world.client.stop().await;
    assert!(tokio::net::TcpStream::connect(addr).await.is_err());
}
