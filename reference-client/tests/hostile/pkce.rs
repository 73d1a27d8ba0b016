//! Proof keys: of what form, how many, and that no server talks the client out of them.

use oauth_core::directory::Authentication;
use oauth_reference_client::Registration;
use serde_json::{Value, json};

use crate::server::Answer;
use crate::wire::{self, query, s256};
use crate::world::{Departure, Held, Host, METADATA, Stop, World, control, demand, metadata_but};

crate::checks! {
    verifier_has_its_form "pkce/a-verifier-has-its-form-and-is-new" ["rfc7636-4.1-client-verifier-form"];
    challenge_of_each_request "pkce/each-request-has-a-challenge-of-its-own" [
        "rfc9700-2.1.1-challenge-transaction-specific",
    ];
    challenge_is_s256 "pkce/a-challenge-is-the-hash-of-its-verifier" [
        "rfc7636-4.2-client-uses-s256", "rfc9700-2.1.1-client-uses-s256",
        "oauth21-4.1.1-client-uses-code-challenge",
    ];
    public_client_proves "pkce/a-public-client-proves-itself" [
        "rfc9700-2.1.1-public-client-uses-pkce", "rfc8252-6-client-pkce",
        "oauth21-4.1.1-client-uses-code-challenge",
    ];
    confidential_client_proves "pkce/a-confidential-client-proves-itself" [
        "rfc9700-2.1.1-confidential-client-uses-pkce", "oauth21-4.1.1-client-uses-code-challenge",
    ];
    code_of_another_login "pkce/a-code-of-another-login-comes-with-ones-own-verifier" [
        "rfc9700-2.1.1-client-prevents-code-injection",
    ];
    no_downgrade "pkce/an-error-brings-no-downgrade" ["rfc7636-7.2-client-no-downgrade"];
    fresh_after_errors "pkce/an-error-brings-a-new-challenge" ["oauth21-7.5.1.1-fresh-values-after-error"];
}

pub(crate) fn public(config: &mut Registration) {
    config.client_id = "public_1".to_owned();
    config.client_secret = None;
    config.authentication = Authentication::None;
}

fn challenge(departure: &Departure) -> Option<String> {
    departure.param("code_challenge")
}

/// The verifier with which a code was redeemed.
fn verifier_of(world: &World, code: &str) -> Result<Option<String>, Stop> {
    let requests = world.token_requests();
    let form = requests
        .iter()
        .map(crate::server::Received::form)
        .find(|form| wire::values(form, "code") == [code])
        .ok_or_else(|| Stop::Control(format!("{code} was not redeemed")))?;
    Ok(wire::once(&form, "code_verifier").map(str::to_owned))
}

/// Logs in and returns the challenge and the verifier.
async fn proof(world: &World, code: &str) -> Result<(String, String), Stop> {
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    browser.callback(&world.response(&departure, code)?).await;
    let verifier = verifier_of(world, code)?;
    match (challenge(&departure), verifier) {
        (Some(challenge), Some(verifier)) => Ok((challenge, verifier)),
        (challenge, verifier) => Err(Stop::Fell(format!(
            "challenge sent: {}, verifier sent: {}",
            challenge.is_some(),
            verifier.is_some()
        ))),
    }
}

async fn verifier_has_its_form(host: &Host) -> Held {
    let world = host.world().await;
    let mut verifiers = Vec::new();
    for number in 0..32 {
        let (_, verifier) = proof(&world, &format!("code-{number}")).await?;
        let legal = verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        demand(legal && (43..=128).contains(&verifier.len()), "a verifier of another form")?;
        verifiers.push(verifier);
    }
    let bits = wire::bits(&verifiers);
    demand(bits >= 128.0, format!("32 verifiers differ in {bits:.0} bits"))
}

async fn challenge_of_each_request(host: &Host) -> Held {
    let world = host.world().await;
    let mut open = Vec::new();
    for number in 0..4 {
        let mut browser = world.browser();
        let departure = browser.depart().await?;
        open.push((browser, departure, format!("code-{number}")));
    }
    let mut challenges: Vec<Option<String>> =
        open.iter().map(|(_, departure, _)| challenge(departure)).collect();
    challenges.sort();
    challenges.dedup();
    demand(
        challenges.len() == open.len(),
        format!("{} requests, {} challenges", open.len(), challenges.len()),
    )?;
    for (browser, departure, code) in open.iter_mut().rev() {
        browser.callback(&world.response(departure, code)?).await;
        let expected = challenge(departure);
        let shown = verifier_of(&world, code)?.as_deref().map(s256);
        demand(shown == expected, format!("{code} was redeemed with a verifier of another request"))?;
    }
    Ok(())
}

