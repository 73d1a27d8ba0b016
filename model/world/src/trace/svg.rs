//! A trace as a sequence diagram of its own: a band for each action, and under it an arrow for each message
//! with its text. It brings its own background and names no style sheet, so that it is readable in any page.

use std::fmt::Write as _;

use super::wrap::wrap;
use super::{Message, Narrated, lanes};
use crate::world::Actor;

/// The least distance of two lanes.
const APART: usize = 180;
/// The least width of a diagram.
const LEAST_WIDTH: usize = 860;
/// The height of the heads of the lanes.
const HEAD: usize = 50;
/// The height of a line of a sentence.
const SENTENCE: usize = 17;
/// The height of a line of a message.
const LINE: usize = 13;
/// How wide a letter of a sentence is at most, on average, in tenths.
const SENTENCE_LETTER: usize = 68;
/// How wide a letter of a message is, in tenths.
const LETTER: usize = 61;
/// The room for the text of a message where there are lanes to the right of it.
const ROOM: usize = 440;
/// The least room for it, over the lanes to the left where it takes that.
const LEAST_ROOM: usize = 310;
/// How a sentence looks.
const SENTENCE_STYLE: &str = "fill='#0f172a'";
/// How the text of a message looks.
const MESSAGE_STYLE: &str =
    "font-family='ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace' font-size='10' fill='#334155'";
/// The space beside the text.
const MARGIN: usize = 10;

/// A sequence diagram of those who take part.
#[must_use]
pub fn svg(told: &[Narrated]) -> String {
    let mut drawing = Drawing::new(told);
    for (at, told) in told.iter().enumerate() {
        drawing.action(at + 1, told);
    }
    drawing.finish()
}

struct Drawing {
    lanes: Vec<Actor>,
    width: usize,
    /// How far down the drawing has come.
    y: usize,
    body: String,
}

impl Drawing {
    fn new(told: &[Narrated]) -> Self {
        let lanes = lanes(told);
        let width = LEAST_WIDTH.max(lanes.len() * APART);
        Self { lanes, width, y: HEAD + MARGIN, body: String::new() }
    }

    /// Where a lane is; none for the clock, which has none.
    fn x(&self, actor: Actor) -> Option<usize> {
        let place = self.lanes.iter().position(|lane| *lane == actor)?;
        Some((2 * place + 1) * self.width / (2 * self.lanes.len()))
    }

    fn text(&mut self, x: usize, y: usize, style: &str, text: &str) {
        let text = escaped(text);
        let _ = write!(self.body, "<text x='{x}' y='{y}' {style}>{text}</text>");
    }

    /// The band of an action, then its messages.
    fn action(&mut self, number: usize, told: &Narrated) {
        let step = told.step.map(|step| format!(" (step {step})")).unwrap_or_default();
        let sentence = format!("{number}.{step} {}", told.says);
        let lines = wrap(&sentence, (self.width - 3 * MARGIN) * 10 / SENTENCE_LETTER);
        let height = lines.len() * SENTENCE + 8;
        let _ = write!(
            self.body,
            "<rect x='1' y='{}' width='{}' height='{height}' fill='{}'/>",
            self.y,
            self.width - 2,
            if told.step.is_some() { "#e0e7ff" } else { "#f1f5f9" }
        );
        for (nth, line) in lines.iter().enumerate() {
            let y = self.y + 17 + nth * SENTENCE;
            self.text(MARGIN, y, SENTENCE_STYLE, line);
        }
        self.y += height + 6;
        for message in &told.http {
            self.message(message);
        }
        self.y += 6;
    }

    /// An arrow, and under it what the message says.
    fn message(&mut self, message: &Message) {
        let (Some(from), Some(to)) = (self.x(message.from), self.x(message.to)) else { return };
        let (left, right) = (from.min(to), from.max(to));
        let y = self.y + 8;
        let is_bad = matches!(message.from, Actor::Attacker | Actor::MaliciousServer);
        let colour = if is_bad { "#b91c1c" } else { "#1e3a8a" };
        let dashes = if message.is_answer { " stroke-dasharray='6 3'" } else { "" };
        let _ = write!(
            self.body,
            "<line x1='{from}' y1='{y}' x2='{to}' y2='{y}' stroke='{colour}' stroke-width='1.5'{dashes}/>"
        );
        let back = if to > from { to - 9 } else { to + 9 };
        let _ = write!(
            self.body,
            "<polygon points='{to},{y} {back},{} {back},{}' fill='{colour}'/>",
            y - 4,
            y + 4
        );
        // Between the two lanes where there is room, else as far over their neighbours as it takes.
        let room = (right - left).max(ROOM.min(self.width - left)).max(LEAST_ROOM) - 2 * MARGIN;
        let lines: Vec<String> =
            message.lines.iter().flat_map(|line| wrap(line, room * 10 / LETTER)).collect();
        let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default() * LETTER / 10;
        let start = (left + MARGIN).min(self.width.saturating_sub(longest + MARGIN));
        let _ = write!(
            self.body,
            "<rect x='{}' y='{}' width='{}' height='{}' fill='#ffffff'/>",
            start - 3,
            y + 5,
            longest + 6,
            lines.len() * LINE + 2
        );
        for (nth, line) in lines.iter().enumerate() {
            self.text(start, y + 15 + nth * LINE, MESSAGE_STYLE, line);
        }
        self.y = y + lines.len() * LINE + 12;
    }

    /// The heads and lines of the lanes behind all that was drawn.
    fn finish(self) -> String {
        let Self { lanes, width, y, body } = &self;
        let height = y + MARGIN;
        let mut out = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' \
             height='{height}' font-family='system-ui, Segoe UI, DejaVu Sans, sans-serif' font-size='12'>\
             <rect width='{width}' height='{height}' rx='6' fill='#ffffff' stroke='#94a3b8'/>"
        );
        for lane in lanes {
            let x = self.x(*lane).unwrap_or_default();
            let _ = write!(
                out,
                "<text x='{x}' y='22' text-anchor='middle' font-weight='bold' font-size='13' fill='#0f172a'>\
                 {lane}</text>\
                 <text x='{x}' y='38' text-anchor='middle' font-size='11' fill='#475569'>{}</text>\
                 <line x1='{x}' y1='{HEAD}' x2='{x}' y2='{}' stroke='#cbd5e1'/>",
                lane.host().unwrap_or_default(),
                height - 4
            );
        }
        out.push_str(body);
        out.push_str("</svg>");
        out
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
