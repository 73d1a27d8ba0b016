//! Records as bytes: one line of text, `VERSION KIND JSON`, as in `1 marker {"id":"..","until":300}`.
//!
//! The JSON is the record's fields by their names. Digests and ids are base64url without padding, moments whole seconds,
//! names the protocol's own. A field more or less, a version or a kind that is not expected: the record is refused whole,
//! since to drop what is not understood could drop what binds a token. A change of a record's fields is a new version.

use alloc::format;
use alloc::string::String;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{GrantRecord, Marker, Registration, SessionRecord};

/// The version that is written, and the only one that is read.
pub const VERSION: u32 = 1;

/// A record that a store keeps.
pub trait Record: Serialize + DeserializeOwned {
    /// What the encoding calls it.
    const KIND: &'static str;
}

impl Record for GrantRecord {
    const KIND: &'static str = "grant";
}

impl Record for SessionRecord {
    const KIND: &'static str = "session";
}

impl Record for Registration {
    const KIND: &'static str = "client";
}

impl Record for Marker {
    const KIND: &'static str = "marker";
}

/// Why bytes are no record. It tells nothing of what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// They do not begin with a version.
    NoVersion,
    /// They have a version that this process does not read.
    UnknownVersion(u32),
    /// They are not of this kind.
    OtherKind(&'static str),
    /// What follows the kind has not the form of this version; it breaks in this column, counted from 1.
    Form(usize),
}

impl core::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoVersion => f.write_str("a record begins with its version; these bytes are none"),
            Self::UnknownVersion(version) => {
                write!(f, "the record has version {version}; this program reads version {VERSION}")
            }
            Self::OtherKind(kind) => write!(f, "the record is no {kind}; look at the key that it lies under"),
            Self::Form(column) => {
                write!(
                    f,
                    "the record has not the form of version {VERSION}: its JSON breaks in column {column}"
                )
            }
        }
    }
}

impl core::error::Error for DecodeError {}

/// Encodes a record.
#[must_use]
pub fn encode<R: Record>(record: &R) -> String {
    let json = serde_json::to_string(record).expect("records have names for keys and no value that can fail");
    format!("{VERSION} {} {json}", R::KIND)
}

/// Decodes a record.
///
/// # Errors
/// Why the bytes are no record of this kind. No bytes make it panic.
pub fn decode<R: Record>(bytes: &[u8]) -> Result<R, DecodeError> {
    let (version, rest) = cut(bytes).ok_or(DecodeError::NoVersion)?;
    let digits =
        core::str::from_utf8(version).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let version = digits.and_then(|text| text.parse().ok()).ok_or(DecodeError::NoVersion)?;
    if version != VERSION {
        return Err(DecodeError::UnknownVersion(version));
    }
    let (kind, json) = cut(rest).ok_or(DecodeError::OtherKind(R::KIND))?;
    if kind != R::KIND.as_bytes() {
        return Err(DecodeError::OtherKind(R::KIND));
    }
    // The message of the error would quote the record.
    serde_json::from_slice(json).map_err(|error| DecodeError::Form(error.column()))
}

/// What stands before the first space, and what behind it.
fn cut(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = bytes.iter().position(|byte| *byte == b' ')?;
    Some((&bytes[..space], &bytes[space + 1..]))
}
