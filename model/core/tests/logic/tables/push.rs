//! `POST /par` and what a browser does with the `request_uri` that came of it (RFC 9126).

use super::stage::{Stage, logged_in, nobody};
use super::table::{Table, check, check_precedence};

const PUSH: &str = "POST /par";
const USE: &str = "GET /authorize (pushed)";
const PLAIN: &str = "GET /authorize";
const DECIDE: &str = "POST /authorize";
const REDEEM: &str = "POST /token";

const TAKEN: &str = "201 {\"expires_in\":300,\"request_uri\":\"urn:ietf:params:oauth:request_uri:<handle>\"}";
const CONSENT: &str = "200 consent <handle> id001: client_1 wants profile at CB";
const CODE: &str = "303 CB code=<handle> state=xyz";
const USELESS: &str =
    "400 (this request_uri cannot be used (any more); please start again at the application)";
const OWN_LOG_IN_FIRST: &str = "303 /login?next=%2Fauthorize%3Fresponse_type%3Dcode%26client_id%3Dpushing%26redirect_uri%3Dhttp%3A%2F%2Flocalhost%3A8006%2Fcallback%26scope%3Dprofile%26state%3Dxyz%26code_challenge%3DE9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM%26code_challenge_method%3DS256";
const LOG_IN_FIRST: &str = "303 /login?next=%2Fauthorize%3Fclient_id%3Dclient_1%26request_uri%3Durn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A<handle>";
const CLIENT_INVALID: &str =
    "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]";
const CODE_INVALID: &str = "400 invalid_grant (the code is not valid for this request)";
const TOKENS: &str =
    "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"scope\":\"profile\",\"token_type\":\"Bearer\"}";

/// The owner is logged in, and `client_1` has pushed a request.
fn pushed(stage: &mut Stage) {
    logged_in(stage);
    stage.send(PUSH, "");
}

/// A request was pushed, and nobody is logged in.
fn pushed_for_nobody(stage: &mut Stage) {
    stage.send(PUSH, "");
}

/// A request was pushed 100 seconds before the owner's login ends.
fn pushed_late_in_a_login(stage: &mut Stage) {
    logged_in(stage);
    stage.send(PUSH, "wait:28700");
}

/// Every request has to be pushed.
fn pushed_only(stage: &mut Stage) {
    logged_in(stage);
    stage.bench.policy.pushed_only = true;
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(PUSH);
    t.from(nobody);
    taking(&mut t);
    using(&mut t);
    demanding(&mut t);
    t
}

fn taking(t: &mut Table) {
    t.row("", TAKEN);
    t.row("unknown=1 +unknown=2", TAKEN);
    t.row("-state -scope -redirect_uri", TAKEN);
    t.row("method:GET", "405 (this page takes POST) [Allow: POST]");
    t.row("method:PUT", "405 (this page takes POST) [Allow: POST]");
    t.row("?x=1", "400 invalid_request (the parameters belong into the body, not into the URI)");
    t.row(
        "content-type:application/json",
        "400 invalid_request (the body is not application/x-www-form-urlencoded)",
    );
    t.row("pad:70000", "413 invalid_request (the body has more than 65536 bytes)");
    t.row("basic:client_1:wrong", CLIENT_INVALID);
    t.row("-authorization", CLIENT_INVALID);
    t.row(
        "authorization:x",
        "401 invalid_client (Authorization has a wrong form) [WWW-Authenticate: Basic realm=\"token endpoint\"]",
    );
    t.row("-client_id", "400 invalid_request (client_id is missing)");
    t.row("client_id=client_2", "400 invalid_request (client_id is not the client that authenticated)");
    t.row("+client_id=client_1", "400 invalid_request (client_id may stand there once only)");
    t.row("client_secret=x", "400 invalid_request (the client may authenticate in one way only)");
    t.row("request_uri=urn:x", "400 invalid_request (request_uri may not be pushed)");
    t.row("request_uri=x +request_uri=y", "400 invalid_request (request_uri may stand there once only)");
    // What a plain request is refused for, told as JSON and never by redirect.
    t.row(
        "redirect_uri=https://evil.example/",
        "400 invalid_request (this redirect_uri is not registered for the client)",
    );
    t.row("redirect_uri=/callback", "400 invalid_request (redirect_uri has a wrong form)");
    t.row("response_type=token", "400 unsupported_response_type (response_type has to be code)");
    t.row("-response_type", "400 invalid_request (response_type is missing)");
    t.row("scope=email", "400 invalid_scope (the scope is unknown or not for this client)");
    t.row("+scope=profile", "400 invalid_request (scope may stand there once only)");
    t.row(
        "scope=%ff",
        "400 invalid_request (the parameters are not UTF-8 in application/x-www-form-urlencoded)",
    );
    t.row("code_challenge_method=plain", "400 invalid_request (code_challenge_method has to be S256)");
    t.row(
        "resource=x",
        "400 invalid_target (a resource is not known here, or is no absolute URI without fragment)",
    );
    let public = "-authorization client_id=public_1 redirect_uri=http://127.0.0.1:5/callback";
    t.row(public, TAKEN);
    t.row(
        format!("{public} -code_challenge -code_challenge_method"),
        "400 invalid_request (code_challenge is required)",
    );
    t.row(
        "-authorization client_id=public_1 redirect_uri=https://evil.example/",
        "400 invalid_request (this redirect_uri is not registered for the client)",
    );
    t.row(
        "basic:machine:machine_secret client_id=machine redirect_uri=http://localhost:8005/callback",
        "400 unauthorized_client (the client is not registered for the code grant)",
    );
}

