//! `POST /token`: who asks, for what, and what becomes of the code.

use oauth_core::policy::WrongVerifier;

use super::stage::{Stage, VERIFIER, asked, coded, logged_in, redeemed};
use super::table::{Table, check, check_precedence};

const DOOR: &str = "POST /token";

const TOKENS: &str =
    "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"scope\":\"profile\",\"token_type\":\"Bearer\"}";
/// The tokens of a client that gets refresh tokens.
const TOKENS_AND_REFRESH: &str = "200 {\"access_token\":\"<handle>\",\"expires_in\":3600,\"refresh_token\":\"<handle>\",\
     \"scope\":\"profile\",\"token_type\":\"Bearer\"}";
const CODE_INVALID: &str = "400 invalid_grant (the code is not valid for this request)";
const VERIFIER_INVALID: &str = "400 invalid_grant (code_verifier does not fit the authorization request)";
const CLIENT_INVALID: &str =
    "401 invalid_client (client authentication failed) [WWW-Authenticate: Basic realm=\"token endpoint\"]";
const HEADER_INVALID: &str =
    "401 invalid_client (Authorization has a wrong form) [WWW-Authenticate: Basic realm=\"token endpoint\"]";

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(DOOR);
    t.from(coded);
    t.row("", TOKENS);
    t.row("unknown=1 +unknown=2", TOKENS);
    bodies(&mut t);
    clients(&mut t);
    basics(&mut t);
    grant_types(&mut t);
    codes(&mut t);
    redirect_uris(&mut t);
    verifiers(&mut t);
    replays(&mut t);
    t
}

fn bodies(t: &mut Table) {
    t.row("method:GET", "405 (this page takes POST) [Allow: POST]");
    t.row("?unknown=1", "400 invalid_request (the parameters belong into the body, not into the URI)");
    t.row(
        "-authorization ?client_id=client_1 ?client_secret=client_secret_1",
        "400 invalid_request (the parameters belong into the body, not into the URI)",
    );
    t.row("?x=%zz", "400 invalid_request (the parameters belong into the body, not into the URI)");
    t.row("pad:65537", "400 invalid_request (the body has more than 65536 bytes)");
    t.row(
        "content-type:application/json",
        "400 invalid_request (the body is not application/x-www-form-urlencoded)",
    );
    t.row("-content-type", "400 invalid_request (the body is not application/x-www-form-urlencoded)");
    t.row("content-type:application/x-www-form-urlencoded;␣charset=UTF-8", TOKENS);
    t.row("unknown=%ff", TOKENS);
    t.row("unknown=%C3%B6", TOKENS);
    t.row("transfer-encoding:chunked", TOKENS);
    t.row("expect:100-continue", TOKENS);
    t.row(
        "code=%ff",
        "400 invalid_request (the parameters are not UTF-8 in application/x-www-form-urlencoded)",
    );
}

/// One way of authentication, the registered one; Basic from whoever has a secret (RFC 6749 2.3).
fn clients(t: &mut Table) {
    t.row("-authorization", "400 invalid_request (client_id is missing)");
    t.row("-authorization client_id=", "400 invalid_request (client_id is missing)");
    t.row("-authorization client_id=client_1", CLIENT_INVALID);
    t.row("-authorization client_id=client_1 client_secret=", CLIENT_INVALID);
    t.row("-authorization client_id=client_1 client_secret=client_secret_1", CLIENT_INVALID);
    t.row("-authorization client_id=nobody", CLIENT_INVALID);
    t.row("client_id=client_1", TOKENS);
    t.row("client_id=client_2", "400 invalid_request (client_id is not the client that authenticated)");
    t.row(
        "+client_id=client_1 +client_id=client_1",
        "400 invalid_request (client_id may stand there once only)",
    );
    t.row(
        "client_secret=client_secret_1",
        "400 invalid_request (the client may authenticate in one way only)",
    );
    t.row(
        "+client_secret=x +client_secret=x",
        "400 invalid_request (client_secret may stand there once only)",
    );
    t.row("+basic:client_1:client_secret_1", "400 invalid_request (Authorization may stand there once only)");

    t.from(coded_for_client_3);
    let three = "redirect_uri=http://localhost:8003/other";
    let tokens = TOKENS.replace("profile", "email");
    t.row(format!("{three} basic:client_3:a+b%25%2B%3A%26c"), &*tokens);
    t.row(format!("{three} -authorization client_id=client_3 client_secret=a+b%25%2B%3A%26c"), &*tokens);
    t.row(format!("{three} -authorization client_id=client_3 client_secret=a%20b%25%2b%3a%26c"), &*tokens);
    t.row(format!("{three} -authorization client_id=client_3 client_secret=wrong"), CLIENT_INVALID);
    t.row(format!("{three} -authorization client_id=client_3"), CLIENT_INVALID);
    t.row(format!("{three} -authorization client_id=client_3 client_secret=a b"), CLIENT_INVALID);

    t.from(coded_for_public_1);
    let public = "redirect_uri=http://127.0.0.1:5000/callback";
    t.row(format!("{public} -authorization client_id=public_1"), TOKENS_AND_REFRESH);
    t.row(format!("{public} -authorization client_id=public_1 client_secret="), TOKENS_AND_REFRESH);
    t.row(format!("{public} -authorization client_id=public_1 client_secret=x"), CLIENT_INVALID);
    t.row(format!("{public} basic:public_1:"), CLIENT_INVALID);
    t.row(format!("{public} -authorization"), "400 invalid_request (client_id is missing)");
    t.row(format!("{public} -authorization client_id=public_6"), CODE_INVALID);
    t.from(coded);
}

