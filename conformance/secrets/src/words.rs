//! What is a word, and what looks drawn by lot.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use oauth_rules::RULES;

/// The longest part of a name that is read as a word.
const LONGEST_WORD: usize = 18;

/// Whether a text is a word of the ledger, and so of what the suite writes by itself: `code`, `profile`, `error`.
pub(super) fn is_our_word(text: &str) -> bool {
    static WORDS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let texts = RULES.iter().flat_map(|rule| {
            [
                rule.id,
                rule.title,
                rule.summary,
                rule.note.unwrap_or_default(),
                rule.reason.unwrap_or_default(),
            ]
        });
        let words = texts.flat_map(|text| {
            let whole = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            whole.flat_map(|word| std::iter::once(word).chain(word.split('_')))
        });
        words.filter(|word| !word.is_empty()).collect()
    });
    words.contains(text) || words.contains(text.to_ascii_lowercase().as_str())
}

/// Whether a text is made of words and small numbers, as names of parameters, media types and versions are.
#[must_use]
pub fn is_wordlike(text: &[u8]) -> bool {
    let (mut letters, mut all) = (0, 0);
    for part in text.split(|byte| !byte.is_ascii_alphanumeric()) {
        all += part.len();
        let digits = part.iter().filter(|byte| byte.is_ascii_digit()).count();
        let ending = part.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let stem = &part[..part.len() - ending];
        if digits == ending && ending <= 4 && is_name(stem) {
            letters += stem.len();
        } else if !(part.len() <= 4 || digits == part.len() && digits <= 6) {
            return false;
        }
    }
    letters * 2 >= all
}

/// Whether letters read as one or more words, written together: `endpoint`, `tokenEndpoint`.
fn is_name(letters: &[u8]) -> bool {
    let (mut words, mut longest, mut length) = (1, 0, 0);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at].is_ascii_lowercase());
        let after = letters.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        // A capital letter begins a word after a small letter, and before one.
        if letter.is_ascii_uppercase() && before.is_some_and(|small| small || after) {
            words += 1;
            length = 0;
        }
        length += 1;
        longest = longest.max(length);
    }
    longest <= LONGEST_WORD && (words == 1 || letters.len() * 2 >= words * 7)
}

/// Whether a text looks drawn by lot, so that it stands in no other text by chance.
pub(super) fn is_random(text: &[u8]) -> bool {
    let has = |kind: fn(&u8) -> bool| text.iter().any(kind);
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
        || has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    text.len() >= 12
        && mixed
        && text.iter().all(|byte| is_of_token(*byte) || *byte == b'=')
        && !is_wordlike(text)
}

/// Whether a text looks like a credential where words may stand as well.
pub(super) fn is_credential(text: &[u8]) -> bool {
    let has = |kind: fn(&u8) -> bool| text.iter().any(kind);
    let both = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    let length = text.iter().filter(|byte| byte.is_ascii_alphanumeric()).count();
    length >= 8 && (both || length >= 16) && text.iter().all(u8::is_ascii_graphic) && !is_wordlike(text)
}

/// Whether a byte is one of those that tokens are made of (`b64token` of RFC 6750, section 2.1, but for the signs at
/// its end).
pub(super) const fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

#[cfg(test)]
mod tests {
    use super::{is_credential, is_our_word, is_random, is_wordlike};

    #[test]
    fn names_read_as_words() {
        for text in [
            "authorization_endpoint",
            "tokenEndpointAuthMethodsSupported",
            "application/x-www-form-urlencoded",
            "Strict-Transport-Security",
            "registration_client_uri",
            "HMAC-SHA256",
            "oauth-conformance/0.1.0",
            "includeSubDomains",
            "XMLHttpRequestUpload",
            "client_secret_1",
            "as.staging.example.com",
        ] {
            assert!(is_wordlike(text.as_bytes()) && !is_random(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_is_drawn_by_lot_does_not() {
        for text in [
            "SplxlOBeZQQYbYS6WxSbIA",
            "2YotnFZFEjr1zCsicMWpAA",
            "tGzv3JOkF0XG5Qx2TlKWIA",
            "550e8400-e29b-41d4-a716-446655440000",
            "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJpZDAwMSJ9.c2ln",
            "aBcQweRtYuIoPaSdFgHj",
            "33a64df551425fcc55e4d42a148795d9f25f89d4",
            "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
            "q7w9+e/r5T4y3u2i1o0p==",
        ] {
            assert!(is_random(text.as_bytes()) && is_credential(text.as_bytes()), "{text}");
        }
        for text in ["abcdefghijklmnopqrstuvwxyz", "12345678901234567890"] {
            assert!(!is_wordlike(text.as_bytes()) && !is_random(text.as_bytes()), "{text}");
        }
        for text in ["expired", "missing", "invalid_token", "required", "2024-01-01", "v2"] {
            assert!(!is_credential(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_ledgers_words_are_ours() {
        for text in ["code", "profile", "error", "secret", "Token", "access_token", "wrong"] {
            assert!(is_our_word(text), "{text}");
        }
        for text in ["mypassword", "id001", "client_secret_1", ""] {
            assert!(!is_our_word(text), "{text}");
        }
    }
}
