//! The server's side: no panic, sendable headers, clean errors, redirects to registered places only.

use oauth_core::form::{Params, encode};
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::page::Page;
use oauth_core::policy::Policy;
use oauth_faults::{Fault, Faults, Side};
use proptest::prelude::*;
use serde_json::Value;

use super::wire::{SESSION, config, request};
use crate::bench::{Answer, Bench, USERS};

/// A request by hand.
pub(crate) fn get(path: &str, query: &str, cookie: &str) -> HttpRequest {
    HttpRequest {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: Some(query.to_owned()),
        headers: vec![("cookie".to_owned(), cookie.as_bytes().to_vec())],
        body: Vec::new(),
    }
}

/// A form by hand.
pub(crate) fn post(path: &str, body: &str, headers: &[(&str, &str)]) -> HttpRequest {
    let mut request = HttpRequest {
        method: "POST".to_owned(),
        path: path.to_owned(),
        query: None,
        headers: vec![("content-type".to_owned(), b"application/x-www-form-urlencoded".to_vec())],
        body: body.as_bytes().to_vec(),
    };
    request
        .headers
        .extend(headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())));
    request
}

/// Logs a user in; returns the browser's cookies.
pub(crate) fn log_in(bench: &mut Bench, user: usize) -> String {
    let (name, password) = USERS[user];
    let cookie_of = |reply: &HttpReply| {
        let set = reply.header("Set-Cookie").expect("a login sets a cookie");
        set.split(';').next().expect("a cookie has a value").to_owned()
    };
    let page = bench.exchange(&get("/login", "", "")).reply;
    let Body::Page(Page::LogIn { login_token, .. }) = &page.body else { panic!("{page:?}") };
    let cookie = cookie_of(&page);
    let form = format!("user_id={name}&password={password}&login_token={login_token}");
    cookie_of(&bench.exchange(&post("/login", &form, &[("cookie", &cookie)])).reply)
}

/// A bench, and the request with the cookies of a login there.
fn stage(policy: Policy, mut request: HttpRequest) -> (Bench, HttpRequest) {
    let mut bench = Bench::new(policy);
    let cookies = log_in(&mut bench, 0);
    for (_, value) in request.headers.iter_mut().filter(|(_, value)| value == SESSION.as_bytes()) {
        *value = cookies.clone().into_bytes();
    }
    (bench, request)
}

fn policies() -> impl Strategy<Value = Policy> {
    prop::sample::select(&[Policy::RFC9700, Policy::RFC6749][..])
}

fn server_faults() -> impl Strategy<Value = Fault> {
    let faults: Vec<Fault> =
        Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Server).collect();
    prop::sample::select(faults)
}

/// RFC 6749 5.2: `%x20-21 / %x23-5B / %x5D-7E`.
fn is_error_text(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

fn is_sendable(reply: &HttpReply) -> bool {
    reply.headers.iter().all(|(_, value)| value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)))
}

/// `error` and `error_description` of a JSON body or a redirect.
fn errors_of(reply: &HttpReply) -> Vec<String> {
    let mut texts = Vec::new();
    if let Body::Text(text) = &reply.body {
        let body: Value = serde_json::from_str(text).expect("bodies are JSON");
        texts.extend(
            ["error", "error_description"].iter().filter_map(|name| body[name].as_str()).map(str::to_owned),
        );
    }
    let query = reply.header("Location").and_then(|to| to.split_once('?')).map_or("", |(_, query)| query);
    let params = Params::decode(query.as_bytes()).expect("our own encoding");
    texts.extend(params.all("error").chain(params.all("error_description")).map(str::to_owned));
    texts
}

