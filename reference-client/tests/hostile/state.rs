//! Which responses a client takes: those of its own login in the same browser, once.

use serde_json::json;

use crate::server::Answer;
use crate::wire::{self, query};
use crate::world::{Held, Host, METADATA, World, control, demand};

crate::checks! {
    state_is_sent "state/is-sent" ["rfc6749-4.1.1-client-sends-state"];
    state_is_unguessable "state/is-unguessable" ["rfc6749-10.12-client-state-unguessable"];
    response_in_a_browser_that_started_nothing "state/a-browser-that-started-nothing-takes-no-response" [
        "rfc6749-10.12-client-csrf-protected", "rfc9700-2.1-client-csrf-protected",
    ];
    response_of_another_browser "state/a-response-of-another-browser-is-refused" [
        "rfc6749-10.12-client-csrf-protected", "rfc9700-2.1-client-csrf-protected",
        "rfc9700-2.1-client-state-one-time-bound", "rfc8252-8.9-client-state",
    ];
    response_without_state "state/a-response-without-state-is-refused" [
        "rfc6749-10.12-client-csrf-protected", "rfc8252-8.9-client-state",
    ];
    response_without_state_and_metadata "state/it-is-demanded-of-a-server-without-metadata-too" [
        "rfc6749-10.12-client-csrf-protected", "rfc8252-8.9-client-state",
    ];
    response_with_wrong_state "state/a-wrong-state-is-refused" [
        "rfc6749-10.12-client-csrf-protected", "rfc8252-8.9-client-state",
    ];
    response_with_used_state "state/a-used-state-is-refused" [
        "rfc9700-4.2.4-client-state-invalidated", "rfc9700-2.1-client-state-one-time-bound",
        "rfc6749-10.12-client-csrf-protected", "rfc8252-8.9-client-state",
    ];
    error_uses_the_state_up "state/an-error-uses-it-up" ["rfc9700-4.2.4-client-state-invalidated"];
    code_is_used_once "state/a-code-is-used-once" ["rfc6749-4.1.2-client-uses-code-once"];
    code_is_used_once_at_a_time "state/a-code-is-used-once-by-two-callbacks-at-a-time" [
        "rfc6749-4.1.2-client-uses-code-once",
    ];
    code_is_not_tried_again "state/a-code-is-not-tried-again-after-a-failure" [
        "rfc6749-4.1.2-client-uses-code-once",
    ];
    unknown_parameters_are_ignored "state/unknown-parameters-are-ignored" [
        "rfc6749-4.1.2-client-ignores-unknown-response-parameters",
    ];
}

async fn state_is_sent(host: &Host) -> Held {
    let world = host.world().await;
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..4 {
        let departure = world.browser().depart().await?;
        let state = departure.param("state").unwrap_or_default();
        demand(!state.is_empty(), "an authorization request without state")?;
        demand(!seen.contains(&state), "two authorization requests with one state")?;
        seen.push(state);
    }
    Ok(())
}

async fn state_is_unguessable(host: &Host) -> Held {
    let world = host.world().await;
    let mut states = Vec::new();
    for _ in 0..64 {
        states.push(world.browser().depart().await?.state()?);
    }
    let bits = wire::bits(&states);
    demand(bits >= 128.0, format!("64 states differ in {bits:.0} bits"))
}

async fn response_in_a_browser_that_started_nothing(host: &Host) -> Held {
    let world = host.world().await;
    let (mut attacker, mut victim) = (world.browser(), world.browser());
    let response = world.response(&attacker.depart().await?, "code-of-the-attacker")?;
    victim.callback(&response).await;
    world.demand_no_token_request("a response in a browser that started nothing")?;
    demand(!victim.is_logged_in().await, "the victim is logged in")?;
    // The response was good all along: where it belongs, it is taken.
    attacker.callback(&response).await;
    control(world.token_requests().len() == 1, "the response was not good anywhere")
}

async fn response_of_another_browser(host: &Host) -> Held {
    let world = host.world().await;
    let (mut attacker, mut victim) = (world.browser(), world.browser());
    let response = world.response(&attacker.depart().await?, "code-of-the-attacker")?;
    let own = world.response(&victim.depart().await?, "code-of-the-victim")?;
    victim.callback(&response).await;
    world.demand_no_token_request("a response to another browser's request")?;
    // What was refused did not end the victim's own login.
    victim.callback(&own).await;
    control(world.token_requests().len() == 1, "the victim's own response was not taken")
}

/// Spoils the state of a good response, then sends it unspoilt.
async fn spoilt_state(world: &World, spoil: impl Fn(&str) -> String) -> Held {
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    let before = world.token_requests().len();
    let spoilt = spoil(&departure.state()?);
    let rest = query(&[("code", "code"), ("iss", &world.server.origin)]);
    browser.callback(&format!("{spoilt}&{rest}")).await;
    demand(world.token_requests().len() == before, format!("a token request after {spoilt:?}"))?;
    browser.callback(&world.response(&departure, "code")?).await;
    control(world.token_requests().len() == before + 1, "the unspoilt response was not taken")
}

