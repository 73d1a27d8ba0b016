//! The token request, and what is made of its answer.

use oauth_core::directory::Authentication;
use oauth_reference_client::Registration;
use serde_json::{Value, json};

use crate::server::{Answer, Received};
use crate::wire::{self, decoded, holds};
use crate::world::{Held, Host, METADATA, Stop, TOKEN, World, control, demand, metadata_but, token_answer};

crate::checks! {
    is_posted "token/the-request-is-posted" ["rfc6749-3.2-client-uses-post"];
    says_what_was_asked "token/the-request-says-what-was-asked" ["rfc6749-4.1.3-client-token-request"];
    authenticates "token/a-confidential-client-authenticates" ["rfc6749-3.2.1-confidential-client-authenticates"];
    authenticates_once "token/a-client-authenticates-in-one-way" ["rfc6749-2.3-client-one-auth-method"];
    prefers_basic "token/the-secret-stays-out-of-the-form" ["rfc6749-2.3.1-client-prefers-basic"];
    secret_in_no_uri "token/the-secret-stands-in-no-uri" ["rfc6749-2.3.1-client-secret-not-in-uri"];
    keeps_the_endpoints_query "token/keeps-the-endpoints-query" ["rfc6749-3.2-client-keeps-endpoint-query"];
    encodes_for_basic "token/basic-credentials-are-form-encoded" ["rfc6749-2.3.1-client-basic-form-encoding"];
    names_itself "token/a-public-client-names-itself" ["rfc6749-3.2.1-public-client-sends-client-id"];
    sends_no_password "token/no-password-is-sent" ["rfc9700-2.4-client-no-password-grant"];
    unknown_type "token/an-unknown-type-is-put-aside" ["rfc6749-7.1-client-unknown-token-type"];
    type_in_any_case "token/the-type-is-known-in-any-case" ["rfc6749-5.1-client-token-type-case-insensitive"];
    unknown_members "token/unknown-members-are-ignored" ["rfc6749-5.1-client-ignores-unknown-members"];
}

/// What form encoding has to change: the example of a secret that breaks clients which do not encode.
const ODD: &str = "a b%+:&c";

fn odd(config: &mut Registration) {
    config.client_id = format!("id {ODD}");
    config.client_secret = Some(ODD.into());
}

/// Brings a good response, and returns the token request.
async fn redeem(world: &World, code: &str) -> Result<Received, Stop> {
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    browser.callback(&world.response(&departure, code)?).await;
    world.token_request()
}

async fn is_posted(host: &Host) -> Held {
    let request = redeem(&host.world().await, "code").await?;
    demand(request.method == "POST", format!("the token request is a {}", request.method))?;
    demand(request.query.is_empty(), "the token request has a query")
}

async fn says_what_was_asked(host: &Host) -> Held {
    const CODE: &str = "c 1%+:&=?/#\"'<>~%41";
    let world = host.world().await;
    let request = redeem(&world, CODE).await?;
    let kind = request.header("content-type").join(", ").to_ascii_lowercase();
    let is_form = matches!(
        kind.as_str(),
        "application/x-www-form-urlencoded" | "application/x-www-form-urlencoded;charset=utf-8"
    );
    demand(is_form, format!("the token request is {kind:?}"))?;
    let form = request.form();
    for (name, value) in
        [("grant_type", "authorization_code"), ("code", CODE), ("redirect_uri", &world.client.redirect_uri)]
    {
        let sent = wire::values(&form, name);
        demand(sent == [value], format!("{name} is sent as {sent:?}"))?;
    }
    for (name, _) in &form {
        demand(wire::values(&form, name).len() == 1, format!("{name} is sent more than once"))?;
    }
    Ok(())
}

/// In how many ways a token request authenticates.
pub(crate) fn ways(request: &Received) -> usize {
    let form = request.form();
    let in_form = ["client_secret", "client_assertion"].iter().map(|name| wire::values(&form, name).len());
    request.header("authorization").len() + in_form.sum::<usize>()
}

