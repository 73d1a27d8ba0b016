//! A client that is given a resource and no server: how it finds the server, and what it does not believe on the way
//! (RFC 9728).

use oauth_reference_client::Registration;
use serde_json::{Value, json};

use crate::server::{Answer, Server};
use crate::wire;
use crate::world::{Held, Host, METADATA, World, control, demand, metadata, token_answer};

crate::checks! {
    challenge_is_followed "found/a-challenge-leads-to-the-server" ["rfc9728-5-client-follows-challenge"];
    path_is_inserted "found/without-a-challenge-the-metadata-lies-between-host-and-path" [
        "rfc9728-3.1-client-get-at-inserted-path",
    ];
    other_resource "found/metadata-of-another-resource-is-not-used" [
        "rfc9728-3.3-client-rejects-mismatch", "rfc9728-3.3-client-rejects-challenge-mismatch",
    ];
    letter_by_letter "found/resources-compare-letter-by-letter" ["rfc9728-6-client-compares-code-points"];
    unknown_members "found/unknown-members-are-ignored" ["rfc9728-3.2-client-ignores-unknown-members"];
    asked_again "found/a-resource-is-asked-again" ["rfc9728-5.2-client-refetches"];
    not_every_scope "found/not-every-listed-scope-is-asked-for" ["rfc9728-7.2-client-limited-scope"];
    no_inner_address "found/no-inner-address-is-called" ["rfc9728-7.7-client-no-ssrf"];
}

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A client of the resource at this path, which knows no server.
fn only_resource(path: &str) -> impl FnOnce(&mut Registration) {
    let path = path.to_owned();
    move |config: &mut Registration| {
        let origin = std::mem::take(&mut config.issuer);
        config.resource = Some(format!("{origin}{path}"));
    }
}

/// A refusal of the resource that leads to metadata at this URL.
fn challenge(url: &str) -> Answer {
    let field = format!("Basic realm=\"a, \\\"b\\\"\", Bearer error=\"x\", Resource_Metadata = \"{url}\"");
    Answer::Http(401, vec![("www-authenticate", field)], Vec::new())
}

fn document(resource: &str, servers: &[&str]) -> Value {
    json!({ "resource": resource, "authorization_servers": servers })
}

/// Where a login leads, without query; nowhere if it ends on a page.
async fn leads_to(world: &World) -> Option<String> {
    let reply = world.browser().get("/login").await;
    let to = reply.header("location")?;
    Some(to.split('?').next().unwrap_or(to).to_owned())
}

/// Demands that a login leads to this server.
async fn demand_leads_to(world: &World, server: &Server, when: &str) -> Held {
    let to = leads_to(world).await;
    demand(to == Some(format!("{}/authorize", server.origin)), format!("{when}: the login leads to {to:?}"))
}

/// As [`demand_leads_to`], for what has to work before anything is spoilt.
async fn control_leads_to(world: &World, server: &Server) -> Held {
    let to = leads_to(world).await;
    control(to == Some(format!("{}/authorize", server.origin)), format!("a login leads to {to:?}"))
}

/// A world whose resource leads by its challenge to `/about`.
async fn challenged(host: &Host) -> World {
    let script = |server: &Server| {
        let origin = server.origin.as_str();
        server.answer("/api/me", challenge(&format!("{origin}/about")));
        let resource = format!("{origin}/api/me");
        server.answer("/about", Answer::json(200, &document(&resource, &[origin])));
    };
    host.world_with(script, only_resource("/api/me")).await
}

/// Sets what the resource's metadata says, given its URL and its server.
fn says(world: &World, make: impl Fn(&str, &str) -> Value) {
    let origin = world.server.origin.as_str();
    let document = make(&format!("{origin}/api/me"), origin);
    for place in ["/about".to_owned(), format!("{WELL_KNOWN}/api/me")] {
        world.server.answer(&place, Answer::json(200, &document));
    }
}

async fn challenge_is_followed(host: &Host) -> Held {
    let world = challenged(host).await;
    demand_leads_to(&world, &world.server, "after a challenge").await?;
    let asked: Vec<String> = world.server.seen().iter().map(|seen| seen.path.clone()).collect();
    demand(asked == ["/api/me", "/about", METADATA], format!("the way led over {asked:?}"))?;
    // A challenge of DPoP leads as well as one of Bearer.
    let field = format!("DPoP algs=\"ES256\", resource_metadata=\"{}/about\"", world.server.origin);
    world.server.answer("/api/me", Answer::Http(401, vec![("www-authenticate", field)], Vec::new()));
    demand_leads_to(&world, &world.server, "after a DPoP challenge").await?;
    // The whole way, to the token and back to the resource.
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    world.server.answer("/api/me", Answer::json(200, &json!({ "name": "Ada" })));
    control(browser.is_logged_in().await, "the profile is not shown after the login")
}

