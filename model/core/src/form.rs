//! `application/x-www-form-urlencoded`, as RFC 6749 appendix B uses it, and parameters with their repeats.
//!
//! Stricter than browsers: a known parameter with a broken percent-escape, or that is not UTF-8, is refused, since
//! nothing that keeps the specification sends one.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::http::HttpRequest;
use crate::refusal::{Field, Malformed};

/// Decoded name and value pairs, in the order in which they were sent, repeats kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
    /// Names whose value cannot be decoded.
    broken: Vec<String>,
}

impl Params {
    /// Decodes a query or a form body. What cannot be decoded spoils the parameter that it stands in, and only when
    /// that one is asked for: an unknown parameter is ignored, whatever it holds (RFC 6749 3.1, 3.2).
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        let mut params = Self::default();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let Some(name) = decode(halves.next().unwrap_or_default()) else { continue };
            match decode(halves.next().unwrap_or_default()) {
                Some(value) => params.pairs.push((name, value)),
                None => params.broken.push(name),
            }
        }
        params
    }

    /// Reads the query of a request.
    #[must_use]
    pub fn of_query(request: &HttpRequest) -> Self {
        Self::read(request.query.as_deref().unwrap_or_default().as_bytes())
    }

    /// Decodes all, or nothing.
    ///
    /// # Errors
    /// [`Malformed::Encoding`] for a broken percent-escape or text that is not UTF-8.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let parts = bytes.split(|byte| matches!(byte, b'&' | b'='));
        if parts.into_iter().any(|part| decode(part).is_none()) {
            return Err(Malformed::Encoding);
        }
        Ok(Self::read(bytes))
    }

    /// The value of a parameter that may stand once. An empty value counts as none (RFC 6749 3.1, 3.2).
    ///
    /// # Errors
    /// [`Malformed::Repeated`] if it stands there more than once, with whatever values; [`Malformed::Encoding`] if it
    /// cannot be decoded.
    pub fn one(&self, field: Field) -> Result<Option<&str>, Malformed> {
        self.decodable(field)?;
        let mut values = self.all(field.name());
        let first = values.next();
        if values.next().is_some() {
            return Err(Malformed::Repeated(field));
        }
        Ok(first.filter(|value| !value.is_empty()))
    }

    fn decodable(&self, field: Field) -> Result<(), Malformed> {
        if self.broken.iter().any(|name| name == field.name()) { Err(Malformed::Encoding) } else { Ok(()) }
    }

    /// The values of a parameter that may stand there more than once, without the empty ones.
    ///
    /// # Errors
    /// [`Malformed::Encoding`] if one cannot be decoded.
    pub fn many(&self, field: Field) -> Result<Vec<&str>, Malformed> {
        self.decodable(field)?;
        Ok(self.all(field.name()).filter(|value| !value.is_empty()).collect())
    }

    /// All values of a parameter.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The pairs that could be decoded, in order.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// Whether a parameter stands there, decodable or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().map(|(have, _)| have).chain(&self.broken).any(|have| have == name)
    }
}

impl FromIterator<(String, String)> for Params {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self { pairs: pairs.into_iter().collect(), broken: Vec::new() }
    }
}

/// Decodes one name or value; `None` where an escape is broken or the result is not UTF-8.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let high = hex(*rest.next()?)?;
                let low = hex(*rest.next()?)?;
                out.push(high << 4 | low);
            }
            other => out.push(*other),
        }
    }
    String::from_utf8(out).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Encodes one name or value: letters, digits and `*-._` as they are, space as `+`, the rest escaped.
#[must_use]
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            other => {
                out.push('%');
                for digit in [other >> 4, other & 15] {
                    out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
                }
            }
        }
    }
    out
}

/// Encodes pairs as a query or a form body.
#[must_use]
pub fn encode_pairs<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    let encoded: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name.as_ref()), encode(value.as_ref())))
        .collect();
    encoded.join("&")
}

