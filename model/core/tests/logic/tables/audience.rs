//! Which resources a token is for (RFC 8707), and tokens that a client gets for itself (RFC 6749 4.4).

use super::stage::{Stage, logged_in, nobody, refreshable};
use super::table::{Table, check};

const AUTHORIZE: &str = "GET /authorize";
const REDEEM: &str = "POST /token";
const REFRESH: &str = "POST /token (refresh)";
const ITSELF: &str = "POST /token (for itself)";
const INTROSPECT: &str = "POST /introspect";
const ME: &str = "GET /api/me";
const NOTES: &str = "GET /api/notes";

const ME_ID: &str = "resource=http://127.0.0.1:9000/api/me";
const NOTES_ID: &str = "resource=http://127.0.0.1:9000/api/notes";
const BOTH: &str = "resource=http://127.0.0.1:9000/api/me +resource=http://127.0.0.1:9000/api/notes";
const UNKNOWN: &str = "303 CB error=invalid_target (a resource is not known here, or is no absolute URI without fragment) state=xyz";
const NOT_GRANTED: &str = "400 invalid_target (a resource is not known here, or was not granted)";
const ELSEWHERE: &str =
    "401 invalid_token (the access token is not valid) [WWW-Authenticate: Bearer realm=\"resource\", …]";
const CONSENT: &str = "200 consent <handle> id001: client_1 wants profile at CB";

fn served(client: &str, user: &str) -> String {
    format!("200 {{\"client_id\":\"{client}\",\"scope\":\"profile\",\"user_id\":{user}}}")
}

fn tokens(scope: &str, refresh: bool) -> String {
    let refresh = if refresh { "\"refresh_token\":\"<handle>\"," } else { "" };
    format!(
        "200 {{\"access_token\":\"<handle>\",\"expires_in\":3600,{refresh}\"scope\":\"{scope}\",\"token_type\":\"Bearer\"}}"
    )
}

/// `client_2` may have tokens for both resources.
fn granted_both(stage: &mut Stage) {
    logged_in(stage);
    let ask = format!("client_id=client_2 redirect_uri=http://localhost:8001/callback {BOTH}");
    stage.send(AUTHORIZE, &ask);
    stage.send("POST /authorize", "");
}

/// `client_2` has a token for the second resource, whose scope does not cover it.
fn redeemed_for_email(stage: &mut Stage) {
    logged_in(stage);
    let ask =
        format!("client_id=client_2 redirect_uri=http://localhost:8001/callback scope=email {NOTES_ID}");
    stage.send(AUTHORIZE, &ask);
    stage.send("POST /authorize", "");
    stage.send(REDEEM, OWN);
}

const OWN: &str = "basic:client_2:client_secret_2 redirect_uri=http://localhost:8001/callback";

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(AUTHORIZE);
    t.from(logged_in);
    asked(&mut t);
    narrowed(&mut t);
    itself(&mut t);
    t
}

fn asked(t: &mut Table) {
    for good in [ME_ID, NOTES_ID, BOTH, "resource=", "resource= +resource=http://127.0.0.1:9000/api/me"] {
        t.row(good, CONSENT);
    }
    for unknown in [
        "resource=x",
        "resource=/api/me",
        "resource=http://127.0.0.1:9000/api/me#x",
        "resource=http://127.0.0.1:9000/api/me/",
        "resource=http://127.0.0.1:9000",
        "resource=https://other.example/api/me",
        "resource=http://127.0.0.1:9000/api/me +resource=https://other.example/",
    ] {
        t.row(unknown, UNKNOWN);
    }
    t.row(
        "resource=%ff",
        "303 CB error=invalid_request (the parameters are not UTF-8 in application/x-www-form-urlencoded) state=xyz",
    );
}

fn narrowed(t: &mut Table) {
    // Without a resource a token is for the first one.
    t.from(logged_in);
    t.story(&[
        (AUTHORIZE, "", CONSENT),
        ("POST /authorize", "", "303 CB code=<handle> state=xyz"),
        (REDEEM, "", &tokens("profile", false)),
        (NOTES, "", ELSEWHERE),
    ]);
    t.from(super::stage::redeemed);
    t.story(&[(ME, "", &served("client_1", "\"id001\"")), (NOTES, "", ELSEWHERE)]);
    t.from(granted_both);
    let all = tokens("profile", true);
    let own = served("client_2", "\"id001\"");
    t.story(&[(REDEEM, OWN, &all), (ME, "", &own), (NOTES, "", &own)]);
    t.story(&[(REDEEM, &format!("{OWN} {NOTES_ID}"), &all), (ME, "", ELSEWHERE), (NOTES, "", &own)]);
    // What is refused redeems nothing.
    let foreign = format!("{OWN} resource=https://other.example/");
    t.story(&[(REDEEM, &foreign, NOT_GRANTED), (REDEEM, OWN, &all)]);
    // A token for fewer resources leaves the grant as it is.
    t.story(&[
        (REDEEM, &format!("{OWN} {ME_ID}"), &all),
        (REFRESH, NOTES_ID, &all),
        (ME, "", ELSEWHERE),
        (NOTES, "", &own),
        (REFRESH, "", &all),
        (ME, "", &own),
        (NOTES, "", &own),
    ]);
    // Each resource asks for its own scope.
    t.from(redeemed_for_email);
    t.door(NOTES);
    t.row(
        "",
        "403 insufficient_scope (the access token's scope does not cover this resource) \
         [WWW-Authenticate: Bearer realm=\"resource\", …, scope=\"profile\"]",
    );
    t.from(refreshable);
    t.story(&[
        (REFRESH, NOTES_ID, NOT_GRANTED),
        (REFRESH, ME_ID, &tokens("profile email", true)),
        (NOTES, "", ELSEWHERE),
    ]);
    t.story(&[(REFRESH, "resource=x", NOT_GRANTED), (REFRESH, "", &tokens("profile email", true))]);
}

fn itself(t: &mut Table) {
    t.door(ITSELF);
    t.from(nobody);
    let own = served("machine", "null");
    t.story(&[(ITSELF, "", &tokens("profile", false)), (ME, "", &own), (NOTES, "", ELSEWHERE)]);
    t.story(&[(ITSELF, NOTES_ID, &tokens("profile", false)), (ME, "", ELSEWHERE), (NOTES, "", &own)]);
    t.story(&[
        (ITSELF, "scope=profile", &tokens("profile", false)),
        (
            INTROSPECT,
            "",
            "200 {\"active\":true,\"aud\":[\"http://127.0.0.1:9000/api/me\"],\"client_id\":\"machine\",\"exp\":1003600,\
             \"iss\":\"http://127.0.0.1:9000\",\"scope\":\"profile\",\"sub\":\"machine\",\"token_type\":\"Bearer\"}",
        ),
    ]);
    let scope = "400 invalid_scope (the scope is unknown or not for this client)";
    t.row("scope=email", scope);
    t.row("scope=nothing", scope);
    t.row("scope=profile++email", scope);
    t.row("resource=x", NOT_GRANTED);
    t.row("+grant_type=client_credentials", "400 invalid_request (grant_type may stand there once only)");
    let not_allowed = "400 unauthorized_client (the client is not registered for this grant_type)";
    t.row("basic:client_1:client_secret_1", not_allowed);
    t.row("-authorization client_id=public_1", not_allowed);
    t.row(
        "-authorization client_id=machine",
        "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]",
    );
}

#[test]
fn tokens_are_for_the_resources_that_were_asked_for() {
    check(&table().rows);
}
