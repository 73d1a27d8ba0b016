//! A file of TOML, and where in it each field stands.

use std::ops::Range;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor, value};
use serde::forward_to_deserialize_any;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::ConfigError;
use crate::said::{said, syntax, unknown};
use crate::strict;

/// The keys of one kind of table.
#[derive(Debug, Clone, Copy)]
pub struct Keys(&'static [&'static str]);

impl Keys {
    /// The keys that a table of this type may have.
    #[must_use]
    pub fn of<T: DeserializeOwned>() -> Self {
        let mut keys: &'static [&'static str] = &[];
        // Asked for its keys, a table is given nothing to read.
        let _ = T::deserialize(Asked(&mut keys));
        Self(keys)
    }
}

/// Learns which keys a table asks for.
struct Asked<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Asked<'_> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(Self::Error::custom("no table"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = fields;
        Err(Self::Error::custom("no values"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// A file whose syntax is right.
pub struct Document<'a> {
    file: &'a str,
    text: &'a str,
    known: Vec<Keys>,
    root: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    /// Reads the syntax of a file; errors call it `file`, and name of its keys only those of `known`: anything else may be
    /// a secret, or a part of one.
    ///
    /// # Errors
    /// Where the syntax breaks first.
    pub fn parse(file: &'a str, text: &'a str, known: &[Keys]) -> Result<Self, ConfigError> {
        match DeTable::parse(text) {
            Ok(root) => Ok(Self { file, text, known: known.to_vec(), root }),
            Err(error) => {
                let at = error.span().map_or(text.len(), |span| span.start);
                let line = line_of(text, at);
                Err(ConfigError::new(file, syntax(error.message()))
                    .at(Some(line), &known_key(text, line, known)))
            }
        }
    }

    /// What stands for a file where there is none: its errors have no lines.
    #[must_use]
    pub fn without_text(file: &'a str) -> Self {
        Self { file, text: "", known: Vec::new(), root: Spanned::new(0..0, DeTable::new()) }
    }

    /// Reads the tables.
    ///
    /// # Errors
    /// The first key that is unknown or missing, or value that does not have its form.
    pub fn read<T: Deserialize<'a>>(&self) -> Result<T, ConfigError> {
        strict::read(toml::Deserializer::from(self.root.clone())).map_err(|error| {
            // What the file lacks as a whole has no line.
            let at = error.span().filter(|span| *span != self.root.span()).map(|span| span.start);
            let mut path = at.and_then(|at| self.path(at)).unwrap_or_default();
            let key = path.last().copied().unwrap_or_default();
            let said = said(error.message(), key);
            path.extend(said.missing.as_deref());
            let named = path.into_iter().take_while(|key| is_known(&self.known, key));
            let field = named.fold(String::new(), |field, key| joined(&field, key));
            ConfigError::new(self.file, said.says).at(at.map(|at| line_of(self.text, at)), &field)
        })
    }

    /// The file as a whole.
    #[must_use]
    pub fn top(&self) -> Place<'_> {
        Place { document: self, field: String::new(), at: None, value: Value::Table(self.root.get_ref()) }
    }

    /// The keys that lead to what stands at a byte: of all that span it, the shortest.
    fn path(&self, at: usize) -> Option<Vec<&str>> {
        let mut found = None;
        narrow(self.root.get_ref(), at, &mut Vec::new(), &mut found);
        found.map(|(_, path)| path)
    }
}

/// The shortest span that was found, and the keys that lead to it.
type Narrowest<'d> = Option<(usize, Vec<&'d str>)>;

fn narrow<'d>(table: &'d DeTable<'_>, at: usize, path: &mut Vec<&'d str>, found: &mut Narrowest<'d>) {
    for (key, value) in table {
        path.push(key.get_ref());
        let mut spans = vec![key.span(), value.span()];
        match value.get_ref() {
            DeValue::Table(inner) => narrow(inner, at, path, found),
            DeValue::Array(items) => {
                for item in items {
                    spans.push(item.span());
                    if let DeValue::Table(inner) = item.get_ref() {
                        narrow(inner, at, path, found);
                    }
                }
            }
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => {}
        }
        for span in spans.iter().filter(|span| span.contains(&at)) {
            if found.as_ref().is_none_or(|(shortest, _)| span.len() < *shortest) {
                *found = Some((span.len(), path.clone()));
            }
        }
        path.pop();
    }
}

