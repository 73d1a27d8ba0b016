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
    ($($(#[$doc:meta])* $name:ident: $wrong:expr;)*) => {$(
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
                let wrong: fn(&str) -> Option<&'static str> = $wrong;
                wrong(&text).map_or(Ok(Self(text)), |says| Err(Wrong::new(says)))
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
    /// A URL that a connection can be made to, in whatever spelling whoever connects reads, without user and fragment.
    HttpUrl: |text| user_in(text).or_else(|| unless(
        is_http_url(text) && !text.contains('#'),
        "has to be an http or https URL without fragment; write it in full, as in https://host/path",
    ));
    /// An endpoint or a resource: an http or https URL in RFC 3986's characters, without user and fragment (RFC 6749 3.1,
    /// 3.2; RFC 8707 2).
    EndpointUrl: |text| user_in(text).or_else(|| unless(
        is_http_url(text) && is_absolute_uri(text),
        "has to be an http or https URL in ASCII without fragment, as in https://host/path",
    ));
    /// An issuer: an http or https URL without user, query and fragment (RFC 8414 2).
    IssuerUrl: |text| user_in(text).or_else(|| unless(
        is_http_url(text) && is_absolute_uri(text) && !text.contains('?'),
        "has to be an http or https URL without query and fragment (RFC 8414 2), as in https://as.example/tenant",
    ));
    /// A redirect URI: absolute, without user and fragment (RFC 6749 3.1.2, RFC 3986 4.3), of a scheme that leads to a
    /// client: what a browser would run or show instead (RFC 7591 5) is none.
    RedirectUri: |text| user_in(text).or_else(|| unless(
        is_absolute_uri(text),
        "has to be an absolute URI without fragment (RFC 6749 3.1.2), as in https://client.example/callback",
    )).or_else(|| unless(
        !is_content(text),
        "leads to no client: a browser runs or shows what stands in it; write it as in https://client.example/callback",
    ));
    /// What a resource is called: an absolute URI without user and fragment (RFC 8707 2).
    ResourceUri: |text| user_in(text).or_else(|| unless(
        is_absolute_uri(text),
        "has to be an absolute URI without fragment (RFC 8707 2), as in https://api.example/",
    ));
    /// A scope: one or more scope tokens between single spaces (RFC 6749 3.3).
    ScopeText: |text| unless(is_scope(text), "has to be one or more values between single spaces (RFC 6749 3.3)");
    /// A client identifier: printable ASCII (RFC 6749 A.1), at least one character.
    ClientId: |text| unless(
        !text.is_empty() && is_vschar(text),
        "has to be printable ASCII (RFC 6749 A.1), at least one character",
    );
    /// A name or an id of any characters, at least one.
    NonEmpty: |text| unless(!text.is_empty(), "is empty; write it between the quotation marks");
    /// A word that means itself in any part of a URL.
    Word: |text| unless(
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
        "has to be letters, digits, hyphens and underscores, at least one",
    );
}

/// What is wrong, unless it is right.
fn unless(right: bool, says: &'static str) -> Option<&'static str> {
    (!right).then_some(says)
}

/// What is wrong with a URL that has a user before its host: who connects may send it along, and logs keep it.
fn user_in(text: &str) -> Option<&'static str> {
    let has_user = Url::parse(text).is_ok_and(|url| {
        let rest = text.split_once(':').map_or("", |(_, rest)| rest);
        // `url` reads any slashes before the host of an http or https URL.
        let authority = match url.is_special() {
            true => Some(rest.trim_start_matches(['/', '\\', '\t', '\n', '\r'])),
            false => rest.strip_prefix("//"),
        };
        let authority = authority.and_then(|rest| rest.split(['/', '\\', '?', '#']).next());
        authority.is_some_and(|authority| authority.contains('@')) || !url.username().is_empty()
    });
    unless(
        !has_user,
        "has a user name or a password before an @, which others may come to see; leave that part out",
    )
}

/// Whether what a URI leads to stands in it.
fn is_content(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default();
    ["javascript", "data", "vbscript", "blob", "about"]
        .iter()
        .any(|content| scheme.eq_ignore_ascii_case(content))
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
fn is_absolute_uri(text: &str) -> bool {
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
            &["http://h", "https://h:1/a?b@c", "HTTP:h", "http:///h", "http://h/\u{e9} "],
            &nowhere,
        );
        holds::<HttpUrl>(&[], &["http://h#", "http://h/a#b"]);
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
            holds::<EndpointUrl>(&["http://h", "https://[::1]:1/a?b=%20@"], bad);
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
    fn no_url_has_a_user() {
        fn said<T: TryFrom<String, Error = Wrong>>(text: &str) -> Option<String> {
            T::try_from(text.to_owned()).err().map(|wrong| wrong.to_string())
        }
        let checks = [
            said::<HttpUrl>,
            said::<EndpointUrl>,
            said::<IssuerUrl>,
            said::<RedirectUri>,
            said::<ResourceUri>,
        ];
        for text in [
            "https://ann:SEEKRIT@h/",
            "https://ann@h",
            "https://@h/",
            "https://:SEEKRIT@h/a",
            "http:///ann@h/",
        ] {
            for said in checks {
                let says = said(text).expect("it has a user");
                assert!(says.starts_with("has a user name or a password before an @"), "{text:?}: {says}");
                assert!(!says.contains("SEEKRIT") && !says.contains("ann"), "{says}");
            }
        }
        for text in ["http:ann:SEEKRIT@h", "http:\\\\ann@h/", "http:/\t/ann@h/"] {
            assert!(said::<HttpUrl>(text).is_some_and(|says| says.starts_with("has a user")), "{text:?}");
        }
        for text in ["https://h/@", "https://h/ann@x", "https://[::1]:80/a:b@c"] {
            for said in checks {
                assert_eq!(said(text), None, "{text:?}");
            }
        }
        for text in ["com.example.app:/cb@x", "mailto:ann@h", "app://h/?a@b"] {
            assert_eq!(said::<RedirectUri>(text), None, "{text:?}");
        }
        assert!(
            said::<RedirectUri>("app://ann:SEEKRIT@h/").is_some_and(|says| says.starts_with("has a user"))
        );
    }

    #[test]
    fn what_a_browser_runs_or_shows_is_no_redirect_uri() {
        for text in [
            "javascript:alert(1)",
            "JavaScript://h/%0aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "about:blank",
        ] {
            let said = RedirectUri::try_from(text.to_owned()).expect_err(text).to_string();
            assert!(said.starts_with("leads to no client"), "{text}: {said}");
        }
    }

    #[test]
    fn words_scopes_and_identifiers_have_their_characters() {
        holds::<ScopeText>(&["a", "a b!"], &["", " ", " a", "a ", "a  b", "a\"", "a\\", "a\tb", "\u{e9}"]);
        holds::<ClientId>(&["a", "a b~"], &["", "\n", "\u{e9}", "\u{7f}"]);
        holds::<Word>(&["a-B_9"], &["", "a/b", "a b", "a.b", "\u{e9}"]);
    }
}