/// An http URI without query and fragment, in the one spelling that its equivalents share (RFC 3986 6.2.2, 6.2.3): scheme
/// and host in small letters, no default port, no needless escapes. `None` for what is no http URI.
#[must_use]
pub fn normal_target(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let port = match scheme.as_str() {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let authority = authority.to_ascii_lowercase();
    let host = authority.strip_suffix(port).unwrap_or(&authority);
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if host.is_empty() || host.contains('@') || !is_plain(host) || !is_plain(path) {
        return None;
    }
    let mut out = format!("{scheme}://{host}{}", if path.is_empty() { "/" } else { "" });
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            out.push(char::from(byte));
            continue;
        }
        let (high, low) = (rest.next()?, rest.next()?);
        let decoded = hex(high)? << 4 | hex(low)?;
        if decoded.is_ascii_alphanumeric() || b"-._~".contains(&decoded) {
            out.push(char::from(decoded));
        } else {
            out.extend(['%', char::from(high.to_ascii_uppercase()), char::from(low.to_ascii_uppercase())]);
        }
    }
    Some(out)
}

/// Adds parameters to a URI, keeping the query that it already has (RFC 6749 3.1, 3.1.2).
#[must_use]
pub fn add_to_uri<N: AsRef<str>, V: AsRef<str>>(uri: &str, pairs: &[(N, V)]) -> String {
    if pairs.is_empty() {
        return uri.to_owned();
    }
    let joint = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{joint}{}", encode_pairs(pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_address_are_one_and_others_are_none() {
        for same in ["http://h.example/a-b", "HTTP://H.Example:80/a-b?x#y", "http://h.example/%61%2Db"] {
            assert_eq!(normal_target(same).as_deref(), Some("http://h.example/a-b"), "{same}");
        }
        assert_eq!(normal_target("https://h:443").as_deref(), Some("https://h/"));
        assert_eq!(normal_target("http://h/%2f%c3").as_deref(), Some("http://h/%2F%C3"));
        for other in
            ["", "/a", "ftp://h/", "http:///a", "http://u@h/", "http://h/%", "http://h/%zz", "http://h/ "]
        {
            assert_eq!(normal_target(other), None, "{other:?}");
        }
    }

    #[test]
    fn the_example_of_rfc6749_appendix_b_encodes_as_printed() {
        assert_eq!(encode(" %&+\u{a3}\u{20ac}"), "+%25%26%2B%C2%A3%E2%82%AC");
    }

    #[test]
    fn a_query_is_kept_when_parameters_are_added() {
        let pairs = [("code", "x")];
        for (uri, expected) in [
            ("https://c/cb", "https://c/cb?code=x"),
            ("https://c/cb?", "https://c/cb?code=x"),
            ("https://c/cb?a=1&b=%2F", "https://c/cb?a=1&b=%2F&code=x"),
            ("app:/cb", "app:/cb?code=x"),
        ] {
            assert_eq!(add_to_uri(uri, &pairs), expected);
        }
    }

    #[test]
    fn broken_escapes_and_other_encodings_are_refused() {
        for bytes in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"%=1", b"\xff=1"] {
            assert_eq!(Params::decode(bytes), Err(Malformed::Encoding), "{bytes:?}");
        }
    }

    #[test]
    fn an_empty_value_counts_as_none_and_a_repeat_is_refused() {
        let params = Params::decode(b"state=&scope=a&scope=a&code").expect("well formed");
        assert_eq!(params.one(Field::State), Ok(None));
        assert_eq!(params.one(Field::Code), Ok(None));
        assert_eq!(params.one(Field::Scope), Err(Malformed::Repeated(Field::Scope)));
    }

    #[test]
    fn a_broken_parameter_spoils_itself_and_no_other() {
        let params = Params::read(b"state=%zz&scope=a&ui=caf%E9");
        assert_eq!(params.one(Field::State), Err(Malformed::Encoding));
        assert_eq!(params.one(Field::Scope), Ok(Some("a")));
        assert!(params.has("ui") && params.pairs().len() == 1);
    }

    proptest! {
        #[test]
        fn what_was_encoded_decodes_to_the_same(pairs in proptest::collection::vec((".+", ".*"), 0..6)) {
            let text = encode_pairs(&pairs);
            let decoded = Params::decode(text.as_bytes()).expect("well formed");
            prop_assert_eq!(decoded.pairs(), pairs.as_slice());
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Params::decode(&bytes);
            let _ = Params::read(&bytes);
        }
    }
}
