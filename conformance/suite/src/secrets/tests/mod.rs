//! No secret survives, wherever it stands and however it is written.

mod answers;
mod readable;

use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use url::form_urlencoded;

use super::{Kind, Vault};
use crate::request::Authentication;
use crate::wire::{Actor, Exchange, Moment, NoAnswer, Params, Request, Response, Whole};

pub(super) fn exchange(request: Request, headers: &[(&str, String)], body: &str) -> Exchange {
    let moment = Moment { tick: 0, at: Instant::now() };
    let answer = answer(headers, body.as_bytes());
    Exchange {
        number: 1,
        who: Actor::Client,
        browser: None,
        sent: moment,
        answered: Some(moment),
        request,
        answer,
        whole: Whole::default(),
    }
}

fn answer(headers: &[(&str, String)], body: &[u8]) -> Result<Response, NoAnswer> {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    Ok(Response { status: 200, headers, body: body.to_vec() })
}

/// All that a report would show of an exchange.
fn shown(vault: &Vault, exchange: &Exchange) -> String {
    let request = vault.request(&exchange.request);
    let mut out = format!("{} {:?} {}", request.url, request.headers, request.text());
    if let Ok(response) = &exchange.answer {
        let response = vault.response(response);
        out += &format!(" {:?} {}", response.headers, response.text());
    }
    out
}

