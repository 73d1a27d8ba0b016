//! Front page, metadata, and paths that are none.

use std::collections::BTreeSet;

use oauth_core::policy::Policy;
use oauth_core::server::receive::receive;

use super::stage::{Stage, nobody};
use super::table::{Table, check};

const METADATA: &str = "GET /.well-known/oauth-authorization-server";

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of("GET /");
    t.from(nobody);
    t.row("", "200 home");
    t.row("method:HEAD", "200 home");
    t.row("method:get", "405 (this page takes GET, HEAD) [Allow: GET, HEAD]");
    t.row("method:POST", "405 (this page takes GET, HEAD) [Allow: GET, HEAD]");
    for path in ["GET /nowhere", "GET /authorize/", "GET //token", "POST /Token", "GET /%6Cogin", "OPTIONS *"]
    {
        t.door(path);
        t.row("", "404 (this server has no such page)");
    }
    t.door(METADATA);
    t.row("", metadata("[\"S256\"]"));
    t.row("method:HEAD", metadata("[\"S256\"]"));
    // Nobody is a proxy by saying so.
    t.row("x-forwarded-host:attacker.example", metadata("[\"S256\"]"));
    t.row("method:POST", "405 (this page takes GET, HEAD) [Allow: GET, HEAD]");
    t.from(|stage| stage.bench.policy = Policy::RFC6749);
    t.row("", metadata("[\"S256\",\"plain\"]"));
    t.from(|stage| stage.bench.policy.registration = true);
    let registration = r#""registration_endpoint":"http://127.0.0.1:9000/register","require_pushed"#;
    t.row("", metadata("[\"S256\"]").replace("\"require_pushed", registration));

    t.from(nobody);
    for (door, path) in RESOURCES {
        t.door(door);
        t.row("", described(path));
        t.row("method:HEAD", described(path));
        t.row("method:POST", "405 (this page takes GET, HEAD) [Allow: GET, HEAD]");
    }
    for path in [
        "GET /.well-known/oauth-protected-resource",
        "GET /.well-known/oauth-protected-resource/",
        "GET /.well-known/oauth-protected-resource/token",
        "GET /api/other",
    ] {
        t.door(path);
        t.row("", "404 (this server has no such page)");
    }
    t
}

const RESOURCES: [(&str, &str); 2] = [
    ("GET /.well-known/oauth-protected-resource/api/me", "/api/me"),
    ("GET /.well-known/oauth-protected-resource/api/notes", "/api/notes"),
];

/// The document of a resource (RFC 9728 2).
fn described(path: &str) -> String {
    format!(
        "200 {{\"authorization_servers\":[\"http://127.0.0.1:9000\"],\"bearer_methods_supported\":[\"header\"],\
         \"dpop_signing_alg_values_supported\":[\"ES256\",\"Ed25519\",\"EdDSA\",\"PS256\",\"RS256\"],\"resource\":\"http://127.0.0.1:9000{path}\",\"scopes_supported\":[\"profile\"]}} \
         [Cache-Control: max-age=3600] [no Pragma]"
    )
}

/// The document (RFC 8414 2), its members by name.
fn metadata(challenges: &str) -> String {
    let members = [
        r#""authorization_endpoint":"http://127.0.0.1:9000/authorize""#,
        r#""authorization_response_iss_parameter_supported":true"#,
        &format!(r#""code_challenge_methods_supported":{challenges}"#),
        r#""dpop_signing_alg_values_supported":["ES256","Ed25519","EdDSA","PS256","RS256"]"#,
        r#""grant_types_supported":["authorization_code","refresh_token","client_credentials"]"#,
        r#""introspection_endpoint":"http://127.0.0.1:9000/introspect""#,
        r#""introspection_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"]"#,
        r#""issuer":"http://127.0.0.1:9000""#,
        r#""protected_resources":["http://127.0.0.1:9000/api/me","http://127.0.0.1:9000/api/notes"]"#,
        r#""pushed_authorization_request_endpoint":"http://127.0.0.1:9000/par""#,
        r#""require_pushed_authorization_requests":false"#,
        r#""response_modes_supported":["query"]"#,
        r#""response_types_supported":["code"]"#,
        r#""revocation_endpoint":"http://127.0.0.1:9000/revoke""#,
        r#""revocation_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","none"]"#,
        r#""scopes_supported":["profile","email"]"#,
        r#""token_endpoint":"http://127.0.0.1:9000/token""#,
        r#""token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post","none"]"#,
    ];
    format!("200 {{{}}} [no Cache-Control] [no Pragma]", members.join(","))
}

#[test]
fn every_path_is_answered_as_the_table_says() {
    check(&table().rows);
}

/// The requests that the core knows, by the text that declares them.
fn known() -> BTreeSet<&'static str> {
    let source = include_str!("../../../src/server/mod.rs");
    let (_, rest) = source.split_once("pub enum Request {").expect("the core declares its requests");
    let (body, _) = rest.split_once("\n}").expect("and ends somewhere");
    let lines = body.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    lines.map(|line| line.split(['(', ',']).next().unwrap_or(line)).collect()
}

#[test]
fn every_request_that_the_core_knows_comes_through_a_route() {
    let doors = [
        "GET /",
        "GET /login",
        "POST /login",
        "GET /authorize",
        "POST /authorize",
        "POST /par",
        "GET /authorize (pushed)",
        "POST /token",
        "POST /register",
        "POST /revoke",
        "POST /introspect",
        "GET /api/me",
        METADATA,
        RESOURCES[0].0,
        "GET /nowhere",
    ];
    let mut stage = Stage::new();
    stage.send("POST /par", "");
    let came = |door: &&str| {
        let edits = if door.starts_with("GET /api") { "authorization:Bearer␣x" } else { "" };
        let request = stage.draft(door, edits);
        let request = format!("{:?}", receive(&request, &stage.bench.directory).request());
        request.split('(').next().unwrap_or_default().to_owned()
    };
    let came: BTreeSet<String> = doors.iter().map(came).collect();
    let known: BTreeSet<String> = known().into_iter().map(str::to_owned).collect();
    assert_eq!(came, known);
}