async fn path_is_inserted(host: &Host) -> Held {
    for (path, inserted, query) in [
        ("/api/me", "/api/me", ""),
        ("", "", ""),
        ("/", "", ""),
        ("/a/b/", "/a/b/", ""),
        ("/api/me?tenant=1", "/api/me", "tenant=1"),
        ("/?tenant=1", "", "tenant=1"),
    ] {
        let place = format!("{WELL_KNOWN}{inserted}");
        let script = |server: &Server| {
            let resource = format!("{}{path}", server.origin);
            server.answer(&place, Answer::json(200, &document(&resource, &[&server.origin])));
        };
        let world = host.world_with(script, only_resource(path)).await;
        let to = leads_to(&world).await;
        let asked: Vec<_> =
            world.server.seen().into_iter().filter(|seen| seen.path.contains(WELL_KNOWN)).collect();
        let shown: Vec<String> =
            asked.iter().map(|seen| format!("{} {}?{}", seen.method, seen.path, seen.query)).collect();
        demand(shown == [format!("GET {place}?{query}")], format!("for a resource at {path:?}: {shown:?}"))?;
        demand(to.is_some(), format!("for a resource at {path:?} the metadata is not used"))?;
    }
    Ok(())
}

/// Spoils the `resource` of the metadata, with a challenge and without, and demands that the server which is listed
/// there hears nothing.
async fn spoilt_resource(host: &Host, spoil: impl Fn(&str) -> String) -> Held {
    let thief = Server::start().await;
    thief.answer(METADATA, Answer::json(200, &metadata(&thief.origin)));
    let world = challenged(host).await;
    control_leads_to(&world, &world.server).await?;
    for led in [true, false] {
        says(&world, |resource, _| document(&spoil(resource), &[&thief.origin]));
        if !led {
            world.server.answer("/api/me", Answer::Http(401, Vec::new(), Vec::new()));
        }
        let to = leads_to(&world).await;
        let spoilt = spoil("RESOURCE");
        demand(to.is_none(), format!("metadata of {spoilt} leads to {to:?}"))?;
        demand(thief.seen().is_empty(), format!("metadata of {spoilt} sends requests to its server"))?;
        says(&world, |resource, origin| document(resource, &[origin]));
        control_leads_to(&world, &world.server).await?;
    }
    Ok(())
}

async fn other_resource(host: &Host) -> Held {
    for spoil in [
        |resource: &str| format!("{resource}/"),
        |_: &str| "https://other.example/api/me".to_owned(),
        |resource: &str| resource.trim_end_matches("/me").to_owned() + "?",
        |resource: &str| resource.replace("/me", "/you"),
        |resource: &str| resource.replace("127.0.0.1", "localhost") + "#",
        |_: &str| String::new(),
    ] {
        spoilt_resource(host, spoil).await?;
    }
    Ok(())
}

async fn letter_by_letter(host: &Host) -> Held {
    let world = challenged(host).await;
    // JSON's own escapes are undone before anything is compared.
    says(&world, |resource, origin| document(resource, &[origin]));
    let origin = world.server.origin.as_str();
    let escaped = format!("{origin}/api/me").replace('/', "\\u002f").replace("me", "m\\u0065");
    let text = format!("{{\"resource\":\"{escaped}\",\"authorization_servers\":[\"{origin}\"]}}");
    world.server.answer("/about", Answer::Http(200, Vec::new(), text.into_bytes()));
    control_leads_to(&world, &world.server).await?;
    for spoil in [
        |resource: &str| resource.replace("/me", "/%6de") + "x",
        |resource: &str| resource.replace("/me", "/%6de"),
        |resource: &str| resource.replace("/api", "/API"),
        |resource: &str| resource.replace("http", "HTTP"),
        |resource: &str| resource.replace("/me", "/m\u{435}"),
        |resource: &str| resource.replace("/me", "/me\u{301}"),
    ] {
        spoilt_resource(host, spoil).await?;
    }
    Ok(())
}

async fn unknown_members(host: &Host) -> Held {
    let world = challenged(host).await;
    control_leads_to(&world, &world.server).await?;
    for (name, value) in [
        ("x_unknown", json!({ "resource": "https://other.example" })),
        ("resource_name", json!("Profile")),
        ("resource_name#de", json!("Profil")),
        ("bearer_methods_supported", json!(["header"])),
        ("signed_metadata", Value::Null),
        ("\u{e9}", json!([1, 2])),
    ] {
        says(&world, |resource, origin| {
            let mut document = document(resource, &[origin]);
            document[name] = value.clone();
            document
        });
        demand_leads_to(&world, &world.server, &format!("with {name:?} in the metadata")).await?;
    }
    Ok(())
}

