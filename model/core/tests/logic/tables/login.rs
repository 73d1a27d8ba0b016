//! `GET` and `POST /login`: the form, its anti-CSRF value, and where it leads.

use super::stage::{Stage, nobody};
use super::table::{Table, check, check_precedence};

const DOOR: &str = "POST /login";

/// The login form was opened.
fn opened(stage: &mut Stage) {
    stage.send("GET /login", "");
}

/// The login form of another browser was opened.
fn opened_elsewhere(stage: &mut Stage) {
    opened(stage);
    stage.change_browser();
    stage.send("GET /", "");
}

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of("GET /login");
    forms(&mut t);
    t.door(DOOR);
    attempts(&mut t);
    ways_back(&mut t);
    t
}

fn forms(t: &mut Table) {
    let cookie = "[Set-Cookie: oauth_server_login=<secret>; Path=/; HttpOnly; SameSite=Lax]";
    t.from(nobody);
    t.row("", format!("200 login {cookie}"));
    t.row("method:HEAD", format!("200 login {cookie}"));
    t.row("method:DELETE", "405 (this page takes GET, HEAD, POST) [Allow: GET, HEAD, POST]");
    t.row("cookie:oauth_server_login=short", format!("200 login {cookie}"));
    t.row(format!("cookie:oauth_server_login={}", "%".repeat(43)), format!("200 login {cookie}"));
    t.from(opened);
    t.row("", "200 login");
    t.from(|stage| stage.bench.directory.issuer = "https://as.example".to_owned());
    t.row(
        "",
        "200 login [Set-Cookie: __Host-oauth_server_login=<secret>; Path=/; HttpOnly; SameSite=Lax; Secure]",
    );
}

fn attempts(t: &mut Table) {
    let session = "[Set-Cookie: oauth_server_session=<secret>; Path=/; HttpOnly; SameSite=Lax]";
    let again = "403 login (the name or the password is wrong)";
    let forged = "403 login (the form is too old or not this server's; please log in again)";
    t.from(opened);
    t.row("", format!("200 logged in {session}"));
    // Who logged in is who is asked.
    t.story(&[
        (DOOR, "user_id=id002 password=otherpassword", &format!("200 logged in {session}")),
        ("GET /authorize", "", "200 consent <handle> id002: client_1 wants profile at CB"),
    ]);
    t.row("password=wrong", again);
    t.row("password=MYPASSWORD", again);
    t.row("password=otherpassword", again);
    t.row("password=", again);
    t.row("-password", again);
    t.row("user_id=nobody", again);
    t.row("user_id=", again);
    t.row("-user_id", again);
    t.row("login_token=x", forged);
    t.row("login_token=", forged);
    t.row("-login_token", forged);
    t.row("-login_token password=wrong", forged);
    let cookie = "[Set-Cookie: oauth_server_login=<secret>; Path=/; HttpOnly; SameSite=Lax]";
    t.row("-cookie", format!("{forged} {cookie}"));
    t.from(opened_elsewhere);
    t.row("", format!("{forged} {cookie}"));
    t.from(opened);
    t.row("+user_id=id001", "400 (user_id may stand there once only)");
    t.row("+password=mypassword", "400 (password may stand there once only)");
    t.row("+login_token=x", "400 (login_token may stand there once only)");
    t.row("user_id=%ff", "400 (the parameters are not UTF-8 in application/x-www-form-urlencoded)");
    t.row("content-type:text/plain", "400 (the body is not application/x-www-form-urlencoded)");
    t.row("pad:65537", "413 (the body has more than 65536 bytes)");

    t.from(|stage| {
        stage.bench.directory.issuer = "https://as.example".to_owned();
        opened(stage);
    });
    t.row(
        "",
        "200 logged in [Set-Cookie: __Host-oauth_server_session=<secret>; Path=/; HttpOnly; SameSite=Lax; Secure]",
    );
    // A login never takes the session id that was there before (RFC 6749 10.10's kin, session fixation).
    t.from(opened);
    t.story(&[
        (DOOR, "", &format!("200 logged in {session}")),
        (DOOR, "", &format!("200 logged in {session}")),
    ]);
}

/// The login leads back to the authorization endpoint and nowhere else (RFC 6749 10.15).
fn ways_back(t: &mut Table) {
    let session = "[Set-Cookie: oauth_server_session=<secret>; Path=/; HttpOnly; SameSite=Lax]";
    t.from(opened);
    t.row(
        "?next=/authorize%3Fclient_id%3Dx%26a%3D%2520",
        format!("303 /authorize?client_id=x&a=%20 {session}"),
    );
    t.row("?next=", format!("200 logged in {session}"));
    t.row("?next=/authorize%3Fx password=wrong", "403 login (the name or the password is wrong)");
    t.row("?next=/authorize%3Fx ?next=/authorize%3Fx", "400 (next may stand there once only)");
    t.row("?next=%zz", "400 (the parameters are not UTF-8 in application/x-www-form-urlencoded)");
    for next in [
        "http://evil.example/",
        "//evil.example/authorize%3F",
        "/%5Cevil.example",
        "/authorize",
        "/authorize/../x%3F",
        "/authorize%3Fa%0d%0aX:y",
        "/authorize%3Fa%5Cb",
        "/authorize%3F%C3%A9",
        "%20/authorize%3F",
        "authorize%3F",
        "/login",
    ] {
        t.row(format!("?next={next}"), "400 (next has a wrong form)");
    }
}

#[test]
fn every_login_is_answered_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_login_are_told_in_their_order() {
    check_precedence(
        DOOR,
        opened,
        &[
            "method:DELETE",
            "?next=%zz",
            "?next=http://evil.example/",
            "pad:65537",
            "-content-type",
            "login_token=%zz",
            "+login_token=x",
            "+user_id=id001",
            "login_token=x",
            "password=wrong",
        ],
    );
}
