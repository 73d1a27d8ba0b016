//! Reads the files of the server, the client and the suite.
//!
//! A file is read in two steps. [`Document::parse`] reads its syntax, and [`Document::read`] its tables, whose values are
//! right by existing ([`RedirectUri`], [`ScopeText`], [`Seconds`]). What spans several keys is the program's to judge;
//! a [`Place`] gives its errors their line.
//!
//! Every error is a [`ConfigError`]: file, line, field, what is wrong and the fix. None that is made here repeats a value,
//! since values are secrets; of the keys, those are named that are known.
//!
//! ```
//! use oauth_configuration::{ClientId, Document, Keys, Secret, SecretText, Seconds};
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct File {
//!     id: ClientId,
//!     password: SecretText,
//!     patience: Option<Seconds<1, 60>>,
//! }
//!
//! let read = |text| Document::parse("app.toml", text, &[Keys::of::<File>()])?.read::<File>();
//!
//! let file = read("id = \"app\"\npassword = \"a b\"\n").expect("all is right");
//! assert_eq!((file.id.as_str(), Secret::from(file.password).expose()), ("app", "a b"));
//! assert!(file.patience.is_none());
//!
//! let said = |text| read(text).err().expect("something is wrong").to_string();
//! assert_eq!(said("id = \"app\"\npasword = \"a b\""), "app.toml:2: an unknown key; did you mean password?");
//! assert_eq!(said("id = \"app\"\npassword = a b"), "app.toml:2: password: has to stand in quotation marks");
//! ```

#![forbid(unsafe_code)]

mod document;
mod error;
mod file;
mod said;
mod secret;
mod strict;
mod text;
mod time;

pub use document::{Document, Keys, Place};
pub use error::{ConfigError, cut};
pub use file::{LONGEST_FILE, read_bytes, read_file};
pub use secret::{ClientSecret, Secret, SecretText};
pub use text::{
    ClientAuthentication, ClientId, EndpointUrl, HttpUrl, IssuerUrl, NonEmpty, RedirectUri, ResourceUri,
    ScopeText, Word, Wrong,
};
pub use time::Seconds;