/// Whether a place is where the directory lets a client's browser go.
fn is_registered(bench: &Bench, location: &str) -> bool {
    let loopback = location.strip_prefix("http://127.0.0.1:").map(|rest| {
        format!("http://127.0.0.1{}", rest.trim_start_matches(|character: char| character.is_ascii_digit()))
    });
    let mut registered =
        bench.directory.clients.iter().flat_map(|entry| entry.redirect_uris.iter().map(String::as_str));
    registered.any(|uri| {
        let behind = |text: &str| {
            text.strip_prefix(uri).is_some_and(|rest| rest.starts_with('?') || rest.starts_with('&'))
        };
        behind(location) || loopback.as_deref().is_some_and(behind)
    })
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn whatever_arrives_the_reply_can_be_sent(request in request(), policy in policies()) {
        let (mut bench, request) = stage(policy, request);
        let Answer { reply, refused } = bench.exchange(&request);
        prop_assert!(is_sendable(&reply), "{:?}", reply.headers);
        prop_assert!((200..500).contains(&reply.status));
        for text in errors_of(&reply) {
            prop_assert!(is_error_text(&text), "{text:?}");
        }
        if refused.is_some() {
            let said = format!("{:?} {:?}", reply.header("Location"), reply.body);
            prop_assert!(!bench.drawn().any(|secret| said.contains(&secret)), "a refusal gives nothing away: {said}");
        }
    }

    #[test]
    fn whatever_arrives_no_fault_panics_or_sends_what_cannot_be_sent(
        request in request(),
        fault in server_faults(),
    ) {
        let (mut bench, request) = stage(Policy::RFC9700, request);
        bench.faults = Faults::these(&[fault]);
        let reply = bench.exchange(&request).reply;
        prop_assert!(is_sendable(&reply), "{}: {:?}", fault.name(), reply.headers);
    }

    #[test]
    fn browsers_are_sent_to_registered_places_only(request in request(), policy in policies()) {
        let (mut bench, mut request) = stage(policy, request);
        "/authorize".clone_into(&mut request.path);
        let reply = bench.exchange(&request).reply;
        if let Some(location) = reply.header("Location") {
            prop_assert!(
                location.starts_with("/login?next=") || is_registered(&bench, location),
                "{location}"
            );
        }
    }
}

/// The value of a parameter of a redirect.
pub(crate) fn param_of(reply: &HttpReply, name: &str) -> Option<String> {
    let (_, query) = reply.header("Location")?.split_once('?')?;
    let params = Params::decode(query.as_bytes()).expect("our own encoding");
    let mut values = params.all(name);
    let first = values.next().map(str::to_owned);
    assert_eq!(values.next(), None, "{name} stands there once");
    first
}

proptest! {
    #![proptest_config(config(500))]

    // RFC 6749 4.1.2, A.5: `state` is any text of VSCHAR, and comes back as it was.
    #[test]
    fn state_comes_back_as_it_was(state in "[ -~]{1,300}") {
        let query = format!("client_id=client_1&response_type=code&state={}", encode(&state));
        for answer in ["yes", "no"] {
            let mut bench = Bench::new(Policy::RFC9700);
            let cookies = log_in(&mut bench, 0);
            let page = bench.exchange(&get("/authorize", &query, &cookies)).reply;
            let Body::Page(Page::Consent { ask, .. }) = &page.body else { panic!("{page:?}") };
            let form = format!("ask={ask}&confirm={answer}");
            let reply = bench.exchange(&post("/authorize", &form, &[("cookie", &cookies)])).reply;
            prop_assert_eq!(param_of(&reply, "state"), Some(state.clone()), "{:?}", reply);
        }
        let mut bench = Bench::new(Policy::RFC9700);
        let cookies = log_in(&mut bench, 0);
        let refused = bench.exchange(&get("/authorize", &query.replace("=code", "=token"), &cookies)).reply;
        prop_assert_eq!(param_of(&refused, "state"), Some(state));
    }

    // Through the login too: the way back carries the request as it was.
    #[test]
    fn the_way_over_the_login_keeps_the_request(
        state in "[ -~]{1,80}",
        uri in prop::option::of(Just("http://localhost:8000/callback")),
    ) {
        let mut bench = Bench::new(Policy::RFC9700);
        let mut query = format!("client_id=client_1&response_type=token&state={}", encode(&state));
        if let Some(uri) = uri {
            query.push_str(&format!("&redirect_uri={}", encode(uri)));
        }
        let next = param_of(&bench.exchange(&get("/authorize", &query, "")).reply, "next").expect("no login");
        let cookies = log_in(&mut bench, 0);
        let (path, query) = next.split_once('?').expect("a query");
        prop_assert_eq!(path, "/authorize");
        let reply = bench.exchange(&get(path, query, &cookies)).reply;
        prop_assert_eq!(param_of(&reply, "state"), Some(state));
    }
}
