//! Puts pseudonyms into a text, in each spelling that a secret has there.

use std::ops::Range;

use crate::secrets::kind::pseudonym_length;
use crate::secrets::layers::{layers, plain};
use crate::secrets::learnt::Secrets;
use crate::secrets::names::Says;
use crate::secrets::runs::encoded;
use crate::secrets::shapes::places;
use crate::secrets::{Kind, places as grammar, text};

/// How often a text is decoded that stands in digits in another.
const DEEPEST: usize = 2;

/// Which places of a text are covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
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
    pub(super) fn cover(&mut self, text: &str, which: Which) -> String {
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

    /// Headers with pseudonyms.
    pub(super) fn headers(&mut self, headers: &[(String, String)]) -> Vec<(String, String)> {
        let one = |(name, value): &(String, String)| {
            if grammar::has_grammar(name) {
                return (self.cover(name, Which::Known), self.cover(value, Which::Known));
            }
            let line = self.cover(&format!("{name}: {value}"), Which::Named);
            match line.split_once(": ") {
                Some((name, value)) => (name.into(), value.into()),
                None => (String::new(), line),
            }
        };
        headers.iter().map(one).collect()
    }

    /// A body with pseudonyms.
    pub(super) fn bytes(&mut self, body: Vec<u8>) -> Vec<u8> {
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
