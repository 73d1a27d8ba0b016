//! The way from a resource to its server: where its metadata lies, and what of it is believed.

use oauth_core::client::auth_challenge::challenges;
use oauth_core::client::reach::Reach;
use oauth_core::client::resource::{challenges_of, metadata_call, resource_metadata_url};
use oauth_core::client::settings::{Endpoints, Settings};

use super::browser::{CALLBACK, settings};

const RESOURCE: &str = "https://api.example/me";

/// A client that knows this resource and no server.
fn told(resource: &str) -> Settings {
    Settings {
        resource: Some(resource.to_owned()),
        endpoints: Endpoints { resource: resource.to_owned(), ..Endpoints::documented("") },
        reach: Reach::of(resource),
        ..Settings::of("c", CALLBACK, "")
    }
}

#[test]
fn metadata_lies_between_host_and_path_of_the_resource() {
    for (resource, url) in [
        ("https://a.example", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example/", "https://a.example/.well-known/oauth-protected-resource"),
        ("https://a.example/one/two", "https://a.example/.well-known/oauth-protected-resource/one/two"),
        ("https://a.example/one/", "https://a.example/.well-known/oauth-protected-resource/one/"),
        ("https://a.example/one?x=/", "https://a.example/.well-known/oauth-protected-resource/one?x=/"),
        ("https://a.example/?x", "https://a.example/.well-known/oauth-protected-resource?x"),
        ("https://a.example?x", "https://a.example/.well-known/oauth-protected-resource?x"),
    ] {
        assert_eq!(resource_metadata_url(resource), url);
    }
}

#[test]
fn a_challenge_leads_where_the_client_goes_and_else_nowhere() {
    let led = |resource: &str, url: &str| {
        let field = format!("Bearer resource_metadata=\"{url}\"");
        metadata_call(&told(resource), &challenges(&[field])).map(|call| call.url)
    };
    for good in ["https://api.example/about", "https://other.example/about?x=1"] {
        assert_eq!(led(RESOURCE, good).as_deref(), Ok(good));
    }
    let local = "http://127.0.0.1:9000/about";
    assert_eq!(led("http://127.0.0.1:9000/api/me", local).as_deref(), Ok(local));
    for bad in [
        "http://api.example/about",
        "https://127.0.0.1/about",
        "https://10.0.0.1/about",
        "https://169.254.169.254/latest",
        "https://api.example/about#x",
        "/about",
        "file:///etc/passwd",
        "",
    ] {
        assert!(led(RESOURCE, bad).is_err(), "{bad}");
    }
    // Only a refusal for want of a token leads anywhere.
    let field = ["Bearer resource_metadata=\"https://api.example/about\""];
    assert_eq!(challenges_of(401, &field).len(), 1);
    for status in [200, 302, 400, 403, 500] {
        assert!(challenges_of(status, &field).is_empty(), "{status}");
    }
}

#[test]
fn a_server_is_found_as_the_table_says() {
    let found = |body: &str| {
        let mut settings = told(RESOURCE);
        match settings.find_server(body.as_bytes(), &[]) {
            Ok(()) => format!("{} {}", settings.issuer, settings.endpoints.token),
            Err(refusal) => {
                assert!(settings == told(RESOURCE), "a refusal changes nothing");
                format!("{refusal:?}")
            }
        }
    };
    let one = "https://as.example https://as.example/token";
    for (servers, expected) in [
        (r#"["https://as.example"]"#, one),
        (r#"["https://as.example","https://other.example"]"#, one),
        // What this client does not go to is passed over.
        (
            r#"[7,null,"as.example","http://as.example","https://192.168.0.1","https://as.example/?x",
               "https://as.example/#x","https://as.example"]"#,
            one,
        ),
        (r#"["http://127.0.0.1:9000"]"#, "NoServer"),
        ("[]", "NoServer"),
        (r#""https://as.example""#, "NoServer"),
        ("null", "NoServer"),
    ] {
        let body = format!("{{\"resource\":\"{RESOURCE}\",\"authorization_servers\":{servers},\"x\":1}}");
        assert_eq!(found(&body), expected, "{servers}");
    }
    for resource in [
        "https://api.example/me/",
        "https://API.example/me",
        "https://api.example/",
        "https://api.example/m%65",
        "",
    ] {
        let body =
            format!("{{\"resource\":\"{resource}\",\"authorization_servers\":[\"https://as.example\"]}}");
        assert_eq!(found(&body), "OtherResource", "{resource}");
    }
    assert_eq!(found(r#"{"authorization_servers":["https://as.example"]}"#), "OtherResource");
    assert_eq!(found("[]"), "OtherResource");
    assert_eq!(found("<h1>"), "Malformed");
}

#[test]
fn the_scope_is_the_configured_one_or_that_of_the_challenge() {
    let body = format!(
        "{{\"resource\":\"{RESOURCE}\",\"authorization_servers\":[\"https://as.example\"],\
         \"scopes_supported\":[\"a\",\"b\"]}}"
    );
    for (configured, challenge, expected) in [
        (None, "Bearer", None),
        (None, "Bearer scope=\"a\"", Some("a")),
        (None, "Bearer scope=\"a  b\"", None),
        (Some("profile"), "Bearer scope=\"a\"", Some("profile")),
    ] {
        let mut settings = Settings { scope: configured.map(str::to_owned), ..told(RESOURCE) };
        settings.find_server(body.as_bytes(), &challenges(&[challenge])).expect("it is good");
        assert_eq!(settings.scope.as_deref(), expected, "{configured:?} {challenge}");
    }
}

#[test]
fn metadata_of_a_public_server_leads_to_no_inner_address() {
    let public = "https://as.example";
    let discovered = |issuer: &str, token: &str| {
        let mut settings = Settings::of("c", CALLBACK, issuer);
        let body = format!(
            "{{\"issuer\":\"{issuer}\",\"authorization_endpoint\":\"{issuer}/a\",\"token_endpoint\":\"{token}\"}}"
        );
        settings.discover(body.as_bytes()).is_ok()
    };
    assert!(discovered(public, "https://tokens.example/t"));
    assert!(!discovered(public, "https://127.0.0.1/t") && !discovered(public, "https://10.0.0.1/t"));
    // Who configures an inner server means it.
    assert!(discovered("https://10.0.0.1", "https://10.0.0.2/t"));
    assert!(discovered(&settings().issuer, "http://127.0.0.1:9000/t"));
}
