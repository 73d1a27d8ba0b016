//! What is no secret stays readable: a report that covers too much is of no use.

use super::{Kind, Vault, answer, exchange, shown};
use crate::wire::dpop::{DpopKey, Proof};
use crate::wire::{Exchange, Params, Request, Response};

/// What a report shows of an answer to an honest token request.
fn of_answer(vault: &Vault, headers: &[(&str, &str)], body: &str) -> String {
    let headers: Vec<(&str, String)> =
        headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let url = "http://h/token?client_id=c7d1e9f0a2b34c5d6e7f8a9b&state=st_0123456789abcdef0123&redirect_uri=\
               http%3A%2F%2Fapp%2Fcb%2F550e8400e29b41d4a716446655440000&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let one = Exchange { answer: answer(&headers, body.as_bytes()), ..exchange(Request::get(url), &[], "") };
    vault.harvest(&one);
    shown(vault, &one)
}

#[test]
fn bodies_stay_readable() {
    for body in [
        r#"{"token_type":"Bearer","expires_in":3600,"scope":"profile email offline_access","active":true}"#,
        r#"{"error":"invalid_grant","error_description":"The provided authorization grant is invalid, expired or revoked."}"#,
        r#"{"error":"temporarily_unavailable_for_maintenance","error_uri":"https://docs.example/errors/invalid_grant#details"}"#,
        r#"{"client_id":"c7d1e9f0a2b34c5d6e7f8a9b","redirect_uris":["http://app/cb/550e8400e29b41d4a716446655440000"]}"#,
        r#"{"client_id":"f81d4fae-7dec-11d0-a765-00a0c91e6bf6","client_id_issued_at":1767225600,"client_secret_expires_at":0}"#,
        r#"{"state":"st_0123456789abcdef0123","seen":"st_0123456789abcdef0123"}"#,
        r#"{"seen":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}"#,
        r#"{"sub":"248289761001a0b1c2d3e4f5","username":"id001","iss":"https://as.example/550e8400-e29b-41d4-a716-446655440000"}"#,
        r#"{"cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},"aud":"https://api.example/orders"}"#,
        r#"{"trace_id":"0d9e5a00-7dec-11d0-a765-00a0c91e6bf6","correlation_id":"b1a2c3d4-0000-4000-8000-0123456789ab"}"#,
        r#"{"code":"invalid_request","status":400,"timestamp":"2026-01-01T00:00:00.000+00:00","path":"/oauth2/token"}"#,
        r#"{"message":"Bad token: expired","code":400,"errors":[{"code":"E1234567","message":"password: required"}]}"#,
        r#"{"token_endpoint":"https://as.example/token","token_endpoint_auth_methods_supported":["client_secret_basic"]}"#,
        r#"{"device":true,"require_pushed_authorization_requests":false,"dpop_bound_access_tokens":true,"token":null}"#,
        "<h1>Bad Request</h1><p>The parameter redirect_uri is missing. code: not given; password: required</p>",
        "<!doctype html><html lang=\"en\"><link rel=\"stylesheet\" href=\"/assets/stylesheets/application.css\"><label for=\"password\">Password</label><input type=\"password\" name=\"password\" autocomplete=\"current-password\">",
        "<form action=\"/authorize?client_id=c7d1e9f0a2b34c5d6e7f8a9b\"><button name=\"confirm\" value=\"yes\">Allow</button></form>",
        "<style>.token-list{color:#333}.session--is-expired-and-was-renewed{margin:0 auto}</style>",
        "client_id=c7d1e9f0a2b34c5d6e7f8a9b&grant_type=authorization_code&response_type=code&token_type_hint=refresh_token",
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange",
        "Internal Server Error: NullPointerException at com.example.oauth.TokenEndpointController.issueAccessToken(TokenEndpointController.java:142)",
    ] {
        let all = of_answer(&Vault::with_key([7; 32]), &[], body);
        assert!(all.contains(body), "{body} became {all}");
    }
}

