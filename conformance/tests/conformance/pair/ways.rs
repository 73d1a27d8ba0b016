//! The reference client at the reference server in each way that its configuration knows: the person sees the profile,
//! and the logout ends the access at the server too.

use oauth_core::directory::Authentication;
use oauth_reference_client::{Config, Registration};
use oauth_suite::browser::{Decision, consent};

use crate::common::reference::Place;
use crate::walker::Walker;

/// The public client of the built-in data, at this server.
fn public(issuer: &str) -> Registration {
    Registration {
        client_id: "public_1".to_owned(),
        client_secret: None,
        authentication: Authentication::None,
        issuer: issuer.to_owned(),
        ..Registration::built_in()
    }
}

/// Signs in with the client that a server's issuer makes, logs out, and returns the addresses that the browser opened.
async fn signed_in(make: impl FnOnce(&str) -> Registration) -> Vec<String> {
    let (client, server) = (Place::free().await, Place::free().await);
    let (application, issuer) = (client.origin("127.0.0.1"), server.origin("127.0.0.1"));
    let _server = server.server(&issuer, "http://localhost:8000/callback").await;
    let _client = client.client(&make(&issuer).into(), oauth_reference_client::Options::default());
    let mut walker = Walker::new();
    let profile = walker.sign_in(&application).await;
    assert!(profile.text.contains("id001"), "no profile: {}", profile.text);
    let opened = walker.trail.iter().map(|exchange| exchange.request.url.clone()).collect();

    let form = profile.forms.iter().find(|form| form.action.ends_with("/logout")).expect("a form to log out");
    let ended = walker.follow(form.submission(&profile.url, form.buttons.first()).request()).await;
    assert!(ended.text.contains("the server has ended"), "not ended: {}", ended.text);
    let again = walker.open(&format!("{application}/profile")).await;
    assert!(consent(&again, &[], Decision::Approve).is_some(), "no new login: {}", again.text);
    opened
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_signs_in_and_out() {
    signed_in(public).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_knows_only_the_resource_finds_the_server() {
    let opened = signed_in(|issuer| Registration {
        issuer: String::new(),
        resource: Some(format!("{issuer}/api/me")),
        ..public(issuer)
    })
    .await;
    assert!(opened.iter().any(|url| url.contains("resource=http")), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_names_the_resource_that_it_calls() {
    signed_in(|issuer| Registration { resource: Some(format!("{issuer}/api/notes")), ..public(issuer) })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_pushes_its_requests() {
    let opened = signed_in(|issuer| Registration { par: true, ..public(issuer) }).await;
    assert!(opened.iter().any(|url| url.contains("request_uri=")), "{opened:?}");
    assert!(
        !opened.iter().any(|url| url.contains("/authorize") && url.contains("redirect_uri=")),
        "{opened:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_binds_its_tokens_to_a_key() {
    let opened = signed_in(|issuer| Registration { dpop: true, ..public(issuer) }).await;
    assert!(opened.iter().any(|url| url.contains("dpop_jkt=")), "{opened:?}");
    // All of it at once.
    let opened = signed_in(|issuer| Registration {
        dpop: true,
        par: true,
        issuer: String::new(),
        resource: Some(format!("{issuer}/api/notes")),
        ..public(issuer)
    })
    .await;
    assert!(!opened.iter().any(|url| url.contains("dpop_jkt=")), "it is pushed: {opened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_signs_in_at_either_of_its_servers() {
    for shared in [true, false] {
        let (client, one, two) = (Place::free().await, Place::free().await, Place::free().await);
        let application = client.origin("127.0.0.1");
        let issuers = [one.origin("127.0.0.1"), two.origin("localhost")];
        // The same redirect URI may be registered at both; else each server has one of its own.
        let _one = one.server(&issuers[0], &format!("{application}/callback/one")).await;
        let _two = two.server(&issuers[1], &format!("{application}/callback/two")).await;
        let servers = ["one", "two"].iter().zip(&issuers).map(|(name, issuer)| {
            let at = |path: &str| Some(format!("{application}{path}"));
            let of_its_own = Registration {
                redirect_uri: at(&format!("/callback/{name}")),
                issuer: issuer.clone(),
                ..Registration::built_in()
            };
            let registration = if shared {
                Registration { redirect_uri: at("/callback"), ..public(issuer) }
            } else {
                of_its_own
            };
            Registration { name: (*name).to_owned(), ..registration }
        });
        let _client =
            client.client(&Config { servers: servers.collect() }, oauth_reference_client::Options::default());
        for name in ["two", "one"] {
            let mut walker = Walker::new();
            let profile = walker.answer(&format!("{application}/login?server={name}")).await;
            assert!(profile.text.contains("id001"), "no profile: {}", profile.text);
            let at =
                |place: &str| walker.trail.iter().any(|exchange| exchange.request.url.starts_with(place));
            let expected = [name == "one", name == "two"];
            assert_eq!([at(&issuers[0]), at(&issuers[1])], expected, "{name}, one redirect URI: {shared}");
        }
    }
}
