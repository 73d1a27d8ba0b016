//! The end of a login: which tokens are taken back, where, and what the person is told (RFC 7009).

use oauth_core::directory::Authentication;
use oauth_reference_client::Registration;
use serde_json::json;

use crate::pkce::public;
use crate::server::{Answer, Server};
use crate::token::{shows_own_secret, ways};
use crate::wire;
use crate::world::{Browser, Held, Host, METADATA, Reply, Stop, TOKEN, World, control, demand, metadata};

crate::checks! {
    no_clear_text "logout/no-token-is-taken-back-in-clear-text" ["rfc7009-2-client-verifies-https"];
    authenticates "logout/the-client-says-who-it-is" ["rfc7009-2.1-client-authenticates"];
    ignores_body "logout/a-200-is-success-whatever-it-contains" ["rfc7009-2.2-client-ignores-body"];
    outage_is_told "logout/an-outage-is-no-success" ["rfc7009-2.2.1-client-503-not-revoked"];
}

/// What the page says of tokens that have ended.
const ENDED: &str = "the server has ended";

/// A world with a browser that is logged in, at a server that takes tokens back.
async fn logged_in(
    host: &Host,
    configure: impl FnOnce(&mut Registration),
) -> Result<(World, Browser, String), Stop> {
    let script = |server: &Server| {
        let mut document = metadata(&server.origin);
        document["revocation_endpoint"] = json!(format!("{}/revoke", server.origin));
        server.answer(METADATA, Answer::json(200, &document));
        let tokens = json!({ "access_token": TOKEN, "token_type": "Bearer", "refresh_token": "refresh-1" });
        server.answer("/token", Answer::json(200, &tokens));
        server.answer("/revoke", Answer::Http(200, Vec::new(), Vec::new()));
    };
    let world = host.world_with(script, configure).await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    let page = browser.get("/profile").await;
    control(page.status == 200, "the profile is not shown")?;
    let token =
        page.body.split("name=\"logout_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let token = token.unwrap_or_default().to_owned();
    control(!token.is_empty(), "the profile has no form to log out")?;
    Ok((world, browser, token))
}

async fn log_out(browser: &mut Browser, token: &str) -> Reply {
    browser.post("/logout", &wire::query(&[("logout_token", token)])).await
}

/// The tokens that arrived at the revocation endpoint.
fn taken_back(world: &World) -> Vec<String> {
    let seen = world.server.seen_at("/revoke");
    seen.iter().map(|seen| wire::values(&seen.form(), "token").join(" ")).collect()
}

async fn no_clear_text(host: &Host) -> Held {
    let (world, mut browser, token) = logged_in(host, |_| {}).await?;
    log_out(&mut browser, &token).await;
    control(taken_back(&world) == ["refresh-1", TOKEN], "the tokens are not taken back on this machine")?;
    // The same server by an address that is not known to be this machine.
    let elsewhere = |config: &mut Registration| {
        let plain = config.issuer.replace("127.0.0.1", "0.0.0.0");
        config.endpoints.revocation = Some(format!("{plain}/revoke"));
    };
    let (world, mut browser, token) = logged_in(host, elsewhere).await?;
    let page = log_out(&mut browser, &token).await;
    let seen = taken_back(&world).len();
    demand(seen == 0, format!("{seen} tokens at an address that is neither https nor this machine"))?;
    demand(!page.body.contains(ENDED), "the tokens are called ended")?;
    control(page.status == 200 && !browser.is_logged_in().await, "the login goes on")
}

async fn authenticates(host: &Host) -> Held {
    for method in [Authentication::Basic, Authentication::Post] {
        let (world, mut browser, token) = logged_in(host, |config| config.authentication = method).await?;
        log_out(&mut browser, &token).await;
        let seen = world.server.seen_at("/revoke");
        control(seen.len() == 2, format!("{} revocations instead of two", seen.len()))?;
        for request in seen {
            let once = ways(&request) == 1 && shows_own_secret(&request);
            demand(once, format!("wrong credentials in a revocation by {}", method.name()))?;
            control(request.method == "POST" && request.query.is_empty(), "a revocation is no plain POST")?;
        }
    }
    let (world, mut browser, token) = logged_in(host, public).await?;
    log_out(&mut browser, &token).await;
    for request in world.server.seen_at("/revoke") {
        let named = wire::once(&request.form(), "client_id") == Some("public_1");
        demand(named && ways(&request) == 0, "a public client does not name itself")?;
    }
    Ok(())
}

async fn ignores_body(host: &Host) -> Held {
    for body in ["", "<!doctype html><h1>Log in", "{\"error\":\"server_error\"}", "null"] {
        let (world, mut browser, token) = logged_in(host, |_| {}).await?;
        world.server.answer("/revoke", Answer::Http(200, Vec::new(), body.as_bytes().to_vec()));
        let page = log_out(&mut browser, &token).await;
        control(taken_back(&world).len() == 2, "the tokens are not taken back")?;
        demand(page.body.contains(ENDED), format!("a 200 with {body:?} is not taken for success"))?;
    }
    Ok(())
}

async fn outage_is_told(host: &Host) -> Held {
    let (world, mut browser, token) = logged_in(host, |_| {}).await?;
    let busy = Answer::Http(503, vec![("retry-after", "3600".to_owned())], Vec::new());
    world.server.answer("/revoke", busy);
    let page = log_out(&mut browser, &token).await;
    control(page.status == 200, format!("a logout is answered with {}", page.status))?;
    let asked = taken_back(&world);
    control(asked.contains(&"refresh-1".to_owned()), "the tokens are not taken back")?;
    demand(!page.body.contains(ENDED), "after a 503 the tokens are called ended")?;
    let mut once = asked.clone();
    once.dedup();
    demand(once == asked, "a server that asks for patience is asked again at once")
}

/// A clean client with a browser that is logged in.
async fn clean() -> (World, Browser, String) {
    logged_in(&Host::default(), |_| {}).await.expect("an honest login")
}

#[tokio::test]
async fn a_logout_ends_session_cookie_and_tokens() {
    let (world, mut browser, token) = clean().await;
    let mut left_behind = browser.clone();
    let page = log_out(&mut browser, &token).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains(ENDED), "{}", page.body);
    let cookie = page.header("set-cookie").expect("the cookie is taken away");
    assert!(cookie.starts_with("oauth_client_session=;") && cookie.contains("Max-Age=0"), "{cookie}");
    let hints: Vec<String> = world
        .server
        .seen_at("/revoke")
        .iter()
        .map(|seen| wire::values(&seen.form(), "token_type_hint").join(" "))
        .collect();
    assert_eq!(hints, ["refresh_token", "access_token"]);
    let called = world.server.seen_at("/api/me").len();
    for browser in [&mut browser, &mut left_behind] {
        assert_eq!(browser.get("/profile").await.header("location"), Some("/login"));
        // Once more, there is nothing to end.
        assert_ne!(log_out(browser, &token).await.status, 500);
    }
    assert_eq!(world.server.seen_at("/api/me").len(), called);
    assert_eq!(taken_back(&world).len(), 2);
    world.log_in(&mut browser).await.expect("a new login");
}

