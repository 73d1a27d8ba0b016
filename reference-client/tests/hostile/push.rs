//! Pushed authorization requests (RFC 9126): what is pushed, and what the browser then carries.

use oauth_core::directory::Authentication;
use oauth_reference_client::Registration;
use serde_json::{Value, json};

use crate::pkce::public;
use crate::server::{Answer, Received, Server};
use crate::token::{shows_own_secret, ways};
use crate::wire;
use crate::world::{Held, Host, METADATA, Stop, World, control, demand, metadata};

crate::checks! {
    pushes_when_required "push/a-request-is-pushed-where-only-those-are-taken" [
        "rfc9126-5-client-pushes-when-required",
    ];
    pushes_no_request_uri "push/no-request-uri-is-pushed" ["rfc9126-2.1-client-no-request-uri"];
    carries_its_id "push/the-browser-carries-client-id-and-request-uri" ["rfc9126-4-client-sends-client-id"];
    uses_once "push/each-login-pushes-afresh" ["rfc9126-4-client-uses-once"];
    ties_to_transaction "push/each-request-is-tied-to-its-login" ["rfc9126-7.5-client-ties-request-to-transaction"];
}

/// Sets the answer to the next push.
fn answers(server: &Server, request_uri: &str) {
    let body = json!({ "request_uri": request_uri, "expires_in": 60 });
    server.answer("/par", Answer::json(201, &body));
}

/// A world whose server takes pushed requests, and demands them if its metadata says so.
async fn world(host: &Host, required: Value, configure: impl FnOnce(&mut Registration)) -> World {
    let script = |server: &Server| {
        let mut document = metadata(&server.origin);
        document["pushed_authorization_request_endpoint"] = json!(format!("{}/par", server.origin));
        document["require_pushed_authorization_requests"] = required;
        // What is in the endpoint's own query stays there.
        document["authorization_endpoint"] = json!(format!("{}/authorize?tenant=1", server.origin));
        server.answer(METADATA, Answer::json(200, &document));
        answers(server, "urn:example:1");
    };
    host.world_with(script, configure).await
}

/// Starts a login, and returns the push and where the browser is sent.
async fn pushed(world: &World) -> Result<(Received, String), Stop> {
    let before = world.server.seen_at("/par").len();
    let departure = world.browser().depart().await?;
    let mut pushes = world.server.seen_at("/par");
    control(pushes.len() == before + 1, format!("{} pushes for one login", pushes.len() - before))?;
    Ok((pushes.remove(before), departure.url))
}

async fn pushes_when_required(host: &Host) -> Held {
    for (required, configured) in [(json!(true), false), (json!(false), true), (json!(false), false)] {
        let world = world(host, required.clone(), |config| config.par = configured).await;
        let departure = world.browser().depart().await?;
        let pushes = world.server.seen_at("/par").len();
        if required == json!(false) && !configured {
            control(pushes == 0, "a request is pushed that nobody wants pushed")?;
            continue;
        }
        demand(pushes == 1, format!("{pushes} pushes where only pushed requests are taken"))?;
        for name in ["redirect_uri", "state", "code_challenge", "scope", "response_type"] {
            demand(departure.param(name).is_none(), format!("the browser carries {name}"))?;
        }
        let push = world.server.seen_at("/par").remove(0);
        demand(push.method == "POST" && push.query.is_empty(), "the push is no plain POST")?;
        control(shows_own_secret(&push) && ways(&push) == 1, "the push does not authenticate once")?;
        let form = push.form();
        for (name, _) in &form {
            let times = wire::values(&form, name).len();
            demand(times == 1, format!("{name} is pushed {times} times"))?;
        }
    }
    Ok(())
}

async fn pushes_no_request_uri(host: &Host) -> Held {
    let world = world(host, json!(true), |_| {}).await;
    for _ in 0..2 {
        let (push, _) = pushed(&world).await?;
        let form = push.form();
        control(wire::once(&form, "response_type") == Some("code"), "no request for a code is pushed")?;
        demand(wire::values(&form, "request_uri").is_empty(), "a request_uri is pushed")?;
    }
    Ok(())
}

