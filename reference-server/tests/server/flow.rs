//! The honest flow over TCP, and what must not come of a dishonest one.

use std::time::Duration;

use oauth_core::secret::s256;
use oauth_faults::fault;
use oauth_reference_server::Config;

use crate::peer::{Answer, Peer};

const CLIENT_1: &str = "Basic Y2xpZW50XzE6Y2xpZW50X3NlY3JldF8x";
const CLIENT_2: &str = "Basic Y2xpZW50XzI6Y2xpZW50X3NlY3JldF8y";
const CALLBACK: &str = "http://localhost:8000/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const REQUEST: &[(&str, &str)] = &[
    ("response_type", "code"),
    ("client_id", "client_1"),
    ("redirect_uri", CALLBACK),
    ("scope", "profile"),
    ("state", "x y&z"),
];

fn redemption(code: &str) -> [(&str, &str); 3] {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)]
}

#[tokio::test]
async fn a_confidential_client_comes_to_the_resource() {
    let mut peer = Peer::start().await;
    let callback = peer.authorize(REQUEST).await;
    assert_eq!(callback.status, 303);
    assert!(callback.header("location").starts_with("http://localhost:8000/callback?code="));
    assert_eq!(callback.redirected("state").as_deref(), Some("x y&z"));
    assert_eq!(callback.redirected("iss"), Some(peer.issuer.clone()));

    let code = callback.redirected("code").expect("a code");
    let tokens = peer.token(Some(CLIENT_1), &redemption(&code)).await;
    assert_eq!((tokens.status, tokens.header("cache-control")), (200, "no-store"));
    assert_eq!(tokens.json("token_type"), "Bearer");

    let token = tokens.json("access_token");
    let resource = peer.resource(&token).await;
    assert_eq!((resource.status, resource.json("user_id").as_str()), (200, "id001"));

    let again = peer.token(Some(CLIENT_1), &redemption(&code)).await;
    assert_eq!((again.status, again.json("error").as_str()), (400, "invalid_grant"));
    assert_eq!(peer.resource(&token).await.status, 401, "a replay ends the grant");
}

#[tokio::test]
async fn a_public_client_comes_to_the_resource_with_pkce_and_any_loopback_port() {
    let mut peer = Peer::start().await;
    let challenge = s256(VERIFIER);
    let uri = "http://127.0.0.1:51234/callback";
    let callback = peer
        .authorize(&[
            ("response_type", "code"),
            ("client_id", "public_1"),
            ("redirect_uri", uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ])
        .await;
    assert!(callback.header("location").starts_with("http://127.0.0.1:51234/callback?code="), "{callback:?}");
    let code = callback.redirected("code").expect("a code");
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "public_1"),
        ("code", code.as_str()),
        ("redirect_uri", uri),
    ];
    let without = peer.token(None, &form).await;
    assert_eq!((without.status, without.json("error").as_str()), (400, "invalid_grant"));
    form.push(("code_verifier", VERIFIER));
    let tokens = peer.token(None, &form).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(peer.resource(&tokens.json("access_token")).await.status, 200);
}

/// From the authorization request of `client_2` to its first tokens.
async fn first_tokens(peer: &mut Peer) -> Answer {
    let callback = peer.authorize(&[("response_type", "code"), ("client_id", "client_2")]).await;
    let code = callback.redirected("code").expect("a code");
    peer.token(Some(CLIENT_2), &[("grant_type", "authorization_code"), ("code", &code)]).await
}

