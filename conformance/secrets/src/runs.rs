//! Runs of the characters that tokens are made of, and what is hidden in them.

use std::ops::Range;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::words::{is_of_token, is_wordlike};

/// The shortest run that no answer has by chance.
const SHORTEST: usize = 20;
/// The shortest run that is read as an encoded text.
const SHORTEST_ENCODED: usize = 24;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The runs of a text that look drawn by lot. Of a path, each part by itself; hosts and words stay.
pub(super) fn runs(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in all(text, is_of_token) {
        let is_path = text[..run.start].ends_with(b":") && text[run.clone()].starts_with(b"//");
        let parts = split(text, &run);
        let names = |part: &Range<usize>| part.len() >= 3 && is_wordlike(&text[part.clone()]);
        if is_path || parts.len() > 1 && parts.iter().any(names) {
            found.extend(parts.into_iter().filter(|part| is_drawn(&text[part.clone()])));
        } else if is_drawn(&text[run.clone()]) {
            let signs = text[run.end..].iter().take_while(|byte| **byte == b'=').count();
            found.push(run.start..run.end + signs);
        }
    }
    found
}

fn is_drawn(run: &[u8]) -> bool {
    run.len() >= SHORTEST && !is_wordlike(run)
}

/// All runs of bytes of a kind.
fn all(text: &[u8], of: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let (mut runs, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let length = text[at..].iter().take_while(|byte| of(**byte)).count();
        if length >= SHORTEST {
            runs.push(at..at + length);
        }
        at += length + 1;
    }
    runs
}

fn split(text: &[u8], run: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = run.start;
    let parts = text[run.clone()].split(|byte| *byte == b'/').map(|part| {
        let own = start..start + part.len();
        start = own.end + 1;
        own
    });
    parts.filter(|part| !part.is_empty()).collect()
}

/// The runs that read as a text once base64 or hexadecimal digits are decoded, with that text.
pub(super) fn encoded(text: &[u8]) -> Vec<(Range<usize>, String)> {
    let whole = text.trim_ascii();
    let wrapped = whole.len() >= SHORTEST_ENCODED
        && whole.contains(&b'\n')
        && whole.iter().all(|byte| is_of_base64(*byte) || *byte == b'=' || byte.is_ascii_whitespace());
    if wrapped {
        let digits: Vec<u8> = whole.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        if let Some(decoded) = base64(&digits) {
            return vec![(0..text.len(), decoded)];
        }
    }
    let runs = all(text, is_of_base64).into_iter().filter(|run| run.len() >= SHORTEST_ENCODED);
    runs.filter_map(|run| {
        let digits = &text[run.clone()];
        let decoded = hexadecimal(digits).or_else(|| base64(digits))?;
        let signs = text[run.end..].iter().take_while(|byte| **byte == b'=').count();
        Some((run.start..run.end + signs, decoded))
    })
    .collect()
}

const fn is_of_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/')
}

fn base64(digits: &[u8]) -> Option<String> {
    let plain = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let mut digits: Vec<u8> = digits.iter().filter(|byte| **byte != b'=').map(plain).collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    readable(&BASE64.decode(&digits).ok()?)
}

fn hexadecimal(digits: &[u8]) -> Option<String> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    readable(&digits.chunks_exact(2).map(pair).collect::<Option<Vec<u8>>>()?)
}

/// Bytes as text, if most of them are what texts are made of.
fn readable(bytes: &[u8]) -> Option<String> {
    let plain = |byte: &&u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace() || **byte == 0;
    let most = bytes.iter().filter(plain).count() * 100 >= bytes.len() * 85;
    most.then(|| crate::text(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{encoded, runs};

    fn found(text: &str) -> Vec<&str> {
        runs(text.as_bytes()).into_iter().map(|run| &text[run]).collect()
    }

    #[test]
    fn what_looks_drawn_by_lot_is_found_between_what_does_not() {
        for (text, expected) in [
            ("|mF_9.B5f-4.1JqMmF_9.B5f-4.1JqM|", &["mF_9.B5f-4.1JqMmF_9.B5f-4.1JqM"][..]),
            ("a q7w9+e/r5T4y3u2i1o0p7aaa== b", &["q7w9+e/r5T4y3u2i1o0p7aaa=="]),
            (
                "https://as.example/register/550e8400-e29b-41d4-a716-446655440000?x=1",
                &["550e8400-e29b-41d4-a716-446655440000"],
            ),
            (
                "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c",
                &["6esc_11ACC5bwc014ltc14eY22c"],
            ),
            ("http://127.0.0.1:9000/.well-known/oauth-authorization-server", &[]),
            ("application/x-www-form-urlencoded; charset=utf-8", &[]),
            ("authorization_endpoint registration_client_uri /api/v1/profile/settings", &[]),
            ("Thu, 01 Jan 2026 00:00:00 GMT 2026-01-01T00:00:00.000Z", &[]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_in_base64_or_hexadecimal_digits_is_read() {
        for text in [
            "eyJhY2Nlc3NfdG9rZW4iOiJhYmMifQ==",
            "eyJhY2Nlc3NfdG9rZW4iOiJhYmMifQ",
            "eyJhY2Nlc3NfdG9r\r\nZW4iOiJhYmMifQ==\r\n",
            "7b226163636573735f746f6b656e223a22616263227d",
        ] {
            let decoded = encoded(text.as_bytes());
            assert_eq!(decoded.len(), 1, "{text}");
            assert_eq!(decoded[0].1, r#"{"access_token":"abc"}"#, "{text}");
        }
        assert_eq!(encoded(b"2YotnFZFEjr1zCsicMWpAA2YotnFZFEjr1zCsicMWpAA"), []);
    }
}
