//! The reference client at the reference server, with a person's browser between them.

#[path = "common/reference.rs"]
mod reference;
mod walker;

use oauth_conformance::browser::{Decision, consent};
use oauth_reference_client::Running;
use oauth_reference_server::Server;
use reference::Place;
use walker::Walker;

/// The pair, client and server under one host name.
struct Pair {
    application: String,
    issuer: String,
    _client: Running,
    _server: Server,
}

/// Starts the pair; the server has `client_1` at this path of the client.
async fn pair(host: &str, callback: &str) -> Pair {
    let (client, server) = (Place::free().await, Place::free().await);
    // The client's redirect URI has this name whatever the server's is.
    let (application, issuer) = (client.origin("localhost"), server.origin(host));
    let server = server.server(&issuer, &format!("{application}{callback}")).await;
    Pair { application, _client: client.client(&issuer), _server: server, issuer }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pair_completes_the_documented_sequence() {
    let pair = pair("127.0.0.1", "/callback").await;
    let mut walker = Walker::new();
    walker.sign_in(&pair.application).await;
    walker.assert_all_steps(&pair.application, &pair.issuer);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookies_of_the_pair_do_not_clash_on_one_host() {
    let pair = pair("localhost", "/callback").await;
    let mut walker = Walker::new();
    walker.sign_in(&pair.application).await;
    walker.assert_all_steps(&pair.application, &pair.issuer);
    // Cookies know no ports: a client's cookie of the server's name would have logged the user out there.
    let again = walker.open(&format!("{}/login", pair.application)).await;
    assert!(consent(&again, &[], Decision::Approve).is_some(), "no consent page: {}", again.text);
    let profile = walker.open(&format!("{}/profile", pair.application)).await;
    assert!(profile.text.contains("id001"), "no profile: {}", profile.text);
    // Another browser has neither.
    let stranger = Walker::new().open(&format!("{}/login", pair.application)).await;
    assert!(stranger.forms.iter().any(|form| form.asks_password()), "no login page: {}", stranger.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_do_not_take_place_are_missed() {
    let good = pair("127.0.0.1", "/callback").await;
    let mut walker = Walker::new();
    walker.user.password = "not the password".into();
    walker.sign_in(&good.application).await;
    let missing = walker.missing_steps(&good.application, &good.issuer);
    assert_eq!(missing.first().map(String::as_str), Some("7 check-password"), "{missing:?}");
    assert_eq!(missing.len(), 11, "{missing:?}");

    let elsewhere = pair("127.0.0.1", "/not-registered").await;
    let mut walker = Walker::new();
    walker.sign_in(&elsewhere.application).await;
    let missing = walker.missing_steps(&elsewhere.application, &elsewhere.issuer);
    assert_eq!(missing.len(), 14, "{missing:?}");
}
