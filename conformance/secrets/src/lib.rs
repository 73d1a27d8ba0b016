//! Finds the secrets in texts and puts pseudonyms such as `code:3f2a91c4e07b` in their place, equal for equal secrets.
//!
//! [`Secrets`] is told secrets ([`Secrets::learn`], [`Secrets::find`]) or reads texts for them ([`Secrets::read`]): what
//! stands under names, in whatever shape a text has (`shapes.rs`), and what looks drawn by lot (`runs.rs`). In every text
//! that is to be shown ([`Secrets::cover`]) they are found behind its escapes (`layers.rs`, `scan.rs`), and so is what
//! stands there under the name of a secret. Where the secrets of a message stand by its own grammar is left to whoever
//! knows messages: this crate knows texts.
//!
//! It is apart from the suite to be compiled for speed: a run reads every message for secrets.
//!
//! ```
//! use oauth_secrets::{Kind, Secrets, Take, Which};
//!
//! let mut secrets = Secrets::new([7; 32]);
//! secrets.learn(Kind::Password, "my password", "the target");
//! secrets.read(r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","expires_in":60}"#, "the answer's", Take::Drawn);
//!
//! let shown = secrets.cover("password=my+password, then Bearer 2YotnFZFEjr1zCsicMWpAA", Which::Known);
//! let (password, token) = shown.split_once(", then Bearer ").expect("what is no secret stays");
//! assert!(password.starts_with("password=password:") && token.starts_with("token:"));
//! assert_eq!(secrets.known(token).map(|known| known.origin.as_str()), Some("the answer's access_token"));
//! ```

#![forbid(unsafe_code)]

mod cover;
mod kind;
mod layers;
mod learnt;
mod names;
mod read;
mod runs;
mod scan;
mod shapes;
mod unseen;
mod value;
mod words;

use std::borrow::Cow;

pub use cover::Which;
pub use kind::{DIGITS, Kind, Known};
pub use learnt::{By, LONGEST, Secrets};
pub use names::{Says, says};
pub use read::Take;
pub use unseen::is_unseen;
pub use words::is_wordlike;

/// Bytes as text: UTF-8, or else ISO 8859-1, which keeps every byte, so that secrets are found between bytes that are
/// no text.
#[must_use]
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect()),
    }
}
