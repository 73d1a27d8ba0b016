//! Values under names, in whatever shape a text has them: forms, JSON whole or broken, XML, YAML, headers, tables.
//!
//! No grammar is followed: a name, then something that separates, then a value. Where the same could be prose, the
//! value has to look like a credential. What is found once too often costs a pseudonym; what is missed, a secret.

use std::ops::Range;

use crate::names::{Says, is_bare_code, says};
use crate::value::{Until, Value, credential_in_words, skip, skip_blanks, value};
use crate::words::is_credential;

/// A value under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// What the name says.
    pub(super) says: Says,
    /// Where the name stands.
    pub(super) name: Range<usize>,
    /// Where the value stands.
    pub(super) value: Range<usize>,
}

/// Attributes and members that hold the name of what stands beside them.
const NAMES_OF_NAMES: &[&str] = &["name", "key", "id", "n", "k", "field", "property", "param", "itemprop"];
/// Attributes and members that hold the value of what is named beside them.
const NAMES_OF_VALUES: &[&str] = &["value", "content", "val", "v", "text", "data", "string", "token_value"];
/// Elements of HTML without content.
const VOID: &[&str] = &["input", "meta", "link", "img", "br", "param"];
/// How far apart a name and its value may stand in one element or object.
const NEAR: usize = 300;
/// How far the end of an element, an object or a part is looked for, so that a text of nothing but beginnings takes
/// no longer than another.
const REACH: usize = 4096;

/// The values of a text that stand under names which say something of them.
pub(super) fn places(text: &[u8]) -> Vec<Place> {
    let mut reader = Reader { text, found: Vec::new() };
    let mut at = 0;
    while let Some(name) = next_name(text, at..text.len()) {
        at = reader.look(&name).max(name.end);
    }
    reader.found
}

const fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

fn next_name(text: &[u8], within: Range<usize>) -> Option<Range<usize>> {
    let start = within.start + text[within.clone()].iter().position(|byte| is_of_name(*byte))?;
    let length = text[start..within.end].iter().take_while(|byte| is_of_name(**byte)).count();
    Some(start..start + length)
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|have| name.eq_ignore_ascii_case(have.as_bytes()))
}

/// What stands between a name and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Equals,
    Colon,
    /// In a list: `"access_token","abc"`.
    Comma,
    Blank,
    /// The ends and beginnings of elements: `<td>access_token</td><td>abc</td>`.
    Tags,
}

struct Separator {
    sign: Sign,
    /// Where the value may begin.
    end: usize,
    /// Whether the name is in quotes.
    quoted: bool,
}

struct Reader<'t> {
    text: &'t [u8],
    found: Vec<Place>,
}

