//! DPoP: what a proof says, which nonce it has, and what tokens are taken and how they are shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_core::client::auth_challenge::challenges;
use oauth_core::client::call::{judge_tokens, resource_request};
use oauth_core::client::dpop::{Making, Nonces, Peer, Proof, PublicKey, asks_for_nonce, given_nonce, jkt};
use oauth_core::client::http_call::HttpCall;
use oauth_core::client::settings::{Binding, Settings};
use oauth_core::policy::Time;
use oauth_core::secret::Secret;
use serde_json::{Value, json};

use super::browser::settings;

/// The key of RFC 9449's examples.
fn key() -> PublicKey {
    let bytes = |text: &str| -> [u8; 32] {
        URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).expect("32 bytes")
    };
    PublicKey {
        x: bytes("l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"),
        y: bytes("9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"),
    }
}

#[test]
fn the_thumbprint_agrees_with_the_example_of_rfc9449_6_1() {
    assert_eq!(jkt(&key().thumbprint()), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

#[test]
fn a_proof_says_what_the_table_says() {
    let jti = Secret::from_bytes([7; 32]);
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    let header = json!({
        "typ": "dpop+jwt",
        "alg": "ES256",
        "jwk": {
            "kty": "EC",
            "crv": "P-256",
            "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        },
    });
    for (method, url, htu) in [
        ("POST", "https://as.example/token", "https://as.example/token"),
        ("GET", "https://as.example/me?a=b#c", "https://as.example/me"),
        ("GET", "https://as.example", "https://as.example"),
    ] {
        let call = HttpCall { method, ..HttpCall::get(url.to_owned()) };
        let key = key();
        let plain = Making { key: &key, now: Time(5), jti: &jti, token: None, nonce: None };
        let mut claims = json!({ "jti": jti.text(), "htm": method, "htu": htu, "iat": 5 });
        let proof = Proof::of(&call, plain);
        assert_eq!(Value::Object(proof.header.clone()), header);
        assert_eq!(Value::Object(proof.claims), claims, "{url}");

        let proof = Proof::of(&call, Making { token: Some(token), nonce: Some("n"), ..plain });
        // The hash of RFC 9449 7.1's example.
        claims["ath"] = json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        claims["nonce"] = json!("n");
        assert_eq!(Value::Object(proof.claims.clone()), claims, "{url}");

        let mut call = call;
        let input = proof.signing_input();
        Proof::add_to(&mut call, &input, &[1, 2, 3]);
        let sent = call.headers.iter().find(|(name, _)| *name == "DPoP").map(|(_, value)| value.clone());
        let parts: Vec<String> = sent.unwrap_or_default().split('.').map(str::to_owned).collect();
        assert_eq!(parts.len(), 3);
        let read = URL_SAFE_NO_PAD.decode(&parts[1]).expect("base64url");
        assert_eq!(serde_json::from_slice::<Value>(&read).expect("JSON"), claims);
        assert_eq!(parts[2], "AQID");
    }
}

#[test]
fn nonces_are_kept_by_server() {
    let mut nonces = Nonces::default();
    let token = Nonces::place(Peer::AuthorizationServer, "https://one.example/token?x");
    let push = Nonces::place(Peer::AuthorizationServer, "https://one.example/par");
    let resource = Nonces::place(Peer::ResourceServer, "https://one.example/me");
    let other = Nonces::place(Peer::AuthorizationServer, "https://two.example/token");
    for nonce in ["a", "b"] {
        nonces.learn(token.clone(), nonce.to_owned());
        assert_eq!(nonces.latest(&push), Some(nonce));
    }
    assert_eq!((nonces.latest(&resource), nonces.latest(&other)), (None, None));
    // Whoever names many servers fills no memory.
    for number in 0..1000 {
        let place = Nonces::place(Peer::ResourceServer, &format!("https://{number}.example/"));
        nonces.learn(place.clone(), "n".to_owned());
        assert_eq!(nonces.latest(&place), Some("n"));
    }
}

#[test]
fn a_nonce_stands_in_one_field_and_has_its_characters() {
    assert_eq!(given_nonce(&["n.1-_~/+="]).as_deref(), Some("n.1-_~/+="));
    let long = "n".repeat(2000);
    for fields in [&[][..], &[""], &["a", "a"], &["a b"], &["a\"b"], &["a\\b"], &["\u{e9}"], &[&long]] {
        assert_eq!(given_nonce(fields), None, "{fields:?}");
    }
}

#[test]
fn a_nonce_is_asked_for_as_the_table_says() {
    use Peer::{AuthorizationServer, ResourceServer};
    let error = r#"{"error":"use_dpop_nonce"}"#;
    for (peer, status, body, field, expected) in [
        (AuthorizationServer, 400, error, "", true),
        (AuthorizationServer, 401, error, "", true),
        (AuthorizationServer, 200, error, "", false),
        (AuthorizationServer, 503, error, "", false),
        (AuthorizationServer, 400, r#"{"error":"invalid_dpop_proof"}"#, "", false),
        (AuthorizationServer, 400, "use_dpop_nonce", "", false),
        (AuthorizationServer, 400, "{}", "DPoP error=use_dpop_nonce", false),
        (ResourceServer, 401, "", "DPoP error=\"use_dpop_nonce\"", true),
        (ResourceServer, 401, "", "Bearer, dpop algs=\"ES256\", x=y, error=use_dpop_nonce", true),
        (ResourceServer, 401, "", "Bearer error=\"use_dpop_nonce\"", false),
        (ResourceServer, 401, "", "DPoP error=\"invalid_token\"", false),
        (ResourceServer, 400, "", "DPoP error=\"use_dpop_nonce\"", false),
        (ResourceServer, 401, error, "DPoP", false),
    ] {
        let asked = asks_for_nonce(peer, status, body.as_bytes(), &challenges(&[field]));
        assert_eq!(asked, expected, "{peer:?} {status} {body} {field}");
    }
}

#[test]
fn tokens_are_taken_by_their_type_and_shown_by_it() {
    let taken = |binding: Binding, kind: &str| {
        let body = format!(r#"{{"access_token":"t","token_type":"{kind}"}}"#);
        judge_tokens(binding, Time(0), 200, body.as_bytes()).answer.is_ok()
    };
    assert!(taken(Binding::Key, "DPoP") && taken(Binding::Key, "dpop") && taken(Binding::Bearer, "Bearer"));
    assert!(!taken(Binding::Key, "Bearer") && !taken(Binding::Bearer, "DPoP") && !taken(Binding::Key, "N_A"));
    for (binding, expected) in [(Binding::Key, "DPoP t"), (Binding::Bearer, "Bearer t")] {
        let call = resource_request(&Settings { binding, ..settings() }, "t");
        let shown = call.headers.iter().find(|(name, _)| *name == "Authorization");
        assert_eq!(shown.map(|(_, value)| value.as_str()), Some(expected));
    }
}
