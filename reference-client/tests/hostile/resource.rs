//! The access token: where it is sent, and where it is not.

use crate::wire::{self, holds};
use crate::world::{Held, Host, TOKEN, World, control, demand};

crate::checks! {
    header_is_used "resource/the-token-is-sent-in-the-header" ["rfc6750-2.1-client-uses-header"];
    no_token_in_a_query "resource/no-token-stands-in-a-uri" ["rfc9700-4.3.2-client-no-token-in-query"];
    token_is_sent_once "resource/the-token-is-sent-in-one-place" ["rfc6750-2-client-one-method"];
    body_is_a_form "resource/no-token-stands-in-the-body-of-a-get" ["rfc6750-2.2-body-only-form-not-get"];
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

async fn no_token_in_a_cookie(host: &Host) -> Held {
    let (_, cookies) = opened(host).await?;
    control(!cookies.is_empty(), "the client sets no cookie")?;
    for cookie in cookies {
        let name = cookie.split('=').next().unwrap_or_default().to_owned();
        demand(!holds(&cookie, TOKEN), format!("the token stands in the cookie {name:?}"))?;
    }
    Ok(())
}