fn form(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Letters and digits and what is awkward in headers, queries, JSON and HTML.
fn secret() -> impl Strategy<Value = String> {
    r#"[A-Za-z0-9+/=_.~%&:;?#<>@! -]{8,40}"#.prop_map(|text| text.trim().to_owned())
}

proptest! {
    #[test]
    fn no_secret_survives(secrets in proptest::collection::vec(secret(), 6), key in any::<[u8; 32]>()) {
        prop_assume!(secrets.iter().all(|secret| secret.len() >= 8));
        // A secret that the frame around them contains would be found in the frame.
        let frame = "authorization_code access_token text/html hidden http://as.example/ localhost set-cookie location";
        prop_assume!(secrets.iter().all(|secret| !frame.contains(secret.as_str())));
        let [code, token, client, password, verifier, csrf] = secrets.as_slice() else { unreachable!() };
        let vault = Vault::with_key(key);
        vault.learn(Kind::Password, password, "the target");
        let params = Params::from([
            ("grant_type", "authorization_code"), ("code", code), ("code_verifier", verifier),
            ("client_secret", client), ("pw", password),
        ]);
        let cookie = form(csrf);
        let request = Request::form(format!("http://as.example/t?{}", params.encode()), &params)
            .header("Authorization", Authentication::basic("id", client))
            .header("Cookie", format!("session={cookie}; lang=en"))
            .header("Referer", format!("http://as.example/?code={}", form(code)));
        let headers = [
            ("location", format!("http://localhost/cb?code={}&state=1#access_token={}", form(code), form(token))),
            ("set-cookie", format!("session={cookie}; Path=/")),
        ];
        let json = serde_json::json!({ "access_token": token, "error_description": format!("bad code {code}") });
        let first = exchange(request, &headers, &json.to_string());
        vault.harvest(&first);
        let html = format!("<p>{code} {}</p><input type=hidden name=csrf_token value=\"{cookie}\">", form(&form(verifier)));
        let second = exchange(Request::get("http://as.example/"), &[], &html);
        vault.harvest(&second);

        let all = shown(&vault, &first) + &shown(&vault, &second) + &vault.text(&format!("saw {code:?}, {token}"));
        for secret in [code, token, client, password, verifier, &cookie] {
            for written in [secret.clone(), form(secret), form(&form(secret)), STANDARD.encode(secret)] {
                // What encoding leaves of a secret of blanks and signs is no secret.
                prop_assert!(!all.contains(&written), "{written:?} is in {all}");
            }
        }
        prop_assert!(!all.contains(&Authentication::basic("id", client)));
    }
}

#[test]
fn short_secrets_are_covered_where_they_stand_by_name() {
    let vault = Vault::with_key([7; 32]);
    let params = Params::from([("code", "x"), ("client_secret", "pw1"), ("scope", "x y")]);
    let one = exchange(Request::form("http://h/t", &params), &[], r#"{"access_token":"t1","scope":"x"}"#);
    vault.harvest(&one);
    let all = shown(&vault, &one);
    assert!(!all.contains("code=x&") && !all.contains("pw1") && !all.contains("\"t1\""), "{all}");
    assert!(all.contains("scope=x+y"), "{all}");
}

#[test]
fn tokens_are_covered_where_others_are_told_of_them() {
    let vault = Vault::with_key([7; 32]);
    let params = Params::from([("token", "access-0123"), ("token_type_hint", "access_token")]);
    let request = Request::form("http://h/introspect", &params);
    let request = request.header("Authorization", Authentication::basic("resource_1", "server-secret"));
    let told = r#"{"active":true,"token_type":"Bearer","username":"id001","sub":"id001"}"#;
    let one = exchange(request, &[], told);
    vault.harvest(&one);
    let all = shown(&vault, &one);
    assert!(!all.contains("access-0123") && !all.contains("server-secret"), "{all}");
    assert!(all.contains("token_type_hint=access_token") && all.contains("\"username\":\"id001\""), "{all}");
}

#[test]
fn the_secrets_of_resource_servers_are_known_from_the_start() {
    let text = "issuer = \"http://h\"\n[public_client]\nid = \"c\"\nredirect_uri = \"http://h/cb\"\n\
                [resource_client]\nid = \"resource_1\"\nsecret = \"server-secret\"\n";
    let target = crate::subject::read_text("t.toml", text, &|_| None).expect("the file is good");
    let vault = Vault::with_key([7; 32]);
    vault.know_target(&target);
    assert!(!vault.text("a body with server-secret in it").contains("server-secret"));
}

#[test]
fn a_proof_and_the_token_beside_it_are_covered() {
    let vault = Vault::with_key([7; 32]);
    let request = Request::get("http://h/me")
        .header("Authorization", "DPoP bound-access-token")
        .header("DPoP", "eyJ0eXAiOiJkcG9wK2p3dCJ9.eyJqdGkiOiJpZCJ9.c2lnbmF0dXJl");
    let one = exchange(request, &[("dpop-nonce", "a-nonce-of-the-server".into())], "");
    vault.harvest(&one);
    let all = shown(&vault, &one);
    assert!(!all.contains("bound-access-token") && !all.contains("eyJ0eXAi"), "{all}");
    assert!(
        all.contains("DPoP token:") && all.contains("proof:") && all.contains("a-nonce-of-the-server"),
        "{all}"
    );
}

#[test]
fn what_is_public_stays_readable() {
    let vault = Vault::with_key([7; 32]);
    let url = "http://h/authorize?client_id=client_number_1&state=0123456789abcdef&redirect_uri=http%3A%2F%2Fc%2Fcb";
    let body = "<input type=hidden name=client_id value=\"client_number_1\"><input type=hidden name=s value=\"0123456789abcdef\">\
                <input type=hidden name=g value=\"9f8e7d6c5b4a39281706\">";
    let one = exchange(Request::get(url), &[], body);
    vault.harvest(&one);
    let all = shown(&vault, &one);
    assert!(
        all.contains(url)
            && all.contains("value=\"client_number_1\"")
            && all.contains("\"0123456789abcdef\""),
        "{all}"
    );
    assert!(!all.contains("9f8e7d6c5b4a39281706"), "{all}");
    let error =
        exchange(Request::get("http://h/"), &[], r#"{"code":"invalid_request","error":"invalid_request"}"#);
    vault.harvest(&error);
    assert!(vault.text("invalid_request").contains("invalid_request"));
}