impl Reader<'_> {
    /// Keeps what stands under a name; gives where to go on.
    fn look(&mut self, name: &Range<usize>) -> usize {
        let own = &self.text[name.clone()];
        let is_element = self.is_element(name.start);
        let separator = self.separator(name);
        if !is_element && separator.is_none() {
            return name.end;
        }
        let says = says(own);
        if let (true, Says::Secret(_) | Says::Public) = (is_element, says) {
            self.element(says, name);
        }
        let Some(separator) = separator else { return name.end };
        match says {
            Says::Secret(_) => return self.secret(says, name, &separator),
            Says::Public => {
                if let (Sign::Equals | Sign::Colon, Some(value)) =
                    (separator.sign, value(self.text, separator.end, Until::Within(REACH)))
                {
                    self.keep(says, name, value.range);
                }
            }
            Says::Plain | Says::Nothing if is_one_of(own, NAMES_OF_NAMES) => self.named_beside(&separator),
            Says::Plain | Says::Nothing => {}
        }
        name.end
    }

    fn keep(&mut self, says: Says, name: &Range<usize>, value: Range<usize>) {
        let text = self.text[value.clone()].trim_ascii();
        let says_nothing = ["true", "false", "null", "none", "nil", "undefined", "bearer", "dpop", "basic"];
        if text.iter().any(u8::is_ascii_alphanumeric) && !is_one_of(text, &says_nothing) {
            self.found.push(Place { says, name: name.clone(), value });
        }
    }

    fn separator(&self, name: &Range<usize>) -> Option<Separator> {
        let text = self.text;
        let closing = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'\\' | b']' | b')');
        let after = name.end + text[name.end..].iter().take(4).take_while(|byte| closing(byte)).count();
        let quoted = text[name.end..after].iter().any(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        let at = if quoted { skip(text, after, u8::is_ascii_whitespace) } else { skip_blanks(text, after) };
        let is = |sign, length| Some(Separator { sign, end: at + length, quoted });
        match text.get(at..)? {
            [b'=', b'=', ..] => None,
            [b'=', b'>', ..] | [b':', b'=', ..] => is(Sign::Equals, 2),
            [b'=', ..] => is(Sign::Equals, 1),
            [b':', b'/', b'/', ..] => None,
            [b':', ..] => is(Sign::Colon, 1),
            [b',' | b';', ..] if quoted => is(Sign::Comma, 1),
            [b'<', b'/', ..] => is(Sign::Tags, 0),
            [byte, ..] if at > after && !quoted && is_of_name(*byte) => is(Sign::Blank, 0),
            _ => None,
        }
    }

    fn secret(&mut self, says: Says, name: &Range<usize>, separator: &Separator) -> usize {
        let text = self.text;
        let start = separator.end;
        let looks = |value: &Value| is_credential(&text[value.range.clone()]);
        let found = match separator.sign {
            Sign::Comma => {
                // PHP's own format writes lengths before its strings: `;s:22:"`.
                let length = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b's' | b':');
                let at = skip(text, skip(text, start, u8::is_ascii_whitespace), length);
                value(text, at, Until::Within(REACH)).filter(|value| value.quoted && looks(value))
            }
            Sign::Blank => value(text, start, Until::Within(REACH)).filter(looks),
            Sign::Tags => value(text, self.after_tags(start), Until::Within(REACH)).filter(looks),
            Sign::Equals | Sign::Colon => match self.container(says, name, start) {
                Some(inner) => {
                    self.found.extend(inner);
                    return name.end;
                }
                None => self.assigned(name, separator),
            },
        };
        let is_code_of_an_error = is_bare_code(&text[name.clone()]) && separator.sign != Sign::Equals;
        match found {
            Some(value) if !is_code_of_an_error || value.range.len() >= 16 && looks(&value) => {
                self.keep(says, name, value.range);
                value.end
            }
            Some(_) | None => name.end,
        }
    }

    /// The value behind `=` or `:`. Where words may stand as well, it has to look like a credential: `token: expired`.
    fn assigned(&self, name: &Range<usize>, separator: &Separator) -> Option<Value> {
        let text = self.text;
        let before = self.before(name.start);
        let colon = separator.sign == Sign::Colon;
        if !separator.quoted && colon && matches!(before, None | Some(b'\n' | b'\r')) {
            let line = value(text, separator.end, Until::Line)?;
            let whole = ["authorization", "proxy-authorization", "cookie", "set-cookie"];
            let is_whole = line.quoted || is_one_of(&text[name.clone()], &whole);
            return match is_whole || !text[line.range.clone()].contains(&b' ') {
                true => Some(line),
                false => credential_in_words(text, line.range),
            };
        }
        let apart = text.get(separator.end).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        if separator.quoted || matches!(before, Some(b'{' | b'[')) || !colon && !apart {
            return value(text, separator.end, Until::Word);
        }
        let looks = |found: &Value| found.quoted || is_credential(&text[found.range.clone()]);
        value(text, separator.end, Until::Within(REACH)).filter(looks)?;
        value(text, separator.end, Until::Word)
    }

    /// The byte before a name, but for blanks and quotes.
    fn before(&self, start: usize) -> Option<u8> {
        let passed = |byte: &&u8| !matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'\\' | b'$');
        self.text[..start].iter().rev().find(passed).copied()
    }

    /// What stands in an array or object under a name that says that it is a secret.
    fn container(&self, says: Says, name: &Range<usize>, start: usize) -> Option<Vec<Place>> {
        let text = self.text;
        let open = skip(text, start, u8::is_ascii_whitespace);
        let close = match text.get(open)? {
            b'[' => b']',
            b'{' => b'}',
            _ => return None,
        };
        let within = &text[open..text.len().min(open + REACH)];
        let end = open + within.iter().position(|byte| *byte == close).unwrap_or(within.len());
        let mut inner = Reader { text, found: Vec::new() };
        let mut at = open + 1;
        if close == b']' {
            let between = |byte: &u8| byte.is_ascii_whitespace() || *byte == b',';
            while let Some(found) = value(text, skip(text, at, between), Until::Within(REACH)) {
                if found.range.start >= end || found.end <= at {
                    break;
                }
                at = found.end;
                inner.keep(says, name, found.range);
            }
            return Some(inner.found);
        }
        while let Some(own) = next_name(text, at..end) {
            at = own.end;
            let Some(separator) = inner.separator(&own) else { continue };
            let Some(value) = value(text, separator.end, Until::Within(REACH)) else { continue };
            let beside = is_one_of(&text[own.clone()], NAMES_OF_VALUES);
            let nameless = self::says(&text[own.clone()]) == Says::Nothing;
            if beside || nameless && is_credential(&text[value.range.clone()]) {
                inner.keep(says, name, value.range);
            }
        }
        Some(inner.found)
    }

    /// The value that stands beside `name="access_token"`: in another attribute or member, as the text of the
    /// element, or in the body of a part.
    fn named_beside(&mut self, separator: &Separator) {
        let text = self.text;
        let Some(own) = value(text, separator.end, Until::Within(NEAR)) else { return };
        let said = says(&text[own.range.clone()]);
        if !matches!(said, Says::Secret(_)) {
            return;
        }
        let ends = |byte: &u8| matches!(byte, b'<' | b'>' | b'{' | b'}');
        let region = &text[own.end..text.len().min(own.end + NEAR)];
        let end = own.end + region.iter().position(ends).unwrap_or(region.len());
        let least = separator.end.saturating_sub(NEAR);
        let start = text[least..separator.end].iter().rposition(ends).map_or(least, |at| least + at + 1);
        let mut at = start;
        while let Some(name) = next_name(text, at..end) {
            at = name.end;
            if !is_one_of(&text[name.clone()], NAMES_OF_VALUES) {
                continue;
            }
            let found = self.separator(&name).and_then(|found| value(text, found.end, Until::Within(REACH)));
            if let Some(found) = found {
                self.keep(said, &own.range, found.range);
            }
        }
        if text.get(end) == Some(&b'>') && text[end - 1] != b'/' {
            let tag = text[..start].len();
            let element = next_name(text, tag..end).map(|name| &text[name]).unwrap_or_default();
            let looks = |found: &Value| is_credential(&text[found.range.clone()]);
            let found = value(text, end + 1, Until::Within(REACH)).filter(looks);
            if let (false, Some(found)) = (is_one_of(element, VOID), found) {
                self.keep(said, &own.range, found.range);
            }
        }
        // A part of a multipart body: its value follows a line that is empty.
        // Behind the end of a tag the page goes on.
        for blank in [&b"\r\n\r\n"[..], b"\n\n"] {
            let near = &text[own.end..end];
            if let Some(at) = near.windows(blank.len()).position(|window| window == blank) {
                let start = own.end + at + blank.len();
                let rest = &text[start..text.len().min(start + REACH)];
                let end = rest.windows(3).position(|window| window == b"\n--").unwrap_or(rest.len());
                self.keep(said, &own.range, start..start + rest[..end].trim_ascii_end().len());
                return;
            }
        }
    }

    /// Whether a name begins an element: `<name`, `<prefix:name`.
    fn is_element(&self, start: usize) -> bool {
        match self.text[..start] {
            [.., b'<'] => true,
            [ref rest @ .., b':'] => {
                let prefix = rest.iter().rev().take_while(|byte| is_of_name(**byte)).count();
                rest[..rest.len() - prefix].ends_with(b"<")
            }
            _ => false,
        }
    }

    /// The texts of an element and the values among its attributes.
    fn element(&mut self, says: Says, name: &Range<usize>) {
        let text = self.text;
        let own = &text[name.clone()];
        let near = &text[name.end..text.len().min(name.end + REACH)];
        let Some(close) = near.iter().position(|byte| *byte == b'>').map(|at| name.end + at) else { return };
        let mut at = name.end;
        while let Some(attribute) = next_name(text, at..close) {
            at = attribute.end;
            if is_one_of(&text[attribute.clone()], NAMES_OF_VALUES)
                && let Some(found) =
                    self.separator(&attribute).and_then(|found| value(text, found.end, Until::Within(REACH)))
            {
                self.keep(says, name, found.range);
            }
        }
        if text[close - 1] == b'/' {
            return;
        }
        let ending = |at: usize| {
            let Some(tag) = text[at..].strip_prefix(b"</") else { return false };
            let prefix = tag.iter().take_while(|byte| is_of_name(**byte)).count();
            tag.starts_with(own)
                || tag[prefix..].strip_prefix(b":").is_some_and(|local| local.starts_with(own))
        };
        // Texts up to the end of the element; without an end, the first one.
        let mut at = close + 1;
        let reach = text.len().min(at + REACH);
        let closed = (at..reach).find(|at| text[*at] == b'<' && ending(*at));
        let end = closed.unwrap_or_else(|| at + text[at..].iter().take_while(|byte| **byte != b'<').count());
        while at < end {
            let length = match text[at..end].strip_prefix(b"<![CDATA[") {
                Some(inner) => {
                    let length = inner.windows(3).position(|window| window == b"]]>").unwrap_or(inner.len());
                    self.text_of(says, name, at + 9..at + 9 + length);
                    length + 12
                }
                None if text[at] == b'<' => {
                    text[at..end].iter().take_while(|byte| **byte != b'>').count() + 1
                }
                None => {
                    let length = text[at..end].iter().take_while(|byte| **byte != b'<').count();
                    self.text_of(says, name, at..at + length);
                    length
                }
            };
            at += length;
        }
    }

    fn text_of(&mut self, says: Says, name: &Range<usize>, text: Range<usize>) {
        let text = text.start..text.end.min(self.text.len());
        let inner = &self.text[text.clone()];
        let start = text.start + inner.len() - inner.trim_ascii_start().len();
        let value = start..start + inner.trim_ascii().len();
        let is_code_of_an_error = is_bare_code(&self.text[name.clone()]);
        if !is_code_of_an_error || value.len() >= 16 && is_credential(&self.text[value.clone()]) {
            self.keep(says, name, value);
        }
    }

    /// Where the next text behind tags begins.
    fn after_tags(&self, start: usize) -> usize {
        let text = self.text;
        let mut at = start;
        while text.get(at) == Some(&b'<') {
            let length = text[at..].iter().take(NEAR).take_while(|byte| **byte != b'>').count() + 1;
            at = skip(text, (at + length).min(text.len()), |byte| {
                byte.is_ascii_whitespace() || matches!(byte, b':' | b'=')
            });
        }
        at
    }
}
