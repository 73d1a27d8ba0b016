//! Faults of how a part of a redirect URI is compared (RFC 6749 3.1.2.3, RFC 8252 8.4, RFC 9700 2.1).

use oauth_rules::rules;

use super::Lie::Read;
use super::authorize::take_as_registered;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "redirect-port-ignored",
        about: "the port of a redirect URI is not compared, whatever its host",
        rules: rules!["rfc9700-2.1-redirect-uri-exact-match", "rfc6749-3.1.2.3-simple-string-comparison"],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, texts, _| {
                texts.first().is_some_and(|have| have != text && without_port(have) == without_port(text))
            });
        })]),
    },
    Entry {
        name: "redirect-query-value-ignored",
        about: "of the query of a redirect URI only the names are compared",
        rules: rules!["rfc9700-2.1-redirect-uri-exact-match", "rfc6749-3.1.2.3-simple-string-comparison"],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, texts, _| {
                texts.first().is_some_and(|have| {
                    have != text && have.contains('?') && without_values(have) == without_values(text)
                })
            });
        })]),
    },
    Entry {
        name: "loopback-user-taken",
        about: "behind the port of a loopback redirect URI another host may stand",
        rules: rules!["rfc9700-2.1-redirect-uri-exact-match", "rfc8252-8.4-exact-match-except-loopback-port"],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, texts, _| {
                texts.first().is_some_and(|have| has_host_behind_port(have, text))
            });
        })]),
    },
];

/// A URI without the port of its authority.
pub(super) fn without_port(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (authority, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    };
    format!("{scheme}://{host}{tail}")
}

/// What stands before the query of a URI, and the names in it.
fn without_values(text: &str) -> (&str, Vec<&str>) {
    let (base, query) = text.split_once('?').unwrap_or((text, ""));
    (base, query.split('&').map(|pair| pair.split('=').next().unwrap_or_default()).collect())
}

/// Whether a text is a redirect URI on 127.0.0.1 but for a port, which with it is the user at another host.
fn has_host_behind_port(registered: &str, text: &str) -> bool {
    let path = registered.strip_prefix("http://127.0.0.1/");
    let behind = text.strip_prefix("http://127.0.0.1:");
    path.zip(behind).is_some_and(|(path, behind)| {
        behind.starts_with(|first: char| first.is_ascii_digit())
            && behind.strip_suffix(path).is_some_and(|behind| behind.contains('@'))
    })
}
