//! `GET /authorize`: what is told on a page, what leads to the login, what is told by redirect.

use oauth_core::policy::{ExcessScope, PkceNeed, Policy};

use super::stage::{CHALLENGE, Stage, VERIFIER, logged_in, nobody};
use super::table::{Table, check, check_precedence};

const DOOR: &str = "GET /authorize";

/// The rows.
pub(crate) fn table() -> Table {
    let mut t = Table::of(DOOR);
    pages(&mut t);
    redirect_uris(&mut t);
    before_the_login(&mut t);
    redirects(&mut t);
    scopes(&mut t);
    challenges(&mut t);
    states(&mut t);
    t
}

/// Without a good client and redirect URI nobody is sent anywhere (RFC 6749 4.1.2.1).
fn pages(t: &mut Table) {
    t.row("", "200 consent <handle> id001: client_1 wants profile at CB");
    // Not even a script of the client's own site may read the answer (RFC 9700 2.6).
    t.row("origin:http://localhost:8000", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("method:PUT", "405 (this page takes GET, POST) [Allow: GET, POST]");
    t.row("client_id=%zz", "400 (the parameters are not UTF-8 in application/x-www-form-urlencoded)");
    t.row("redirect_uri=%ff", "400 (the parameters are not UTF-8 in application/x-www-form-urlencoded)");
    // What is no parameter of this request spoils none.
    t.row("unknown=%zz %ff=1 +%zz", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("-client_id", "400 (client_id is missing)");
    t.row("client_id=", "400 (client_id is missing)");
    t.row("+client_id=client_1", "400 (client_id may stand there once only)");
    t.row("+client_id=", "400 (client_id may stand there once only)");
    t.row("client_id=nobody", "400 (this client is not registered here)");
    t.row("client_id=CLIENT_1", "400 (this client is not registered here)");
    t.row("client_id=nobody response_type=<script>", "400 (this client is not registered here)");
    t.row("+redirect_uri=http://localhost:8000/callback", "400 (redirect_uri may stand there once only)");
    t.row("redirect_uri=/callback", "400 (redirect_uri has a wrong form)");
    t.row("redirect_uri=http://localhost:8000/callback%23x", "400 (redirect_uri has a wrong form)");
    t.row("redirect_uri=http://localhost:8000/callback%0d%0aX:y", "400 (redirect_uri has a wrong form)");
    t.row(
        "client_id=client_3 -redirect_uri -scope",
        "400 (the client has to say which of its redirect URIs it wants)",
    );
    t.row(
        "client_id=client_3 redirect_uri= -scope",
        "400 (the client has to say which of its redirect URIs it wants)",
    );
}

/// Redirect URIs compare as strings, but for the port of a public client's loopback literal.
fn redirect_uris(t: &mut Table) {
    let unregistered = "400 (this redirect_uri is not registered for the client)";
    t.row("-redirect_uri", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("redirect_uri=", "200 consent <handle> id001: client_1 wants profile at CB");
    for uri in [
        "http://localhost:8000/callback/",
        "http://localhost:8000/callback/../callback",
        "http://localhost:8000/callback%3Fa=b",
        "http://localhost:8000/callback%3F",
        "http://localhost:8000/Callback",
        "http://localhost:8000/callbac",
        "http://localhost:8000/callback.evil",
        "http://LOCALHOST:8000/callback",
        "HTTP://localhost:8000/callback",
        "https://localhost:8000/callback",
        "http://localhost:08000/callback",
        "http://localhost/callback",
        "http://localhost:8001/callback",
        "http://127.0.0.1:8000/callback",
        "http://user@localhost:8000/callback",
        "http://localhost:8000@evil.example/callback",
        "http://localhost:8000/%2563allback",
        "http://evil.example/callback",
    ] {
        t.row(format!("redirect_uri={uri}"), unregistered);
    }
    // The query is part of the string, with its values.
    let tenant = |value: &str| {
        format!("client_id=client_3 redirect_uri=http://localhost:8003/callback%3Ftenant%3D{value} -scope")
    };
    t.row(
        tenant("a%2526b"),
        "200 consent <handle> id001: client_3 wants email at http://localhost:8003/callback?tenant=a%26b",
    );
    t.row(tenant("c"), unregistered);
    t.row(tenant("a%2526b%26more%3D1"), unregistered);
    let public = |client: &str, uri: &str| format!("client_id={client} redirect_uri={uri}");
    let consent =
        |client: &str, uri: &str| format!("200 consent <handle> id001: {client} wants profile at {uri}");
    for uri in ["http://127.0.0.1/callback", "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback"]
    {
        t.row(public("public_1", uri), consent("public_1", uri));
    }
    t.row(public("public_6", "http://[::1]/callback"), consent("public_6", "http://[::1]/callback"));
    t.row(public("public_6", "http://[::1]:1/callback"), consent("public_6", "http://[::1]:1/callback"));
    t.row(
        public("public_app", "com.example.app:/callback"),
        consent("public_app", "com.example.app:/callback"),
    );
    t.row(public("local_1", "http://127.0.0.1/callback"), consent("local_1", "http://127.0.0.1/callback"));
    t.row(public("local_1", "http://127.0.0.1:8000/callback"), unregistered);
    for uri in [
        "http://127.0.0.1:1/other",
        "http://127.0.0.2:1/callback",
        "http://localhost:1/callback",
        "http://[::1]:1/callback",
        "https://127.0.0.1:1/callback",
        "http://127.0.0.1:1x/callback",
        "http://127.0.0.1:1@evil.example/callback",
        "http://127.0.0.1.evil.example/callback",
    ] {
        t.row(public("public_1", uri), unregistered);
    }
}

/// Nobody is redirected to a client before logging in under RFC 9700; under RFC 6749 errors are.
fn before_the_login(t: &mut Table) {
    let login = |rest: &str| {
        format!(
            "303 /login?next=%2Fauthorize%3F{rest}%26client_id%3Dclient_1%26redirect_uri\
             %3Dhttp%3A%2F%2Flocalhost%3A8000%2Fcallback%26scope%3Dprofile%26state%3Dxyz\
             %26code_challenge%3D{CHALLENGE}%26code_challenge_method%3DS256"
        )
    };
    t.from(nobody);
    t.row("", login("response_type%3Dcode"));
    t.row("response_type=token", login("response_type%3Dtoken"));
    t.row("cookie:oauth_server_session=made-up", login("response_type%3Dcode"));
    t.row("client_id=nobody", "400 (this client is not registered here)");
    t.row("redirect_uri=http://evil.example/", "400 (this redirect_uri is not registered for the client)");

    t.from(|stage| stage.bench.policy = Policy::RFC6749);
    t.row("", login("response_type%3Dcode"));
    t.row(
        "response_type=token",
        "303 CB error=unsupported_response_type (response_type has to be code) state=xyz",
    );
    t.row("redirect_uri=http://evil.example/", "400 (this redirect_uri is not registered for the client)");

    let login_ends = |stage: &mut Stage| {
        logged_in(stage);
        stage.bench.now += 8 * 3600 - 1;
    };
    t.from(login_ends);
    t.row("", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("wait:1", login("response_type%3Dcode"));
    t.row("wait:2", login("response_type%3Dcode"));
    t.from(logged_in);
}

/// What the client is told, in the query of its redirect URI.
fn redirects(t: &mut Table) {
    t.row("+state=xyz", "303 CB error=invalid_request (state may stand there once only)");
    t.row(
        "+response_type=code",
        "303 CB error=invalid_request (response_type may stand there once only) state=xyz",
    );
    t.row("+scope=profile", "303 CB error=invalid_request (scope may stand there once only) state=xyz");
    t.row(
        "+code_challenge=x",
        "303 CB error=invalid_request (code_challenge may stand there once only) state=xyz",
    );
    t.row(
        "+code_challenge_method=S256",
        "303 CB error=invalid_request (code_challenge_method may stand there once only) state=xyz",
    );
    t.row("-response_type", "303 CB error=invalid_request (response_type is missing) state=xyz");
    t.row("response_type=", "303 CB error=invalid_request (response_type is missing) state=xyz");
    t.row(
        "client_id=machine redirect_uri=http://localhost:8005/callback",
        "303 http://localhost:8005/callback error=unauthorized_client \
         (the client is not registered for the code grant) state=xyz",
    );
    for other in ["token", "id_token", "CODE", "code+token", "code,code"] {
        t.row(
            format!("response_type={other}"),
            "303 CB error=unsupported_response_type (response_type has to be code) state=xyz",
        );
    }
    // The registered query stays, and the client's own parameters come behind it (RFC 6749 3.1.2).
    t.row(
        "client_id=client_3 redirect_uri=http://localhost:8003/callback%3Ftenant%3Da%2526b -scope response_type=x",
        "303 http://localhost:8003/callback tenant=a%26b error=unsupported_response_type \
         (response_type has to be code) state=xyz",
    );
    t.row("unknown=1 +unknown=2", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("method:GET ?access_token=x", "200 consent <handle> id001: client_1 wants profile at CB");
}

fn scopes(t: &mut Table) {
    let refused = "303 CB error=invalid_scope (the scope is unknown or not for this client) state=xyz";
    t.row("-scope", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("scope=", "200 consent <handle> id001: client_1 wants profile at CB");
    for scope in [
        "email",
        "profile+email",
        "unknown",
        "profile+unknown",
        "PROFILE",
        "+profile",
        "profile++profile",
        "%22",
    ] {
        t.row(format!("scope={scope}"), refused);
    }
    t.row("scope=profile+profile", "200 consent <handle> id001: client_1 wants profile at CB");
    let two = "client_id=client_2 redirect_uri=http://localhost:8001/callback";
    let consent = |scope: &str| {
        format!("200 consent <handle> id001: client_2 wants {scope} at http://localhost:8001/callback")
    };
    t.row(format!("{two} -scope"), consent("profile+email"));
    t.row(format!("{two} scope=email+profile"), consent("profile+email"));
    t.row(format!("{two} scope=profile%20email"), consent("profile+email"));
    t.row(format!("{two} scope=email"), consent("email"));

    t.from(|stage| {
        logged_in(stage);
        stage.bench.policy.excess_scope = ExcessScope::Narrowed;
    });
    t.row("scope=profile+email", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("scope=profile+unknown", "200 consent <handle> id001: client_1 wants profile at CB");
    t.row("scope=email", refused);
    t.row("scope=unknown", refused);
    t.row("scope=profile++profile", refused);
    t.from(logged_in);
}

fn challenges(t: &mut Table) {
    let public = "client_id=public_1 redirect_uri=http://127.0.0.1/callback";
    let at_public =
        |said: &str| format!("303 http://127.0.0.1/callback error=invalid_request ({said}) state=xyz");
    let good = "200 consent <handle> id001: client_1 wants profile at CB";
    t.row("-code_challenge -code_challenge_method", good);
    t.row("code_challenge= code_challenge_method=", good);
    t.row(
        format!("{public} -code_challenge -code_challenge_method"),
        at_public("code_challenge is required"),
    );
    t.row(
        "-code_challenge",
        "303 CB error=invalid_request (code_challenge_method came without code_challenge) state=xyz",
    );
    t.row(
        "-code_challenge_method",
        "303 CB error=invalid_request (code_challenge_method has to be S256) state=xyz",
    );
    t.row(
        format!("code_challenge={VERIFIER} code_challenge_method=plain"),
        "303 CB error=invalid_request (code_challenge_method has to be S256) state=xyz",
    );
    for method in ["s256", "S512", "PLAIN"] {
        t.row(
            format!("code_challenge_method={method}"),
            "303 CB error=invalid_request (code_challenge_method is not known here) state=xyz",
        );
    }
    let too_long = "A".repeat(129);
    for challenge in ["A", &"A".repeat(42), &too_long, &format!("{}%3D", "A".repeat(43)), &"%2B".repeat(43)] {
        t.row(
            format!("code_challenge={challenge}"),
            "303 CB error=invalid_request (code_challenge has a wrong form) state=xyz",
        );
    }
    t.row(format!("code_challenge={}", "A".repeat(43)), good);
    t.row(format!("code_challenge={}", "~".repeat(128)), good);

    let profiles: [fn(&mut Stage); 2] = [
        |stage| {
            logged_in(stage);
            stage.bench.policy = Policy::RFC6749;
        },
        |stage| {
            logged_in(stage);
            stage.bench.policy.pkce = PkceNeed::EveryClient;
        },
    ];
    t.from(profiles[0]);
    t.row(format!("code_challenge={VERIFIER} code_challenge_method=plain"), good);
    t.row(format!("code_challenge={VERIFIER} -code_challenge_method"), good);
    t.row(
        format!("{public} -code_challenge -code_challenge_method"),
        "200 consent <handle> id001: public_1 wants profile at http://127.0.0.1/callback",
    );
    t.from(profiles[1]);
    t.row(
        "-code_challenge -code_challenge_method",
        "303 CB error=invalid_request (code_challenge is required) state=xyz",
    );
    t.from(logged_in);
}

/// `state` comes back as it was sent, encoded anew, even where its text is outside RFC 6749's alphabet; but for what
/// cannot be decoded, or is longer than a record keeps.
fn states(t: &mut Table) {
    let refused =
        |state: &str| format!("303 CB error=unsupported_response_type (response_type has to be code){state}");
    t.row("response_type=x -state", refused(""));
    t.row("response_type=x state=", refused(""));
    t.row("response_type=x state=+%2B%25%26%3D%22%5C~", refused(" state=+%2B%25%26%3D%22%5C%7E"));
    t.row("response_type=x state=a%20b", refused(" state=a+b"));
    let form = "303 CB error=invalid_request (state has a wrong form)";
    t.row("state=%C3%A9", format!("{form} state=%C3%A9"));
    t.row("state=a%0d%0aSet-Cookie:x", format!("{form} state=a%0D%0ASet-Cookie%3Ax"));
    let encoding =
        "303 CB error=invalid_request (the parameters are not UTF-8 in application/x-www-form-urlencoded)";
    t.row("state=%zz", encoding);
    t.row("state=%ff", encoding);
    t.row("scope=%zz", format!("{encoding} state=xyz"));
    let long = "s".repeat(4096);
    t.row(format!("response_type=x state={long}"), refused(&format!(" state={long}")));
    t.row(format!("state={long}s"), form);
}

#[test]
fn every_authorization_request_is_answered_as_the_table_says() {
    check(&table().rows);
}

#[test]
fn the_defects_of_an_authorization_request_are_told_in_their_order() {
    check_precedence(
        DOOR,
        logged_in,
        &[
            "method:PUT",
            "-client_id",
            "client_id=nobody",
            "redirect_uri=/callback",
            "redirect_uri=http://evil.example/",
            "cookie:none",
            "state=%zz",
            "+state=xyz",
            "-response_type",
            "+scope=profile",
            "+code_challenge_method=S256",
            "state=%C3%A9",
            "code_challenge_method=S512",
            "code_challenge=A",
            "response_type=token",
            "scope=unknown",
        ],
    );
}
