//! Where a value begins and ends behind a name.

use std::ops::Range;

use crate::words::{is_credential, is_of_token};

/// A value behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// Where it stands, without quotes and without the scheme before a credential.
    pub(super) range: Range<usize>,
    /// Whether it is in quotes.
    pub(super) quoted: bool,
    /// Where what follows it begins.
    pub(super) end: usize,
}

/// How far a value without quotes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// To a blank or a sign that no credential has.
    Word,
    /// The same, and so many bytes at most.
    Within(usize),
    /// To the end of its line.
    Line,
}

/// The place behind bytes of a kind.
pub(super) fn skip(text: &[u8], at: usize, passed: impl Fn(&u8) -> bool) -> usize {
    at + text.get(at..).unwrap_or_default().iter().take_while(|byte| passed(byte)).count()
}

/// The place behind blanks.
pub(super) fn skip_blanks(text: &[u8], at: usize) -> usize {
    skip(text, at, |byte| matches!(byte, b' ' | b'\t'))
}

/// The value that begins at a place, behind blanks and what languages write before it.
pub(super) fn value(text: &[u8], at: usize, until: Until) -> Option<Value> {
    let text = match until {
        Until::Word | Until::Line => text,
        Until::Within(most) => &text[..text.len().min(at.saturating_add(most))],
    };
    let mut at = begin(text, at);
    let escapes = skip(text, at, |byte| *byte == b'\\') - at;
    if let Some(quote @ (b'"' | b'\'' | b'`')) = text.get(at + escapes)
        && let Some(end) = closing(text, at + escapes + 1, *quote, escapes)
    {
        let range = without_scheme(text, at + escapes + 1..end);
        return Some(Value { range, quoted: true, end: end + escapes + 1 });
    }
    // A value without its closing quote was cut.
    let cut = escapes > 0 || text.get(at).is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    if cut {
        at += escapes + 1;
    }
    let ends = |byte: u8| match until {
        Until::Line => matches!(byte, b'\r' | b'\n' | b'"' | b'<'),
        Until::Word | Until::Within(_) => byte.is_ascii_whitespace() || b"&;,<>\"'`}])|\\#?".contains(&byte),
    };
    let scheme = without_scheme(text, at..text.len()).start;
    let end = framed(text, skip(text, scheme, |byte| !ends(*byte)), &ends);
    // Sentences end where no credential does.
    let sign = |byte: &&u8| byte.is_ascii_whitespace() || matches!(byte, b':' | b'.' | b'!');
    let trimmed = end - text[scheme..end].iter().rev().take_while(sign).count();
    (scheme < trimmed).then_some(Value { range: scheme..trimmed, quoted: cut, end })
}

/// Behind blanks, the signs of YAML for texts of several lines, and the letters of Python and C# before strings.
fn begin(text: &[u8], at: usize) -> usize {
    let mut at = skip_blanks(text, at);
    let rest = text.get(at..).unwrap_or_default();
    if let [b'|' | b'>', ..] = rest {
        let sign = skip(text, at + 1, |byte| matches!(byte, b'-' | b'+'));
        if text.get(sign).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            return skip(text, sign, u8::is_ascii_whitespace);
        }
    }
    if rest.starts_with(b"!!") {
        at = skip_blanks(text, skip(text, at, |byte| !byte.is_ascii_whitespace()));
    }
    let folded = skip(text, at, |byte| matches!(byte, b'\r' | b'\n'));
    if folded > at && text.get(folded).is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'"')) {
        return skip(text, folded, u8::is_ascii_whitespace);
    }
    let letters = skip(text, at, |byte| b"bBuUrRfF@".contains(byte));
    let opens = text.get(letters).is_some_and(|byte| matches!(byte, b'"' | b'\''));
    if opens && letters - at <= 2 { letters } else { at }
}

/// Where a text in quotes ends. `escapes` is how many backslashes stand before the quotes themselves.
fn closing(text: &[u8], start: usize, quote: u8, escapes: usize) -> Option<usize> {
    let mut at = start;
    loop {
        let found = at + text.get(at..)?.iter().position(|byte| *byte == quote)?;
        let before = text[start..found].iter().rev().take_while(|byte| **byte == b'\\').count();
        let is_end = match escapes {
            0 => before % 2 == 0,
            _ => before <= escapes,
        };
        if is_end {
            return Some(found - before.min(escapes));
        }
        at = found + 1;
    }
}

/// Without the scheme before a credential: `Bearer abc`.
fn without_scheme(text: &[u8], range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let word = inner.iter().take(10).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let known = [&b"bearer"[..], b"dpop", b"basic", b"token", b"mac"];
    if known.iter().any(|scheme| inner[..word].eq_ignore_ascii_case(scheme)) && inner.get(word) == Some(&b' ')
    {
        skip_blanks(text, range.start + word).min(range.end)..range.end
    } else {
        range
    }
}

/// Where a value ends whose text the frames of chunks interrupt: a line with a length in hexadecimal.
fn framed(text: &[u8], end: usize, ends: &impl Fn(u8) -> bool) -> usize {
    let mut end = end;
    loop {
        let Some(rest) = text.get(end..).and_then(|rest| rest.strip_prefix(b"\r\n")) else { return end };
        let digits = rest.iter().take(8).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let frame = rest[digits..].strip_prefix(b"\r\n");
        match frame.and_then(|rest| rest.first()) {
            Some(byte) if digits > 0 && is_of_token(*byte) => {
                end = skip(text, end + 4 + digits, |byte| !ends(*byte));
            }
            _ => return end,
        }
    }
}

/// The one word of a line that looks like a credential.
pub(super) fn credential_in_words(text: &[u8], line: Range<usize>) -> Option<Value> {
    let mut at = line.start;
    while at < line.end {
        let start = skip_blanks(text, at).min(line.end);
        let end = skip(text, start, |byte| !byte.is_ascii_whitespace()).min(line.end);
        if is_credential(&text[start..end]) {
            return Some(Value { range: start..end, quoted: false, end });
        }
        at = end.max(at + 1);
    }
    None
}
