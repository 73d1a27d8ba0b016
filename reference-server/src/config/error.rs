//! What is wrong with a configuration: file, line, field, and the fix. Never a secret.

use std::ops::Range;

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: String,
    line: Option<usize>,
    field: Option<String>,
    says: String,
}

impl ConfigError {
    pub(super) fn unreadable(file: &str, error: &std::io::Error) -> Self {
        let says = format!("cannot be read ({error}); name a file that exists, or leave --config out");
        Self { file: file.to_owned(), line: None, field: None, says }
    }

    pub(super) fn built_in_off_loopback() -> Self {
        let says = "have plain passwords, which are taken on a loopback address only; listen on 127.0.0.1, or \
                    give users and clients in a file of your own with --config";
        Self { file: "the built-in data".to_owned(), line: None, field: None, says: says.to_owned() }
    }

    /// The line, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The field, by its key.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, ": {field}")?;
        }
        write!(f, ": {}", self.says)
    }
}

impl std::error::Error for ConfigError {}

/// The text of a file, which turns spans into lines.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) file: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// An error at a span of the text.
    pub(super) fn error(&self, span: &Range<usize>, field: &str, says: impl Into<String>) -> ConfigError {
        ConfigError {
            file: self.file.to_owned(),
            line: Some(self.line(span)),
            field: Some(field.to_owned()),
            says: says.into(),
        }
    }

    /// What the parser said. Its own rendering quotes the line, and its message the value: neither is
    /// repeated where the value may be a secret.
    pub(super) fn parser_error(&self, error: &toml::de::Error) -> ConfigError {
        let span = error.span();
        let field = span.as_ref().and_then(|span| self.key(span));
        let wrong_value = error.message().starts_with("invalid ");
        let says = match field.as_deref() {
            Some("password" | "password_hash" | "secret" | "secret_digest") if wrong_value => {
                "has to be a string, in quotes".to_owned()
            }
            Some(
                "ask" | "code" | "access_token" | "session" | "refresh_token" | "refresh_grace"
                | "pushed_request",
            ) if wrong_value => "has to be a number of seconds, without quotes".to_owned(),
            Some(_) | None if wrong_value => without_value(error.message()),
            Some(_) | None => error.message().lines().collect::<Vec<_>>().join(" "),
        };
        ConfigError {
            file: self.file.to_owned(),
            line: span.as_ref().map(|span| self.line(span)),
            field,
            says,
        }
    }

    fn line(&self, span: &Range<usize>) -> usize {
        let before = self.text.as_bytes().get(..span.start).unwrap_or(self.text.as_bytes());
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    /// The key, or the table's header, on the line where a span starts.
    fn key(&self, span: &Range<usize>) -> Option<String> {
        let line = self.text.lines().nth(self.line(span) - 1)?.trim();
        let key = match line.strip_prefix('[') {
            Some(header) => header.split(']').next()?.trim_start_matches('['),
            None => line.split_once('=')?.0,
        };
        let key = key.trim().trim_matches(['"', '\'']);
        let plain = |char: char| char.is_ascii_alphanumeric() || "_-.".contains(char);
        (!key.is_empty() && key.chars().all(plain)).then(|| key.to_owned())
    }
}

/// The parser's words without the value that they quote.
fn without_value(message: &str) -> String {
    let (what, expected) = message.split_once(", expected").unwrap_or((message, ""));
    let kind = what.split(['`', '"']).next().unwrap_or(what).trim_end();
    if expected.is_empty() { kind.to_owned() } else { format!("{kind}, expected{expected}") }
}
