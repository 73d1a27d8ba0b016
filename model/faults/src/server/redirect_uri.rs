//! Faults of how a part of a redirect URI is compared (RFC 6749 3.1.2.3, RFC 8252 8.4, RFC 9700 2.1).

use oauth_core::form;
use oauth_core::http::Body;
use oauth_core::page::Page;
use oauth_rules::rules;

use super::Lie::{Read, Reply};
use super::authorize::take_as_registered;
use super::{AUTHORIZE, is_sendable};
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
        name: "redirect-query-appended",
        about: "to the query of a redirect URI that has one more may be added",
        rules: rules!["rfc9700-2.1-redirect-uri-exact-match"],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, texts, _| {
                texts.first().filter(|have| have.contains('?')).is_some_and(|have| {
                    text.strip_prefix(have.as_str()).is_some_and(|more| more.starts_with('&'))
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
    Entry {
        name: "loopback-names-alike",
        about: "localhost is as good a host of a redirect URI as the loopback address that is registered",
        rules: rules!["rfc9700-2.1-redirect-uri-exact-match", "rfc8252-8.4-exact-match-except-loopback-port"],
        lies: OfServer(&[Read(|request, received, directory| {
            take_as_registered(request, received, directory, |text, texts, _| {
                let literal = text.replacen("http://localhost", "http://127.0.0.1", 1);
                texts
                    .first()
                    .is_some_and(|have| literal != text && without_port(have) == without_port(&literal))
            });
        })]),
    },
    Entry {
        name: "response-type-judged-first",
        about: "a response type that is not code is told at the redirect URI of the request, wherever that leads",
        rules: rules![
            "rfc6749-3.1.2.4-no-redirect-to-invalid-uri",
            "rfc6749-4.1.2.1-bad-client-or-redirect-not-redirected"
        ],
        lies: OfServer(&[Reply(AUTHORIZE, |request, reply, directory| {
            let params = form::Params::of_query(request);
            let is_other = params.all("response_type").next().is_some_and(|kind| kind != "code");
            let is_refusal = matches!(reply.body, Body::Page(Page::Refused { .. }));
            let client = params.all("client_id").next().and_then(|id| directory.find_client(id));
            let is_foreign = |uri: &&str| {
                client.is_none_or(|entry| entry.redirect_uris.iter().all(|own| own.as_str() != *uri))
            };
            let uri = params.all("redirect_uri").last().filter(|uri| is_sendable(uri)).filter(is_foreign);
            if let Some(uri) = uri.filter(|_| is_other && is_refusal) {
                let mut answer =
                    vec![("error", "unsupported_response_type"), ("iss", directory.issuer.as_str())];
                answer.extend(params.all("state").next().map(|state| ("state", state)));
                reply.status = 303;
                reply.set("Location", form::add_to_uri(uri, &answer));
                reply.body = Body::Empty;
            }
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
