//! A request as a curl line that can be pasted, with shell variables for secrets and where these come from.
//!
//! The line holds no character that a terminal would obey: in the URL they are percent-encoded, elsewhere they stand in
//! `$'…'` as octal numbers, and the shell sends the same bytes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::NON_ALPHANUMERIC;

use crate::report::veil::Veil;
use crate::secrets::{DIGITS, Kind};
use crate::visible::{escaped, is_unseen};
use crate::wire::{Exchange, Request};

/// A curl line, and what its variables stand for: name and origin.
pub(super) struct Curl {
    pub(super) line: String,
    pub(super) variables: Vec<(String, String)>,
}

/// A body that is longer than this would hide the line that it is part of.
const LONG_BODY: usize = 16_384;
/// The file that stands for a long body.
const BODY_FILE: &str = "request-body";

/// The curl line of an exchange's request. `shown` is the request as the report shows it.
pub(super) fn curl(veil: Veil<'_>, exchange: &Exchange, shown: &Request) -> Curl {
    let request = &exchange.request;
    let length = exchange.whole.request.unwrap_or(request.body.len());
    let mut names = Names { veil, given: BTreeMap::new(), taken: BTreeMap::new() };
    let mut line = String::from("curl -i");
    let implied = if length == 0 { "GET" } else { "POST" };
    if request.method != implied {
        line = line + " -X " + &names.quote(&request.method);
    }
    for ((name, value), (_, raw)) in shown.headers.iter().zip(&request.headers) {
        if name.eq_ignore_ascii_case("user-agent") {
            continue;
        }
        let user = name.eq_ignore_ascii_case("authorization").then(|| basic(raw)).flatten();
        line += &match user {
            Some((id, secret)) => format!(
                " -u {}",
                names.quote(&format!("{}:{}", veil.text(&id), veil.secret(Kind::Secret, &secret)))
            ),
            None => format!(" -H {}", names.quote(&format!("{name}: {value}"))),
        };
    }
    if length > LONG_BODY || exchange.whole.request.is_some() {
        let origin = format!("a file with the body, {length} bytes");
        names.given.insert(BODY_FILE.into(), (BODY_FILE.into(), origin));
        line = line + " --data-binary @" + BODY_FILE;
    } else if !request.body.is_empty() {
        line += &match std::str::from_utf8(&shown.body) {
            Ok(text) if !text.contains('\0') => format!(" --data-raw {}", names.quote(text)),
            _ => format!(" --data-binary @<(base64 -d <<< {})", STANDARD.encode(&shown.body)),
        };
    }
    line = line + " " + &names.quote(&in_url(&shown.url));
    let variables = names.given.into_values().collect();
    Curl { line, variables }
}

/// Id and secret of Basic credentials, if curl's own `-u` would send the same bytes.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, rest) = value.split_once(' ')?;
    let pair = String::from_utf8(STANDARD.decode(rest).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    (scheme == "Basic" && STANDARD.encode(&pair) == rest).then(|| (id.into(), secret.into()))
}

struct Names<'r> {
    veil: Veil<'r>,
    /// By pseudonym: the variable and where its value comes from.
    given: BTreeMap<String, (String, String)>,
    /// How many variables of a kind there are.
    taken: BTreeMap<Kind, usize>,
}

impl Names<'_> {
    /// A shell word: text in single quotes, variables in double quotes.
    fn quote(&mut self, text: &str) -> String {
        let (mut word, mut literal, mut rest) = (String::new(), String::new(), text);
        while let Some(c) = rest.chars().next() {
            if let Some((pseudonym, variable)) = self.variable(rest) {
                flush(&mut word, &mut literal);
                word = word + "\"$" + &variable + "\"";
                rest = &rest[pseudonym.len()..];
            } else {
                literal.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        flush(&mut word, &mut literal);
        if word.is_empty() { "''".into() } else { word }
    }

    /// The pseudonym at the start of a text, and its variable.
    fn variable(&mut self, text: &str) -> Option<(String, String)> {
        let kind = Kind::ALL
            .into_iter()
            .find(|kind| text.strip_prefix(kind.word()).is_some_and(|rest| rest.starts_with(':')))?;
        let pseudonym = text.get(..kind.word().len() + 1 + DIGITS)?.to_owned();
        if let Some((variable, _)) = self.given.get(&pseudonym) {
            return Some((pseudonym, variable.clone()));
        }
        let known = self.veil.vault.known(&pseudonym)?;
        let count = self.taken.entry(kind).or_default();
        *count += 1;
        let variable =
            if *count == 1 { kind.variable().into() } else { format!("{}_{count}", kind.variable()) };
        let origin = format!("{pseudonym}, first seen in {}", known.origin);
        self.given.insert(pseudonym.clone(), (variable.clone(), origin));
        Some((pseudonym, variable))
    }
}

fn flush(word: &mut String, literal: &mut String) {
    if literal.is_empty() {
        return;
    }
    if literal.chars().any(is_unseen) {
        let plain = literal.replace('\\', r"\\").replace('\'', r"\'");
        let octal = |c: char, out: &mut String| {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                write!(out, "\\{byte:03o}").expect("a string takes all");
            }
        };
        *word += &format!("$'{}'", escaped(&plain, octal));
    } else {
        *word += &format!("'{}'", literal.replace('\'', r"'\''"));
    }
    literal.clear();
}

/// A URL with what is not seen percent-encoded.
fn in_url(url: &str) -> String {
    let encode = |c: char, out: &mut String| {
        out.extend(percent_encoding::percent_encode(c.encode_utf8(&mut [0; 4]).as_bytes(), NON_ALPHANUMERIC));
    };
    escaped(url, encode).into_owned()
}