#[test]
fn headers_stay_readable() {
    for (name, value) in [
        ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
        ("etag", "W/\"33a64df551425fcc55e4d42a148795d9f25f89d4\""),
        ("content-type", "application/json;charset=UTF-8"),
        ("content-type", "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW"),
        ("cache-control", "no-store, no-cache, max-age=0, must-revalidate"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
        (
            "content-security-policy",
            "script-src 'nonce-R4nd0mN0nceR4nd0mN0nce' 'strict-dynamic'; frame-ancestors 'none'",
        ),
        (
            "www-authenticate",
            "Bearer realm=\"as.example\", error=\"invalid_token\", error_description=\"The token expired\"",
        ),
        ("www-authenticate", "DPoP algs=\"ES256 PS256\", error=\"use_dpop_nonce\""),
        ("dpop-nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v0123456789"),
        ("x-request-id", "550e8400-e29b-41d4-a716-446655440000"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("x-correlation-id", "0d9e5a00-7dec-11d0-a765-00a0c91e6bf6"),
        ("server", "nginx/1.25.3 (Ubuntu) OpenSSL/3.0.11"),
        ("access-control-allow-headers", "Authorization, Content-Type, DPoP, X-Requested-With"),
        ("vary", "Accept-Encoding, Authorization, Cookie"),
        (
            "location",
            "https://as.example/login?client_id=c7d1e9f0a2b34c5d6e7f8a9b&state=st_0123456789abcdef0123",
        ),
        (
            "location",
            "http://app/cb/550e8400e29b41d4a716446655440000?error=access_denied&iss=https%3A%2F%2Fas.example",
        ),
    ] {
        let all = of_answer(&Vault::with_key([7; 32]), &[(name, value)], "{}");
        assert!(all.contains(&format!("{value:?}")), "{name}: {value} became {all}");
    }
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let vault = Vault::with_key([7; 32]);
    let response = Response { status: 200, headers: Vec::new(), body: b"r\xe9ponse: \xff\x00 ok".to_vec() };
    assert_eq!(vault.response(&response), response);
}

#[test]
fn a_pushed_requests_reference_keeps_its_form() {
    let body =
        r#"{"request_uri":"urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c","expires_in":60}"#;
    let all = of_answer(&Vault::with_key([7; 32]), &[], body);
    assert!(all.contains("\"urn:ietf:params:oauth:request_uri:opaque:") && !all.contains("6esc_11"), "{all}");
}

#[test]
fn the_suites_own_keys_are_public() {
    let key = DpopKey::drawn([5; 32]);
    let proof = Proof::new(&key, ("POST", "http://h/token"), "jti", 0).fields().concat();
    let vault = Vault::with_key([7; 32]);
    let jwk = key.jwk();
    let body = format!(r#"{{"seen":"{}","key":{jwk}}}"#, key.thumbprint());
    let one = exchange(Request::get("http://h/token").header("DPoP", proof.clone()), &[], &body);
    vault.harvest(&one);
    let all = shown(&vault, &one);
    assert!(all.contains(&body) && !all.contains(&proof), "{all}");
}

#[test]
fn what_everybody_may_read_is_public() {
    let vault = Vault::with_key([7; 32]);
    let keys = r#"{"keys":[{"kty":"EC","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","use":"sig"}]}"#;
    vault.harvest(&exchange(Request::get("http://h/.well-known/jwks.json"), &[], keys));
    assert_eq!(vault.text(keys), keys);
}

#[test]
fn a_page_goes_on_behind_a_hidden_field() {
    let vault = Vault::with_key([7; 32]);
    let page = "<form><input type=\"hidden\" name=\"form_token\" value=\"true\">\n\n\
                <p>Allow this application to read your profile?</p>\n\n<button>Allow</button></form>";
    vault.harvest(&exchange(Request::get("http://h/authorize"), &[], page));
    assert_eq!(vault.text(page), page);
}

#[test]
fn what_looked_like_a_secret_is_shown_once_its_name_says_that_it_is_none() {
    let vault = Vault::with_key([7; 32]);
    let id = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
    let seen = format!("https://as.example/register/{id}");
    vault.harvest(&exchange(Request::get("http://h/"), &[], &format!(r#"{{"seen":"{seen}"}}"#)));
    assert!(!vault.text(&seen).contains(id));
    vault.harvest(&exchange(Request::get("http://h/"), &[], &format!(r#"{{"client_id":"{id}"}}"#)));
    assert_eq!(vault.text(&seen), seen);
}

#[test]
fn a_wrong_secret_of_the_suites_own_is_no_part_of_other_words() {
    let vault = Vault::with_key([7; 32]);
    vault.learn(Kind::Secret, "client_secret_1", "the target");
    let params = Params::from([("client_secret", "wrong"), ("code", "nothing"), ("code_verifier", "x")]);
    let request =
        Request::form("http://h/token", &params).header("Authorization", "Basic Y2xpZW50XzE6d3Jvbmc=");
    vault.harvest(&exchange(request, &[], ""));
    for text in ["what is wrong, wrongly: the wrong code", "nothings", "x=1, 0x1, text", "error=wrong_issuer"]
    {
        assert_eq!(vault.text(text), text);
    }
    assert!(!vault.text("client_secret=wrong&x=1").contains("wrong"));
}

#[test]
fn a_secret_that_was_spoilt_a_little_is_covered_as_the_secret_is() {
    let vault = Vault::with_key([7; 32]);
    vault.learn(Kind::Password, "mypassword", "the target");
    for spoilt in ["mypasBword", "mypasswor", "mypasswordA", "Aypassword", "MYPASSWORD"] {
        let params = Params::from([("password", spoilt)]);
        vault.harvest(&exchange(Request::form("http://h/login", &params), &[], ""));
        assert!(!vault.text(&format!("{spoilt} is not right")).contains(spoilt), "{spoilt}");
    }
    vault.learn(Kind::Password, "id007", "the target");
    for (sent, covered) in [("id00A", true), ("id00", true), ("xy007", true), ("xyz07", false)] {
        let params = Params::from([("password", sent)]);
        vault.harvest(&exchange(Request::form("http://h/login", &params), &[], ""));
        assert_eq!(vault.text(&format!("{sent} is not right")).contains(sent), !covered, "{sent}");
    }
}

#[test]
fn a_password_that_is_the_users_name_is_covered_where_it_is_the_password() {
    let target = "issuer = \"http://h\"\n[public_client]\nid = \"c\"\nredirect_uri = \"http://h/cb\"\nscope = \"profile\"\n\
                  [user]\nname = \"id001\"\npassword = \"id001\"\n[second_user]\nname = \"two\"\npassword = \"profile\"\n";
    let target = crate::subject::read_text("t.toml", target, &|_| None).expect("the file is good");
    let vault = Vault::with_key([7; 32]);
    vault.know_target(&target);
    for (text, shown) in [
        ("user_id=id001&password=id001&x=id001", "user_id=id001&password=#&x=id001"),
        (r#"{"username":"id001","password":"id001"}"#, r##"{"username":"id001","password":"#"}"##),
        ("the user id001, password id001", "the user id001, password #"),
    ] {
        let masked = vault.text(text).replace(&vault.secret(Kind::Password, "id001"), "#");
        assert_eq!(masked, shown);
    }
    let text = "scope=profile&password=profile";
    assert_eq!(
        vault.text(text).replace(&vault.secret(Kind::Password, "profile"), "#"),
        "scope=profile&password=#"
    );
}
