//! `POST /authorize`: the owner's answer, and what is taken for one.

use super::stage::{Stage, asked, logged_in, nobody};
use super::table::{Table, check, check_precedence};

const DOOR: &str = "POST /authorize";

/// A browser in which nobody is logged in sees the login page.
fn at_the_login_page(stage: &mut Stage) {
    stage.send("GET /login", "");
}

/// The owner sees a page that asks for two scope values.
fn asked_for_two(stage: &mut Stage) {
    logged_in(stage);
    stage.send("GET /authorize", "client_id=client_2 redirect_uri=http://localhost:8001/callback -scope");
}

/// The owner is asked for an app whose redirect URI has a scheme of its own.
fn asked_for_app(stage: &mut Stage) {
    logged_in(stage);
    let challenge = "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM code_challenge_method=S256";
    let ask = format!("client_id=public_app redirect_uri=com.example.app:/callback {challenge}");
    stage.send("GET /authorize", &ask);
}

/// The owner's page, and then another owner logs in in the same browser.
fn asked_of_another(stage: &mut Stage) {
    asked(stage);
    stage.change_browser();
    stage.send("GET /login", "");
    stage.send("POST /login", "user_id=id002 password=otherpassword");
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(DOOR);
    let forged = "403 (this answer does not come from the page of this server that asked)";
    t.from(asked);
    t.row("", "303 CB code=<handle> state=xyz");
    t.row("unknown=1 +unknown=2", "303 CB code=<handle> state=xyz");
    t.row("confirm=no", "303 CB error=access_denied (the resource owner said no) state=xyz");
    t.from(asked_for_app);
    t.row("", "303 com.example.app:/callback code=<handle> state=xyz");

    // What is malformed.
    t.from(asked);
    t.row("pad:65537", "413 (the body has more than 65536 bytes)");
    t.row("-content-type", "400 (the body is not application/x-www-form-urlencoded)");
    t.row("content-type:application/json", "400 (the body is not application/x-www-form-urlencoded)");
    t.row("content-type:Application/X-WWW-Form-Urlencoded;charset=utf-8", "303 CB code=<handle> state=xyz");
    t.row("ask=%zz", "400 (the parameters are not UTF-8 in application/x-www-form-urlencoded)");
    t.row("+ask=x", "400 (ask may stand there once only)");
    t.row("-confirm", "400 (confirm is missing)");
    t.row("confirm=", "400 (confirm is missing)");
    t.row("+confirm=no", "400 (confirm may stand there once only)");
    t.row("confirm=YES", "400 (confirm has a wrong form)");

    // What is forged.
    t.row("cookie:none", "403 (nobody is logged in here; please start again at the application)");
    t.row("-ask", forged);
    t.row("ask=", forged);
    t.row("ask=x", forged);
    t.row("ask=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", forged);
    t.row("ask=$askx", forged);
    t.from(nobody);
    t.row("", "403 (nobody is logged in here; please start again at the application)");
    t.from(at_the_login_page);
    t.row("ask=$csrf", "403 (nobody is logged in here; please start again at the application)");
    t.from(asked_of_another);
    t.row("", forged);
    t.row("choosable=1 keep=profile", forged);

    // What comes again, and what comes late.
    t.from(asked);
    let again = "400 (this request was answered before; please start again at the application)";
    t.story(&[(DOOR, "", "303 CB code=<handle> state=xyz"), (DOOR, "", again)]);
    t.story(&[
        (DOOR, "confirm=no", "303 CB error=access_denied (the resource owner said no) state=xyz"),
        (DOOR, "", again),
    ]);
    t.story(&[
        (DOOR, "", "303 CB code=<handle> state=xyz"),
        (DOOR, "confirm=no", again),
        (
            "POST /token",
            "",
            "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"scope\":\"profile\",\"token_type\":\"Bearer\"}",
        ),
    ]);
    t.twice_at_once("", &format!("303 CB code=<handle> state=xyz | {again}"));
    t.row("wait:599", "303 CB code=<handle> state=xyz");
    t.row("wait:600", "400 (this request is too old; please start again at the application)");
    t.row("wait:601", "400 (this request is too old; please start again at the application)");
    t.row("wait:28799", "400 (this request is too old; please start again at the application)");
    t.row("wait:28800", "403 (nobody is logged in here; please start again at the application)");

    some_of_it(&mut t);
    t
}

/// The owner may keep some of what was asked, and never more (RFC 6749 3.3).
fn some_of_it(t: &mut Table) {
    let redeem = "basic:client_2:client_secret_2 redirect_uri=http://localhost:8001/callback";
    let tokens = |scope: &str| {
        format!(
            "200 {{\"access_token\":\"<handle>\",\"expires_in\":3600,\"refresh_token\":\"<handle>\",\
             \"scope\":\"{scope}\",\"token_type\":\"Bearer\"}}"
        )
    };
    let code = "303 http://localhost:8001/callback code=<handle> state=xyz";
    let denied =
        "303 http://localhost:8001/callback error=access_denied (the resource owner said no) state=xyz";
    t.from(asked_for_two);
    for (edits, scope) in [
        ("", "profile email"),
        ("choosable=1 keep=profile +keep=email", "profile email"),
        ("choosable=1 keep=profile", "profile"),
        ("choosable=1 keep=email", "email"),
        ("choosable=1 keep=email +keep=unknown", "email"),
        ("keep=email", "profile email"),
    ] {
        t.story(&[(DOOR, edits, code), ("POST /token", redeem, &tokens(scope))]);
    }
    t.row("choosable=1", denied);
    t.row("choosable=1 keep=unknown", denied);
    t.row("choosable=1 keep=profile confirm=no", denied);
    t.from(asked);
    t.row("choosable=1 keep=email", "303 CB error=access_denied (the resource owner said no) state=xyz");
}

#[test]
fn every_answer_to_the_consent_page_is_judged_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_decision_are_told_in_their_order() {
    check_precedence(
        DOOR,
        asked,
        &[
            "method:PUT",
            "pad:65537",
            "-content-type",
            "+ask=x",
            "-confirm",
            "confirm=maybe",
            "cookie:none",
            "ask=AAAAAAAAAAAAAAAAAAAAAA.x",
            "wait:600",
            "confirm=no",
        ],
    );
}
