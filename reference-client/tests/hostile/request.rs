//! The authorization request, and where it goes.

use oauth_reference_client::{Options, Registration, serve};
use serde_json::json;
use tokio::net::TcpListener;

use crate::pkce::public;
use crate::server::Answer;
use crate::wire;
use crate::world::{Held, Host, METADATA, Stop, World, control, demand, metadata, metadata_but};

crate::checks! {
    asks_for_a_code "request/asks-for-a-code" ["rfc6749-4.1.1-client-request-parameters"];
    asks_for_no_token "request/asks-for-no-token" ["rfc9700-2.1.2-client-no-implicit"];
    keeps_the_endpoints_query "request/keeps-the-endpoints-query" ["rfc6749-3.1-client-keeps-endpoint-query"];
    metadata_names_the_endpoints "request/metadata-names-the-endpoints" ["rfc9700-2.6-client-uses-metadata"];
    metadata_lies_between_host_and_path "request/metadata-lies-between-host-and-path" [
        "rfc8414-3.1-client-path-insertion",
    ];
    metadata_of_another_issuer_is_not_used "request/metadata-of-another-issuer-is-not-used" [
        "rfc8414-3.3-client-rejects-issuer-mismatch",
    ];
    issuers_compare "request/issuers-compare-letter-by-letter" ["rfc8414-4-client-compares-code-points"];
    says_where_to "request/says-where-the-response-goes" ["rfc6749-3.1.2.3-client-names-redirect-uri"];
    loopback_literal "request/a-public-client-is-reached-at-a-loopback-literal" [
        "rfc8252-8.3-client-loopback-literal",
    ];
    resource_is_named "request/the-resource-is-named" [
        "rfc8707-2-client-names-resource", "rfc9728-7.4-client-asks-for-audience",
        "rfc8707-3-client-one-resource-per-token",
    ];
    resource_is_an_identifier "request/the-resource-is-named-without-fragment-and-query" [
        "rfc8707-2-client-resource-form", "rfc8707-2-client-resource-no-query",
    ];
    resource_is_the_one_called "request/the-resource-that-is-named-is-called" ["rfc8707-2-client-base-uri"];
    responses_stay_private "request/responses-come-by-tls-or-stay-on-the-machine" [
        "rfc6749-3.1.2.1-redirect-endpoint-tls", "rfc6749-10.5-client-login-callback-tls",
    ];
}

/// An id with every kind of character that form encoding has to change.
const ODD_ID: &str = "c 1%+:&=?/#\"'<";

async fn asks_for_a_code(host: &Host) -> Held {
    let world = host.world_with(|_| {}, |config| config.client_id = ODD_ID.to_owned()).await;
    let departure = world.browser().depart().await?;
    let expected = format!("{}/authorize?", world.server.origin);
    demand(departure.url.starts_with(&expected), format!("the browser is sent to {}", departure.url))?;
    demand(
        !departure.url.contains(['#', ' ', '"', '<']),
        format!("{} is no URI without fragment", departure.url),
    )?;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", ODD_ID),
        ("redirect_uri", world.client.redirect_uri.as_str()),
    ] {
        let sent = wire::values(&departure.params, name);
        demand(sent == [value], format!("{name} is sent as {sent:?}"))?;
    }
    for (name, _) in &departure.params {
        let times = wire::values(&departure.params, name).len();
        demand(times == 1, format!("{name} is sent {times} times"))?;
    }
    Ok(())
}

async fn asks_for_no_token(host: &Host) -> Held {
    // A server that praises the implicit grant.
    let world = host
        .world_with(
            |server| {
                let types = json!(["token", "code token", "code"]);
                server.answer(METADATA, metadata_but(&server.origin, "response_types_supported", types));
            },
            |_| {},
        )
        .await;
    let departure = world.browser().depart().await?;
    let asked = wire::values(&departure.params, "response_type").join(" ");
    demand(!asked.split(' ').any(|kind| kind == "token"), format!("response_type is {asked:?}"))
}

async fn keeps_the_endpoints_query(host: &Host) -> Held {
    const QUERY: &str = "tenant=a%26b&prompt=login+now&empty=";
    let world = host
        .world_with(
            |server| {
                let endpoint = json!(format!("{}/authorize?{QUERY}", server.origin));
                server.answer(METADATA, metadata_but(&server.origin, "authorization_endpoint", endpoint));
            },
            |_| {},
        )
        .await;
    let departure = world.browser().depart().await?;
    let kept = format!("{}/authorize?{QUERY}&", world.server.origin);
    demand(departure.url.starts_with(&kept), format!("the query became {}", departure.url))
}

