//! Texts that have a form, each with the section that it follows. A value of these types is right by existing.
//!
//! Nothing is normalised: what parties registered is compared as text.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use url::Url;

/// Why a text does not have its form: a fragment that follows the name of its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong(&'static str);

impl Wrong {
    /// What is wrong and the fix; without the text itself.
    #[must_use]
    pub const fn new(says: &'static str) -> Self {
        Self(says)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Wrong {}

/// Reads a text that has a form. Not by serde's `try_from`, whose errors point at a whole list where one item is wrong.
pub(crate) fn read<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TryFrom<String, Error = Wrong>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_string(Text(PhantomData))
}

struct Text<T>(PhantomData<T>);

impl<T: TryFrom<String, Error = Wrong>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::try_from(text.to_owned()).map_err(E::custom)
    }
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $is:expr, $says:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(String);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read(deserializer)
            }
        }

        impl $name {
            /// The text, as it was written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Wrong;

            fn try_from(text: String) -> Result<Self, Wrong> {
                let is: fn(&str) -> bool = $is;
                if is(&text) { Ok(Self(text)) } else { Err(Wrong::new($says)) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )*};
}

texts! {
    /// A URL that a connection can be made to, in whatever spelling whoever connects reads.
    HttpUrl: is_http_url,
        "has to be an http or https URL; write it in full, as in https://host/path";
    /// An endpoint or a resource: an http or https URL in RFC 3986's characters, without fragment (RFC 6749 3.1, 3.2;
    /// RFC 8707 2).
    EndpointUrl: |text| is_http_url(text) && is_redirect_uri(text),
        "has to be an http or https URL in ASCII without fragment, as in https://host/path";
    /// An issuer: an http or https URL without query and fragment (RFC 8414 2).
    IssuerUrl: |text| is_http_url(text) && is_redirect_uri(text) && !text.contains('?'),
        "has to be an http or https URL without query and fragment (RFC 8414 2), as in https://as.example/tenant";
    /// A redirect URI: absolute, without fragment (RFC 6749 3.1.2, RFC 3986 4.3).
    RedirectUri: is_redirect_uri,
        "has to be an absolute URI without fragment (RFC 6749 3.1.2), as in https://client.example/callback";
    /// A scope: one or more scope tokens between single spaces (RFC 6749 3.3).
    ScopeText: is_scope,
        "has to be one or more values between single spaces (RFC 6749 3.3)";
    /// A client identifier: printable ASCII (RFC 6749 A.1), at least one character.
    ClientId: |text| !text.is_empty() && is_vschar(text),
        "has to be printable ASCII (RFC 6749 A.1), at least one character";
    /// A word that means itself in any part of a URL.
    Word: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
        "has to be letters, digits, hyphens and underscores, at least one";
}

/// How a client authenticates at the token endpoint, by RFC 7591's names (section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// HTTP Basic with form-encoded id and secret (RFC 6749 2.3.1).
    ClientSecretBasic,
    /// `client_id` and `client_secret` in the body.
    ClientSecretPost,
    /// `client_id` alone: a public client.
    None,
}

fn is_http_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// What `url` takes for a URL and RFC 3986 for an absolute URI: `url` alone mends spaces, backslashes and missing slashes.
fn is_redirect_uri(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte);
    let Ok(url) = Url::parse(text) else { return false };
    let Some((_, rest)) = text.split_once(':') else { return false };
    text.bytes().all(legal)
        && match url.has_host() && url.is_special() {
            true => rest.starts_with("//") && !rest.starts_with("///"),
            false => !rest.is_empty(),
        }
}

fn is_scope(text: &str) -> bool {
    let legal = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    text.split(' ').all(|value| !value.is_empty() && value.bytes().all(legal))
}

/// Whether a text is made of RFC 6749's VSCHAR (appendix A).
pub(crate) fn is_vschar(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn holds<T: TryFrom<String, Error = Wrong>>(good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(T::try_from((*text).to_owned()).is_ok(), "{text:?} is right");
        }
        for text in bad {
            assert!(T::try_from((*text).to_owned()).is_err(), "{text:?} is wrong");
        }
    }

    #[test]
    fn urls_are_taken_by_the_sections_that_they_follow() {
        let nowhere =
            ["", "/x", "as.example", "ftp://h/", "app:/cb", "http://", "http://h:99999/", "http://[::1"];
        holds::<HttpUrl>(
            &["http://h", "https://h:1/a?b#c", "HTTP:h", "http:///h", "http://h/\u{e9} "],
            &nowhere,
        );
        let mended = [
            "http://h/#x",
            "http:h",
            "http:///h",
            "http://h/\u{e9}",
            "http://h/ ",
            "http:\\\\h",
            "http://h\\x",
        ];
        for bad in [&nowhere[..], &mended[..]] {
            holds::<EndpointUrl>(&["http://h", "https://u@[::1]:1/a?b=%20"], bad);
            holds::<IssuerUrl>(&["http://h", "https://h:1/a/"], bad);
        }
        holds::<IssuerUrl>(&[], &["https://h/?a", "https://h?"]);
        let good = [
            "http://localhost:8000/cb?a=1",
            "https://h/%2F",
            "com.example.app:/cb",
            "ann:x",
            "http://[::1]/",
        ];
        holds::<RedirectUri>(&good, &mended);
        holds::<RedirectUri>(
            &[],
            &["", "/cb", "//h/cb", "cb", "c.example/cb", "1a://c", "app:", "http://h:99999/"],
        );
    }

    #[test]
    fn words_scopes_and_identifiers_have_their_characters() {
        holds::<ScopeText>(&["a", "a b!"], &["", " ", " a", "a ", "a  b", "a\"", "a\\", "a\tb", "\u{e9}"]);
        holds::<ClientId>(&["a", "a b~"], &["", "\n", "\u{e9}", "\u{7f}"]);
        holds::<Word>(&["a-B_9"], &["", "a/b", "a b", "a.b", "\u{e9}"]);
    }
}
