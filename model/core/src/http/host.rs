//! Whether a request says as it must which host it is for (RFC 9112 3.2).
//!
//! No rule of the ledger stands here: it is asked before a request is one of OAuth's. What is left out: whether the
//! host is this server's own, since whoever stands before it may have renamed it.

use alloc::borrow::ToOwned as _;
use alloc::vec::Vec;

use core::net::Ipv6Addr;

use super::{Body, HttpReply};

/// The versions of HTTP that differ in what `Host` has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.0, where a request may do without.
    Http10,
    /// HTTP/1.1.
    Http11,
}

/// What is wrong with the `Host` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadHost {
    /// It is not there.
    Missing,
    /// It is there more than once.
    Repeated,
    /// It names no host.
    Invalid,
}

/// Judges the `Host` fields of a request, and the authority of its target if the target is a whole URI.
///
/// # Errors
/// What is wrong with the fields, whatever the target says (RFC 9112 3.2), or with the authority.
pub fn judge_host(
    version: Version,
    authority: Option<&str>,
    mut fields: impl Iterator<Item: AsRef<[u8]>>,
) -> Result<(), BadHost> {
    let named = match (fields.next(), fields.next()) {
        (_, Some(_)) => return Err(BadHost::Repeated),
        (None, None) if version == Version::Http11 => return Err(BadHost::Missing),
        (None, None) => None,
        (Some(field), None) => Some(field),
    };
    let holds = named.is_none_or(|field| is_host(field.as_ref()))
        && authority.is_none_or(|authority| is_host(authority.as_bytes()));
    if holds { Ok(()) } else { Err(BadHost::Invalid) }
}

impl BadHost {
    /// The answer: 400, and the connection ends.
    #[must_use]
    pub fn reply<P>(self) -> HttpReply<P> {
        let says = match self {
            Self::Missing => "the Host field is missing; send it once\n",
            Self::Repeated => "the Host field is there more than once; send it once\n",
            Self::Invalid => "the Host field or the request target names no host; send host or host:port\n",
        };
        HttpReply { status: 400, headers: Vec::new(), body: Body::Text(says.to_owned()) }
            .with("Connection", "close")
            .with("Content-Type", "text/plain; charset=utf-8")
            .with("Cache-Control", "no-store")
            .with("X-Content-Type-Options", "nosniff")
    }
}

/// Whether a value is a host, perhaps with a port (RFC 9110 7.2), and the host is not empty (RFC 9110 4.2.1).
fn is_host(value: &[u8]) -> bool {
    let Ok(text) = core::str::from_utf8(value) else { return false };
    let literal = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (is_host, rest) = match literal {
        Some((literal, rest)) => (is_ip_literal(literal), rest),
        None => {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            (is_registered_name(name), rest)
        }
    };
    let port = rest.strip_prefix(':').unwrap_or(rest);
    is_host && (rest.is_empty() || rest.len() > port.len()) && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands between brackets (RFC 3986 3.2.2).
fn is_ip_literal(text: &str) -> bool {
    let future = |rest: &str| {
        rest.split_once('.').is_some_and(|(version, address)| {
            let hex = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit());
            hex && !address.is_empty() && address.bytes().all(|byte| byte == b':' || is_plain(byte))
        })
    };
    match text.strip_prefix(['v', 'V']) {
        Some(rest) => future(rest),
        None => text.parse::<Ipv6Addr>().is_ok(),
    }
}

/// A name, or an IPv4 address, which looks like one (RFC 3986 3.2.2).
fn is_registered_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_hex = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
        let fits = match byte {
            b'%' => is_hex(bytes.next()) && is_hex(bytes.next()),
            byte => is_plain(byte),
        };
        if !fits {
            return false;
        }
    }
    !text.is_empty()
}

/// The unreserved characters and the sub-delimiters (RFC 3986 2.2, 2.3).
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::Version::{Http10, Http11};
    use super::*;

    #[track_caller]
    fn judged(version: Version, authority: Option<&str>, fields: &[&str], want: Result<(), BadHost>) {
        let got = judge_host(version, authority, fields.iter());
        assert_eq!(got, want, "{version:?} {authority:?} {fields:?}");
    }

    #[test]
    fn a_request_names_its_host_once_but_before_http_1_1() {
        judged(Http11, None, &["a.example"], Ok(()));
        judged(Http11, None, &[], Err(BadHost::Missing));
        judged(Http10, None, &[], Ok(()));
        judged(Http10, None, &["a.example"], Ok(()));
        for version in [Http10, Http11] {
            judged(version, None, &["a.example", "b.example"], Err(BadHost::Repeated));
            judged(version, None, &["a.example", "a.example"], Err(BadHost::Repeated));
            judged(version, None, &[""], Err(BadHost::Invalid));
        }
    }

    #[test]
    fn a_whole_uri_in_the_target_does_not_excuse_the_field() {
        let authority = Some("a.example:80");
        judged(Http11, authority, &["b.example"], Ok(()));
        judged(Http10, authority, &[], Ok(()));
        judged(Http11, authority, &[], Err(BadHost::Missing));
        judged(Http11, authority, &["b.example", "b.example"], Err(BadHost::Repeated));
        judged(Http11, authority, &["b@example"], Err(BadHost::Invalid));
        judged(Http11, Some("user@a.example"), &["a.example"], Err(BadHost::Invalid));
        judged(Http11, Some(""), &["a.example"], Err(BadHost::Invalid));
    }

    #[test]
    fn a_host_has_the_form_of_rfc_3986() {
        let right = [
            "localhost",
            "localhost:9000",
            "127.0.0.1:9000",
            "a.example.",
            "a.example:",
            "A.Example:080",
            "a_b",
            "~",
            "%61.example",
            "xn--bcher-kva.example",
            "a,b",
            "[::1]",
            "[::1]:9000",
            "[2001:db8::7]:",
            "[::ffff:1.2.3.4]",
            "[v1.a:b]",
            "1",
            "a.example:65536",
        ];
        for host in right {
            judged(Http11, None, &[host], Ok(()));
        }
        let wrong = [
            "",
            ":9000",
            "user@a.example",
            "user:word@a.example",
            "a b",
            " a",
            "a.example:port",
            "a.example:90 ",
            "a:1:2",
            "::1",
            "[::1",
            "::1]",
            "[]",
            "[::1]9000",
            "[::1]:x",
            "[a.example]",
            "[v.a]",
            "[v1.]",
            "[fe80::1%25eth0]",
            "a/b",
            "a?b",
            "a#b",
            "http://a.example",
            "a.example, b.example",
            "%",
            "%4",
            "%zz",
            "a\\b",
            "<a>",
            "\"a\"",
            "b\u{fc}cher.example",
            "a\u{0}",
            "a\tb",
            "a\u{7f}",
            "{a}",
            "a|b",
            "a^b",
            "`",
        ];
        for host in wrong {
            judged(Http11, None, &[host], Err(BadHost::Invalid));
        }
        assert_eq!(judge_host(Http11, None, [b"\xff"].iter()), Err(BadHost::Invalid));
    }
}
