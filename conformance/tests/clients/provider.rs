//! The other way round: the reference client at a server that others wrote, npm's oidc-provider.

use std::time::Duration;

use oauth_reference_client::{Clock, Endpoints, Options, Registration};

use crate::node;
use crate::program::Program;
use crate::reference::Place;
use crate::relay::Relay;
use crate::walker::Walker;

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_client_gets_a_token_at_oidc_provider_and_keeps_it_fresh() {
    let place = Place::free().await;
    let application = place.origin("localhost");
    let redirect_uri = format!("{application}/callback");
    let mut server = node::command("oidc-provider", "server.mjs");
    // Its advice for a server that is meant to last is of no use here.
    server.env("NODE_ENV", "production");
    let server = Program::start(server.args(["--client-redirect", &redirect_uri]));
    let relay = Relay::start(&server.origin).await;
    let clock = Clock::default();
    let endpoints = Endpoints {
        // The metadata name it; only what is configured wins.
        authorization: None,
        token: Some(format!("{}/token", relay.origin)),
        resource: Some(format!("{}/me", relay.origin)),
        ..Endpoints::default()
    };
    let registration = Registration {
        issuer: server.origin.clone(),
        scope: Some("openid".to_owned()),
        endpoints,
        ..Registration::built_in()
    };
    let options = Options { clock: clock.clone(), ..Options::default() };
    let _client = place.client_of(&registration.into(), options);

    let mut walker = Walker::new();
    let profile = walker.sign_in(&application).await;
    assert!(profile.text.contains("id001"), "no profile: {}", profile.text);
    let mut visited = walker.trail.iter().map(|exchange| &exchange.request.url);
    let callback = visited.rfind(|url| url.starts_with(&redirect_uri)).expect("the browser came back");
    assert!(callback.contains("&iss=http%3A%2F%2F127.0.0.1"), "no issuer: {callback}");

    clock.advance(Duration::from_secs(7200));
    let profile = walker.open(&format!("{application}/profile")).await;
    assert!(profile.text.contains("id001"), "no profile: {}", profile.text);

    let asked = relay.recorded().into_iter().map(|text| told(&text)).collect::<Vec<_>>();
    assert_eq!(
        asked,
        ["POST /token authorization_code 200", "GET /me 200", "POST /token refresh_token 200", "GET /me 200"]
    );
}

/// An exchange that passed the relay, without its secrets.
fn told(text: &str) -> String {
    let line = |mark: &str| text.lines().find_map(|line| line.strip_prefix(mark)).unwrap_or_default();
    let word = |line: &str, at: usize| line.split(' ').nth(at).unwrap_or_default().to_owned();
    let grant = text.split("grant_type=").nth(1).and_then(|rest| rest.split(['&', '\n']).next());
    let parts = [
        Some(word(line("> "), 0)),
        Some(word(line("> "), 1)),
        grant.map(str::to_owned),
        Some(word(line("< "), 1)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
