//! How these tests read and write what travels: on their own, so that a codec cannot vouch for itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};

/// Decoded pairs in order.
pub(crate) type Pairs = Vec<(String, String)>;

/// Reads a query or a form.
pub(crate) fn pairs(text: &str) -> Pairs {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// All values of a name.
pub(crate) fn values<'a>(pairs: &'a Pairs, name: &str) -> Vec<&'a str> {
    pairs.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str()).collect()
}

/// The value of a name that stands there once.
pub(crate) fn once<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    match values(pairs, name).as_slice() {
        [value] => Some(value),
        _ => None,
    }
}

/// Undoes form encoding.
pub(crate) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match (bytes[at], escape.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Escapes every byte, which is always right and never what a client would compare.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Writes a query; names as they are where they can be.
pub(crate) fn query(pairs: &[(&str, &str)]) -> String {
    let plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let name = |name: &str| if plain(name) { name.to_owned() } else { escaped(name) };
    let each: Vec<String> =
        pairs.iter().map(|(have, value)| format!("{}={}", name(have), escaped(value))).collect();
    each.join("&")
}

/// The user and the password of a Basic header, still form-encoded.
pub(crate) fn basic(header: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

/// The S256 challenge of a verifier.
pub(crate) fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Whether a text holds a secret: as it is, form-encoded, in hex, or in base64 at any alignment.
pub(crate) fn holds(text: &str, secret: &str) -> bool {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.to_owned(), hex];
    for skip in 0..3 {
        // The characters in the middle do not depend on what stands before and after.
        let whole = URL_SAFE_NO_PAD.encode(format!("{}{secret}", &"   "[..skip]));
        let middle = &whole[4..whole.len() - 4];
        forms.push(middle.to_owned());
        forms.push(middle.replace('-', "+").replace('_', "/"));
    }
    let lower = text.to_ascii_lowercase();
    forms.iter().any(|form| text.contains(form.as_str()) || decoded(text).contains(form.as_str()))
        || lower.contains(&forms[1])
}

/// How many bits a set of texts shows at most: for each position, as many as its different characters need.
pub(crate) fn bits(texts: &[String]) -> f64 {
    let longest = texts.iter().map(String::len).max().unwrap_or(0);
    (0..longest)
        .map(|at| {
            let mut seen: Vec<Option<u8>> =
                texts.iter().map(|text| text.as_bytes().get(at).copied()).collect();
            seen.sort_unstable();
            seen.dedup();
            f64::from(u32::try_from(seen.len()).unwrap_or(u32::MAX)).log2()
        })
        .sum()
}

#[test]
fn a_secret_is_found_in_each_of_its_disguises() {
    let secret = "t0ken-of-this-test";
    for text in [
        format!("a={secret}; b"),
        format!("a={}", escaped(secret)),
        format!("a={}", STANDARD.encode(format!("{{\"token\":\"{secret}\"}}"))),
        format!("a={}", URL_SAFE_NO_PAD.encode(format!("x{secret}yz"))),
        secret.bytes().map(|byte| format!("{byte:02X}")).collect(),
    ] {
        assert!(holds(&text, secret), "{text}");
    }
    assert!(!holds("oauth_client_session=t0ken; Path=/", secret));
}

#[test]
fn a_counter_and_a_constant_show_few_bits() {
    let counter: Vec<String> = (0..64).map(|number| format!("{number:043}")).collect();
    assert!(bits(&counter) < 8.0);
    assert!(bits(&vec!["constant".to_owned(); 64]) < 1.0);
}