/// A place in a file: a key, or an item of a list.
pub struct Place<'d> {
    document: &'d Document<'d>,
    field: String,
    at: Option<usize>,
    value: Value<'d>,
}

#[derive(Clone, Copy)]
enum Value<'d> {
    Table(&'d DeTable<'d>),
    Other(&'d DeValue<'d>),
    Absent,
}

impl<'d> Place<'d> {
    /// A key of the table that stands here. If the table lacks it, its line is the table's.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let table = match self.value {
            Value::Table(table) => Some(table),
            Value::Other(value) => value.as_table(),
            Value::Absent => None,
        };
        let field = joined(&self.field, key);
        match table.and_then(|table| table.get_key_value(key)) {
            Some((key, value)) => self.moved(field, key.span(), Value::Other(value.get_ref())),
            None => Self { document: self.document, field, at: self.at, value: Value::Absent },
        }
    }

    /// An item of the list that stands here, counted from 0.
    #[must_use]
    pub fn item(&self, nth: usize) -> Self {
        let list = match self.value {
            Value::Other(value) => value.as_array(),
            Value::Table(_) | Value::Absent => None,
        };
        let field = self.field.clone();
        match list.and_then(|list| list.get(nth)) {
            Some(item) => self.moved(field, item.span(), Value::Other(item.get_ref())),
            None => Self { document: self.document, field, at: self.at, value: Value::Absent },
        }
    }

    /// The keys of the table that stands here, in the order of the file.
    #[must_use]
    pub fn keys(&self) -> Vec<&'d str> {
        let table = match self.value {
            Value::Table(table) => Some(table),
            Value::Other(value) => value.as_table(),
            Value::Absent => None,
        };
        let mut keys: Vec<_> = table.into_iter().flat_map(DeTable::keys).collect();
        keys.sort_by_key(|key| key.span().start);
        keys.into_iter().map(|key| key.get_ref().as_ref()).collect()
    }

    /// That the table that stands here has an unknown key.
    #[must_use]
    pub fn unknown(&self, key: &str, known: &[&str]) -> ConfigError {
        Self { field: self.field.clone(), ..self.key(key) }.error(unknown(key, known))
    }

    /// An error here; `says` follows the field's name.
    #[must_use]
    pub fn error(&self, says: impl Into<String>) -> ConfigError {
        let line = self.at.map(|at| line_of(self.document.text, at));
        ConfigError::new(self.document.file, says).at(line, &self.field)
    }

    fn moved(&self, field: String, span: Range<usize>, value: Value<'d>) -> Self {
        Self { document: self.document, field, at: Some(span.start), value }
    }
}

/// The line of a byte, counted from 1.
fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// A field and a key of it.
fn joined(field: &str, key: &str) -> String {
    if field.is_empty() { key.to_owned() } else { format!("{field}.{key}") }
}

fn is_known(known: &[Keys], key: &str) -> bool {
    known.iter().any(|Keys(known)| known.contains(&key))
}

/// The known keys with which a line begins, below those of the header before it.
fn known_key(text: &str, line: usize, known: &[Keys]) -> String {
    let keys = |text: &str| -> Vec<String> {
        let word = |byte: char| byte.is_ascii_alphanumeric() || "-_.".contains(byte);
        let end = text.find(|char| !word(char)).unwrap_or(text.len());
        let keys = text[..end].split('.');
        keys.take_while(|key| is_known(known, key)).map(str::to_owned).collect()
    };
    let mut path = Vec::new();
    for (nth, line_text) in text.lines().enumerate().take(line) {
        let line_text = line_text.trim_start();
        if line_text.starts_with('[') {
            path = keys(line_text.trim_start_matches('['));
        } else if nth + 1 == line {
            path.extend(keys(line_text));
        }
    }
    path.join(".")
}

#[cfg(test)]
mod tests;