#[tokio::test]
async fn a_logout_from_elsewhere_is_refused_and_ends_nothing() {
    let (world, mut browser, token) = clean().await;
    let longer = format!("{token}A");
    for body in [
        String::new(),
        "logout_token=".to_owned(),
        wire::query(&[("logout_token", "x")]),
        wire::query(&[("logout_token", &longer)]),
        wire::query(&[("logout_token", &token), ("logout_token", &token)]),
    ] {
        let page = browser.post("/logout", &body).await;
        assert_eq!(page.status, 403, "{body}");
        assert!(page.header("set-cookie").is_none(), "{body}");
    }
    let page = browser.get(&format!("/logout?logout_token={token}")).await;
    assert_eq!((page.status, page.header("allow")), (405, Some("POST")));
    // In another browser the value is worth nothing.
    assert_eq!(log_out(&mut world.browser(), &token).await.status, 403);
    assert!(taken_back(&world).is_empty());
    assert!(browser.is_logged_in().await);
}

#[tokio::test]
async fn a_server_that_takes_nothing_back_is_not_asked() {
    let world = Host::default().world().await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await.expect("an honest login");
    let page = browser.get("/profile").await.body;
    let token = page.split("name=\"logout_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let before = world.server.seen().len();
    let page = log_out(&mut browser, token.expect("there is a form")).await;
    assert!(page.status == 200 && !page.body.contains(ENDED), "{}", page.body);
    assert_eq!(world.server.seen().len(), before);
    assert!(!browser.is_logged_in().await);
}
