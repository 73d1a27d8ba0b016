//! Finds many secrets in a text in one pass, in every encoding in which they may come back.

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::form_urlencoded;

/// How many first bytes of a needle are hashed.
const PREFIX: usize = 6;

/// What is looked for, by its first bytes, longest first.
#[derive(Default)]
pub(super) struct Needles(HashMap<[u8; PREFIX], Vec<(String, String)>>);

impl Needles {
    /// Looks for `needle` from here on and puts `stand_in` in its place.
    pub(super) fn add(&mut self, needle: &str, stand_in: &str) {
        let Some(prefix) = prefix(needle.as_bytes()) else { return };
        let group = self.0.entry(prefix).or_default();
        if group.iter().any(|(have, _)| have == needle) {
            return;
        }
        let at = group.partition_point(|(have, _)| have.len() >= needle.len());
        group.insert(at, (needle.into(), stand_in.into()));
    }

    /// The text with each needle replaced, longer ones before those that they contain.
    pub(super) fn replace(&self, text: &str) -> String {
        let bytes = text.as_bytes();
        let (mut out, mut kept, mut at) = (String::with_capacity(text.len()), 0, 0);
        while let Some(prefix) = bytes.get(at..).and_then(prefix) {
            let group = self.0.get(&prefix).map_or(&[][..], Vec::as_slice);
            match group.iter().find(|(needle, _)| bytes[at..].starts_with(needle.as_bytes())) {
                // A needle is whole characters and UTF-8 synchronises itself: both cuts are boundaries.
                Some((needle, stand_in)) => {
                    out.push_str(&text[kept..at]);
                    out.push_str(stand_in);
                    at += needle.len();
                    kept = at;
                }
                None => at += 1,
            }
        }
        out.push_str(&text[kept..]);
        out
    }
}

fn prefix(bytes: &[u8]) -> Option<[u8; PREFIX]> {
    bytes.get(..PREFIX)?.try_into().ok()
}

/// The encodings in which a secret may come back.
pub(super) fn forms(secret: &str) -> BTreeSet<String> {
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let browser = form.replace('+', "%20");
    let twice: String = form_urlencoded::byte_serialize(form.as_bytes()).collect();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let html = secret
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;");
    let mut forms = BTreeSet::from([
        secret.to_owned(),
        lower_hex(&form),
        lower_hex(&percent),
        lower_hex(&browser),
        form,
        percent,
        browser,
        twice,
        json.trim_matches('"').to_owned(),
        secret.escape_debug().to_string(),
        html.replace("&#39;", "&#x27;"),
        html,
        STANDARD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
    ]);
    forms.retain(|form| form.len() >= PREFIX);
    forms
}

/// Percent-encoding with lower-case digits.
fn lower_hex(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = 0;
    for c in text.chars() {
        out.push(if digits > 0 { c.to_ascii_lowercase() } else { c });
        digits = if c == '%' { 2 } else { usize::saturating_sub(digits, 1) };
    }
    out
}
