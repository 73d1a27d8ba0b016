//! What an exchange tells of secrets.

use crate::secrets::learnt::{By, Secrets};
use crate::secrets::names::{Says, says};
use crate::secrets::{Kind, layers, places, runs, shapes, text};
use crate::wire::{Exchange, Request};

/// How often a text is read that stands in digits in another.
const DEEPEST: usize = 2;

/// Whether a text is of an answer, in which all that looks drawn by lot may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
}

impl Secrets {
    /// Knows the secrets of an exchange, and what it says in the open.
    pub(super) fn harvest(&mut self, exchange: &Exchange) {
        for text in places::public_of(&exchange.request) {
            self.make_public(&text, By::Us);
        }
        let request = format!("exchange {}, the request's", exchange.number);
        for found in places::of_request(&exchange.request) {
            self.find(found.kind, &found.secret, &format!("{request} {}", found.place));
        }
        self.read(&text(&exchange.request.body), &request, Answer::No, 0);
        let Some(response) = exchange.head() else { return };
        let body = text(&response.body);
        if self.is_document(&exchange.request) {
            self.make_public_all_of(&body);
            return;
        }
        let answer = format!("exchange {}, the answer's", exchange.number);
        for found in places::of_response(response, &body) {
            self.find(found.kind, &found.secret, &format!("{answer} {}", found.place));
        }
        for (name, value) in &response.headers {
            let whole = match says(name.as_bytes()) {
                Says::Secret(_) | Says::Nothing => Answer::Yes,
                Says::Public | Says::Plain => Answer::No,
            };
            // What a grammar has found stands under no other name.
            let line = if places::has_grammar(name) { value.clone() } else { format!("{name}: {value}") };
            self.read(&line, &answer, whole, 0);
        }
        self.read(&body, &answer, Answer::Yes, 0);
    }

    /// Whether everybody may read what a request asks for.
    fn is_document(&self, request: &Request) -> bool {
        let open = !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        let known = request.url.contains("/.well-known/") || self.documents.contains(&request.url);
        open && known && request.method == "GET"
    }

    /// Knows what a text holds under names, and what else in an answer looks like a secret.
    fn read(&mut self, text: &str, origin: &str, answer: Answer, depth: usize) {
        let layers = layers::layers(text);
        // Where values stand that anybody may see: for each beginning, how far one of them goes.
        let mut open: Vec<(usize, usize)> = Vec::new();
        for (at, layer) in layers.iter().enumerate() {
            let last = at + 1 == layers.len();
            for found in shapes::places(&layer.bytes) {
                let value = String::from_utf8_lossy(&layer.bytes[found.value.clone()]);
                match found.says {
                    Says::Secret(kind) => {
                        let name = String::from_utf8_lossy(&layer.bytes[found.name]);
                        self.find(kind, &layers::plain(&value), &format!("{origin} {name}"));
                    }
                    Says::Public if last && answer == Answer::Yes && !value.contains(char::is_whitespace) => {
                        self.make_public(&value, By::Server);
                        let before = open.last().map_or(0, |(_, end)| *end);
                        open.push((found.value.start, found.value.end.max(before)));
                    }
                    Says::Public | Says::Plain | Says::Nothing => {}
                }
            }
            if depth < DEEPEST {
                for (_, decoded) in runs::encoded(&layer.bytes) {
                    self.read(&decoded, origin, answer, depth + 1);
                }
            }
        }
        let Some(last) = layers.last().filter(|_| answer == Answer::Yes) else { return };
        for run in runs::runs(&last.bytes) {
            let before = open.partition_point(|(start, _)| *start <= run.start);
            if before.checked_sub(1).is_none_or(|at| open[at].1 < run.end) {
                let run = String::from_utf8_lossy(&last.bytes[run]).into_owned();
                self.find(Kind::Opaque, &run, &format!("{origin} text"));
            }
        }
    }
}
