//! The nonces of DPoP (RFC 9449 8, 9): followed, kept up to date, and kept to their server.

use oauth_reference_client::Registration;
use serde_json::{Value, json};

use crate::dpop::{Proof, SHORTLY_BEFORE, log_in, profile, tokens, world};
use crate::pkce::public;
use crate::server::{Answer, Received};
use crate::world::{Held, Host, Stop, World, control, demand};

crate::checks! {
    retries "nonce/a-request-that-needs-one-is-sent-again" ["rfc9449-8-client-retries-with-nonce"];
    unknown_parameters "nonce/unknown-parameters-of-a-challenge-are-ignored" [
        "rfc9449-7.1-client-ignores-unknown-parameters",
    ];
    once_given "nonce/once-given-each-proof-has-one" ["rfc9449-4.2-client-nonce-once-given"];
    newest "nonce/the-latest-is-used" ["rfc9449-8.2-client-uses-new-nonce"];
    per_server "nonce/each-server-gets-its-own" ["rfc9449-9-client-nonce-per-server"];
}

fn with_nonce(status: u16, body: &Value, nonce: &str) -> Answer {
    Answer::Http(status, vec![("dpop-nonce", nonce.to_owned())], body.to_string().into_bytes())
}

/// The token endpoint's demand for a nonce.
pub(crate) fn wants_nonce(nonce: &str) -> Answer {
    with_nonce(400, &json!({ "error": "use_dpop_nonce" }), nonce)
}

/// The resource's demand for a nonce, with further parameters.
fn challenges_for_nonce(nonce: &str, more: &str) -> Answer {
    let field = format!("DPoP algs=\"ES256 PS256\", {more}error=\"use_dpop_nonce\"");
    Answer::Http(401, vec![("www-authenticate", field), ("dpop-nonce", nonce.to_owned())], Vec::new())
}

/// The nonces of the proofs at a path, in order.
fn nonces(world: &World, path: &str) -> Result<Vec<Option<String>>, Stop> {
    let seen = world.server.seen_at(path);
    seen.iter().map(|request| Ok(Proof::of(request)?.claim("nonce").map(str::to_owned))).collect()
}

fn named(nonces: &[Option<&str>]) -> Vec<Option<String>> {
    nonces.iter().map(|nonce| nonce.map(str::to_owned)).collect()
}

async fn retries(host: &Host) -> Held {
    for configure in [|_: &mut Registration| {}, public] {
        let world = world(host, configure).await;
        world.server.answer("/token", wants_nonce("n1").first_of(Answer::json(200, &tokens())));
        let mut browser = world.browser();
        let departure = browser.depart().await?;
        let reply = browser.callback(&world.response(&departure, "code")?).await;
        let shown = nonces(&world, "/token")?;
        demand(shown == named(&[None, Some("n1")]), format!("nonces at the token endpoint: {shown:?}"))?;
        demand(reply.status == 303, format!("the login ended in {}", reply.status))?;
        let forms: Vec<_> = world.token_requests().iter().map(Received::form).collect();
        demand(forms[0] == forms[1], "sent again, the request is another one")?;

        world
            .server
            .answer("/api/me", challenges_for_nonce("r1", "").first_of(Answer::json(200, &profile())));
        let page = browser.get("/profile").await;
        let shown = nonces(&world, "/api/me")?;
        demand(shown == named(&[None, Some("r1")]), format!("nonces at the resource: {shown:?}"))?;
        demand(page.status == 200, format!("the profile is answered with {}", page.status))?;
    }
    // Not without end.
    let world = world(host, |_| {}).await;
    world.server.answer("/token", wants_nonce("n1"));
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    browser.callback(&world.response(&departure, "code")?).await;
    let times = world.token_requests().len();
    demand(times == 2, format!("{times} requests at a server that is never content"))
}

async fn unknown_parameters(host: &Host) -> Held {
    for more in ["", "x_unknown=\"a, b\", ", "x_unknown=1, realm=\"r\", x_other=\"\\\"\", "] {
        let world = world(host, |_| {}).await;
        let (mut browser, _) = log_in(&world).await?;
        let asks = challenges_for_nonce("r1", more);
        world.server.answer("/api/me", asks.first_of(Answer::json(200, &profile())));
        let page = browser.get("/profile").await;
        if more.is_empty() {
            control(page.status == 200, "a challenge for a nonce is not followed")?;
        }
        demand(page.status == 200, format!("a challenge with {more:?} is not followed"))?;
    }
    Ok(())
}