/// Whether a token request has the id and the secret of the built-in configuration.
pub(crate) fn shows_own_secret(request: &Received) -> bool {
    let form = request.form();
    let shown = match request.header("authorization").first() {
        Some(header) => wire::basic(header),
        None => wire::once(&form, "client_id")
            .zip(wire::once(&form, "client_secret"))
            .map(|(id, secret)| (id.to_owned(), secret.to_owned())),
    };
    shown == Some(("client_1".to_owned(), "client_secret_1".to_owned()))
}

async fn authenticates(host: &Host) -> Held {
    for method in [Authentication::Basic, Authentication::Post] {
        let world = host.world_with(|_| {}, |config| config.authentication = method).await;
        let request = redeem(&world, "code").await?;
        demand(ways(&request) > 0, format!("no credentials in a token request by {}", method.name()))?;
        demand(
            shows_own_secret(&request),
            format!("wrong credentials in a token request by {}", method.name()),
        )?;
    }
    Ok(())
}

async fn authenticates_once(host: &Host) -> Held {
    for method in [Authentication::Basic, Authentication::Post] {
        let world = host.world_with(|_| {}, |config| config.authentication = method).await;
        let ways = ways(&redeem(&world, "code").await?);
        demand(ways <= 1, format!("{ways} authentications in a token request by {}", method.name()))?;
    }
    Ok(())
}

async fn prefers_basic(host: &Host) -> Held {
    // Whatever order the server names its methods in.
    let methods = json!(["client_secret_post", "client_secret_basic"]);
    let script = |server: &crate::server::Server| {
        let name = "token_endpoint_auth_methods_supported";
        server.answer(METADATA, metadata_but(&server.origin, name, methods));
    };
    let world = host.world_with(script, odd).await;
    let request = redeem(&world, "code").await?;
    demand(wire::values(&request.form(), "client_secret").is_empty(), "client_secret stands in the form")?;
    demand(!decoded(&request.body).contains(ODD), "the secret stands in the form")
}

async fn secret_in_no_uri(host: &Host) -> Held {
    // Long enough to stand nowhere by chance.
    const SECRET: &str = "a-secret-of-some-length+/42==";
    for method in [Authentication::Basic, Authentication::Post] {
        let configure = |config: &mut Registration| {
            config.client_secret = Some(SECRET.into());
            config.authentication = method;
        };
        let world = host.world_with(|_| {}, configure).await;
        let mut browser = world.browser();
        let departure = browser.depart().await?;
        browser.callback(&world.response(&departure, "code")?).await;
        world.token_request()?;
        let asked = world.server.seen();
        let queries = asked.iter().map(|request| request.query.as_str()).chain([departure.url.as_str()]);
        for query in queries {
            demand(!holds(query, SECRET), format!("the secret stands in a URI by {}", method.name()))?;
        }
    }
    Ok(())
}

async fn keeps_the_endpoints_query(host: &Host) -> Held {
    const QUERY: &str = "tenant=a%26b&empty=";
    let script = |server: &crate::server::Server| {
        let endpoint = json!(format!("{}/token?{QUERY}", server.origin));
        server.answer(METADATA, metadata_but(&server.origin, "token_endpoint", endpoint));
    };
    let world = host.world_with(script, |_| {}).await;
    let request = redeem(&world, "code").await?;
    demand(request.query == QUERY, format!("the query became {:?}", request.query))
}

async fn encodes_for_basic(host: &Host) -> Held {
    let world = host.world_with(|_| {}, odd).await;
    let request = redeem(&world, "code").await?;
    let header = request.header("authorization").join(", ");
    let (id, secret) = wire::basic(&header).ok_or(Stop::Fell("no Basic credentials".to_owned()))?;
    let plain =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%+*-._~".contains(&byte));
    demand(plain(&id) && plain(&secret), "credentials are not form-encoded")?;
    demand(
        decoded(&id) == format!("id {ODD}") && decoded(&secret) == ODD,
        "credentials decode to something else",
    )
}