async fn metadata_names_the_endpoints(host: &Host) -> Held {
    let world = host
        .world_with(
            |server| {
                let mut document = metadata(&server.origin);
                document["authorization_endpoint"] = json!(format!("{}/odd/door", server.origin));
                document["token_endpoint"] = json!(format!("{}/odd/desk", server.origin));
                server.answer(METADATA, Answer::json(200, &document));
                server.answer("/odd/desk", Answer::json(200, &crate::world::token_answer()));
            },
            |_| {},
        )
        .await;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    let door = format!("{}/odd/door?", world.server.origin);
    demand(departure.url.starts_with(&door), format!("the browser is sent to {}", departure.url))?;
    browser.callback(&world.response(&departure, "code")?).await;
    demand(
        world.server.seen_at("/odd/desk").len() == 1,
        "the code did not go to the published token endpoint",
    )
}

async fn metadata_lies_between_host_and_path(host: &Host) -> Held {
    for path in ["", "/tenant", "/tenant/", "/tenant/one"] {
        let at = format!("{METADATA}{}", path.trim_end_matches('/'));
        let world = host
            .world_with(
                |server| {
                    let mut document = metadata(&server.origin);
                    document["issuer"] = json!(format!("{}{path}", server.origin));
                    server.answer(&at, Answer::json(200, &document));
                },
                |config| config.issuer.push_str(path),
            )
            .await;
        let departure = world.browser().depart().await?;
        let asked: Vec<String> =
            world.server.seen().iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
        demand(asked == [format!("GET {at}")], format!("for an issuer with path {path:?}: {asked:?}"))?;
        let expected = format!("{}/authorize?", world.server.origin);
        demand(departure.url.starts_with(&expected), format!("{path:?}: the metadata is not used"))?;
    }
    Ok(())
}

async fn metadata_of_another_issuer_is_not_used(host: &Host) -> Held {
    for change in [
        |issuer: &str| format!("{issuer}/"),
        |issuer: &str| issuer.to_ascii_uppercase(),
        |issuer: &str| issuer.replace("127.0.0.1", "localhost"),
        |_: &str| "https://other.example".to_owned(),
        |_: &str| String::new(),
    ] {
        let world = host
            .world_with(
                |server| {
                    let mut document = metadata(&server.origin);
                    document["issuer"] = json!(change(&server.origin));
                    document["authorization_endpoint"] = json!(format!("{}/stolen", server.origin));
                    server.answer(METADATA, Answer::json(200, &document));
                },
                |_| {},
            )
            .await;
        let departure = world.browser().depart().await?;
        control(!world.server.seen_at(METADATA).is_empty(), "the client did not ask for metadata")?;
        demand(
            !departure.url.contains("/stolen"),
            format!("metadata of {:?} is used", change(&world.server.origin)),
        )?;
    }
    Ok(())
}

/// Whether a client uses metadata whose `issuer` is this JSON text, made of the issuer that it asked for.
async fn uses_metadata_of(host: &Host, written: fn(&str) -> String) -> Result<bool, Stop> {
    let at = format!("{METADATA}/tenant");
    let script = |server: &crate::server::Server| {
        let mut document = metadata(&server.origin);
        document["authorization_endpoint"] = json!(format!("{}/named", server.origin));
        document["issuer"] = json!("ISSUER");
        let issuer = written(&format!("{}/tenant", server.origin));
        let text = document.to_string().replace("\"ISSUER\"", &issuer);
        let kind = vec![("content-type", "application/json".to_owned())];
        server.answer(&at, Answer::Http(200, kind, text.into_bytes()));
    };
    let world = host.world_with(script, |config| config.issuer.push_str("/tenant")).await;
    let departure = world.browser().depart().await?;
    control(!world.server.seen_at(&at).is_empty(), "the client did not ask for metadata")?;
    Ok(departure.url.contains("/named?"))
}

async fn issuers_compare(host: &Host) -> Held {
    // JSON's own escapes are undone before anything is compared.
    let escaped = |issuer: &str| json!(issuer).to_string().replace('/', "\\u002f");
    control(uses_metadata_of(host, escaped).await?, "an issuer in JSON's escapes is another one")?;
    for spoilt in [
        |issuer: &str| json!(issuer.replace("http", "HTTP")).to_string(),
        |issuer: &str| json!(issuer.replace("/tenant", "/Tenant")).to_string(),
        |issuer: &str| json!(issuer.replace("/tenant", "/ten%61nt")).to_string(),
        |issuer: &str| json!(issuer.replace("/tenant", "/t\u{435}nant")).to_string(),
        |issuer: &str| json!(format!("{issuer}\u{301}")).to_string(),
    ] {
        let shown = spoilt("http://as.example/tenant");
        demand(
            !uses_metadata_of(host, spoilt).await?,
            format!("metadata of an issuer like {shown} is used"),
        )?;
    }
    Ok(())
}

async fn says_where_to(host: &Host) -> Held {
    let world = host.world().await;
    let departure = world.browser().depart().await?;
    let named = wire::values(&departure.params, "redirect_uri");
    demand(named == [world.client.redirect_uri.as_str()], format!("redirect_uri is sent as {named:?}"))
}

