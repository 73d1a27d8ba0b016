//! Where the OAuth 2.1 draft's answer is another one than RFC 9700's.

use oauth_core::policy::Policy;

use super::stage::{CALLBACK, Stage, coded, logged_in};
use super::table::{Table, check};

const ASK: &str = "GET /authorize";
const DECIDE: &str = "POST /authorize";
const REDEEM: &str = "POST /token";

const TOKENS: &str =
    "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"scope\":\"profile\",\"token_type\":\"Bearer\"}";
const CHALLENGE_NEEDED: &str = "303 CB error=invalid_request (code_challenge is required) state=xyz";

/// The owner is logged in.
fn draft(stage: &mut Stage) {
    stage.bench.policy = Policy::OAUTH21;
    logged_in(stage);
}

/// A code is out.
fn coded_by_the_draft(stage: &mut Stage) {
    stage.bench.policy = Policy::OAUTH21;
    coded(stage);
}

/// A code is out, for a request that named no redirect URI.
fn coded_without_redirect_uri(stage: &mut Stage) {
    draft(stage);
    stage.send(ASK, "-redirect_uri");
    stage.send(DECIDE, "");
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(ASK);
    let no_challenge = "-code_challenge -code_challenge_method";
    t.row(no_challenge, "200 consent <handle> id001: client_1 wants profile at CB");
    t.from(draft);
    t.row("", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row(no_challenge, CHALLENGE_NEEDED);
    t.row(
        "code_challenge_method=plain",
        "303 CB error=invalid_request (code_challenge_method has to be S256) state=xyz",
    );
    t.door(REDEEM);
    let in_body = "-authorization client_id=client_1 client_secret=client_secret_1";
    t.from(coded);
    t.row("-redirect_uri", "400 invalid_grant (the code is not valid for this request)");
    t.row(in_body, "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]");
    t.from(coded_by_the_draft);
    t.row("", TOKENS);
    t.row("-redirect_uri", TOKENS);
    t.row(in_body, TOKENS);
    t.row("-authorization client_id=client_1 client_secret=wrong", "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]");
    // A redirect URI that comes is still held to the one before it, and a verifier stays needed.
    t.row(
        "redirect_uri=http://localhost:8000/other",
        "400 invalid_grant (the code is not valid for this request)",
    );
    t.row(
        "-redirect_uri -code_verifier",
        "400 invalid_grant (code_verifier does not fit the authorization request)",
    );
    t.from(coded_without_redirect_uri);
    t.row("-redirect_uri", TOKENS);
    t.row(format!("redirect_uri={CALLBACK}"), TOKENS);
    t
}

#[test]
fn every_answer_of_the_draft_is_as_the_table_says() {
    check(&table().rows);
}
