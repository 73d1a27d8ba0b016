//! Text that a terminal shows and never obeys.
//!
//! What a server sends may hold characters that move a cursor, set a title, turn a line around or stay unseen. All
//! that the program prints is a [`Page`], and a page takes text of others only with these characters as escapes.
//! Letters of every language stay as they are.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::io;

pub use oauth_secrets::is_unseen;

/// A text with an escape such as `\n` or `\u{202e}` for each character that is not seen.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c, out| match c {
        '\t' | '\n' | '\r' => out.extend(c.escape_default()),
        _ => out.extend(c.escape_unicode()),
    })
}

/// A text in which each character that is not seen is written by `write`.
pub(crate) fn escaped(text: &str, write: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unseen(c) { write(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// What is printed. It holds no character that is not seen, but for the ends of its lines and the control
/// sequences that stand in the program itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page(String);

impl Page {
    /// An empty page.
    #[must_use]
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// A page of one line.
    #[must_use]
    pub fn of(text: impl fmt::Display) -> Self {
        let mut page = Self::new();
        page.line(format_args!("{text}"));
        page
    }

    /// A JSON value, indented. The characters that are not seen stand in it as `\u` escapes: the value is the same.
    #[must_use]
    pub fn json(value: &serde_json::Value) -> Self {
        let text = format!("{value:#}");
        let mut out = String::with_capacity(text.len() + 1);
        // JSON has them in strings only, but for the ends of its lines.
        for line in text.split('\n') {
            out += &escaped(line, |c, out| {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("a string takes all");
                }
            });
            out.push('\n');
        }
        Self(out)
    }

    /// Adds text within a line.
    pub fn put(&mut self, text: fmt::Arguments<'_>) {
        Escaping(&mut self.0).write_fmt(text).expect("a string takes all");
    }

    /// Adds text, and ends the line.
    pub fn line(&mut self, text: fmt::Arguments<'_>) {
        self.put(text);
        self.0.push('\n');
    }

    /// Adds text that stands in the program, with its control sequences.
    pub fn ours(&mut self, text: &'static str) {
        self.0.push_str(text);
    }

    /// Adds a text in a style of ours.
    pub fn styled(&mut self, style: anstyle::Style, text: fmt::Arguments<'_>) {
        self.0 += &style.render().to_string();
        self.put(text);
        self.0 += &style.render_reset().to_string();
    }

    /// Adds all of another page.
    pub fn append(&mut self, page: &Self) {
        self.0 += &page.0;
    }

    /// Whether nothing stands on it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes it all.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_to(&self, out: &mut impl io::Write) -> io::Result<()> {
        out.write_all(self.0.as_bytes())?;
        out.flush()
    }
}

/// The text as it is printed.
impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

struct Escaping<'p>(&'p mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push_str(&visible(text));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Page, visible};

    /// What a terminal must not get, with how it is shown.
    const UNSEEN: [(&str, &str); 21] = [
        ("\0", r"\u{0}"),
        ("\n", r"\n"),
        ("\r", r"\r"),
        ("\t", r"\t"),
        ("\x1b[2J", r"\u{1b}[2J"),
        ("\x07", r"\u{7}"),
        ("\x08", r"\u{8}"),
        ("\x7f", r"\u{7f}"),
        ("\u{9b}31m", r"\u{9b}31m"),
        ("\u{85}", r"\u{85}"),
        ("\u{ad}", r"\u{ad}"),
        ("\u{200b}", r"\u{200b}"),
        ("\u{200f}", r"\u{200f}"),
        ("\u{2028}", r"\u{2028}"),
        ("\u{2029}", r"\u{2029}"),
        ("\u{202e}", r"\u{202e}"),
        ("\u{2066}", r"\u{2066}"),
        ("\u{feff}", r"\u{feff}"),
        ("\u{3164}", r"\u{3164}"),
        ("\u{fff9}", r"\u{fff9}"),
        ("\u{e0041}", r"\u{e0041}"),
    ];

    #[test]
    fn what_a_terminal_would_obey_is_shown_as_an_escape() {
        for (text, shown) in UNSEEN {
            assert_eq!(visible(&format!("a{text}b")), format!("a{shown}b"));
        }
        let mut page = Page::new();
        page.line(format_args!("{} {}", "saw\nheld  all", '\u{202e}'));
        assert_eq!(page.to_string(), "saw\\nheld  all \\u{202e}\n");
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "curl 'a' \"b\" \\n $x",
            "Grüße, Ελληνικά, русский",
            "日本語、한국어",
            "हिन्दी ไทย",
            "עברית العربية",
        ] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn json_keeps_its_value_and_shows_nothing_that_a_terminal_would_obey() {
        let all: String = UNSEEN.iter().map(|(text, _)| *text).collect();
        let value = serde_json::json!({ "saw": all, "Grüße": ["日本語", 1] });
        let page = Page::json(&value).to_string();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&page).expect("it is JSON"), value);
        let unseen = |c: &char| *c != '\n' && super::is_unseen(*c);
        assert_eq!(page.chars().find(unseen), None, "{page}");
        assert!(
            page.contains("\"日本語\"") && page.contains("\\u202e") && page.contains("\\udb40\\udc41"),
            "{page}"
        );
    }
}