async fn once_given(host: &Host) -> Held {
    let world = world(host, |_| {}).await;
    world.server.answer("/token", wants_nonce("n1").first_of(Answer::json(200, &tokens())));
    let (mut browser, _) = log_in(&world).await?;
    world.server.answer("/api/me", challenges_for_nonce("r1", "").first_of(Answer::json(200, &profile())));
    for _ in 0..2 {
        control(browser.is_logged_in().await, "the profile is not shown")?;
    }
    world.clock.advance(SHORTLY_BEFORE);
    control(browser.is_logged_in().await, "the profile is not shown after a refresh")?;
    log_in(&world).await?;
    for path in ["/token", "/api/me"] {
        let shown = nonces(&world, path)?;
        control(shown.len() == 4, format!("{} requests at {path} instead of four", shown.len()))?;
        let missing = shown[1..].iter().filter(|nonce| nonce.is_none()).count();
        demand(missing == 0, format!("{missing} proofs without nonce at {path}, after one was given"))?;
    }
    Ok(())
}

async fn newest(host: &Host) -> Held {
    let world = world(host, |_| {}).await;
    world.server.answer("/token", wants_nonce("n1").first_of(with_nonce(200, &tokens(), "n2")));
    let (mut browser, _) = log_in(&world).await?;
    world
        .server
        .answer("/api/me", with_nonce(200, &profile(), "r1").first_of(with_nonce(200, &profile(), "r2")));
    for _ in 0..3 {
        control(browser.is_logged_in().await, "the profile is not shown")?;
    }
    world.server.answer("/token", with_nonce(200, &tokens(), "n3"));
    world.clock.advance(SHORTLY_BEFORE);
    control(browser.is_logged_in().await, "the profile is not shown after a refresh")?;
    log_in(&world).await?;
    let shown = nonces(&world, "/token")?;
    let expected = named(&[None, Some("n1"), Some("n2"), Some("n3")]);
    control(shown.len() == expected.len(), format!("nonces at the token endpoint: {shown:?}"))?;
    demand(shown == expected, format!("nonces at the token endpoint: {shown:?}"))?;
    let shown = nonces(&world, "/api/me")?;
    let expected = named(&[None, Some("r1"), Some("r2"), Some("r2")]);
    demand(shown == expected, format!("nonces at the resource: {shown:?}"))
}

async fn per_server(host: &Host) -> Held {
    // Both under one origin, which is where they are most easily mixed up.
    let world = world(host, |_| {}).await;
    world.server.answer("/token", with_nonce(200, &tokens(), "of-the-server"));
    world.server.answer("/api/me", with_nonce(200, &profile(), "of-the-resource"));
    let (mut browser, _) = log_in(&world).await?;
    for _ in 0..2 {
        control(browser.is_logged_in().await, "the profile is not shown")?;
    }
    world.clock.advance(SHORTLY_BEFORE);
    control(browser.is_logged_in().await, "the profile is not shown after a refresh")?;
    for (path, other) in [("/token", "of-the-resource"), ("/api/me", "of-the-server")] {
        let shown = nonces(&world, path)?;
        demand(!shown.contains(&Some(other.to_owned())), format!("nonces at {path}: {shown:?}"))?;
    }
    let last = nonces(&world, "/token")?.pop().flatten();
    control(last.as_deref() == Some("of-the-server"), format!("the refresh has the nonce {last:?}"))
}

#[tokio::test]
async fn odd_nonces_do_no_harm() {
    for fields in [vec!["a\"b"], vec!["", ""], vec!["n1", "n2"], vec!["a b"]] {
        let world = world(&Host::default(), |_| {}).await;
        let headers = fields.iter().map(|field| ("dpop-nonce", (*field).to_owned())).collect();
        let body = json!({ "error": "use_dpop_nonce" }).to_string().into_bytes();
        world.server.answer("/token", Answer::Http(400, headers, body));
        let mut browser = world.browser();
        let departure = browser.depart().await.expect("a login starts");
        let page = browser.callback(&world.response(&departure, "code").expect("it has a state")).await;
        assert_eq!((page.status, world.token_requests().len()), (502, 1), "{fields:?}");
        world.server.answer("/token", Answer::json(200, &tokens()));
        assert!(log_in(&world).await.is_ok(), "{fields:?}");
        assert_eq!(nonces(&world, "/token").expect("they have proofs"), [None, None], "{fields:?}");
    }
}
