//! `POST /register` (RFC 7591), and what becomes of who registered.

use super::stage::{Stage, logged_in, nobody};
use super::table::{Table, check, check_precedence};

const REGISTER: &str = "POST /register";
const ASK: &str = "GET /authorize";
const DECIDE: &str = "POST /authorize";
const REDEEM: &str = "POST /token";
const REFRESH: &str = "POST /token (refresh)";
const ITSELF: &str = "POST /token (for itself)";
const PUSH: &str = "POST /par";

const URI_REFUSED: &str = "400 invalid_redirect_uri (redirect_uris has to hold https URLs, http URLs on this machine, or URIs whose scheme has a period)";
const MEMBER_REFUSED: &str = "400 invalid_client_metadata (a member has a wrong type or is too long)";
const GRANTS_REFUSED: &str = "400 invalid_client_metadata (grant_types has to hold authorization_code and perhaps refresh_token, response_types code alone)";
const METHOD_REFUSED: &str = "400 invalid_client_metadata (token_endpoint_auth_method is not known here)";
const SCOPE_REFUSED: &str = "400 invalid_client_metadata (scope has a value that is not known here)";
const NOT_JSON: &str =
    "400 invalid_client_metadata (the body is not a JSON object of the type application/json)";

const CONSENT: &str = "200 consent <handle> id001: <client> unnamed wants profile at https://app.example/cb";
const TOKENS: &str =
    "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"scope\":\"profile\",\"token_type\":\"Bearer\"}";
const CLIENT_INVALID: &str =
    "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]";
const PROOF_REQUIRED: &str = "400 invalid_dpop_proof (a DPoP proof is required)";

/// The server registers who asks for it.
fn open(stage: &mut Stage) {
    stage.bench.policy.registration = true;
}

/// The server registers who asks for it, and the owner is logged in.
fn open_and_logged_in(stage: &mut Stage) {
    open(stage);
    logged_in(stage);
}

/// A client without a secret has registered, and the owner is logged in.
fn registered(stage: &mut Stage) {
    open(stage);
    stage.send(REGISTER, "token_endpoint_auth_method=\"none\"");
    logged_in(stage);
}

/// A client that wants its tokens bound and pushes its requests has registered.
fn registered_strictly(stage: &mut Stage) {
    open(stage);
    stage.send(REGISTER, "dpop_bound_access_tokens=true require_pushed_authorization_requests=true");
    logged_in(stage);
}

