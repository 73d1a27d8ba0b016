//! A text as it reads behind its escapes, one layer of them after another, each byte with its place in the text.
//!
//! Percent-encoding, the escapes of JSON, of Rust and of HTML are undone together, whichever the text is said to be
//! in, and characters that nobody sees are left out. So a secret is found in every spelling under one.

use std::borrow::Cow;

use crate::unseen::is_unseen;

/// How many layers are looked through. What is encoded more often comes from nobody by mistake.
const DEEPEST: usize = 6;

/// A text behind some escapes.
#[derive(Debug)]
pub(super) struct Layer<'t> {
    /// What it reads.
    pub(super) bytes: Cow<'t, [u8]>,
    /// For each byte where it begins in the text, and one more for the end; none where nothing is escaped.
    from: Option<Vec<usize>>,
}

impl Layer<'_> {
    /// Where a byte of the layer begins in the text.
    pub(super) fn place(&self, at: usize) -> usize {
        match &self.from {
            Some(from) => from.get(at).or(from.last()).copied().unwrap_or_default(),
            None => at,
        }
    }

    fn next(&self) -> Option<Layer<'static>> {
        let bytes = &*self.bytes;
        let escaped = |byte: &u8| matches!(byte, b'%' | b'\\' | b'&' | b'\0' | 0x80..);
        bytes.iter().any(escaped).then_some(())?;
        let (mut out, mut from) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len() + 1));
        let (mut at, mut changed) = (0, false);
        while at < bytes.len() {
            let (length, decoded) = match one(&bytes[at..]) {
                Some(read) => {
                    changed = true;
                    read
                }
                None => (1, Decoded::of(bytes[at])),
            };
            for byte in decoded.bytes() {
                out.push(*byte);
                from.push(self.place(at));
            }
            at += length;
        }
        from.push(self.place(bytes.len()));
        changed.then_some(Layer { bytes: Cow::Owned(out), from: Some(from) })
    }
}

/// The text itself, and what it reads behind each layer of escapes; the last one has none.
pub(super) fn layers(text: &str) -> Vec<Layer<'_>> {
    let mut layers = vec![Layer { bytes: Cow::Borrowed(text.as_bytes()), from: None }];
    while let Some(next) = layers.last().filter(|_| layers.len() <= DEEPEST).and_then(Layer::next) {
        layers.push(next);
    }
    layers
}

/// A text without its escapes.
pub(super) fn plain(text: &str) -> String {
    let last = layers(text).pop().map_or(Cow::Borrowed(&b""[..]), |layer| layer.bytes);
    String::from_utf8_lossy(&last).into_owned()
}

/// The bytes of at most one character.
struct Decoded {
    bytes: [u8; 4],
    length: usize,
}

impl Decoded {
    const NOTHING: Self = Self { bytes: [0; 4], length: 0 };

    const fn of(byte: u8) -> Self {
        Self { bytes: [byte, 0, 0, 0], length: 1 }
    }

    fn character(c: char) -> Self {
        let mut bytes = [0; 4];
        let length = c.encode_utf8(&mut bytes).len();
        Self { bytes, length }
    }

    fn number(number: u32) -> Option<Self> {
        char::from_u32(number).map(Self::character)
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// The escape with which a text begins: its length and what it stands for.
fn one(text: &[u8]) -> Option<(usize, Decoded)> {
    match text.first()? {
        b'%' => Some((3, Decoded::of(u8::try_from(hex(text.get(1..3)?)?).ok()?))),
        b'\\' => backslash(text),
        b'&' => entity(text),
        0 => Some((1, Decoded::NOTHING)),
        0x80.. => {
            let length = text.iter().skip(1).take(3).take_while(|byte| **byte & 0xc0 == 0x80).count() + 1;
            let c = std::str::from_utf8(&text[..length]).ok()?.chars().next()?;
            is_unseen(c).then_some((length, Decoded::NOTHING))
        }
        _ => None,
    }
}

fn hex(digits: &[u8]) -> Option<u32> {
    let mut number: u32 = 0;
    for digit in digits {
        number = number.checked_mul(16)? + char::from(*digit).to_digit(16)?;
    }
    (!digits.is_empty()).then_some(number)
}

/// The escapes of JSON, JavaScript, Python and Rust.
fn backslash(text: &[u8]) -> Option<(usize, Decoded)> {
    let simple = |c| Some((2, Decoded::of(c)));
    match text.get(1)? {
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'b' => simple(8),
        b'f' => simple(12),
        c @ (b'"' | b'\'' | b'\\' | b'/') => simple(*c),
        b'x' => Some((4, Decoded::number(hex(text.get(2..4)?)?)?)),
        b'u' if text.get(2) == Some(&b'{') => {
            let length = text.iter().take(10).position(|byte| *byte == b'}')?;
            Some((length + 1, Decoded::number(hex(text.get(3..length)?)?)?))
        }
        b'u' => {
            let first = hex(text.get(2..6)?)?;
            if !(0xd800..0xdc00).contains(&first) {
                return Some((6, Decoded::number(first)?));
            }
            let second = text.get(6..12)?.strip_prefix(b"\\u").and_then(hex)?;
            let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            Some((12, Decoded::number(0x10000 + ((first - 0xd800) << 10) + low)?))
        }
        _ => None,
    }
}

/// The character references of HTML and XML that encoders write.
fn entity(text: &[u8]) -> Option<(usize, Decoded)> {
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let decoded = match &text[1..end] {
        b"amp" => Decoded::of(b'&'),
        b"lt" => Decoded::of(b'<'),
        b"gt" => Decoded::of(b'>'),
        b"quot" => Decoded::of(b'"'),
        b"apos" => Decoded::of(b'\''),
        b"nbsp" => Decoded::of(b' '),
        [b'#', b'x' | b'X', digits @ ..] => Decoded::number(hex(digits)?)?,
        [b'#', digits @ ..] => Decoded::number(std::str::from_utf8(digits).ok()?.parse().ok()?)?,
        _ => return None,
    };
    Some((end + 1, decoded))
}

#[cfg(test)]
mod tests {
    use super::{layers, plain};

    #[test]
    fn every_spelling_reads_the_same() {
        for text in [
            r#"a"b&c"#,
            "a%22b%26c",
            "a%2522b%2526c",
            "%61%22%62%26%63",
            r#"a\"b\u0026c"#,
            r#"\u0061\\\"b\\u0026c"#,
            "a&quot;b&amp;c",
            "a&#34;b&#x26;c",
            "a\\u{22}b\\x26c",
            "a\0\"\0b\0&\0c\0",
            "\u{feff}a\u{200b}\"b\u{ad}&c",
        ] {
            assert_eq!(plain(text), r#"a"b&c"#, "{text}");
        }
        assert_eq!(plain(r"\ud83d\ude00 %F0%9F%98%80"), "😀 😀");
    }

    #[test]
    fn what_is_no_escape_stays() {
        for text in ["100 % of", "%zz", "a & b; c", r"\q", r"\ud83d", "é \u{10ffff}", "%", "\\", "&", "&#;"]
        {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn each_byte_knows_its_place_in_the_text() {
        let text = "x=%2541&y=é%C3%A9";
        let all = layers(text);
        assert_eq!(all.len(), 3);
        let last = &all[2];
        let at = |needle: &str| {
            let bytes = needle.as_bytes();
            last.bytes.windows(bytes.len()).position(|window| window == bytes).expect("it stands there")
        };
        assert_eq!(&text[last.place(at("A"))..last.place(at("&"))], "%2541");
        assert_eq!(&text[last.place(at("éé"))..last.place(last.bytes.len())], "é%C3%A9");
    }
}
