//! Texts of the protocol that have a form: redirect URIs, scopes, verifiers. Legal by existing.
//!
//! A redirect URI is compared as a string (RFC 6749 3.1.2.3, RFC 9700 4.1.3), so nothing here normalises one.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::secret::{Digest, s256};

/// A redirect URI of a request, as the digests that a step compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedirectUri {
    /// The digest of the text.
    pub exact: Digest,
    /// The digest of the text without its port, if the host is a loopback literal (RFC 8252 7.3).
    pub portless: Option<Digest>,
}

impl RedirectUri {
    /// Reads an absolute URI without fragment (RFC 6749 3.1.2, RFC 3986 4.3).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once(':')?;
        let mut letters = scheme.bytes();
        let scheme_is_good = letters.next().is_some_and(|byte| byte.is_ascii_alphabetic())
            && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        let printable = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte));
        let authority_is_good = match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {
                rest.strip_prefix("//").is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
            }
            _ => !rest.is_empty(),
        };
        (scheme_is_good && printable && authority_is_good).then(|| Self {
            exact: Digest::of(text),
            portless: without_port(text).map(|text| Digest::of(&text)),
        })
    }
}

/// Takes the port out of an `http` URI whose host is a loopback literal.
fn without_port(text: &str) -> Option<String> {
    for host in ["http://127.0.0.1", "http://[::1]"] {
        let Some(rest) = text.strip_prefix(host) else { continue };
        let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let port = match authority.strip_prefix(':') {
            Some(port) => port,
            None if authority.is_empty() => "",
            None => return None,
        };
        let is_port = port.is_empty()
            || (port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok());
        return is_port.then(|| format!("{host}{tail}"));
    }
    None
}

macro_rules! bit_set {
    ($(#[$about:meta])* $name:ident($bits:ty)) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $bits);

        impl $name {
            /// The empty set.
            pub const EMPTY: Self = Self(0);

            /// Whether each member of `other` is in this set.
            #[must_use]
            pub const fn covers(self, other: Self) -> bool {
                other.0 & !self.0 == 0
            }

            /// What both have.
            #[must_use]
            pub const fn and(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }

            /// What either has.
            #[must_use]
            pub const fn or(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }

            /// Whether it has no member.
            #[must_use]
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }
        }
    };
}

bit_set! {
    /// A set of scope values, as bits that have a meaning inside one process only.
    ScopeSet(u64)
}

bit_set! {
    /// A set of protected resources, as bits that have a meaning inside one process only.
    ResourceSet(u16)
}

impl ResourceSet {
    /// The first resource: what tokens are for where nobody asked for another (RFC 8707 2).
    pub const FIRST: Self = Self(1);
}

/// Whether a text can name a resource: an absolute URI without fragment (RFC 8707 2).
#[must_use]
pub fn is_resource_uri(text: &str) -> bool {
    RedirectUri::parse(text).is_some()
}

/// Splits a scope into its values by the grammar of RFC 6749 3.3; `None` where it breaks it.
#[must_use]
pub fn scope_values(text: &str) -> Option<Vec<&str>> {
    let values: Vec<&str> = text.split(' ').collect();
    let legal = |value: &&str| {
        !value.is_empty() && value.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    values.iter().all(legal).then_some(values)
}

/// Whether a text is made of RFC 6749's VSCHAR (appendix A): `state`, codes, client ids.
#[must_use]
pub fn is_vschar(text: &str) -> bool {
    text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// Whether a text has the form of a code verifier or challenge (RFC 7636 4.1, 4.2).
#[must_use]
pub fn is_proof_key(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// How a challenge was made from its verifier (RFC 7636 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ChallengeMethod {
    /// The challenge is the verifier.
    #[serde(rename = "plain")]
    Plain,
    /// The challenge is the base64url of the verifier's SHA-256.
    S256,
}

/// A code challenge, as the digest of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeChallenge {
    /// How it was made.
    pub method: ChallengeMethod,
    /// The digest of its text.
    pub digest: Digest,
}

/// A code verifier, as the digests of both challenges that it could have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Verifier {
    /// The digest of its text, to be compared under `plain`.
    pub plain: Digest,
    /// The digest of `S256(text)`, to be compared under `S256`.
    pub s256: Digest,
}

impl Verifier {
    /// Digests a verifier.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self { plain: Digest::of(text), s256: Digest::of(&s256(text)) }
    }

    /// Whether this verifier made the challenge, by the method that came with the challenge (RFC 7636 4.6).
    #[must_use]
    pub fn fits(&self, challenge: &CodeChallenge) -> bool {
        match challenge.method {
            ChallengeMethod::Plain => self.plain.matches(&challenge.digest),
            ChallengeMethod::S256 => self.s256.matches(&challenge.digest),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;

    #[test]
    fn a_redirect_uri_is_absolute_and_has_no_fragment() {
        for good in [
            "http://localhost:8000/callback",
            "https://c.example/cb?a=1&b=%2F",
            "com.example.app:/cb",
            "http://[::1]/",
        ] {
            assert!(RedirectUri::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "/callback",
            "//host/cb",
            "callback",
            "c.example/cb",
            "https:cb",
            "https:///cb",
            "https://c/cb#x",
            "https://c/c b",
            "https://c/\u{e9}",
            "https://c/\\x",
            "1a://c",
            "app:",
        ] {
            assert!(RedirectUri::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn only_loopback_literals_lose_their_port() {
        let portless = |text: &str| RedirectUri::parse(text).and_then(|uri| uri.portless);
        let cb = Some(Digest::of("http://127.0.0.1/cb"));
        assert_eq!(portless("http://127.0.0.1:51234/cb"), cb);
        assert_eq!(portless("http://127.0.0.1/cb"), cb);
        assert_eq!(portless("http://[::1]:1/cb"), Some(Digest::of("http://[::1]/cb")));
        for other in [
            "http://localhost:1/cb",
            "https://127.0.0.1:1/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:1@evil.example/cb",
            "http://127.0.0.12/cb",
        ] {
            assert_eq!(portless(other), None, "{other}");
        }
    }

    #[test]
    fn a_scope_is_tokens_between_single_spaces() {
        assert_eq!(scope_values("a b!"), Some(vec!["a", "b!"]));
        for bad in ["", " a", "a ", "a  b", "a\"", "a\\", "a\tb", "\u{e9}"] {
            assert_eq!(scope_values(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_verifier_fits_by_the_method_of_its_challenge_only() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let hashed = Digest::of("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        let s256 = CodeChallenge { method: ChallengeMethod::S256, digest: hashed };
        let plain = CodeChallenge { method: ChallengeMethod::Plain, digest: Digest::of(verifier) };
        assert!(Verifier::of(verifier).fits(&s256) && Verifier::of(verifier).fits(&plain));
        assert!(!Verifier::of("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").fits(&s256));
    }
}
