//! Liberties of protected resources: how they read tokens and requests, and how their metadata is kept.

use hyper::header::HeaderValue;
use hyper::http::StatusCode;
use oauth_suite::outcome::Verdict;
use serde_json::Value;

use super::message::{Answered, Asked};
use super::relay::Memory;
use super::tokens::{change_text, issues};
use super::{Act, Liberty, cost};

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "access-tokens-without-case",
        about: "bearer tokens are spelt in small letters alone, and read without regard to case",
        allowed: "RFC 6749 1.4: access tokens can have different formats and structures; RFC 4648 6 and 8: base32 and base16 may be read without regard to case",
        seen_at: None,
        apart: &["access tokens"],
        acts: &[Act::Request(as_issued), Act::Answer(in_small_letters)],
        costs: &[],
    },
    Liberty {
        name: "a-resource-that-knows-its-parameters",
        about: "the resource answers a request with a query by 400 invalid_request",
        allowed: "RFC 6750 3.1: invalid_request for an unsupported parameter; no text says which a resource takes",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Instead(|_, asked| {
            let is_due = asked.is_for_resource() && asked.head.uri.query().is_some();
            is_due.then(|| {
                let mut refused = Answered { status: StatusCode::BAD_REQUEST, ..Answered::default() };
                let error = if asked.has_authorization() { ", error=\"invalid_request\"" } else { "" };
                refused.set("www-authenticate", &format!("Bearer realm=\"api\"{error}"));
                refused
            })
        })],
        costs: &[cost("dpop/query-does-not-count", Verdict::NotOffered, "no query is taken")],
    },
    Liberty {
        name: "a-resource-that-takes-basic-too",
        about: "the resource answers bad credentials of HTTP Basic by a challenge for Basic alone",
        allowed: "RFC 9110 11.6.1: one challenge or more that apply to the resource; RFC 6750 3 fixes the scheme of its own challenges",
        seen_at: None,
        apart: &["challenge"],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_basic = asked.header("authorization").is_some_and(|shown| shown.starts_with("Basic "));
            let is_due =
                asked.is_for_resource() && is_basic && answered.headers.contains_key("www-authenticate");
            if is_due {
                answered.set("www-authenticate", "Basic realm=\"api\"");
            }
            is_due
        })],
        costs: &[],
    },
    Liberty {
        name: "resource-metadata-until-a-date",
        about: "the resource's metadata says by Expires for how long it may be kept",
        allowed: "RFC 9728 7.10; RFC 9111 5.3: Expires gives the time after which the response is stale",
        seen_at: None,
        apart: &[],
        acts: &[Act::Answer(|_, asked, answered| {
            let is_due = asked.head.uri.path().starts_with("/.well-known/oauth-protected-resource")
                && answered.headers.remove("cache-control").is_some();
            if is_due {
                answered.set("expires", "Fri, 01 Jan 2100 00:00:00 GMT");
            }
            is_due
        })],
        costs: &[],
    },
];

/// Shows the server a token as that was issued, in whatever case its letters are.
fn as_issued(memory: &Memory, asked: &mut Asked) -> bool {
    let issued = |shown: &str| memory.get(&format!("issued {}", shown.to_ascii_lowercase()));
    let named = asked.header("authorization").and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        Some(format!("{scheme} {}", issued(token)?))
    });
    if let Some(Ok(named)) = named.map(HeaderValue::try_from) {
        asked.head.headers.insert("authorization", named);
        return true;
    }
    asked.change_form(|_, value| issued(value))
}

/// Spells a bearer token in small letters. A bound one stays, since its hash stands in proofs.
fn in_small_letters(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    issues(asked)
        && answered.json(|members| {
            let kind = members.get("token_type").and_then(Value::as_str);
            kind.is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"))
                && change_text(members, "access_token", |token| {
                    let spelt = small(token);
                    memory.keep(format!("issued {spelt}"), token);
                    spelt
                })
        })
}

/// A text in small letters: an `a`, and two letters of g to v for each byte.
fn small(text: &str) -> String {
    let digits = text.bytes().flat_map(|byte| [byte >> 4, byte & 15]);
    std::iter::once('a').chain(digits.map(|digit| char::from(b'g' + digit))).collect()
}