async fn loopback_literal(host: &Host) -> Held {
    let world = host.world_with(|_| {}, public).await;
    control(world.client.addr.ip().is_loopback(), "the client does not listen on loopback")?;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    let named = departure.param("redirect_uri").unwrap_or_default();
    let literal = ["http://127.0.0.1:", "http://[::1]:"].iter().any(|start| named.starts_with(start));
    demand(literal, format!("a program on this machine asks to be reached at {named:?}"))?;
    // Nothing is taken there but the response that is waited for.
    let reply = world.browser().callback(&world.response(&departure, "code")?).await;
    demand(
        reply.status == 400,
        format!("a response that nobody waits for is answered with {}", reply.status),
    )?;
    let reply = browser.callback(&world.response(&departure, "code")?).await;
    control(reply.status == 303, "the response is not taken at the loopback literal")
}

async fn responses_stay_private(host: &Host) -> Held {
    let starts = async |redirect_uri: &str| {
        let config = Registration { redirect_uri: Some(redirect_uri.to_owned()), ..Registration::built_in() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let options = Options { logic: host.logic(), ..Options::default() };
        serve(listener, &config.into(), options).map(|_| ()).map_err(|refusal| refusal.to_string())
    };
    for good in [
        "https://app.example/callback",
        "http://localhost/callback",
        "http://127.0.0.1:8000/callback",
        "http://[::1]:8000/callback",
    ] {
        let started = starts(good).await;
        control(started.is_ok(), format!("{good} is refused: {started:?}"))?;
    }
    for plain in [
        "http://app.example/callback",
        "http://localhost.example/callback",
        "http://127.0.0.1.example:8000/callback",
        "http://127.0.0.1@app.example/callback",
        "http://127.0.0.1:80@app.example/callback",
    ] {
        let refused = starts(plain).await.err().unwrap_or_default();
        demand(refused.starts_with("redirect_uri: "), format!("responses may come to {plain}: {refused:?}"))?;
    }
    Ok(())
}

/// Logs in at a client that names its resource, and lets it refresh once; returns each request for a token, and how the
/// resource is named there.
async fn named_resources(host: &Host) -> Result<(World, Vec<(&'static str, Vec<String>)>), Stop> {
    let script = |server: &crate::server::Server| {
        let mut answer = crate::world::token_answer();
        answer["refresh_token"] = json!("refresh-1");
        server.answer("/token", Answer::json(200, &answer));
    };
    let configure = |config: &mut Registration| {
        config.resource = Some(format!("{}/api/me", config.issuer));
        // How it is called is not how it is named.
        config.endpoints.resource = Some(format!("{}/api/me?view=full", config.issuer));
    };
    let world = host.world_with(script, configure).await;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    browser.callback(&world.response(&departure, "code")?).await;
    world.clock.advance(std::time::Duration::from_secs(3599));
    control(browser.is_logged_in().await, "the profile is not shown after a refresh")?;
    let mut named = vec![("authorization", own(wire::values(&departure.params, "resource")))];
    let requests = world.token_requests();
    control(requests.len() == 2, format!("{} token requests instead of two", requests.len()))?;
    for (name, request) in ["token", "refresh"].into_iter().zip(&requests) {
        named.push((name, own(wire::values(&request.form(), "resource"))));
    }
    Ok((world, named))
}

fn own(values: Vec<&str>) -> Vec<String> {
    values.into_iter().map(str::to_owned).collect()
}

async fn resource_is_named(host: &Host) -> Held {
    let (_, named) = named_resources(host).await?;
    for (request, resources) in named {
        demand(resources.len() == 1, format!("the {request} request names {resources:?}"))?;
    }
    // Who was told of none names none.
    let world = host.world().await;
    let departure = world.browser().depart().await?;
    control(departure.param("resource").is_none(), "a resource is named that nobody configured")
}

async fn resource_is_an_identifier(host: &Host) -> Held {
    let (_, named) = named_resources(host).await?;
    for (request, resources) in named {
        for resource in resources {
            let absolute = resource.starts_with("http://");
            demand(
                absolute && !resource.contains(['#', '?', ' ']),
                format!("the {request} request names {resource:?}"),
            )?;
        }
    }
    Ok(())
}

async fn resource_is_the_one_called(host: &Host) -> Held {
    let (world, named) = named_resources(host).await?;
    let called = format!("{}/api/me", world.server.origin);
    control(!world.server.seen_at("/api/me").is_empty(), "the resource was not called")?;
    for (request, resources) in named {
        for resource in resources {
            demand(
                called.starts_with(&resource),
                format!("{called} is called, and {request} names {resource}"),
            )?;
            demand(resource != world.server.origin, format!("the {request} request names the whole host"))?;
        }
    }
    Ok(())
}
