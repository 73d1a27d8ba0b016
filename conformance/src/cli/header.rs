//! `--header`: what may stand on every request. What is refused is not repeated: it may be a secret.

use std::ffi::OsStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Headers that say where a message begins, ends and goes: those are the connection's own.
const FRAMING: [&str; 12] = [
    "connection",
    "content-encoding",
    "content-length",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Reads a value of `--header`.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeaderParser;

impl TypedValueParser for HeaderParser {
    type Value = (String, String);

    fn parse_ref(&self, command: &Command, _: Option<&Arg>, text: &OsStr) -> Result<Self::Value, Error> {
        let read = text.to_str().ok_or_else(|| "is not UTF-8".to_owned()).and_then(header);
        // clap's own error would repeat the value.
        read.map_err(|says| command.clone().error(ErrorKind::ValueValidation, format!("a --header {says}")))
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let Some((name, value)) = text.split_once(':') else {
        return Err("has no colon; write it as `Name: value`".into());
    };
    let (name, value) = (name.trim_matches(' '), value.trim_matches([' ', '\t']));
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err("has a name that no header can have (RFC 9110 5.1); write it as `Name: value`".into());
    }
    if let Some(own) = FRAMING.iter().find(|own| name.eq_ignore_ascii_case(own)) {
        return Err(format!(
            "is {own}, by which the suite's own requests are framed and find their way; leave it out"
        ));
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(
            "has a control character in its value, which no header can have (RFC 9110 5.5); take it out"
                .into(),
        );
    }
    Ok((name.into(), value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_a_name_and_a_value_that_can_be_sent_and_frames_nothing() {
        let read =
            |text| header(text).map_err(|says| says.split([' ', ',']).take(2).collect::<Vec<_>>().join(" "));
        for (text, name, value) in [
            ("X-Tenant: main", "X-Tenant", "main"),
            ("x:", "x", ""),
            ("Authorization:Basic YTpi", "Authorization", "Basic YTpi"),
            ("X-A: b\tc: \u{e9} ", "X-A", "b\tc: \u{e9}"),
        ] {
            assert_eq!(read(text), Ok((name.to_owned(), value.to_owned())), "{text:?}");
        }
        for (text, says) in [
            ("SEEKRIT", "has no"),
            ("", "has no"),
            (": SEEKRIT", "has a"),
            ("SEEK RIT: a", "has a"),
            ("SEEKRIT\n: a", "has a"),
            ("S\u{e9}: a", "has a"),
            ("X: SEEKRIT\r\nY: b", "has a"),
            ("X: \u{1b}[2J", "has a"),
            ("X: a\0", "has a"),
            ("X: \u{9b}", "has a"),
            ("Content-Length: 3", "is content-length"),
            ("HOST : SEEKRIT", "is host"),
            ("transfer-encoding: chunked", "is transfer-encoding"),
            ("Connection: close", "is connection"),
        ] {
            assert_eq!(read(text), Err(says.to_owned()), "{text:?}");
            assert!(header(text).is_err_and(|says| !says.contains("SEEK")), "{text:?}");
        }
    }
}
