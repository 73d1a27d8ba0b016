//! The access token: where it is sent, and where it is not.

use crate::server::{Answer, Server};
use crate::wire::{self, holds};
use crate::world::{Held, Host, TOKEN, World, control, demand};

crate::checks! {
    header_is_used "resource/the-token-is-sent-in-the-header" ["rfc6750-2.1-client-uses-header"];
    no_token_in_a_query "resource/no-token-stands-in-a-uri" ["rfc9700-4.3.2-client-no-token-in-query"];
    token_is_sent_once "resource/the-token-is-sent-in-one-place" ["rfc6750-2-client-one-method"];
    body_is_a_form "resource/no-token-stands-in-the-body-of-a-get" ["rfc6750-2.2-body-only-form-not-get"];
    no_token_for_others "resource/the-token-is-for-the-resource-alone" ["rfc6750-5.3-client-token-not-leaked"];
    no_token_in_a_cookie "resource/no-token-stands-in-a-cookie" ["rfc6750-5.3-no-token-in-clear-cookie"];
}

/// Logs in and opens the profile, twice.
async fn opened(host: &Host) -> Result<(World, Vec<String>), crate::world::Stop> {
    let world = host.world().await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    for _ in 0..2 {
        browser.get("/profile").await;
    }
    browser.get("/").await;
    control(world.server.seen_at("/api/me").len() == 2, "the resource was not called")?;
    Ok((world, browser.cookies_set))
}

async fn header_is_used(host: &Host) -> Held {
    let (world, _) = opened(host).await?;
    for request in world.server.seen_at("/api/me") {
        let sent = request.header("authorization");
        demand(sent == [format!("Bearer {TOKEN}")], "the token is not sent as Authorization: Bearer")?;
    }
    Ok(())
}

async fn no_token_in_a_query(host: &Host) -> Held {
    let (world, _) = opened(host).await?;
    for request in world.server.seen() {
        let found = holds(&request.query, TOKEN) || holds(&request.path, TOKEN);
        demand(!found, format!("the token stands in the URI of a {}", request.path))?;
    }
    Ok(())
}

async fn token_is_sent_once(host: &Host) -> Held {
    let (world, _) = opened(host).await?;
    for request in world.server.seen_at("/api/me") {
        let form = wire::pairs(&format!("{}&{}", request.query, request.body));
        let places = request.headers.iter().filter(|(_, value)| holds(value, TOKEN)).count()
            + form.iter().filter(|(_, value)| holds(value, TOKEN)).count();
        demand(places == 1, format!("the token is sent in {places} places"))?;
    }
    Ok(())
}

async fn body_is_a_form(host: &Host) -> Held {
    let (world, _) = opened(host).await?;
    for request in world.server.seen_at("/api/me") {
        let found = holds(&request.body, TOKEN);
        demand(!found || request.method != "GET", "the token stands in the body of a GET")?;
        let is_form = request.header("content-type") == ["application/x-www-form-urlencoded"];
        demand(!found || is_form, "the token stands in a body that is no form")?;
    }
    Ok(())
}

async fn no_token_for_others(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    let mut replies = vec![browser.callback(&world.response(&departure, "code-1")?).await];
    for page in ["/profile", "/"] {
        replies.push(browser.get(page).await);
    }
    control(world.server.seen_at("/api/me").len() == 1, "the resource was not called")?;
    for reply in replies {
        let told = holds(&reply.body, TOKEN) || reply.headers.iter().any(|(_, value)| holds(value, TOKEN));
        demand(!told, "the browser is told the token")?;
    }
    for request in world.server.seen().iter().filter(|request| request.path != "/api/me") {
        let told =
            holds(&request.body, TOKEN) || request.headers.iter().any(|(_, value)| holds(value, TOKEN));
        demand(!told, format!("the token went to {}", request.path))?;
    }
    // A resource that leads elsewhere does not lead the token there.
    let other = Server::start().await;
    let away = vec![("location", format!("{}/api/me", other.origin))];
    let script = |server: &Server| server.answer("/api/me", Answer::Http(307, away, Vec::new()));
    let world = host.world_with(script, |_| {}).await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    browser.get("/profile").await;
    control(world.server.seen_at("/api/me").len() == 1, "the resource was not called")?;
    let led = other.seen().iter().any(|request| request.headers.iter().any(|(_, value)| holds(value, TOKEN)));
    demand(!led, "the token went where the resource's redirect led")
}

async fn no_token_in_a_cookie(host: &Host) -> Held {
    let (_, cookies) = opened(host).await?;
    control(!cookies.is_empty(), "the client sets no cookie")?;
    for cookie in cookies {
        let name = cookie.split('=').next().unwrap_or_default().to_owned();
        demand(!holds(&cookie, TOKEN), format!("the token stands in the cookie {name:?}"))?;
    }
    Ok(())
}
