//! What a text tells of secrets.

use crate::learnt::{By, Secrets};
use crate::names::Says;
use crate::{Kind, layers, runs, shapes};

/// How often a text is read that stands in digits in another.
const DEEPEST: usize = 2;

/// What of a text is taken for a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// What stands under the name of a secret.
    Named,
    /// That, and what looks drawn by lot: the text is an answer's. What it says under names of what anybody may see is
    /// public.
    Drawn,
}

impl Secrets {
    /// Knows what a text holds under names, and what else in an answer looks like a secret. `origin` says whose it is.
    pub fn read(&mut self, text: &str, origin: &str, take: Take) {
        self.read_at(text, origin, take, 0);
    }

    fn read_at(&mut self, text: &str, origin: &str, take: Take, depth: usize) {
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
                    Says::Public if last && take == Take::Drawn && !value.contains(char::is_whitespace) => {
                        self.make_public(&value, By::Server);
                        let before = open.last().map_or(0, |(_, end)| *end);
                        open.push((found.value.start, found.value.end.max(before)));
                    }
                    Says::Public | Says::Plain | Says::Nothing => {}
                }
            }
            if depth < DEEPEST {
                for (_, decoded) in runs::encoded(&layer.bytes) {
                    self.read_at(&decoded, origin, take, depth + 1);
                }
            }
        }
        let Some(last) = layers.last().filter(|_| take == Take::Drawn) else { return };
        for run in runs::runs(&last.bytes) {
            let before = open.partition_point(|(start, _)| *start <= run.start);
            if before.checked_sub(1).is_none_or(|at| open[at].1 < run.end) {
                let run = String::from_utf8_lossy(&last.bytes[run]).into_owned();
                self.find(Kind::Opaque, &run, &format!("{origin} text"));
            }
        }
    }
}