/// Basic credentials: base64, then each half form-decoded (RFC 6749 2.3.1).
fn basics(t: &mut Table) {
    let coded_for_odd = |stage: &mut Stage| {
        logged_in(stage);
        stage
            .send("GET /authorize", "client_id=odd+client%3A%25 redirect_uri=http://localhost:8004/callback");
        stage.send("POST /authorize", "");
    };
    t.from(coded_for_odd);
    let odd = "redirect_uri=http://localhost:8004/callback";
    t.row(format!("{odd} basic:odd+client%3A%25:s%C3%A9cret"), TOKENS);
    t.row(format!("{odd} basic:odd%20client%3a%25:s%c3%a9cret"), TOKENS);
    t.row(format!("{odd} basic:odd␣client%3A%25:sécret"), TOKENS);
    t.row(format!("{odd} basic:odd+client:%25:s%C3%A9cret"), CLIENT_INVALID);
    t.row(format!("{odd} basic:odd+client%3A%:s%C3%A9cret"), HEADER_INVALID);
    t.row(format!("{odd} basic:odd+client%3A%25:s%E9cret"), HEADER_INVALID);

    t.from(coded);
    t.row("authorization:bAsIc␣Y2xpZW50XzE6Y2xpZW50X3NlY3JldF8x", TOKENS);
    t.row("authorization:Basic␣␣Y2xpZW50XzE6Y2xpZW50X3NlY3JldF8x", TOKENS);
    for header in [
        "Basic",
        "Basic␣",
        "Basic␣***",
        "Basic␣Y2xpZW50XzE",
        "Basic␣Y2xpZW50XzE=",
        "BasicY2xpZW50XzE6Y2xpZW50X3NlY3JldF8x",
        "Bearer␣abc",
        "Digest␣username=client_1",
        "",
        "é",
    ] {
        t.row(format!("authorization:{header}"), HEADER_INVALID);
    }
    t.row("basic:client_1:wrong", CLIENT_INVALID);
    t.row("basic:client_1:", CLIENT_INVALID);
    t.row("basic:client_1:client_secret_1:", CLIENT_INVALID);
    t.row("basic:client_1:CLIENT_SECRET_1", CLIENT_INVALID);
    t.row("basic:client_1:client_secret_2", CLIENT_INVALID);
    t.row("basic:nobody:client_secret_1", CLIENT_INVALID);
    t.row("basic::", CLIENT_INVALID);
}

fn grant_types(t: &mut Table) {
    t.row("-grant_type", "400 invalid_request (grant_type is missing)");
    t.row("grant_type=", "400 invalid_request (grant_type is missing)");
    t.row("+grant_type=authorization_code", "400 invalid_request (grant_type may stand there once only)");
    for other in
        ["password", "CLIENT_CREDENTIALS", "REFRESH_TOKEN", "AUTHORIZATION_CODE", "authorization_code+x"]
    {
        t.row(format!("grant_type={other}"), "400 unsupported_grant_type (grant_type is not supported)");
    }
    t.row(
        "grant_type=password username=id001 password=mypassword -code",
        "400 unsupported_grant_type (grant_type is not supported)",
    );
    t.row(
        "basic:machine:machine_secret",
        "400 unauthorized_client (the client is not registered for this grant_type)",
    );
    t.row("scope=profile+email", TOKENS);
    t.row("+scope=profile +scope=profile", "400 invalid_request (scope may stand there once only)");
}

