//! Arbitrary HTTP: half noise, half parts of real requests.

use oauth_core::http::HttpRequest;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// As many cases as one test can afford, the same ones in every run.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(6749), failure_persistence: None, ..Default::default() }
}

/// Stands for the cookies of a browser that is logged in.
pub(crate) const SESSION: &str = "<session>";

const PATHS: &[&str] = &[
    "/",
    "/login",
    "/authorize",
    "/token",
    "/api/me",
    "/callback",
    "/.well-known/oauth-authorization-server",
];

#[rustfmt::skip]
const NAMES: &[&str] = &[
    "ask", "choosable", "client_id", "client_secret", "code", "code_challenge", "code_challenge_method",
    "code_verifier", "confirm", "error", "error_description", "grant_type", "iss", "keep", "login_token", "next",
    "password", "redirect_uri", "refresh_token", "response_type", "scope", "state", "user_id", "access_token",
];

#[rustfmt::skip]
const VALUES: &[&str] = &[
    "", "code", "client_1", "client_3", "public_1", "machine", "http://localhost:8000/callback",
    "http://127.0.0.1:5000/callback", "http://localhost:8003/other", "/authorize?x", "profile", "profile+email", "S256",
    "plain", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "authorization_code", "refresh_token", "yes", "no", "%0d%0aSet-Cookie:a=b", "%22%5C", "%C3%A9", "%ff", "%", "AAAAAAAAAAAAAAAAAAAAAA.x",
    "client_secret_1", "http://127.0.0.1:9000",
];

fn pair() -> impl Strategy<Value = String> {
    let name = prop_oneof![8 => prop::sample::select(NAMES).prop_map(str::to_owned), 1 => ".{0,6}"];
    let value = prop_oneof![4 => prop::sample::select(VALUES).prop_map(str::to_owned), 1 => ".{0,60}"];
    (name, value).prop_map(|(name, value)| format!("{name}={value}"))
}

fn params() -> impl Strategy<Value = String> {
    prop_oneof![6 => prop::collection::vec(pair(), 0..9).prop_map(|pairs| pairs.join("&")), 1 => ".{0,80}"]
}

fn header() -> impl Strategy<Value = (String, Vec<u8>)> {
    let name = prop::sample::select(&["authorization", "cookie", "content-type", "host"][..]);
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::sample::select(
            &[
                "Basic Y2xpZW50XzE6Y2xpZW50X3NlY3JldF8x",
                "Basic Ojo=",
                "Bearer AAAAAAAAAAAAAAAAAAAAAA.x",
                "Bearer",
                "application/x-www-form-urlencoded",
                "localhost:8000",
                "oauth_client_session=x",
            ][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    (name.prop_map(str::to_owned), value)
}

/// Any request; about half of them bring the form's media type and a session.
pub(crate) fn request() -> impl Strategy<Value = HttpRequest> {
    let method = prop_oneof![4 => Just("GET".to_owned()), 4 => Just("POST".to_owned()), 1 => ".{0,8}"];
    let path = prop_oneof![9 => prop::sample::select(PATHS).prop_map(str::to_owned), 1 => ".{0,20}"];
    let body = prop_oneof![
        4 => params().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ];
    let usual = (any::<bool>(), any::<bool>());
    let headers = prop::collection::vec(header(), 0..3);
    (method, path, prop::option::of(params()), headers, body, usual).prop_map(
        |(method, path, query, mut headers, body, (is_form, has_session))| {
            if is_form {
                let form = b"application/x-www-form-urlencoded".to_vec();
                headers.insert(0, ("content-type".to_owned(), form));
            }
            if has_session {
                headers.insert(0, ("cookie".to_owned(), SESSION.as_bytes().to_vec()));
            }
            HttpRequest { method, path, query, headers, body }
        },
    )
}