fn using(t: &mut Table) {
    t.from(pushed);
    t.story(&[(USE, "", CONSENT), (DECIDE, "", CODE), (REDEEM, "", TOKENS)]);
    // What lies beside the request_uri changes nothing.
    let beside =
        "scope=email state=abc redirect_uri=https://evil.example/ response_type=token code_challenge=x";
    t.story(&[(USE, beside, CONSENT), (DECIDE, "", CODE), (REDEEM, "", TOKENS)]);
    // Once: neither before the decision, nor after it.
    t.story(&[(USE, "", CONSENT), (USE, "", USELESS), (DECIDE, "", CODE), (USE, "", USELESS)]);
    t.story(&[
        (USE, "", CONSENT),
        (DECIDE, "confirm=no", "303 CB error=access_denied (the resource owner said no) state=xyz"),
        (USE, "", USELESS),
    ]);
    t.door(USE);
    t.row("client_id=client_2", USELESS);
    t.row("client_id=public_1", USELESS);
    t.row("client_id=nobody", "400 (this client is not registered here)");
    t.row("-client_id", "400 (client_id is missing)");
    t.row("+request_uri=x", "400 (request_uri may stand there once only)");
    t.row("wait:299", CONSENT);
    t.row("wait:300", USELESS);
    for made_up in [
        "request_uri=x",
        "request_uri=https://client.example/request",
        "request_uri=urn:ietf:params:oauth:request_uri:x",
        "request_uri=urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAA.x",
        "request_uri=$pushedx",
    ] {
        t.row(made_up, USELESS);
    }
    t.story(&[(USE, "client_id=client_2", USELESS), (USE, "", CONSENT)]);
    t.from(pushed_late_in_a_login);
    t.row("wait:99", CONSENT);
    t.row("wait:100", LOG_IN_FIRST);
    t.from(pushed_for_nobody);
    t.row("", LOG_IN_FIRST);
    // The redirect URI that was pushed is the one that the token request repeats.
    t.from(logged_in);
    t.story(&[
        (PUSH, "", TAKEN),
        (USE, "", CONSENT),
        (DECIDE, "", CODE),
        (REDEEM, "-redirect_uri", CODE_INVALID),
        (REDEEM, "", TOKENS),
    ]);
    // An empty request_uri is none.
    t.door(PLAIN);
    t.row("request_uri=", CONSENT);
}

fn demanding(t: &mut Table) {
    const NEEDED: &str =
        "303 CB error=invalid_request (authorization requests of this client have to be pushed) state=xyz";
    t.from(pushed_only);
    t.story(&[(PLAIN, "", NEEDED), (PUSH, "", TAKEN), (USE, "", CONSENT)]);
    let own = "client_id=pushing redirect_uri=http://localhost:8006/callback";
    t.from(nobody);
    t.door(PLAIN);
    t.row(own, OWN_LOG_IN_FIRST);
    t.from(logged_in);
    t.story(&[
        (PLAIN, own, &NEEDED.replace("CB", "http://localhost:8006/callback")),
        (PUSH, &format!("{own} basic:pushing:pushing_secret"), TAKEN),
        (
            USE,
            "client_id=pushing",
            "200 consent <handle> id001: pushing wants profile at http://localhost:8006/callback",
        ),
    ]);
}

#[test]
fn every_pushed_request_is_answered_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_pushed_request_are_told_in_their_order() {
    check_precedence(
        PUSH,
        nobody,
        &[
            "method:PUT",
            "?x=1",
            "content-type:text/plain",
            "basic:client_1:wrong",
            "request_uri=x",
            "redirect_uri=https://evil.example/",
            "+response_type=code",
            "scope=email",
            "-code_challenge code_challenge_method=plain",
            "",
        ],
    );
}
