//! `POST /revoke` (RFC 7009) and `POST /introspect` (RFC 7662): who may name a token, and what becomes of it.

use super::stage::{coded, nobody, redeemed, refreshable};
use super::table::{Table, check, check_precedence};

const REVOKE: &str = "POST /revoke";
const INTROSPECT: &str = "POST /introspect";
const REFRESH: &str = "POST /token (refresh)";
const RESOURCE: &str = "GET /api/me";

const DONE: &str = "200";
const INACTIVE: &str = "200 {\"active\":false}";
const OF_ANOTHER: &str = "400 invalid_grant (the token was issued to another client)";
const CLIENT_INVALID: &str =
    "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]";
const REFRESH_INVALID: &str = "400 invalid_grant (the refresh token is not valid for this request)";
const TOKEN_ENDED: &str =
    "401 invalid_token (the access token is not valid) [WWW-Authenticate: Bearer realm=\"resource\", …]";
const SERVED: &str = "200 {\"client_id\":\"client_2\",\"scope\":\"profile email\",\"user_id\":\"id001\"}";

/// What is told of a token of `client_2`; the tables' clock stands at 1,000,000.
fn active(kind: &str, scope: &str, exp: u64) -> String {
    let token_type = if kind == "access" { ",\"token_type\":\"Bearer\"" } else { "" };
    format!(
        "200 {{\"active\":true,\"aud\":[\"http://127.0.0.1:9000/api/me\"],\"client_id\":\"client_2\",\"exp\":{exp},\
         \"iss\":\"http://127.0.0.1:9000\",\"scope\":\"{scope}\",\"sub\":\"id001\"{token_type},\"username\":\"id001\"}}"
    )
}

fn access() -> String {
    active("access", "profile email", 1_003_600)
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(REVOKE);
    t.from(refreshable);
    for door in [REVOKE, INTROSPECT] {
        forms(&mut t, door);
    }
    revocation(&mut t);
    introspection(&mut t);
    t
}

/// What is wrong with the request itself is told at both in the same way.
fn forms(t: &mut Table, door: &'static str) {
    t.door(door);
    t.row("method:GET", "405 (this page takes POST) [Allow: POST]");
    t.row("?token=x", "400 invalid_request (the parameters belong into the body, not into the URI)");
    t.row(
        "content-type:application/json",
        "400 invalid_request (the body is not application/x-www-form-urlencoded)",
    );
    t.row("pad:70000", "400 invalid_request (the body has more than 65536 bytes)");
    t.row("-token", "400 invalid_request (token is missing)");
    t.row("token=", "400 invalid_request (token is missing)");
    t.row("+token=x", "400 invalid_request (token may stand there once only)");
    t.row(
        "token=%ff",
        "400 invalid_request (the parameters are not UTF-8 in application/x-www-form-urlencoded)",
    );
    t.row(
        "token_type_hint=a +token_type_hint=b",
        "400 invalid_request (token_type_hint may stand there once only)",
    );
    t.row("-authorization", "400 invalid_request (client_id is missing)");
    t.row("-authorization client_id=client_2", CLIENT_INVALID);
    t.row("-authorization client_id=nobody", CLIENT_INVALID);
    t.row("basic:client_2:wrong", CLIENT_INVALID);
    t.row("authorization:Bearer␣x", "401 invalid_client (Authorization has a wrong form) [WWW-Authenticate: Basic realm=\"token endpoint\"]");
    t.row("client_secret=x", "400 invalid_request (the client may authenticate in one way only)");
    t.row("client_id=client_1", "400 invalid_request (client_id is not the client that authenticated)");
}