async fn carries_its_id(host: &Host) -> Held {
    const ODD: &str = "urn:ietf:params:oauth:request_uri:6%41+ &=#/?";
    for configure in [|_: &mut Registration| {}, public] {
        let world = world(host, json!(true), configure).await;
        answers(&world.server, ODD);
        let (push, url) = pushed(&world).await?;
        let pushed_id = wire::once(&push.form(), "client_id").map(str::to_owned);
        control(pushed_id.is_some(), "the push does not name the client")?;
        let (door, query) = url.split_once('?').unwrap_or((&url, ""));
        control(
            door == format!("{}/authorize", world.server.origin),
            format!("the browser is sent to {door}"),
        )?;
        let carried = wire::pairs(query);
        demand(
            wire::once(&carried, "client_id") == pushed_id.as_deref(),
            format!("client_id is not in {query}"),
        )?;
        demand(wire::once(&carried, "request_uri") == Some(ODD), format!("request_uri became {query}"))?;
        control(wire::once(&carried, "tenant") == Some("1"), format!("the query became {query}"))?;
    }
    Ok(())
}

async fn uses_once(host: &Host) -> Held {
    let world = world(host, json!(true), |_| {}).await;
    let mut seen: Vec<String> = Vec::new();
    for number in 0..3 {
        answers(&world.server, &format!("urn:example:{number}"));
        let (_, url) = pushed(&world).await?;
        let carried = wire::pairs(url.split_once('?').map_or("", |(_, query)| query));
        let request_uri = wire::once(&carried, "request_uri").unwrap_or_default().to_owned();
        demand(!seen.contains(&request_uri), format!("two logins go to the server with {request_uri:?}"))?;
        seen.push(request_uri);
    }
    Ok(())
}

async fn ties_to_transaction(host: &Host) -> Held {
    let world = world(host, json!(true), |_| {}).await;
    let mut seen: Vec<[Option<String>; 2]> = Vec::new();
    for _ in 0..3 {
        let (push, _) = pushed(&world).await?;
        let form = push.form();
        let own = ["state", "code_challenge"].map(|name| wire::once(&form, name).map(str::to_owned));
        demand(own.iter().any(Option::is_some), "neither state nor challenge is pushed")?;
        let repeated = seen.iter().any(|other| other[0] == own[0] || other[1] == own[1]);
        demand(!repeated, "two logins push the same state or challenge")?;
        seen.push(own);
    }
    Ok(())
}

#[tokio::test]
async fn a_pushed_login_comes_about_and_its_response_is_held_to_what_was_pushed() {
    for authentication in [Authentication::Basic, Authentication::Post] {
        let world =
            world(&Host::default(), json!(true), |config| config.authentication = authentication).await;
        let mut browser = world.browser();
        browser.depart().await.expect("a login starts");
        let form = world.server.seen_at("/par").remove(0).form();
        let state = wire::once(&form, "state").expect("it is pushed").to_owned();
        let response =
            |state: &str| wire::query(&[("code", "code"), ("state", state), ("iss", &world.server.origin)]);
        assert_eq!(browser.callback(&response("other")).await.status, 400);
        assert_eq!(browser.callback(&response(&state)).await.status, 303);
        assert!(browser.is_logged_in().await);
        let verifier = wire::once(&world.token_requests()[0].form(), "code_verifier").map(wire::s256);
        assert_eq!(verifier.as_deref(), wire::once(&form, "code_challenge"));
    }
}

#[tokio::test]
async fn a_push_that_failed_ends_the_login_on_a_page() {
    let world = world(&Host::default(), json!(true), |_| {}).await;
    let words = json!({ "error": "invalid_request", "error_description": "too late" });
    for (name, answer, part) in [
        ("a refusal", Answer::json(400, &words), "too late"),
        ("a wrong secret", Answer::json(401, &json!({ "error": "invalid_client" })), "invalid_client"),
        ("an outage", Answer::json(503, &words), "Please try again"),
        ("no answer", Answer::HangUp, "Please try again"),
        ("no request_uri", Answer::json(201, &json!({ "expires_in": 60 })), "Please try again"),
        ("a redirect", Answer::Http(302, vec![("location", "/authorize".to_owned())], Vec::new()), "302"),
        ("a line break", Answer::json(201, &json!({ "request_uri": "a\r\nb" })), "Please try again"),
    ] {
        world.server.answer("/par", answer);
        let page = world.browser().get("/login").await;
        assert_eq!(page.status, 502, "{name}");
        assert!(page.body.contains(part), "{name}: {}", page.body);
        assert!(page.header("set-cookie").is_none() && page.header("location").is_none(), "{name}");
    }
    // Required, and nowhere to be done.
    let script = |server: &Server| {
        let mut document = metadata(&server.origin);
        document["require_pushed_authorization_requests"] = json!(true);
        server.answer(METADATA, Answer::json(200, &document));
    };
    let world = Host::default().world_with(script, |_| {}).await;
    assert_eq!(world.browser().get("/login").await.status, 502);
}
