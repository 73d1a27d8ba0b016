//! `GET /api/me`: how a token is shown, and which token opens the resource.

use super::stage::{Stage, coded, logged_in, nobody, redeemed};
use super::table::{Table, check, check_precedence};

const DOOR: &str = "GET /api/me";
const SERVED: &str = "200 {\"client_id\":\"client_1\",\"scope\":\"profile\",\"user_id\":\"id001\"}";
const UNKNOWN: &str =
    "401 invalid_token (the access token is not valid) [WWW-Authenticate: Bearer realm=\"resource\", …]";

/// A token whose scope does not cover the resource.
fn redeemed_for_email(stage: &mut Stage) {
    logged_in(stage);
    stage
        .send("GET /authorize", "client_id=client_2 redirect_uri=http://localhost:8001/callback scope=email");
    stage.send("POST /authorize", "");
    stage.send("POST /token", "basic:client_2:client_secret_2 redirect_uri=http://localhost:8001/callback");
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(DOOR);
    t.from(redeemed);
    t.row("", SERVED);
    t.row("method:POST", "405 (this page takes GET) [Allow: GET]");

    // A request without credentials is told how to bring them, and no error (RFC 6750 3.1).
    let bare = "401 {} [WWW-Authenticate: Bearer realm=\"resource\"]";
    t.row("-authorization", bare);
    t.row("basic:client_1:client_secret_1", bare);
    t.row("authorization:", bare);
    t.row("authorization:Bearer$token", bare);
    t.row("-authorization ?access_token=$token", bare);

    let form = "400 invalid_request (Authorization has a wrong form) [WWW-Authenticate: Bearer realm=\"resource\", …]";
    t.row("authorization:Bearer", form);
    t.row("authorization:Bearer␣", form);
    t.row("authorization:Bearer␣$token␣x", form);
    t.row("authorization:Bearer␣é", form);
    t.row("authorization:Bearer␣\"$token\"", form);
    t.row(
        "+authorization:Bearer␣$token",
        "400 invalid_request (Authorization may stand there once only) \
         [WWW-Authenticate: Bearer realm=\"resource\", …]",
    );
    let twice = "400 invalid_request (the access token may be sent in one way only) \
                 [WWW-Authenticate: Bearer realm=\"resource\", …]";
    t.row("access_token=$token", twice);
    t.row("access_token=", twice);
    t.row("access_token", twice);
    t.row("unknown=1", SERVED);

    t.row("authorization:bearer␣$token", SERVED);
    t.row("authorization:BEARER␣$token", SERVED);
    t.row("authorization:Bearer␣␣$token", SERVED);

    t.row("authorization:Bearer␣abc", UNKNOWN);
    t.row("authorization:Bearer␣abc.def", UNKNOWN);
    t.row("authorization:Bearer␣$token=", UNKNOWN);
    t.row("authorization:Bearer␣$tokenx", UNKNOWN);
    t.row("authorization:Bearer␣$code", UNKNOWN);
    t.row("authorization:Bearer␣AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", UNKNOWN);
    t.row("wait:3599", SERVED);
    t.row("wait:3600", UNKNOWN);
    t.row("wait:3601", UNKNOWN);
    t.from(coded);
    t.row("authorization:Bearer␣$code", UNKNOWN);
    t.from(nobody);
    t.row("authorization:Bearer␣abc", UNKNOWN);

    t.from(redeemed_for_email);
    t.row(
        "",
        "403 insufficient_scope (the access token's scope does not cover this resource) \
         [WWW-Authenticate: Bearer realm=\"resource\", …, scope=\"profile\"]",
    );
    t.row("wait:3600", UNKNOWN);
    t
}

#[test]
fn every_request_for_the_resource_is_answered_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_request_for_the_resource_are_told_in_their_order() {
    check_precedence(
        DOOR,
        redeemed_for_email,
        &[
            "method:PUT",
            "+authorization:Bearer␣$token",
            "-authorization",
            "access_token=x",
            "authorization:Bearer␣!",
            "authorization:Bearer␣abc",
            "wait:3600",
            "",
        ],
    );
}