async fn response_without_state(host: &Host) -> Held {
    let world = host.world().await;
    spoilt_state(&world, |_| String::new()).await?;
    spoilt_state(&world, |_| "state=".to_owned()).await
}

async fn response_without_state_and_metadata(host: &Host) -> Held {
    let none = Answer::Http(404, Vec::new(), Vec::new());
    let world = host.world_with(|server| server.answer(METADATA, none), |_| {}).await;
    spoilt_state(&world, |_| String::new()).await?;
    spoilt_state(&world, |_| "state=wrong".to_owned()).await
}

async fn response_with_wrong_state(host: &Host) -> Held {
    let world = host.world().await;
    for spoil in [
        |_: &str| "state=xyz123".to_owned(),
        |state: &str| query(&[("state", &state[..state.len() - 1])]),
        |state: &str| query(&[("state", &format!("{state}A"))]),
        |state: &str| query(&[("state", &format!(" {state}"))]),
        |state: &str| query(&[("state", &state.to_ascii_lowercase())]),
        |state: &str| query(&[("State", state)]),
        |state: &str| query(&[("state", &wire::escaped(state))]),
        |state: &str| query(&[("state", "other"), ("state", state)]),
        |state: &str| query(&[("state", state), ("state", state)]),
    ] {
        spoilt_state(&world, spoil).await?;
    }
    Ok(())
}

async fn response_with_used_state(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    browser.callback(&world.response(&departure, "code-1")?).await;
    control(world.token_requests().len() == 1, "the response was not taken")?;
    browser.callback(&world.response(&departure, "code-2")?).await;
    let codes: Vec<String> =
        world.token_requests().iter().map(|seen| wire::values(&seen.form(), "code").join(" ")).collect();
    demand(codes == ["code-1"], format!("one state served {codes:?}"))
}

async fn error_uses_the_state_up(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    let state = departure.state()?;
    let issuer = world.server.origin.as_str();
    browser.callback(&query(&[("error", "access_denied"), ("state", &state), ("iss", issuer)])).await;
    browser.callback(&world.response(&departure, "code")?).await;
    world.demand_no_token_request("an error with the same state")?;
    // Only after a fresh start is a response taken again.
    world.log_in(&mut browser).await
}

async fn code_is_used_once(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    let response = world.response(&browser.depart().await?, "code")?;
    browser.callback(&response).await;
    control(world.token_requests().len() == 1, "the response was not taken")?;
    for _ in 0..2 {
        browser.callback(&response).await;
    }
    let times = world.token_requests().len();
    demand(times == 1, format!("one code in {times} token requests"))
}

async fn code_is_used_once_at_a_time(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    let response = world.response(&browser.depart().await?, "code")?;
    let mut twins = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (mut twin, response) = (browser.clone(), response.clone());
        twins.spawn(async move { twin.callback(&response).await.status });
    }
    let statuses = twins.join_all().await;
    let times = world.token_requests().len();
    control(times > 0, format!("none of {statuses:?} was taken"))?;
    demand(times == 1, format!("one code in {times} token requests"))
}

async fn code_is_not_tried_again(host: &Host) -> Held {
    for answer in [
        Answer::HangUp,
        Answer::Http(500, Vec::new(), Vec::new()),
        Answer::Http(503, vec![("retry-after", "0".to_owned())], Vec::new()),
        Answer::json(400, &json!({ "error": "temporarily_unavailable" })),
        Answer::Http(307, vec![("location", "/token".to_owned())], Vec::new()),
    ] {
        let world = host.world_with(|server| server.answer("/token", answer.clone()), |_| {}).await;
        let mut browser = world.browser();
        let response = world.response(&browser.depart().await?, "code")?;
        browser.callback(&response).await;
        browser.callback(&response).await;
        browser.get("/profile").await;
        let times = world.token_requests().len();
        control(times > 0, "the response was not taken")?;
        demand(times == 1, format!("one code in {times} token requests, after {answer:?}"))?;
        world.server.answer("/token", Answer::json(200, &crate::world::token_answer()));
        world.log_in(&mut browser).await?;
    }
    Ok(())
}

async fn unknown_parameters_are_ignored(host: &Host) -> Held {
    let world = host.world().await;
    world.log_in(&mut world.browser()).await?;
    let before = world.token_requests().len();
    let mut browser = world.browser();
    let good = world.response(&browser.depart().await?, "code")?;
    let more =
        query(&[("session_state", "s"), ("x", ""), ("x", "twice"), ("CODE", "c"), ("\u{e9}", "\u{e9}")]);
    browser.callback(&format!("{more}&{good}&flag")).await;
    demand(world.token_requests().len() == before + 1, "unknown parameters keep the code from being redeemed")
}
