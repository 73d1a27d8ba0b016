//! Refreshing: when it happens, with which token, and what is left of a login when it goes wrong.

use std::time::Duration;

use oauth_core::client::settings::REFRESH_MARGIN;
use oauth_core::directory::Authentication;
use oauth_reference_client::Registration;
use serde_json::{Value, json};

use crate::server::{Answer, Received};
use crate::token::{shows_own_secret, ways};
use crate::wire;
use crate::world::{Browser, Held, Host, Stop, World, control, demand};

crate::checks! {
    the_new_one_is_used "refresh/a-new-refresh-token-takes-the-place-of-the-old-one" [
        "rfc6749-6-client-replaces-refresh-token",
    ];
    the_old_one_stays "refresh/without-a-new-refresh-token-the-old-one-stays" [
        "rfc6749-6-client-replaces-refresh-token",
    ];
    two_pages "refresh/two-pages-at-once-send-one-refresh" ["rfc6749-6-client-replaces-refresh-token"];
    authenticates "refresh/a-confidential-client-authenticates" [
        "rfc6749-3.2.1-confidential-client-authenticates", "rfc6749-2.3-client-one-auth-method",
    ];
    names_itself "refresh/a-public-client-names-itself" ["rfc6749-3.2.1-public-client-sends-client-id"];
}

/// How long the tokens of this file last, in seconds.
const LIFETIME: u64 = 3600;

/// A moment shortly before a token's end, where a client refreshes; far enough from it for a slow machine.
const SHORTLY_BEFORE: Duration = Duration::from_secs(LIFETIME - REFRESH_MARGIN.0 as u64 + 1);

fn tokens(access: &str, refresh: Option<&str>) -> Value {
    let mut answer = json!({ "access_token": access, "token_type": "Bearer", "expires_in": LIFETIME });
    if let Some(refresh) = refresh {
        answer["refresh_token"] = json!(refresh);
    }
    answer
}

fn answers(world: &World, access: &str, refresh: Option<&str>) {
    world.server.answer("/token", Answer::json(200, &tokens(access, refresh)));
}

/// A world in which a browser logged in, and got `access-1` and `refresh-1`.
async fn logged_in(host: &Host, configure: impl FnOnce(&mut Registration)) -> Result<(World, Browser), Stop> {
    let world = host.world_with(|_| {}, configure).await;
    answers(&world, "access-1", Some("refresh-1"));
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    control(browser.is_logged_in().await, "the profile is not shown after a login")?;
    control(world.token_requests().len() == 1, "a token of an hour is refreshed at once")?;
    Ok((world, browser))
}

/// Lets the token come near its end and opens the profile; returns the request that this led to.
async fn refresh(world: &World, browser: &mut Browser) -> Result<Received, Stop> {
    let before = world.token_requests().len();
    world.clock.advance(SHORTLY_BEFORE);
    let page = browser.get("/profile").await;
    control(page.status == 200, format!("the profile is answered with {} at a refresh", page.status))?;
    let mut requests = world.token_requests();
    control(requests.len() == before + 1, format!("{} refreshes instead of one", requests.len() - before))?;
    let request = requests.remove(before);
    let grant_type = wire::once(&request.form(), "grant_type").map(str::to_owned);
    control(grant_type.as_deref() == Some("refresh_token"), format!("grant_type is {grant_type:?}"))?;
    Ok(request)
}

fn demand_sent(request: &Received, expected: &str) -> Held {
    let form = request.form();
    let sent = wire::values(&form, "refresh_token");
    demand(sent == [expected], format!("refresh_token is sent as {sent:?} instead of {expected}"))
}

/// Demands that the resource was last asked for with this token.
fn control_used(world: &World, access: &str) -> Held {
    let last = world.server.seen_at("/api/me").pop();
    let used = last.map(|seen| seen.header("authorization").join(", ")).unwrap_or_default();
    control(used == format!("Bearer {access}"), format!("the resource was shown {used:?} and not {access}"))
}

async fn the_new_one_is_used(host: &Host) -> Held {
    let (world, mut browser) = logged_in(host, |_| {}).await?;
    control_used(&world, "access-1")?;
    for nth in 1..4 {
        let (access, next) = (format!("access-{}", nth + 1), format!("refresh-{}", nth + 1));
        answers(&world, &access, Some(&next));
        demand_sent(&refresh(&world, &mut browser).await?, &format!("refresh-{nth}"))?;
        control_used(&world, &access)?;
    }
    Ok(())
}

async fn the_old_one_stays(host: &Host) -> Held {
    let (world, mut browser) = logged_in(host, |_| {}).await?;
    for nth in 2..4 {
        answers(&world, &format!("access-{nth}"), None);
        demand_sent(&refresh(&world, &mut browser).await?, "refresh-1")?;
        control_used(&world, &format!("access-{nth}"))?;
    }
    answers(&world, "access-4", Some("refresh-4"));
    demand_sent(&refresh(&world, &mut browser).await?, "refresh-1")?;
    answers(&world, "access-5", None);
    demand_sent(&refresh(&world, &mut browser).await?, "refresh-4")
}

async fn two_pages(host: &Host) -> Held {
    let (world, browser) = logged_in(host, |_| {}).await?;
    let (answer, gate) = Answer::json(200, &tokens("access-2", Some("refresh-2"))).held();
    world.server.answer("/token", answer);
    world.clock.advance(SHORTLY_BEFORE);
    let (mut first, mut second) = (browser.clone(), browser);
    let page = tokio::spawn(async move { first.get("/profile").await.status });
    world.server.wait_for("/token", 2).await;
    // While the token lives the second page uses it, and afterwards it has to wait.
    second.get("/profile").await;
    world.clock.advance(Duration::from_secs(LIFETIME));
    let waits = second.get("/profile").await;
    gate.add_permits(8);
    let refreshed = page.await.expect("no check panics");
    control(refreshed == 200, format!("the page that refreshed is answered with {refreshed}"))?;
    let times = world.token_requests().len() - 1;
    demand(times == 1, format!("{times} refreshes, each with the same token"))?;
    demand(waits.status == 503, format!("a page without a token is answered with {}", waits.status))
}

