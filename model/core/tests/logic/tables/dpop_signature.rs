//! Proofs of possession for the rows: a good one, and edits of it.
//!
//! `proof:` is a good proof for the door of its row; behind the colon, between commas, `typ=`, `alg=`, `crit=`, `sig=` and
//! `key=` (a digit: which of two keys, or `ed`, `rsa`, `private`, `none`, `small`) change its head, every other name a claim; `-name`
//! takes one away; `iat=` counts from now, `half=` and `number=` make the claim that they name a number. The bench takes
//! one signature for right, whatever was signed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::bench::{GOOD_SIGNATURE, ISSUER, NONCE};

/// Two x coordinates; nobody checks that they lie on the curve.
const X: [&str; 2] =
    ["l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"];
const Y: &str = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";

/// The thumbprint of the first key.
pub(crate) const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

/// What a proof is made for.
pub(crate) struct Made<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) now: u64,
    pub(crate) token: &'a str,
    /// Tells it from others.
    pub(crate) nth: usize,
}

/// The proof as it is sent.
pub(crate) fn proof(edits: &str, made: &Made<'_>) -> String {
    let mut head = Map::from_iter([
        ("typ".to_owned(), json!("dpop+jwt")),
        ("alg".to_owned(), json!("ES256")),
        ("jwk".to_owned(), jwk("1")),
    ]);
    let mut claims = Map::from_iter([
        ("jti".to_owned(), json!(format!("proof {}", made.nth))),
        ("htm".to_owned(), json!(made.method)),
        ("htu".to_owned(), json!(format!("{ISSUER}{}", made.path))),
        ("iat".to_owned(), json!(made.now)),
        ("nonce".to_owned(), json!(NONCE)),
        ("ath".to_owned(), json!(URL_SAFE_NO_PAD.encode(Sha256::digest(made.token)))),
    ]);
    let mut signature = GOOD_SIGNATURE.to_owned();
    for edit in edits.split(',').filter(|edit| !edit.is_empty()) {
        if let Some(name) = edit.strip_prefix('-') {
            head.remove(name);
            claims.remove(name);
            continue;
        }
        let (name, value) = edit.split_once('=').expect("an edit of a proof is name=value or -name");
        match name {
            "crit" => drop(head.insert(name.to_owned(), json!([value]))),
            "half" => drop(claims.insert(value.to_owned(), json!(made.now as f64 - 0.5))),
            "typ" | "alg" => drop(head.insert(name.to_owned(), json!(value))),
            "key" => drop(head.insert("jwk".to_owned(), jwk(value))),
            "sig" => value.clone_into(&mut signature),
            "iat" => {
                let ahead: i64 = value.parse().expect("iat= takes a number of seconds");
                let at = made.now.checked_add_signed(ahead).expect("the bench's clock is far from its ends");
                claims.insert("iat".to_owned(), json!(at));
            }
            "number" => drop(claims.insert(value.to_owned(), json!(1))),
            _ => drop(claims.insert(name.to_owned(), json!(value))),
        }
    }
    let part = |members: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(members).to_string());
    format!("{}.{}.{signature}", part(head), part(claims))
}

fn jwk(which: &str) -> Value {
    match which {
        "2" => json!({ "kty": "EC", "crv": "P-256", "x": X[1], "y": Y }),
        "ed" => json!({ "kty": "OKP", "crv": "Ed25519", "x": X[0] }),
        // As many bytes as a modulus of 2048 bits has; nobody checks that two primes make it.
        "rsa" => json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([0xc5; 256]), "e": "AQAB" }),
        "private" => json!({ "kty": "EC", "crv": "P-256", "x": X[0], "y": Y, "d": X[1] }),
        "none" => json!("none"),
        "small" => json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
        _ => json!({ "kty": "EC", "crv": "P-256", "x": X[0], "y": Y }),
    }
}