async fn asked_again(host: &Host) -> Held {
    let other = Server::start().await;
    other.answer(METADATA, Answer::json(200, &metadata(&other.origin)));
    other.answer("/token", Answer::json(200, &token_answer()));
    let world = challenged(host).await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    // The resource moved to another server, and tells so by refusing the token.
    says(&world, |resource, _| document(resource, &[&other.origin]));
    let page = browser.get("/profile").await;
    control(page.status == 502, format!("a refused token is answered with {}", page.status))?;
    demand_leads_to(&world, &other, "after a new challenge").await
}

async fn not_every_scope(host: &Host) -> Held {
    let listed = ["profile", "admin", "delete"];
    for asked in [None, Some("profile")] {
        let configure = |config: &mut Registration| {
            only_resource("/api/me")(config);
            config.scope = None;
        };
        let script = |server: &Server| {
            let origin = server.origin.as_str();
            let scope = asked.map(|scope| format!(", scope=\"{scope}\"")).unwrap_or_default();
            let field = format!("Bearer resource_metadata=\"{origin}/about\"{scope}");
            server.answer("/api/me", Answer::Http(401, vec![("www-authenticate", field)], Vec::new()));
            let mut document = document(&format!("{origin}/api/me"), &[origin]);
            document["scopes_supported"] = json!(listed);
            server.answer("/about", Answer::json(200, &document));
        };
        let world = host.world_with(script, configure).await;
        let departure = world.browser().depart().await?;
        let scope = departure.param("scope");
        let words: Vec<&str> = scope.as_deref().unwrap_or_default().split(' ').collect();
        let all = listed.iter().all(|name| words.contains(name));
        demand(!all, format!("where the challenge asks for {asked:?}, the client asks for {scope:?}"))?;
        control(scope.as_deref() == asked, format!("{scope:?} is asked for instead of {asked:?}"))?;
    }
    Ok(())
}

async fn no_inner_address(host: &Host) -> Held {
    // Not the loopback interface by its address, but by one that leads there all the same.
    let inner = Server::start().await;
    let disguised = inner.origin.replace("127.0.0.1", "0.0.0.0");
    let mut claimed = metadata(&disguised);
    claimed["authorization_endpoint"] = json!(format!("{}/authorize", inner.origin));
    inner.answer(METADATA, Answer::json(200, &claimed));
    let world = challenged(host).await;
    control_leads_to(&world, &world.server).await?;
    says(&world, |resource, origin| document(resource, &[&disguised, origin]));
    let to = leads_to(&world).await;
    let asked = inner.seen().len();
    demand(asked == 0, format!("{asked} requests to an inner address that foreign metadata names"))?;
    demand(to.is_some_and(|to| to.starts_with(&world.server.origin)), "the next server is not taken")?;
    // Nor does a challenge lead there.
    let resource = format!("{}/api/me", world.server.origin);
    inner.answer("/about", Answer::json(200, &document(&resource, &[&world.server.origin])));
    world.server.answer("/api/me", challenge(&format!("{disguised}/about")));
    let to = leads_to(&world).await;
    demand(to.is_none() && inner.seen().is_empty(), "a challenge leads to an inner address")
}

#[tokio::test]
async fn a_resource_that_leads_nowhere_ends_the_login_on_a_page() {
    let world = challenged(&Host::default()).await;
    let origin = world.server.origin.clone();
    for (name, answer) in [
        ("no metadata", Answer::Http(404, Vec::new(), Vec::new())),
        ("no JSON", Answer::Http(200, Vec::new(), b"<h1>".to_vec())),
        ("no server", Answer::json(200, &document(&format!("{origin}/api/me"), &[]))),
        ("a server that is no URL", Answer::json(200, &document(&format!("{origin}/api/me"), &["as"]))),
        (
            "a server without metadata",
            Answer::json(200, &document(&format!("{origin}/api/me"), &[&format!("{origin}/x")])),
        ),
        ("no answer", Answer::HangUp),
    ] {
        world.server.answer("/about", answer);
        let page = world.browser().get("/login").await;
        assert_eq!(page.status, 502, "{name}");
        assert!(page.body.contains("which server to ask"), "{name}: {}", page.body);
        assert!(page.header("set-cookie").is_none(), "{name}");
    }
    let sent = world.server.seen();
    let leaks = |seen: &crate::server::Received| {
        !seen.header("authorization").is_empty() || wire::holds(&seen.body, "client_secret_1")
    };
    assert!(!sent.iter().any(leaks), "credentials went along");
}