async fn authenticates(host: &Host) -> Held {
    for method in [Authentication::Basic, Authentication::Post] {
        let (world, mut browser) = logged_in(host, |config| config.authentication = method).await?;
        let request = refresh(&world, &mut browser).await?;
        demand(ways(&request) == 1, format!("{} authentications by {}", ways(&request), method.name()))?;
        demand(shows_own_secret(&request), format!("wrong credentials in a refresh by {}", method.name()))?;
        let by_header = !request.header("authorization").is_empty();
        demand(by_header == (method == Authentication::Basic), "not the method that is registered")?;
    }
    Ok(())
}

async fn names_itself(host: &Host) -> Held {
    let public = |config: &mut Registration| {
        config.client_id = "public 1".to_owned();
        config.client_secret = None;
        config.authentication = Authentication::None;
    };
    let (world, mut browser) = logged_in(host, public).await?;
    let request = refresh(&world, &mut browser).await?;
    let form = request.form();
    let sent = wire::values(&form, "client_id");
    demand(sent == ["public 1"], format!("client_id is sent as {sent:?}"))?;
    demand(ways(&request) == 0, "a client without credentials sends some")
}

/// A clean client with a login whose token is about to end.
async fn about_to_end() -> (World, Browser) {
    let (world, browser) = logged_in(&Host::default(), |_| {}).await.expect("an honest login");
    world.clock.advance(SHORTLY_BEFORE);
    (world, browser)
}

#[tokio::test]
async fn a_refused_refresh_leads_to_a_new_login() {
    for answer in [
        Answer::json(400, &json!({ "error": "invalid_grant" })),
        Answer::json(401, &json!({ "error": "invalid_client" })),
        Answer::json(200, &json!({ "access_token": "x", "token_type": "mac" })),
        Answer::Http(200, Vec::new(), b"<h1>".to_vec()),
    ] {
        let (world, mut browser) = about_to_end().await;
        let called = world.server.seen_at("/api/me").len();
        world.server.answer("/token", answer.clone());
        let reply = browser.get("/profile").await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/login")), "{answer:?}");
        assert_eq!(world.server.seen_at("/api/me").len(), called, "{answer:?}");
        // The refresh token is forgotten, and the next login is as good as the first.
        browser.get("/profile").await;
        assert_eq!(world.token_requests().len(), 2, "{answer:?}");
        answers(&world, "access-2", None);
        world.log_in(&mut browser).await.expect("a login");
        assert!(browser.is_logged_in().await, "{answer:?}");
    }
}

#[tokio::test]
async fn an_outage_of_the_token_endpoint_keeps_the_login() {
    let (world, mut browser) = about_to_end().await;
    world.server.answer("/token", Answer::HangUp);
    // The token lives for a moment yet.
    assert_eq!(browser.get("/profile").await.status, 200);
    control_used(&world, "access-1").expect("the old token");
    // It has ended.
    world.clock.advance(Duration::from_secs(LIFETIME));
    assert_eq!(browser.get("/profile").await.status, 502);
    answers(&world, "access-2", Some("refresh-2"));
    assert_eq!(browser.get("/profile").await.status, 200);
    control_used(&world, "access-2").expect("the new token");
    for request in &world.token_requests()[1..] {
        demand_sent(request, "refresh-1").expect("the only refresh token that there is");
    }
}

#[tokio::test]
async fn a_page_whose_token_was_replaced_meanwhile_asks_again_with_the_new_one() {
    let (world, browser) = logged_in(&Host::default(), |_| {}).await.expect("an honest login");
    let (mut slow, mut quick) = (browser.clone(), browser);
    let (answer, gate) = Answer::json(401, &json!({})).held();
    world.server.answer("/api/me", answer);
    let calls = world.server.seen_at("/api/me").len();
    let page = tokio::spawn(async move { slow.get("/profile").await.status });
    world.server.wait_for("/api/me", calls + 1).await;

    world.server.answer("/api/me", Answer::json(200, &json!({ "name": "Ada" })));
    answers(&world, "access-2", Some("refresh-2"));
    refresh(&world, &mut quick).await.expect("a refresh");
    gate.add_permits(1);
    assert_eq!(page.await.expect("no page panics"), 200);
    control_used(&world, "access-2").expect("the new token");
    assert!(quick.is_logged_in().await);
}

#[tokio::test]
async fn a_browser_that_goes_away_leaves_its_refresh_to_the_next_page() {
    let (world, mut browser) = about_to_end().await;
    let (answer, gate) = Answer::json(200, &tokens("access-2", Some("refresh-2"))).held();
    world.server.answer("/token", answer);
    let mut hasty = browser.clone();
    let page = tokio::spawn(async move { hasty.get("/profile").await.status });
    world.server.wait_for("/token", 2).await;
    let calls = world.server.seen_at("/api/me").len();
    page.abort();
    assert!(page.await.expect_err("it was told to").is_cancelled());
    // The browser's next request is taken after the end of the other connection is known.
    browser.get("/").await;
    gate.add_permits(8);
    // The refresh goes on to its end, and calls the resource for nobody.
    world.server.wait_for("/api/me", calls + 1).await;
    control_used(&world, "access-2").expect("the new token");
    assert_eq!(browser.get("/profile").await.status, 200);
    assert_eq!(world.token_requests().len(), 2);
}