fn revocation(t: &mut Table) {
    t.door(REVOKE);
    // A refresh token or an access token, whatever the hint says: the whole grant ends.
    for edits in [
        "",
        "token=$token",
        "token_type_hint=refresh_token",
        "token_type_hint=access_token",
        "token_type_hint=banana",
        "token=$token token_type_hint=refresh_token",
        "unknown=1 +unknown=2",
    ] {
        t.story(&[(REVOKE, edits, DONE), (REFRESH, "", REFRESH_INVALID), (RESOURCE, "", TOKEN_ENDED)]);
    }
    // Once more, and what is no token: done all the same, and nothing else happens.
    t.story(&[(REVOKE, "", DONE), (REVOKE, "", DONE)]);
    for nothing in ["token=x", "token=$grant.x", "token=$code", "token=AAAAAAAAAAAAAAAAAAAAAA.x"] {
        t.story(&[(REVOKE, nothing, DONE), (RESOURCE, "", SERVED)]);
    }
    // A spent refresh token still speaks for its grant (decision 0010).
    t.story(&[
        (REFRESH, "", &refreshed()),
        (REVOKE, "token=$refresh1", DONE),
        (REFRESH, "refresh_token=$refresh2", REFRESH_INVALID),
    ]);
    // So does the access token that a refresh brought.
    t.story(&[(REFRESH, "", &refreshed()), (REVOKE, "token=$token", DONE), (RESOURCE, "", TOKEN_ENDED)]);
    // An expired access token as well.
    t.story(&[(REVOKE, "token=$token wait:3600", DONE), (REFRESH, "", REFRESH_INVALID)]);
    t.story(&[(REVOKE, "basic:client_1:client_secret_1", OF_ANOTHER), (RESOURCE, "", SERVED)]);
    t.story(&[(REVOKE, "-authorization client_id=public_1", OF_ANOTHER), (RESOURCE, "", SERVED)]);
    t.story(&[(REVOKE, "token=$token basic:client_1:client_secret_1", OF_ANOTHER), (RESOURCE, "", SERVED)]);
    t.from(coded);
    t.row("token=$code basic:client_1:client_secret_1", DONE);
    t.from(nobody);
    t.row("token=x", DONE);
    t.from(redeemed);
    t.story(&[
        (REVOKE, "token=$token basic:client_1:client_secret_1", DONE),
        (RESOURCE, "", TOKEN_ENDED),
        ("POST /token", "", "400 invalid_grant (the code is not valid for this request)"),
    ]);
    t.from(nobody);
    t.story(&[
        (
            "POST /token (for itself)",
            "",
            "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"scope\":\"profile\",\"token_type\":\"Bearer\"}",
        ),
        (REVOKE, "token=$token basic:machine:machine_secret", DONE),
        (RESOURCE, "", TOKEN_ENDED),
    ]);
}

fn refreshed() -> String {
    "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"refresh_token\":\"<handle>\",\"scope\":\"profile email\",\
     \"token_type\":\"Bearer\"}"
        .to_owned()
}

fn introspection(t: &mut Table) {
    t.door(INTROSPECT);
    t.from(refreshable);
    // The server of the resource, and the client itself.
    for edits in [
        "",
        "token_type_hint=access_token",
        "token_type_hint=refresh_token",
        "token_type_hint=banana",
        "basic:client_2:client_secret_2",
    ] {
        t.row(edits, access());
    }
    t.row("wait:3599", access());
    t.row("wait:3600", INACTIVE);
    // Nobody else: the server of another resource, another client; and refresh tokens concern the client alone.
    t.row("basic:resource_2:resource_secret_2", INACTIVE);
    t.row("basic:client_1:client_secret_1", INACTIVE);
    t.row("token=$refresh", INACTIVE);
    for hint in ["", "token_type_hint=refresh_token", "token_type_hint=access_token"] {
        t.row(
            format!("token=$refresh basic:client_2:client_secret_2 {hint}"),
            active("refresh", "profile email", 2_209_600),
        );
    }
    t.row("token=$refresh basic:client_2:client_secret_2 wait:1209600", INACTIVE);
    t.row("-authorization client_id=public_1", CLIENT_INVALID);
    t.row("token=x", INACTIVE);
    t.row("token=$code", INACTIVE);
    t.row("token=$grant.x", INACTIVE);
    t.story(&[(REVOKE, "", DONE), (INTROSPECT, "", INACTIVE)]);
    t.story(&[
        (REFRESH, "scope=email", &refreshed().replace("profile email", "email")),
        (INTROSPECT, "token=$token1", INACTIVE),
        (INTROSPECT, "token=$token2", &active("access", "email", 1_003_600)),
        (INTROSPECT, "token=$refresh1 basic:client_2:client_secret_2", INACTIVE),
    ]);
    t.from(coded);
    t.row("token=$code basic:client_1:client_secret_1", INACTIVE);
}

#[test]
fn every_token_that_is_named_is_judged_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_revocation_are_told_in_their_order() {
    check_precedence(
        REVOKE,
        refreshable,
        &["method:PUT", "?x=1", "content-type:text/plain", "basic:client_2:wrong", "-token", ""],
    );
}