async fn names_itself(host: &Host) -> Held {
    let public = |config: &mut Registration| {
        config.client_id = "public 1".to_owned();
        config.client_secret = None;
        config.authentication = Authentication::None;
    };
    let world = host.world_with(|_| {}, public).await;
    let request = redeem(&world, "code").await?;
    let form = request.form();
    let sent = wire::values(&form, "client_id");
    demand(sent == ["public 1"], format!("client_id is sent as {sent:?}"))?;
    demand(ways(&request) == 0, "a client without credentials sends some")
}

async fn sends_no_password(host: &Host) -> Held {
    // The metadata offers the password grant, and the resource says that only that will do.
    let world = host
        .world_with(
            |server| {
                server.answer(
                    METADATA,
                    metadata_but(&server.origin, "grant_types_supported", json!(["password"])),
                );
                server.answer("/api/me", Answer::json(401, &json!({ "error": "password grant required" })));
            },
            |_| {},
        )
        .await;
    let mut browser = world.browser();
    world.log_in(&mut browser).await?;
    browser.get("/profile").await;
    browser.get("/login?username=id001&password=mypassword").await;
    for request in world.server.seen() {
        let form = request.form();
        let sent = ["username", "password"].iter().any(|name| !wire::values(&form, name).is_empty());
        demand(!sent, format!("a password at {}", request.path))?;
        demand(!wire::values(&form, "grant_type").contains(&"password"), "the password grant is used")?;
    }
    Ok(())
}

/// Whether a client uses the token of an answer: by calling the resource with it.
async fn uses(host: &Host, answer: Value) -> Result<bool, Stop> {
    let world = host.world_with(|server| server.answer("/token", Answer::json(200, &answer)), |_| {}).await;
    let mut browser = world.browser();
    let departure = browser.depart().await?;
    browser.callback(&world.response(&departure, "code")?).await;
    control(world.token_requests().len() == 1, "the response was not taken")?;
    browser.get("/profile").await;
    Ok(!world.server.seen_at("/api/me").is_empty())
}

fn token_with(name: &str, value: Value) -> Value {
    let mut answer = token_answer();
    answer[name] = value;
    answer
}

async fn unknown_type(host: &Host) -> Held {
    control(uses(host, token_answer()).await?, "a Bearer token is not used")?;
    for kind in [
        json!("mac"),
        json!("DPoP"),
        json!("Bearer2"),
        json!("Bearer "),
        json!(""),
        json!(["Bearer"]),
        Value::Null,
    ] {
        demand(
            !uses(host, token_with("token_type", kind.clone())).await?,
            format!("token_type {kind} is used"),
        )?;
    }
    let untyped = json!({ "access_token": TOKEN });
    demand(!uses(host, untyped).await?, "a token without token_type is used")
}

async fn type_in_any_case(host: &Host) -> Held {
    for kind in ["Bearer", "bearer", "BEARER", "bEARER"] {
        demand(
            uses(host, token_with("token_type", json!(kind))).await?,
            format!("token_type {kind} is not used"),
        )?;
    }
    Ok(())
}

async fn unknown_members(host: &Host) -> Held {
    control(uses(host, token_answer()).await?, "an honest token answer is not used")?;
    for (name, value) in [
        ("x_unknown", json!({ "nested": [1, null, { "access_token": "other" }] })),
        ("id_token", json!("e30.e30.")),
        ("refresh_token", json!("refresh")),
        ("issued_token_type", Value::Null),
        ("\u{e9}", json!("\u{e9}")),
        ("access_token", json!("A".repeat(8 * 1024))),
    ] {
        demand(uses(host, token_with(name, value)).await?, format!("an answer with {name:?} is not used"))?;
    }
    Ok(())
}
