//! Puts pseudonyms into a text, in each spelling that a secret has there.

use std::ops::Range;

use crate::kind::pseudonym_length;
use crate::layers::{layers, plain};
use crate::learnt::Secrets;
use crate::names::Says;
use crate::runs::encoded;
use crate::shapes::places;
use crate::{Kind, text};

/// How often a text is decoded that stands in digits in another.
const DEEPEST: usize = 2;

/// Which places of a text are covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Known secrets, and what stands under the name of one.
    Named,
    /// Known secrets.
    Known,
}

struct Span {
    place: Range<usize>,
    stand_in: String,
}

impl Secrets {
    /// A text with a pseudonym in the place of each secret.
    #[must_use]
    pub fn cover(&mut self, text: &str, which: Which) -> String {
        let mut spans = self.spans(text, which, 0);
        if spans.is_empty() {
            return text.into();
        }
        // Where places overlap, the whole is covered, by what stands for the longest.
        spans.sort_by_key(|span| (span.place.start, std::cmp::Reverse(span.place.end)));
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        let mut longest = 0;
        for span in spans {
            match merged.last_mut().filter(|last| span.place.start < last.place.end) {
                Some(last) => {
                    last.place.end = last.place.end.max(span.place.end);
                    if span.place.len() > longest {
                        longest = span.place.len();
                        last.stand_in = span.stand_in;
                    }
                }
                None => {
                    longest = span.place.len();
                    merged.push(span);
                }
            }
        }
        let (mut out, mut kept) = (String::with_capacity(text.len()), 0);
        for Span { place, stand_in } in merged {
            let (start, end) = (text.floor_char_boundary(place.start), text.ceil_char_boundary(place.end));
            out.push_str(&text[kept..start.max(kept)]);
            out.push_str(&stand_in);
            kept = end.max(kept);
        }
        out.push_str(&text[kept..]);
        out
    }

    /// Bytes with pseudonyms, be they text or not. What is no secret among them stays as it is.
    #[must_use]
    pub fn cover_bytes(&mut self, body: Vec<u8>) -> Vec<u8> {
        match String::from_utf8(body) {
            Ok(text) => self.cover(&text, Which::Named).into_bytes(),
            Err(fault) => {
                let masked = self.cover(&text(&fault.into_bytes()), Which::Named);
                masked.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
            }
        }
    }

    fn spans(&mut self, text: &str, which: Which, depth: usize) -> Vec<Span> {
        let ours = self.pseudonyms(text.as_bytes());
        let mut spans = Vec::new();
        for layer in layers(text) {
            let place = |range: Range<usize>| layer.place(range.start)..layer.place(range.end);
            self.needles.find(&layer.bytes, |range, stand_in| {
                spans.push(Span { place: place(range), stand_in: stand_in.into() });
            });
            if which == Which::Known {
                continue;
            }
            for found in places(&layer.bytes) {
                if let Says::Secret(kind) = found.says {
                    let value = plain(&String::from_utf8_lossy(&layer.bytes[found.value.clone()]));
                    let stand_in = self.stand_in(kind, &value);
                    if stand_in != value {
                        spans.push(Span { place: place(found.value), stand_in });
                    }
                }
            }
            if depth < DEEPEST {
                for (range, decoded) in encoded(&layer.bytes) {
                    if !self.spans(&decoded, which, depth + 1).is_empty() {
                        let run = String::from_utf8_lossy(&layer.bytes[range.clone()]).into_owned();
                        spans.push(Span { place: place(range), stand_in: self.stand_in(Kind::Opaque, &run) });
                    }
                }
            }
        }
        spans.retain(|span| !ours.iter().any(|own| overlap(own, &span.place)));
        spans
    }

    /// Where a text has pseudonyms already.
    fn pseudonyms(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for at in text.iter().enumerate().filter(|(_, byte)| **byte == b':').map(|(at, _)| at) {
            let word = text[..at].iter().rev().take(16).take_while(|byte| byte.is_ascii_lowercase()).count();
            // A word before may stand next to the kind: `secretcode:3f2a91c4e07b`.
            for start in at - word..at {
                let Some(length) = pseudonym_length(&text[start..]) else { continue };
                let own = std::str::from_utf8(&text[start..start + length]).unwrap_or_default();
                if self.origins.contains_key(own) || self.issued.contains(own) {
                    found.push(start..start + length);
                    break;
                }
            }
        }
        found
    }
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Which;
    use crate::{Kind, Secrets};

    proptest! {
        #[test]
        fn equal_secrets_have_equal_pseudonyms(secret in "[a-z0-9]{6,20}", key in any::<[u8; 32]>(), other in any::<[u8; 32]>()) {
            let masked = |key| {
                let mut secrets = Secrets::new(key);
                secrets.learn(Kind::Code, &secret, "here");
                secrets.cover(&format!("{secret}, {secret}"), Which::Named)
            };
            let text = masked(key);
            let (left, right) = text.split_once(", ").expect("both are there");
            prop_assert_eq!(left, right);
            prop_assert_eq!(left.len(), "code:3f2a91c4e07b".len());
            prop_assert!(key == other || masked(other) != text);
        }
    }

    #[test]
    fn short_and_plain_secrets_are_covered_as_values_alone() {
        for (password, text, shown) in [
            (
                "mypassword",
                "mypassword is in mypasswordfield, and mypassword.",
                "# is in mypasswordfield, and #.",
            ),
            (
                "error",
                "error=invalid_grant&error_description=error",
                "error=invalid_grant&error_description=error",
            ),
            ("error", "password=error&x=error and an error", "password=#&x=# and an error"),
            (
                "profile",
                r#"{"scope":"profile","password":"profile","said":"a profile"}"#,
                r##"{"scope":"profile","password":"#","said":"a profile"}"##,
            ),
            (
                "code",
                "response_type=code&code_challenge=x&pw=code: no code",
                "response_type=code&code_challenge=x&pw=#: no code",
            ),
            ("id001", "user_id=id001&password=id001, the user id001", "user_id=#&password=#, the user #"),
            ("secret", "client_secret=secret, the client's secret", "client_secret=#, the client's secret"),
        ] {
            let mut secrets = Secrets::new([7; 32]);
            secrets.learn(Kind::Password, password, "the target");
            let masked = secrets.cover(text, Which::Named);
            let pseudonym = secrets.stand_in(Kind::Password, password);
            assert_eq!(masked.replace(&pseudonym, "#"), shown);
        }
    }
}