async fn challenge_is_s256(host: &Host) -> Held {
    let world = host.world().await;
    let departure = world.browser().depart().await?;
    let method = wire::values(&departure.params, "code_challenge_method");
    demand(method == ["S256"], format!("code_challenge_method is {method:?}"))?;
    let (challenge, verifier) = proof(&world, "code").await?;
    demand(challenge == s256(&verifier), "the challenge is not the verifier's SHA-256")
}

async fn public_client_proves(host: &Host) -> Held {
    let world = host.world_with(|_| {}, public).await;
    let (challenge, verifier) = proof(&world, "code").await?;
    demand(challenge == s256(&verifier), "the verifier does not make the challenge")
}

async fn confidential_client_proves(host: &Host) -> Held {
    let world = host.world().await;
    let (challenge, verifier) = proof(&world, "code").await?;
    demand(challenge == s256(&verifier), "the verifier does not make the challenge")
}

async fn code_of_another_login(host: &Host) -> Held {
    for configure in [public as fn(&mut Registration), |_: &mut Registration| {}] {
        let world = host.world_with(|_| {}, configure).await;
        let (mut first, mut second) = (world.browser(), world.browser());
        first.depart().await?;
        let departure = second.depart().await?;
        // The stolen code arrives in the second session, where everything else is right.
        second.callback(&world.response(&departure, "code-of-the-first")?).await;
        for request in world.token_requests() {
            let shown = wire::once(&request.form(), "code_verifier").map(s256);
            demand(
                shown.is_some() && shown == challenge(&departure),
                "the code was sent without the verifier of this session, so no server can tell",
            )?;
        }
    }
    Ok(())
}

async fn no_downgrade(host: &Host) -> Held {
    for advertised in [json!(["plain"]), json!([]), Value::Null] {
        let world = host
            .world_with(
                |server| {
                    let answer =
                        metadata_but(&server.origin, "code_challenge_methods_supported", advertised.clone());
                    server.answer(METADATA, answer);
                },
                |_| {},
            )
            .await;
        let mut browser = world.browser();
        for error in ["invalid_request", "server_error"] {
            let departure = browser.depart().await?;
            let method = departure.param("code_challenge_method");
            demand(method.as_deref() == Some("S256"), format!("{method:?} where {advertised} is supported"))?;
            let state = departure.state()?;
            let words = "code_challenge_method S256 is not supported, use plain";
            let response = [
                ("error", error),
                ("error_description", words),
                ("state", state.as_str()),
                ("iss", world.server.origin.as_str()),
            ];
            let shown = browser.callback(&query(&response)).await;
            control(shown.status == 400, "the error was not taken")?;
        }
        let departure = browser.depart().await?;
        let method = departure.param("code_challenge_method");
        demand(method.as_deref() == Some("S256"), format!("{method:?} after errors"))?;
        demand(challenge(&departure).is_some_and(|text| text.len() == 43), "no S256 challenge after errors")?;
    }
    Ok(())
}

async fn fresh_after_errors(host: &Host) -> Held {
    let world = host.world().await;
    let mut browser = world.browser();
    let mut seen: Vec<String> = Vec::new();
    for failure in ["by redirect", "of the token endpoint", "none"] {
        let departure = browser.depart().await?;
        let challenge = challenge(&departure).unwrap_or_default();
        demand(!challenge.is_empty(), format!("no challenge after {} failures", seen.len()))?;
        demand(!seen.contains(&challenge), format!("one challenge again after {} failures", seen.len()))?;
        seen.push(challenge);
        let state = departure.state()?;
        let issuer = world.server.origin.as_str();
        let response = match failure {
            "by redirect" => [("error", "temporarily_unavailable"), ("state", &state), ("iss", issuer)],
            _ => [("code", "code"), ("state", &state), ("iss", issuer)],
        };
        if failure == "of the token endpoint" {
            world.server.answer("/token", Answer::json(400, &json!({ "error": "invalid_grant" })));
        }
        let page = browser.callback(&query(&response)).await;
        control(page.status >= 400 || failure == "none", format!("a failure {failure} logs in"))?;
    }
    Ok(())
}