/// What the other grant type needs is none of this one's business, unless it stands there twice.
fn codes(t: &mut Table) {
    t.row("refresh_token=x", TOKENS);
    t.row(
        "+refresh_token=x +refresh_token=x",
        "400 invalid_request (refresh_token may stand there once only)",
    );
    t.row("-code", "400 invalid_request (code is missing)");
    t.row("code=", "400 invalid_request (code is missing)");
    t.row("+code=x", "400 invalid_request (code may stand there once only)");
    t.row("code=x", CODE_INVALID);
    t.row("code=AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", CODE_INVALID);
    t.row("code=$codex", CODE_INVALID);
    t.row("code=$ask", CODE_INVALID);
    t.row("basic:client_2:client_secret_2", CODE_INVALID);
    t.row("basic:client_2:client_secret_2 redirect_uri=http://localhost:8001/callback", CODE_INVALID);
    t.row("wait:59", TOKENS);
    t.row("wait:60", CODE_INVALID);
    t.row("wait:61", CODE_INVALID);
    t.row("wait:600", CODE_INVALID);
    t.from(asked);
    t.row("code=$ask", CODE_INVALID);
    t.from(|stage| {
        asked(stage);
        stage.send("POST /authorize", "confirm=no");
    });
    t.row("code=$ask", CODE_INVALID);
    t.from(coded);
}

/// The redirect URI of the authorization request again (RFC 6749 4.1.3).
fn redirect_uris(t: &mut Table) {
    t.row("-redirect_uri", CODE_INVALID);
    t.row("redirect_uri=", CODE_INVALID);
    t.row("redirect_uri=http://localhost:8000/callback/", CODE_INVALID);
    t.row("redirect_uri=http://localhost:8001/callback", CODE_INVALID);
    t.row("redirect_uri=http://LOCALHOST:8000/callback", CODE_INVALID);
    t.row(
        "+redirect_uri=http://localhost:8000/callback",
        "400 invalid_request (redirect_uri may stand there once only)",
    );
    // Without one in the authorization request none is needed, and only the registered one fits.
    t.from(|stage| {
        logged_in(stage);
        stage.send("GET /authorize", "-redirect_uri");
        stage.send("POST /authorize", "");
    });
    t.row("-redirect_uri", TOKENS);
    t.row("", TOKENS);
    t.row("redirect_uri=http://localhost:8001/callback", CODE_INVALID);
    // The port that the authorization request named is the port that counts.
    t.from(coded_for_public_1);
    let public = "-authorization client_id=public_1";
    t.row(format!("{public} redirect_uri=http://127.0.0.1:5000/callback"), TOKENS_AND_REFRESH);
    t.row(format!("{public} redirect_uri=http://127.0.0.1:5001/callback"), CODE_INVALID);
    t.row(format!("{public} redirect_uri=http://127.0.0.1/callback"), CODE_INVALID);
    t.row(format!("{public} -redirect_uri"), CODE_INVALID);
    t.from(coded);
}

