//! What is wrong with a configuration: file, line, field, and the fix. Never a value.

use std::fmt;

/// The most characters of each part of an error: a reader has to find the fix.
const LONGEST: usize = 1000;

/// What is wrong with a configuration. Shown as `FILE:LINE: FIELD: what is wrong; the fix`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    file: String,
    line: Option<usize>,
    field: Option<String>,
    says: String,
}

impl ConfigError {
    /// An error of a file as a whole, or of what stands for one.
    #[must_use]
    pub fn new(file: impl Into<String>, says: impl Into<String>) -> Self {
        Self { file: cut(file.into(), LONGEST), line: None, field: None, says: cut(says.into(), LONGEST) }
    }

    pub(crate) fn at(mut self, line: Option<usize>, field: &str) -> Self {
        self.line = line;
        self.field = (!field.is_empty()).then(|| cut(field.to_owned(), LONGEST));
        self
    }

    /// The file, or what stands for it.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1; none where something is absent from the file as a whole.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// The field, by its keys with dots between them; none where the syntax breaks outside of any known key.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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

/// A text of at most so many characters, an ellipsis in the place of what is left out of its midst.
#[must_use]
pub fn cut(text: String, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text;
    }
    let half = most / 2;
    text.chars().take(half).chain(['…']).chain(text.chars().skip(count - half)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_told_by_its_beginning_and_its_end() {
        assert_eq!(cut("abcdef".to_owned(), 6), "abcdef");
        assert_eq!(cut("\u{e9}bcdefg".to_owned(), 4), "\u{e9}b…fg");
        let long = "a".repeat(1 << 20);
        let error =
            ConfigError::new(&long, format!("{long} is there twice; leave one out")).at(Some(1), &long);
        let said = error.to_string();
        assert!(
            said.len() < 3100 && said.ends_with("aaa is there twice; leave one out"),
            "{} bytes",
            said.len()
        );
    }
}