/// A client with a secret and two redirect URIs has registered, and the owner is logged in.
fn registered_with_two(stage: &mut Stage) {
    open(stage);
    stage.send(REGISTER, r#"redirect_uris=["https://app.example/cb","https://app.example/other"]"#);
    logged_in(stage);
}

/// That client has a code.
fn coded(stage: &mut Stage) {
    registered_with_two(stage);
    stage.send(ASK, "client_id=$client redirect_uri=https://app.example/cb");
    stage.send(DECIDE, "");
}

/// A client that wants its tokens bound has registered, and has some, with a refresh token.
fn bound_and_refreshable(stage: &mut Stage) {
    open(stage);
    let grants = r#"grant_types=["authorization_code","refresh_token"]"#;
    stage.send(REGISTER, &format!("dpop_bound_access_tokens=true {grants}"));
    logged_in(stage);
    stage.send(ASK, "client_id=$client redirect_uri=https://app.example/cb");
    stage.send(DECIDE, "");
    stage.send(REDEEM, "basic:$client:$secret redirect_uri=https://app.example/cb proof:");
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(REGISTER);
    t.from(nobody);
    t.row("", "404 (this server has no such page)");
    t.from(open);
    taking(&mut t);
    refusing(&mut t);
    being(&mut t);
    proving(&mut t);
    t
}

fn taking(t: &mut Table) {
    let secret = |method: &str| {
        client(&[
            (r#""client_secret""#, r#""<secret>""#),
            (r#""client_secret_expires_at""#, "0"),
            (r#""token_endpoint_auth_method""#, method),
        ])
    };
    let basic = secret(r#""client_secret_basic""#);
    t.row("", basic.clone());
    t.row(r#"token_endpoint_auth_method="client_secret_basic""#, basic.clone());
    t.row(r#"token_endpoint_auth_method="client_secret_post""#, secret(r#""client_secret_post""#));
    let public = client(&[(r#""token_endpoint_auth_method""#, r#""none""#)]);
    t.row(r#"token_endpoint_auth_method="none""#, public);
    t.row(r#"content-type:application/json;␣charset=utf-8"#, basic.clone());
    // Members that are not known, or say nothing, change nothing.
    t.row(
        r#"unknown=1 client_id="mine" client_secret="mine" contacts=["a"] jwks={"keys":[]}"#,
        basic.clone(),
    );
    t.row("scope=null grant_types=null response_types=null dpop_bound_access_tokens=null", basic.clone());
    t.row(r#"client_name="␣""#, basic.clone());
    t.row(r#"grant_types=["authorization_code"] response_types=["code"]"#, basic);
    let one = |name: &str, value: &str| {
        client(&[
            (r#""client_secret""#, r#""<secret>""#),
            (r#""client_secret_expires_at""#, "0"),
            (r#""token_endpoint_auth_method""#, r#""client_secret_basic""#),
            (name, value),
        ])
    };
    t.row(r#"client_name="The␣one""#, one(r#""client_name""#, r#""The one""#));
    t.row(r#"client_name="Zoë""#, one(r#""client_name""#, r#""Zoë""#));
    t.row(
        r#"grant_types=["authorization_code","refresh_token"]"#,
        one(r#""grant_types""#, r#"["authorization_code","refresh_token"]"#),
    );
    t.row(r#"scope="email""#, one(r#""scope""#, r#""email""#));
    t.row("dpop_bound_access_tokens=true", one(r#""dpop_bound_access_tokens""#, "true"));
    t.row(
        "require_pushed_authorization_requests=true",
        one(r#""require_pushed_authorization_requests""#, "true"),
    );
    let uris =
        r#"["http://127.0.0.1/cb","http://[::1]:8080/cb","http://localhost/cb","com.example.app:/cb"]"#;
    t.row(format!("redirect_uris={uris}"), one(r#""redirect_uris""#, uris));
    // Nobody asks for a token here, shows a logo, or lets a client choose its name.
    t.row("authorization:Bearer␣x", secret(r#""client_secret_basic""#));
    t.row(r#"logo_uri="https://other.example/logo.png""#, secret(r#""client_secret_basic""#));
}

fn refusing(t: &mut Table) {
    t.row("method:GET", "405 (this page takes POST) [Allow: POST]");
    t.row("method:PUT", "405 (this page takes POST) [Allow: POST]");
    t.row("-content-type", NOT_JSON);
    t.row("content-type:application/x-www-form-urlencoded", NOT_JSON);
    for body in
        ["", "{", "[]", "1", "\"x\"", "null", "redirect_uris=https://app.example/cb", "{\"a\":1}x", "%ff"]
    {
        t.row(format!("body:{body}"), NOT_JSON);
    }
    t.row("pad:70000", "413 invalid_client_metadata (the body has more than 65536 bytes)");
    t.row("-redirect_uris", URI_REFUSED);
    for uris in [
        "null",
        "[]",
        "\"https://app.example/cb\"",
        "[1]",
        "{}",
        "[\"\"]",
        "[\"/cb\"]",
        "[\"https://app.example/cb#x\"]",
        "[\"http://app.example/cb\"]",
        "[\"https://app.example/cb\",\"http://app.example/cb\"]",
        "[\"http://127.0.0.1.evil.example/cb\"]",
        "[\"http://localhost.evil.example/cb\"]",
        "[\"javascript:alert(1)\"]",
        "[\"javascript:alert(document.cookie)\"]",
        "[\"app:/cb\"]",
    ] {
        t.row(format!("redirect_uris={uris}"), URI_REFUSED);
    }
    let long = "x".repeat(500);
    t.row(format!("redirect_uris=[\"https://app.example/{long}\"]"), URI_REFUSED);
    let many = vec!["\"https://app.example/cb\""; 17].join(",");
    t.row(format!("redirect_uris=[{many}]"), URI_REFUSED);
    for method in ["\"private_key_jwt\"", "\"client_secret_jwt\"", "\"\"", "\"NONE\""] {
        t.row(format!("token_endpoint_auth_method={method}"), METHOD_REFUSED);
    }
    for member in [
        "token_endpoint_auth_method=1",
        "client_name=1",
        "scope=[]",
        "grant_types=\"authorization_code\"",
        "response_types=[1]",
        "dpop_bound_access_tokens=\"true\"",
        "require_pushed_authorization_requests=1",
    ] {
        t.row(member, MEMBER_REFUSED);
    }
    t.row(format!("client_name=\"{}\"", "x".repeat(513)), MEMBER_REFUSED);
    for grants in [
        "grant_types=[]",
        "grant_types=[\"implicit\"]",
        "grant_types=[\"refresh_token\"]",
        "grant_types=[\"authorization_code\",\"client_credentials\"]",
        "response_types=[]",
        "response_types=[\"token\"]",
        "response_types=[\"code\",\"token\"]",
    ] {
        t.row(grants, GRANTS_REFUSED);
    }
    t.row("scope=\"nothing\"", SCOPE_REFUSED);
    t.row("scope=\"profile␣nothing\"", SCOPE_REFUSED);
    t.row("scope=\"\"", SCOPE_REFUSED);
    t.row(
        "jwks={\"keys\":[]} jwks_uri=\"https://app.example/jwks\"",
        "400 invalid_client_metadata (jwks and jwks_uri exclude each other)",
    );
}

/// A client that registered is a client, but no browser is sent to it before an owner agreed.
fn being(t: &mut Table) {
    const URI: &str = "client_id=$client redirect_uri=https://app.example/cb";
    const CODE: &str = "303 https://app.example/cb code=<handle> state=xyz";
    t.from(open_and_logged_in);
    let told = client(&[(r#""token_endpoint_auth_method""#, r#""none""#)]);
    let public = r#"client_id="mine" token_endpoint_auth_method="none""#;
    t.story(&[(REGISTER, public, &told), (ASK, URI, CONSENT)]);
    // A name is text, whatever it looks like.
    let told =
        client(&[(r#""token_endpoint_auth_method""#, r#""none""#), (r#""client_name""#, r#""<b>One</b>""#)]);
    t.story(&[
        (REGISTER, r#"client_name="<b>One</b>" token_endpoint_auth_method="none""#, &told),
        (ASK, URI, &CONSENT.replace("unnamed", "named <b>One</b>")),
    ]);
    t.from(registered);
    t.story(&[
        (ASK, URI, CONSENT),
        (DECIDE, "", CODE),
        (REDEEM, "-authorization client_id=$client redirect_uri=https://app.example/cb", TOKENS),
    ]);
    t.story(&[
        (ASK, URI, CONSENT),
        // Who says no does not want to go there.
        (DECIDE, "confirm=no", "400 (the resource owner said no)"),
    ]);
    t.door(ASK);
    t.row(format!("{URI} response_type=token"), "400 (response_type has to be code)");
    t.row(format!("{URI} scope=nothing"), "400 (the scope is unknown or not for this client)");
    t.row(format!("{URI} -code_challenge -code_challenge_method"), "400 (code_challenge is required)");
    t.row(format!("{URI} +state=2"), "400 (state may stand there once only)");
    t.row(
        "client_id=$client redirect_uri=https://evil.example/",
        "400 (this redirect_uri is not registered for the client)",
    );
    // Of several redirect URIs each is good, and one has to be named.
    t.from(registered_with_two);
    t.row(URI, CONSENT);
    t.row("client_id=$client redirect_uri=https://app.example/other", CONSENT.replace("/cb", "/other"));
    t.row(
        "client_id=$client -redirect_uri",
        "400 (the client has to say which of its redirect URIs it wants)",
    );
    t.from(registered_strictly);
    t.row(URI, "400 (authorization requests of this client have to be pushed)");
    let by = format!("{URI} basic:$client:$secret");
    t.story(&[
        (
            PUSH,
            &by,
            "201 {\"expires_in\":300,\"request_uri\":\"urn:ietf:params:oauth:request_uri:<handle>\"}",
        ),
        ("GET /authorize (pushed)", "client_id=$client", CONSENT),
        (DECIDE, "", CODE),
        (REDEEM, "basic:$client:$secret redirect_uri=https://app.example/cb", PROOF_REQUIRED),
    ]);
    t.door(PUSH);
    t.row(format!("{URI} basic:$client:wrong"), CLIENT_INVALID);
}

/// A client that registered proves who it is as any other does, and its codes and tokens are its own.
fn proving(t: &mut Table) {
    t.from(coded);
    t.door(REDEEM);
    for (by, gets) in [
        ("basic:$client:$secret", TOKENS),
        ("basic:$client:wrong", CLIENT_INVALID),
        ("-authorization client_id=$client", CLIENT_INVALID),
        ("basic:client_1:client_secret_1", "400 invalid_grant (the code is not valid for this request)"),
    ] {
        t.row(format!("{by} redirect_uri=https://app.example/cb"), gets);
    }
    // Without a secret it gets none for itself, whether it asks to be registered for that or not.
    t.from(registered);
    t.door(ITSELF);
    t.row(
        "-authorization client_id=$client",
        "400 unauthorized_client (the client is not registered for this grant_type)",
    );
    t.from(bound_and_refreshable);
    t.door(REFRESH);
    t.row("basic:$client:$secret", PROOF_REQUIRED);
    t.row(
        "basic:$client:$secret proof:",
        "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"refresh_token\":\"<handle>\",\"scope\":\"profile\",\"token_type\":\"DPoP\"} [DPoP-Nonce: nonce-now]",
    );
}

/// What a client is told that registered with these members.
fn client(others: &[(&str, &str)]) -> String {
    let mut members = std::collections::BTreeMap::from([
        (r#""client_id""#, r#""<client>""#),
        (r#""client_id_issued_at""#, "1000000"),
        (r#""dpop_bound_access_tokens""#, "false"),
        (r#""grant_types""#, r#"["authorization_code"]"#),
        (r#""redirect_uris""#, r#"["https://app.example/cb"]"#),
        (r#""require_pushed_authorization_requests""#, "false"),
        (r#""response_types""#, r#"["code"]"#),
        (r#""scope""#, r#""profile""#),
    ]);
    members.extend(others.iter().copied());
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("201 {{{}}}", members.join(","))
}

#[test]
fn every_registration_is_answered_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_registration_are_told_in_their_order() {
    check_precedence(
        REGISTER,
        open,
        &[
            "method:PUT",
            "content-type:text/plain",
            "body:{",
            "token_endpoint_auth_method=\"x\"",
            "jwks={} jwks_uri=\"x\"",
            "grant_types=[]",
            "scope=\"nothing\"",
            "-redirect_uris",
            "client_name=1",
            "",
        ],
    );
}
