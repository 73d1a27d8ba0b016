//! A trace as a Mermaid sequence diagram: a note for each action, an arrow for each message.

use std::fmt::Write as _;

use super::wrap::wrap;
use super::{Narrated, lanes};
use crate::world::Actor;

/// The most characters of a line in a note or over an arrow.
const WIDTH: usize = 64;

/// A Mermaid sequence diagram of those who take part.
#[must_use]
pub fn mermaid(told: &[Narrated]) -> String {
    let mut out = String::from("sequenceDiagram\n");
    let lanes = lanes(told);
    for lane in &lanes {
        let host = lane.host().map(|host| format!("<br/>{host}")).unwrap_or_default();
        let _ = writeln!(out, "    participant {} as {lane}{host}", id(*lane));
    }
    let (Some(first), Some(last)) = (lanes.first().copied(), lanes.last().copied()) else { return out };
    for (at, told) in told.iter().enumerate() {
        let place = |actor: Actor| lanes.iter().position(|lane| *lane == actor);
        let over = match (place(told.actor), place(told.to)) {
            (Some(from), Some(to)) if from == to => id(told.actor),
            (Some(from), Some(to)) if from < to => format!("{},{}", id(told.actor), id(told.to)),
            (Some(_), Some(_)) => format!("{},{}", id(told.to), id(told.actor)),
            // The clock has no lane.
            (None, _) | (_, None) => format!("{},{}", id(first), id(last)),
        };
        let step = told.step.map(|step| format!(" (step {step})")).unwrap_or_default();
        let _ =
            writeln!(out, "    Note over {over}: {}", written(&format!("{}.{step} {}", at + 1, told.says)));
        for message in &told.http {
            let arrow = if message.is_answer { "-->>" } else { "->>" };
            let lines: Vec<String> = message.lines.iter().map(|line| written(line)).collect();
            let (from, to) = (id(message.from), id(message.to));
            let _ = writeln!(out, "    {from}{arrow}{to}: {}", lines.join("<br/>"));
        }
    }
    out
}

/// A participant's id: one word.
fn id(lane: Actor) -> String {
    lane.name().replace(' ', "_")
}

/// Wrapped, and with entities for what would end a statement or open a tag.
fn written(text: &str) -> String {
    let lines = wrap(text, WIDTH);
    let escaped = lines.iter().map(|line| {
        let mut escaped = String::new();
        for letter in line.chars() {
            match letter {
                '#' => escaped.push_str("#35;"),
                ';' => escaped.push_str("#59;"),
                '<' => escaped.push_str("#lt;"),
                '>' => escaped.push_str("#gt;"),
                letter => escaped.push(letter),
            }
        }
        escaped
    });
    escaped.collect::<Vec<_>>().join("<br/>")
}
