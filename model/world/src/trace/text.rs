//! A trace for a terminal: numbered actions, and under each the messages that it carries.

use std::fmt::Write as _;

use super::wrap::wrap;
use super::{Narrated, lanes};

/// The most characters of a line.
const WIDTH: usize = 100;
/// Where sentences begin.
const SENTENCE: usize = 13;
/// Where messages begin.
const MESSAGE: usize = 15;
/// Where their headers and their bodies begin.
const REST: usize = 19;

/// Numbered paragraphs: the number of the action, that of the step if it is one, what happens, the messages.
#[must_use]
pub fn text(told: &[Narrated]) -> String {
    let mut out = String::new();
    let hosts: Vec<String> = lanes(told)
        .into_iter()
        .filter_map(|lane| lane.host().map(|host| format!("the {lane} is {host}")))
        .collect();
    if !hosts.is_empty() {
        paragraph(&mut out, "", [SENTENCE, SENTENCE], &format!("Here {}.", hosts.join(", ")));
    }
    for (at, told) in told.iter().enumerate() {
        let step = told.step.map(|step| format!("step {step}")).unwrap_or_default();
        paragraph(&mut out, &format!("{:>3}. {step}", at + 1), [SENTENCE, SENTENCE], &told.says);
        for message in &told.http {
            for (nth, line) in message.lines.iter().enumerate() {
                if nth == 0 {
                    let line = format!("{} → {}: {line}", message.from, message.to);
                    paragraph(&mut out, "", [MESSAGE, REST + 2], &line);
                } else {
                    paragraph(&mut out, "", [REST, REST + 2], line);
                }
            }
        }
    }
    out
}

/// Wraps a text behind its mark: its first line begins at one column, the others at another.
fn paragraph(out: &mut String, mark: &str, [first, others]: [usize; 2], text: &str) {
    for (nth, line) in wrap(text, WIDTH - first.max(others)).iter().enumerate() {
        let (mark, column) = if nth == 0 { (mark, first) } else { ("", others) };
        let _ = writeln!(out, "{mark:<column$}{line}");
    }
}
