//! The reference client at the reference server, with a person's browser between them.

mod transcript;
mod ways;

use oauth_reference_client::Running;
use oauth_reference_server::Server;
use oauth_suite::browser::{Decision, Form, consent};

use crate::common::reference::Place;
use crate::walker::Walker;

/// The pair, client and server under one host name.
struct Pair {
    application: String,
    issuer: String,
    _client: Running,
    _server: Server,
}

/// Starts the pair with the server at this host; the client has this secret, the server this path of its.
async fn pair(host: &str, secret: &str, callback: &str) -> Pair {
    let (client, server) = (Place::free().await, Place::free().await);
    // The client's redirect URI has this name whatever the server's is.
    let (application, issuer) = (client.origin("localhost"), server.origin(host));
    let server = server.server(&issuer, &format!("{application}{callback}")).await;
    Pair { application, _client: client.client_with(secret, &issuer), _server: server, issuer }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pair_completes_the_documented_sequence() {
    let pair = pair("127.0.0.1", "client_secret_1", "/callback").await;
    let mut walker = Walker::new();
    walker.sign_in(&pair.application).await;
    walker.assert_all_steps(&pair.application, &pair.issuer);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cookies_of_the_pair_do_not_clash_on_one_host() {
    let pair = pair("localhost", "client_secret_1", "/callback").await;
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
    assert!(stranger.forms.iter().any(Form::asks_password), "no login page: {}", stranger.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_that_do_not_take_place_are_missed() {
    let table = [
        ("not the password", "client_secret_1", "/callback", "7 check-password", 11),
        ("mypassword", "client_secret_1", "/not-registered", "4 show-login", 14),
        ("mypassword", "not the secret", "/callback", "12 request-token", 6),
    ];
    for (password, secret, callback, first, count) in table {
        let pair = pair("127.0.0.1", secret, callback).await;
        let mut walker = Walker::new();
        walker.user.password = password.into();
        walker.sign_in(&pair.application).await;
        let missing = walker.missing_steps(&pair.application, &pair.issuer);
        assert_eq!(missing.first().map(String::as_str), Some(first), "{missing:?}");
        assert_eq!(missing.len(), count, "{missing:?}");
    }
}
