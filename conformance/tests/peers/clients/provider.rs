//! The other way round: the reference client at a server that others wrote, npm's oidc-provider.

use std::time::Duration;

use oauth_reference_client::{Clock, Endpoints, Options, Registration, Running};

use crate::node;
use crate::program::Program;
use crate::reference::Place;
use crate::relay::Relay;
use crate::walker::Walker;

/// The reference client, a server on oidc-provider, and the relay between them.
struct Pair {
    application: String,
    redirect_uri: String,
    clock: Clock,
    relay: Relay,
    _client: Running,
    _server: Program,
}

/// Starts them, with what `change` says of the client.
async fn pair(change: impl FnOnce(&mut Registration), flags: &[&str]) -> Pair {
    let place = Place::free().await;
    let application = place.origin("localhost");
    let redirect_uri = format!("{application}/callback");
    let mut server = node::command("oidc-provider", "server.mjs");
    // Its advice for a server that is meant to last is of no use here.
    server.env("NODE_ENV", "production").args(["--client-redirect", &redirect_uri]).args(flags);
    let server = Program::start(&mut server);
    let relay = Relay::start(&server.origin).await;
    let clock = Clock::default();
    let mut registration = Registration {
        issuer: server.origin.clone(),
        scope: Some("openid".to_owned()),
        endpoints: Endpoints {
            token: Some(format!("{}/token", relay.origin)),
            resource: Some(format!("{}/me", relay.origin)),
            pushed: Some(format!("{}/request", relay.origin)),
            ..Endpoints::default()
        },
        ..Registration::built_in()
    };
    change(&mut registration);
    let options = Options { clock: clock.clone(), ..Options::default() };
    let _client = place.client_of(registration, options);
    Pair { application, redirect_uri, clock, relay, _client, _server: server }
}

impl Pair {
    /// Has a user log in, and come back when the access token has ended.
    async fn walk(&self) -> Walker {
        let mut walker = Walker::new();
        let profile = walker.sign_in(&self.application).await;
        assert!(profile.text.contains("id001"), "no profile: {}", profile.text);
        self.clock.advance(Duration::from_secs(7200));
        let profile = walker.open(&format!("{}/profile", self.application)).await;
        assert!(profile.text.contains("id001"), "no profile: {}", profile.text);
        walker
    }

    fn asked(&self) -> Vec<String> {
        self.relay.recorded().iter().map(|text| told(text)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node.js and a package index"]
async fn the_reference_client_gets_a_token_at_oidc_provider_and_keeps_it_fresh() {
    let pair = pair(|_| {}, &[]).await;
    let walker = pair.walk().await;
    let mut visited = walker.trail.iter().map(|exchange| &exchange.request.url);
    let callback = visited.rfind(|url| url.starts_with(&pair.redirect_uri)).expect("the browser came back");
    assert!(callback.contains("&iss=http%3A%2F%2F127.0.0.1"), "no issuer: {callback}");
    let asked = [
        "POST /token authorization_code 200",
        "GET /me Bearer 200",
        "POST /token refresh_token 200",
        "GET /me Bearer 200",
    ];
    assert_eq!(pair.asked(), asked);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Node.js and a package index"]
async fn the_reference_client_pushes_its_request_and_binds_its_tokens_at_oidc_provider() {
    let extend = |registration: &mut Registration| {
        registration.par = true;
        registration.dpop = true;
    };
    let pair = pair(extend, &["--dpop-nonce"]).await;
    pair.walk().await;
    let asked = [
        "POST /request 201",
        // Server and resource each ask for a nonce of theirs.
        "POST /token authorization_code 400",
        "POST /token authorization_code 200",
        "GET /me DPoP 401",
        "GET /me DPoP 200",
        "POST /token refresh_token 200",
        "GET /me DPoP 200",
    ];
    assert_eq!(pair.asked(), asked);
}

/// An exchange that passed the relay, without its secrets.
fn told(text: &str) -> String {
    let line = |mark: &str| text.lines().find_map(|line| line.strip_prefix(mark)).unwrap_or_default();
    let word = |line: &str, at: usize| line.split(' ').nth(at).unwrap_or_default().to_owned();
    let grant = text.split("grant_type=").nth(1).and_then(|rest| rest.split(['&', '\n']).next());
    let scheme = text.lines().find_map(|line| line.strip_prefix("authorization: "));
    let scheme = scheme.and_then(|value| value.split(' ').next()).filter(|scheme| *scheme != "Basic");
    let parts = [
        Some(word(line("> "), 0)),
        Some(word(line("> "), 1)),
        grant.or(scheme).map(str::to_owned),
        Some(word(line("< "), 1)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
