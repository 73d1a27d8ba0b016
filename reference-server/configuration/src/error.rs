//! What is wrong with a configuration: file, line, field, and the fix. Never a value.

use std::fmt;

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
        Self { file: file.into(), line: None, field: None, says: says.into() }
    }

    pub(crate) fn at(mut self, line: Option<usize>, field: &str) -> Self {
        self.line = line;
        self.field = (!field.is_empty()).then(|| field.to_owned());
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