async fn refresh(peer: &Peer, token: &str, scope: &str) -> Answer {
    let form = [("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)];
    peer.token(Some(CLIENT_2), &form).await
}

#[tokio::test]
async fn a_client_refreshes_until_a_spent_token_comes_back() {
    let mut peer = Peer::start().await;
    let first = first_tokens(&mut peer).await;
    let spent = first.json("refresh_token");
    assert!((first.status, spent.is_empty()) == (200, false), "{first:?}");

    peer.clock.advance(Duration::from_secs(3600));
    assert_eq!(peer.resource(&first.json("access_token")).await.status, 401, "an hour is over");
    let second = refresh(&peer, &spent, "email").await;
    assert_eq!((second.status, second.header("cache-control")), (200, "no-store"));
    assert_eq!((second.json("scope").as_str(), second.json("token_type").as_str()), ("email", "Bearer"));
    assert_eq!(peer.resource(&second.json("access_token")).await.status, 403, "it was narrowed");

    let third = refresh(&peer, &second.json("refresh_token"), "").await;
    assert_eq!((third.status, third.json("scope").as_str()), (200, "profile email"));
    let (access, good) = (third.json("access_token"), third.json("refresh_token"));
    assert_eq!(peer.resource(&access).await.status, 200);
    assert_eq!(peer.resource(&good).await.status, 401, "a refresh token opens nothing");
    let wider = refresh(&peer, &good, "profile email other").await;
    assert_eq!((wider.status, wider.json("error").as_str()), (400, "invalid_scope"));
    let form = [("grant_type", "refresh_token"), ("refresh_token", good.as_str())];
    assert_eq!(peer.token(Some(CLIENT_1), &form).await.json("error"), "unauthorized_client");
    assert_eq!(peer.resource(&access).await.status, 200, "what was refused ended nothing");

    for token in [&spent, &good] {
        let refused = refresh(&peer, token, "").await;
        assert_eq!((refused.status, refused.json("error").as_str()), (400, "invalid_grant"));
    }
    assert_eq!(peer.resource(&access).await.status, 401, "a spent token ends the grant");
}

#[tokio::test]
async fn of_refreshes_at_once_one_brings_tokens_and_the_others_end_the_grant() {
    let mut peer = Peer::start().await;
    let token = first_tokens(&mut peer).await.json("refresh_token");
    let one = || refresh(&peer, &token, "");
    let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
    let tokens: Vec<_> = [a, b, c, d].into_iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(peer.resource(&tokens[0].json("access_token")).await.status, 401);
    assert_eq!(refresh(&peer, &tokens[0].json("refresh_token"), "").await.status, 400);
}

#[tokio::test]
async fn a_refresh_token_ends_when_it_lies_unused_and_a_grace_is_granted() {
    let clients = "[[user]]\nname = 'id001'\npassword = 'mypassword'\n\
                   [[client]]\nid = 'client_2'\nsecret = 'client_secret_2'\nscope = 'profile'\n\
                   redirect_uris = ['http://localhost:8001/callback']\nrefresh_tokens = true\n";
    let config = format!("[lifetimes]\nrefresh_token = 100\nrefresh_grace = 10\n{clients}");
    let mut peer = Peer::start_with(&[], Config::parse("test", &config).expect("a good file")).await;
    let first = first_tokens(&mut peer).await.json("refresh_token");
    peer.clock.advance(Duration::from_secs(99));
    let second = refresh(&peer, &first, "").await;
    assert_eq!(second.status, 200);
    peer.clock.advance(Duration::from_secs(9));
    let third = refresh(&peer, &first, "").await;
    assert_eq!(third.status, 200, "within the grace");
    peer.clock.advance(Duration::from_secs(100));
    assert_eq!(refresh(&peer, &third.json("refresh_token"), "").await.status, 400, "it lay too long");
}

#[tokio::test]
async fn an_odd_secret_and_a_redirect_uri_with_a_query_come_through() {
    let mut peer = Peer::start().await;
    let uri = "http://localhost:8003/callback?tenant=a%26b";
    let callback =
        peer.authorize(&[("response_type", "code"), ("client_id", "client_3"), ("redirect_uri", uri)]).await;
    assert!(callback.header("location").starts_with(&format!("{uri}&code=")), "{callback:?}");
    let code = callback.redirected("code").expect("a code");
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", "client_3"),
        ("client_secret", "a b%+:&c"),
        ("code", code.as_str()),
        ("redirect_uri", uri),
    ];
    let tokens = peer.token(None, &form).await;
    assert_eq!((tokens.status, tokens.json("scope").as_str()), (200, "email"));
    assert_eq!(peer.resource(&tokens.json("access_token")).await.status, 403);
}

#[tokio::test]
async fn a_code_is_redeemed_once_however_many_try_at_once() {
    let mut peer = Peer::start().await;
    let code = peer.authorize(REQUEST).await.redirected("code").expect("a code");
    let form = redemption(&code);
    let one = || peer.token(Some(CLIENT_1), &form);
    let (a, b, c, d, e, f) = tokio::join!(one(), one(), one(), one(), one(), one());
    let tokens: Vec<_> = [a, b, c, d, e, f].into_iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(peer.resource(&tokens[0].json("access_token")).await.status, 401);
}

#[tokio::test]
async fn a_code_and_a_token_end_with_their_lifetimes() {
    let config = "[lifetimes]\ncode = 30\naccess_token = 90\nsession = 1000000\n";
    let config = Config::parse("test", &format!("{config}{}", users_and_clients())).expect("a good file");
    let mut peer = Peer::start_with(&[], config).await;
    let late = peer.authorize(REQUEST).await.redirected("code").expect("a code");
    peer.clock.advance(Duration::from_secs(31));
    let refused = peer.token(Some(CLIENT_1), &redemption(&late)).await;
    assert_eq!((refused.status, refused.json("error").as_str()), (400, "invalid_grant"));

    let code = peer.authorize(REQUEST).await.redirected("code").expect("a code");
    let tokens = peer.token(Some(CLIENT_1), &redemption(&code)).await;
    assert_eq!((tokens.status, tokens.json("expires_in").as_str()), (200, "90"));
    let token = tokens.json("access_token");
    assert_eq!(peer.resource(&token).await.status, 200);
    peer.clock.advance(Duration::from_secs(91));
    assert_eq!(peer.resource(&token).await.status, 401);
}

fn users_and_clients() -> &'static str {
    "[[user]]\nname = 'id001'\npassword = 'mypassword'\n\
     [[client]]\nid = 'client_1'\nsecret = 'client_secret_1'\nscope = 'profile'\n\
     redirect_uris = ['http://localhost:8000/callback']\n"
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_look_the_same() {
    let mut peer = Peer::start().await;
    let login_token = peer.read("/login").await.field("login_token");
    let mut answers = Vec::new();
    for (name, password) in [("id001", "otherpassword"), ("nobody", "mypassword"), ("", "")] {
        let form = [("user_id", name), ("password", password), ("login_token", login_token.as_str())];
        let answer = peer.post("/login", &form).await;
        assert!(!answer.headers.contains_key("set-cookie"), "{name}");
        answers.push((answer.status, answer.body));
    }
    assert_eq!(answers[0].0, 403);
    assert!(answers[0].1.contains("role=\"alert\""));
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn a_scope_with_several_values_can_be_narrowed_by_its_owner() {
    let mut peer = Peer::start().await;
    peer.authorize(REQUEST).await;
    let page = peer.read("/authorize?response_type=code&client_id=client_2").await;
    let ask = page.field("ask");
    let form = [("ask", ask.as_str()), ("confirm", "yes"), ("choosable", "1"), ("keep", "email")];
    let code = peer.post("/authorize", &form).await.redirected("code").expect("a code");
    let tokens = peer.token(Some(CLIENT_2), &[("grant_type", "authorization_code"), ("code", &code)]).await;
    assert_eq!((tokens.status, tokens.json("scope").as_str()), (200, "email"));
}

#[tokio::test]
async fn the_pages_forbid_framing_and_scripts() {
    let mut peer = Peer::start().await;
    for path in ["/", "/login", "/authorize", "/no/such/page"] {
        let page = peer.read(path).await;
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{path}");
        assert!(page.body.starts_with("<!DOCTYPE html>"), "{path}");
    }
    let home = peer.read("/").await.body;
    assert!(home.contains("id001") && home.contains("mypassword"), "the built-in accounts are named");
}

#[tokio::test]
async fn accounts_of_a_file_are_not_named_on_the_front_page() {
    let config = Config::parse("test", users_and_clients()).expect("a good file");
    let mut peer = Peer::start_with(&[], config).await;
    let home = peer.read("/").await.body;
    assert!(!home.contains("id001") && !home.contains("mypassword"));
}

#[tokio::test]
async fn a_fault_breaks_its_rule() {
    let mut peer = Peer::start_with(&[fault!("code-replayable")], Config::built_in()).await;
    let code = peer.authorize(REQUEST).await.redirected("code").expect("a code");
    for _ in 0..2 {
        assert_eq!(peer.token(Some(CLIENT_1), &redemption(&code)).await.status, 200);
    }
    let mut peer = Peer::start_with(&[fault!("state-dropped")], Config::built_in()).await;
    assert_eq!(peer.authorize(REQUEST).await.redirected("state"), None);
}

#[tokio::test]
async fn a_server_that_stops_lets_go_of_idle_connections_and_of_its_port() {
    let mut peer = Peer::start().await;
    peer.read("/").await;
    let addr = peer.server.addr();
    peer.server.shutdown().await;
    tokio::net::TcpListener::bind(addr).await.expect("the port is free");
}
