//! What must not be printed.

use std::fmt;

use serde::{Deserialize, Deserializer};

use crate::text::{self, Wrong, is_vschar};

/// A secret. It has no text for people: whoever needs it says [`Secret::expose`].
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

macro_rules! secrets {
    ($($(#[$doc:meta])* $name:ident: $is:expr, $says:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(Secret);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                text::read(deserializer)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Wrong;

            fn try_from(text: String) -> Result<Self, Wrong> {
                let is: fn(&str) -> bool = $is;
                if is(&text) { Ok(Self(Secret(text))) } else { Err(Wrong::new($says)) }
            }
        }

        impl From<$name> for Secret {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )*};
}

secrets! {
    /// A password or another secret: any text that is not empty.
    SecretText: |text| !text.is_empty(), "is empty; write it between the quotation marks";
    /// A client's secret: printable ASCII (RFC 6749 A.2), at least one character.
    ClientSecret: |text| !text.is_empty() && is_vschar(text), "has to be printable ASCII (RFC 6749 A.2), at least one \
        character";
}