fn verifiers(t: &mut Table) {
    let other = "A".repeat(43);
    t.row("-code_verifier", VERIFIER_INVALID);
    t.row("code_verifier=", VERIFIER_INVALID);
    t.row(format!("code_verifier={other}"), VERIFIER_INVALID);
    t.row("code_verifier=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", VERIFIER_INVALID);
    let form = "400 invalid_grant (code_verifier has a wrong form)";
    for wrong in ["A", &"A".repeat(42), &"A".repeat(129), &"%2B".repeat(43), &format!("{VERIFIER}%3D")] {
        t.row(format!("code_verifier={wrong}"), form);
    }
    t.row(
        format!("+code_verifier={VERIFIER}"),
        "400 invalid_request (code_verifier may stand there once only)",
    );
    // A wrong verifier keeps the code or burns it, as the deployer chose; a missing one never burns it.
    let wrong = format!("code_verifier={other}");
    t.story(&[(DOOR, &wrong, VERIFIER_INVALID), (DOOR, "", TOKENS)]);
    t.story(&[(DOOR, "-code_verifier", VERIFIER_INVALID), (DOOR, "", TOKENS)]);
    t.from(|stage| {
        coded(stage);
        stage.bench.policy.wrong_verifier = WrongVerifier::BurnsCode;
    });
    t.story(&[(DOOR, &wrong, VERIFIER_INVALID), (DOOR, "", CODE_INVALID)]);
    t.story(&[(DOOR, "-code_verifier", VERIFIER_INVALID), (DOOR, "", TOKENS)]);
    t.story(&[(DOOR, "code_verifier=A", form), (DOOR, "", TOKENS)]);
    // Whoever cannot authenticate as the client burns nothing.
    t.story(&[(DOOR, &format!("{wrong} basic:client_1:wrong"), CLIENT_INVALID), (DOOR, "", TOKENS)]);

    t.from(|stage| coded_with(stage, "-code_challenge -code_challenge_method"));
    t.row("-code_verifier", TOKENS);
    t.row("", VERIFIER_INVALID);

    t.from(|stage| {
        stage.bench.policy.plain = true;
        coded_with(
            stage,
            "code_challenge=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk code_challenge_method=plain",
        );
    });
    t.row("", TOKENS);
    t.row(format!("code_verifier={other}"), VERIFIER_INVALID);
    t.row("code_verifier=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", VERIFIER_INVALID);

    // The longest verifier, its challenge by the method of RFC 7636 4.2.
    t.from(|stage| {
        let challenge = oauth_core::secret::s256(&"v".repeat(128));
        coded_with(stage, &format!("code_challenge={challenge}"));
    });
    t.row(format!("code_verifier={}", "v".repeat(128)), TOKENS);
    t.from(coded);
}

/// A repetition in full ends the grant (RFC 6749 4.1.2, decision 0005); anything less is only refused.
fn replays(t: &mut Table) {
    let resource = "GET /api/me";
    let served = "200 {\"client_id\":\"client_1\",\"scope\":\"profile\",\"user_id\":\"id001\"}";
    let ended =
        "401 invalid_token (the access token is not valid) [WWW-Authenticate: Bearer realm=\"resource\", …]";
    t.from(redeemed);
    t.story(&[
        (resource, "", served),
        (DOOR, "", CODE_INVALID),
        (resource, "", ended),
        (DOOR, "", CODE_INVALID),
    ]);
    t.story(&[(DOOR, "wait:3000", CODE_INVALID), (resource, "", ended)]);
    for less in [
        ("basic:client_1:wrong", CLIENT_INVALID),
        ("basic:client_2:client_secret_2", CODE_INVALID),
        ("redirect_uri=http://localhost:8001/callback", CODE_INVALID),
        ("-code_verifier", VERIFIER_INVALID),
        ("code_verifier=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", VERIFIER_INVALID),
        ("code=$codex", CODE_INVALID),
    ] {
        t.story(&[(DOOR, less.0, less.1), (resource, "", served)]);
    }
    // A client without a secret has no second try either.
    t.from(coded_for_public_1);
    let own = "-authorization client_id=public_1 redirect_uri=http://127.0.0.1:5000/callback";
    t.story(&[(DOOR, own, TOKENS_AND_REFRESH), (DOOR, own, CODE_INVALID), (resource, "", ended)]);
    t.from(coded);
    t.twice_at_once("", &format!("{TOKENS} | {CODE_INVALID}"));
}

fn coded_with(stage: &mut Stage, edits: &str) {
    logged_in(stage);
    stage.send("GET /authorize", edits);
    stage.send("POST /authorize", "");
}

fn coded_for_client_3(stage: &mut Stage) {
    coded_with(stage, "client_id=client_3 redirect_uri=http://localhost:8003/other -scope");
}

fn coded_for_public_1(stage: &mut Stage) {
    coded_with(stage, "client_id=public_1 redirect_uri=http://127.0.0.1:5000/callback");
}

#[test]
fn every_token_request_is_answered_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_a_token_request_are_told_in_their_order() {
    check_precedence(
        DOOR,
        coded,
        &[
            "method:PUT",
            "?x=1",
            "pad:65537",
            "-content-type",
            "+basic:client_1:client_secret_1",
            "client_secret=x",
            "authorization:Bearer",
            "client_id=client_2",
            "basic:nobody:x",
            "basic:client_1:wrong",
            "-grant_type",
            "code=%zz",
            "+scope=x +scope=x",
            "grant_type=password",
            "-code",
            "code_verifier=A",
            "code=x",
            "redirect_uri=http://localhost:8001/callback",
            "-code_verifier",
            "wait:60",
        ],
    );
}
