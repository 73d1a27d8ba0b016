//! Liberties of registration: what a server registers in place of what was asked for, and whom it trusts afterwards.

use hyper::http::StatusCode;
use oauth_suite::outcome::Verdict;
use serde_json::{Map, Value};

use super::message::{Answered, Asked, encoded, first_of};
use super::relay::Memory;
use super::{Act, Liberty, cost};

/// What a server may make of what was asked for.
const REPLACES: &str =
    "RFC 7591 3.2.1: the server MAY reject or replace any of the client's requested metadata values";

/// The scope of each client that registers itself.
const SCOPE: &str = "email";

/// A redirect URI of each client that registers itself.
const CONSOLE: &str = "https://console.suite.example/callback";

pub(super) const LIBERTIES: &[Liberty] = &[
    Liberty {
        name: "registration-chooses-the-scope",
        about: "whoever registers may have a scope of the server's own, which the response tells",
        allowed: REPLACES,
        seen_at: None,
        apart: &["registration", "scope"],
        acts: &[Act::Request(|_, asked| {
            change_registration(asked, |members| {
                let before = members.insert("scope".to_owned(), Value::from(SCOPE));
                before.is_none_or(|before| before != SCOPE)
            })
        })],
        costs: &[cost(
            "registration/told-scope-is-what-it-may-have",
            Verdict::NotTested,
            "no client may have what it registers for",
        )],
    },
    Liberty {
        name: "registration-adds-a-redirect-uri",
        about: "whoever registers has a redirect URI of the server's own besides, behind those that were asked for",
        allowed: REPLACES,
        seen_at: None,
        apart: &["registration"],
        acts: &[Act::Request(|_, asked| {
            change_registration(asked, |members| {
                let Some(Value::Array(uris)) = members.get_mut("redirect_uris") else { return false };
                let is_due = !uris.is_empty();
                if is_due {
                    uris.push(Value::from(CONSOLE));
                }
                is_due
            })
        })],
        costs: &[],
    },
    Liberty {
        name: "errors-go-to-whom-a-user-trusts",
        about: "an error leads to a client that registered itself without a question, once a user has said yes to that client",
        allowed: "RFC 9700 4.11.2: SHOULD only automatically redirect the user agent if it trusts the redirect URI; no text says by what",
        seen_at: None,
        apart: &["registration", "error redirects", "own redirects"],
        acts: &[Act::Answer(to_the_trusted)],
        costs: &[],
    },
];

/// Changes the members of a registration; whether `change` says that it did.
fn change_registration(asked: &mut Asked, change: impl FnOnce(&mut Map<String, Value>) -> bool) -> bool {
    if !asked.is("POST", "/register") {
        return false;
    }
    let Ok(Value::Object(mut members)) = serde_json::from_slice(&asked.body) else { return false };
    let changed = change(&mut members);
    if changed {
        asked.body = Value::Object(members).to_string().into();
    }
    changed
}

/// Leads a browser that is logged in to the client with the error of an unknown response type, where that was a page so far.
fn to_the_trusted(memory: &Memory, asked: &Asked, answered: &mut Answered) -> bool {
    remember(memory, asked, answered);
    let query = asked.head.uri.query().unwrap_or_default();
    let one = |name: &str| first_of(query, name);
    let (Some(client), Some(uri), Some(state)) = (one("client_id"), one("redirect_uri"), one("state")) else {
        return false;
    };
    let kept = |what: String| memory.get(&what).is_some();
    let is_trusted = kept(format!("trusted {client}")) && kept(format!("registered {client} {uri}"));
    let is_other_type = one("response_type").is_some_and(|kind| kind != "code");
    let is_error = answered.is_page() && answered.status == StatusCode::BAD_REQUEST;
    let is_known = asked.header("cookie").is_some();
    let is_due = asked.is("GET", "/authorize") && is_trusted && is_other_type && is_error && is_known;
    let Some(origin) = asked.origin().filter(|_| is_due) else { return false };
    let mark = if uri.contains('?') { '&' } else { '?' };
    let (state, issuer) = (encoded(&state), encoded(&origin));
    answered.status = StatusCode::SEE_OTHER;
    answered
        .set("location", &format!("{uri}{mark}error=unsupported_response_type&state={state}&iss={issuer}"));
    answered.headers.remove("content-type");
    answered.body = "".into();
    true
}

/// Remembers which clients registered themselves, who asked with which state, and to whom a user said yes.
fn remember(memory: &Memory, asked: &Asked, answered: &Answered) {
    if asked.is("POST", "/register") {
        let members = answered.members().unwrap_or_default();
        let id = members.get("client_id").and_then(Value::as_str);
        let uris = members.get("redirect_uris").and_then(Value::as_array);
        for uri in uris.into_iter().flatten().filter_map(Value::as_str) {
            if let Some(id) = id {
                memory.keep(format!("registered {id} {uri}"), "");
            }
        }
    }
    if asked.is("GET", "/authorize") {
        let query = asked.head.uri.query().unwrap_or_default();
        if let (Some(client), Some(state)) = (first_of(query, "client_id"), first_of(query, "state")) {
            memory.keep(format!("asker {state}"), client);
        }
    }
    let url = answered.header("location").filter(|_| answered.located("code").is_some());
    let state = url.and_then(|url| first_of(url.split_once('?').map_or("", |(_, query)| query), "state"));
    if let Some(client) = state.and_then(|state| memory.get(&format!("asker {state}"))) {
        memory.keep(format!("trusted {client}"), "");
    }
}
