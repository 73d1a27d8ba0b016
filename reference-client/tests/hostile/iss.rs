//! `iss`: a response of another server is not taken, however alike its name looks.

use serde_json::Value;

use crate::server::Answer;
use crate::wire::{escaped, query};
use crate::world::{Held, Host, METADATA, World, control, demand, metadata_but};

crate::checks! {
    wrong_iss "iss/a-wrong-one-is-refused" ["rfc9207-2.4-client-rejects-wrong-iss"];
    two_issuers "iss/two-of-them-are-refused" ["rfc9207-4-client-multiple-issuers-must-match"];
    missing_iss "iss/a-missing-one-is-refused-where-it-was-announced" ["rfc9207-2.4-client-rejects-missing-iss"];
    unadvertised_iss "iss/an-unannounced-one-is-refused" ["rfc9207-2.4-client-discards-unadvertised-iss"];
    foreign_error "iss/an-error-of-another-server-is-not-the-servers" [
        "rfc9207-2.4-client-error-origin-not-assumed",
    ];
}

/// A server that announces `iss`, one that does not, and one that publishes nothing.
async fn worlds(host: &Host) -> [World; 3] {
    let silent = |server: &crate::server::Server| {
        let name = "authorization_response_iss_parameter_supported";
        server.answer(METADATA, metadata_but(&server.origin, name, Value::Null));
    };
    let none = |server: &crate::server::Server| {
        server.answer(METADATA, Answer::Http(404, Vec::new(), Vec::new()));
    };
    [host.world().await, host.world_with(silent, |_| {}).await, host.world_with(none, |_| {}).await]
}

/// Sends a response with this tail after `code` and `state`, and says whether it was taken.
async fn taken(world: &World, tail: &str) -> Result<bool, crate::world::Stop> {
    let before = world.token_requests().len();
    let mut browser = world.browser();
    let state = browser.depart().await?.state()?;
    let response = query(&[("code", "code"), ("state", &state)]);
    browser.callback(&format!("{response}{tail}")).await;
    Ok(world.token_requests().len() > before)
}

async fn wrong_iss(host: &Host) -> Held {
    let worlds = worlds(host).await;
    // The control: the right one, escaped as no client would write it.
    for world in [&worlds[0], &worlds[2]] {
        let right = format!("&iss={}", escaped(&world.server.origin));
        control(taken(world, &right).await?, "the right iss in percent-escapes was refused")?;
    }
    control(taken(&worlds[1], "").await?, "a response without iss was refused")?;
    for world in &worlds {
        let issuer = world.server.origin.as_str();
        let port = issuer.rsplit(':').next().unwrap_or_default();
        for wrong in [
            "https://other.example".to_owned(),
            format!("{issuer}/"),
            format!("{issuer}?"),
            format!("{issuer}#"),
            format!(" {issuer}"),
            format!("{issuer}\n"),
            issuer.replace("http", "HTTP"),
            issuer.replace("http:", "https:"),
            issuer.replace("127.0.0.1", "localhost"),
            issuer.replace("127.0.0.1", "127.1"),
            issuer.replace("127.0.0.1", "127.0.0.1."),
            issuer.replace("127.0.0.1", "user@127.0.0.1"),
            format!("http://127.0.0.1:0{port}"),
            issuer[..issuer.len() - 1].to_owned(),
            escaped(issuer),
        ] {
            let took = taken(world, &format!("&{}", query(&[("iss", &wrong)]))).await?;
            demand(!took, format!("a token request after iss {wrong:?} where {issuer:?} was asked"))?;
        }
    }
    Ok(())
}

async fn two_issuers(host: &Host) -> Held {
    let worlds = worlds(host).await;
    control(taken(&worlds[1], "").await?, "a response without iss was refused")?;
    for (number, world) in worlds.iter().enumerate() {
        let right = world.server.origin.as_str();
        let one = format!("&{}", query(&[("iss", right)]));
        control(number == 1 || taken(world, &one).await?, "the right iss was refused")?;
        for pair in [[right, "https://other.example"], ["https://other.example", right], [right, right]] {
            let took = taken(world, &format!("&{}", query(&[("iss", pair[0]), ("iss", pair[1])]))).await?;
            demand(!took || pair[0] == pair[1], format!("a token request after two issuers {pair:?}"))?;
        }
    }
    Ok(())
}

async fn missing_iss(host: &Host) -> Held {
    let world = host.world().await;
    let right = format!("&{}", query(&[("iss", &world.server.origin)]));
    control(taken(&world, &right).await?, "the right iss was refused")?;
    for missing in ["", "&iss=", "&iss", "&ISS=x"] {
        demand(!taken(&world, missing).await?, format!("a token request after a response with {missing:?}"))?;
    }
    Ok(())
}

async fn unadvertised_iss(host: &Host) -> Held {
    let worlds = worlds(host).await;
    let world = &worlds[1];
    control(taken(world, "").await?, "a response without iss was refused")?;
    let right = format!("&{}", query(&[("iss", &world.server.origin)]));
    demand(!taken(world, &right).await?, "a token request after an iss that was never announced")
}

async fn foreign_error(host: &Host) -> Held {
    const WORDS: &str = "Call 555-0100 and say your password";
    let world = host.world().await;
    let mut pages = Vec::new();
    for issuer in [world.server.origin.as_str(), "https://other.example"] {
        let mut browser = world.browser();
        let state = browser.depart().await?.state()?;
        let response = [
            ("error", "access_denied"),
            ("error_description", WORDS),
            ("state", state.as_str()),
            ("iss", issuer),
        ];
        pages.push(browser.callback(&query(&response)).await.body);
    }
    control(pages[0].contains(WORDS), "the asked server's own words are not shown")?;
    demand(!pages[1].contains(WORDS), "another server's words are shown as the asked one's")?;
    demand(!pages[1].contains("access_denied"), "another server's refusal counts as the asked one's")
}
