//! A reply as one line: status, what it says, and every header that is not what replies of its kind have.

use oauth_core::form::Params;
use oauth_core::http::{Body, HttpReply};
use oauth_core::page::Page;
use oauth_core::secret::anti_csrf;
use oauth_core::server::cookie::login_cookie_name;
use serde_json::Value;

use super::stage::{CALLBACK, Stage};
use crate::bench::ISSUER;

const PAGE: &[(&str, &str)] = &[
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
];
const REDIRECT: &[(&str, &str)] = &[("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer")];
const DONE: &[(&str, &str)] = &[("Cache-Control", "no-store"), ("Pragma", "no-cache")];
const JSON: &[(&str, &str)] = &[
    ("Content-Type", "application/json"),
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Pragma", "no-cache"),
];

/// Tells the reply to a request for this path. Secrets that were drawn become `<handle>` or `<secret>`, the callback of
/// `client_1` `CB`; the right `iss` of an authorization response is left out.
pub(crate) fn told(reply: &HttpReply, path: &str, stage: &Stage) -> String {
    let (usual, body) = match &reply.body {
        Body::Page(page) => (PAGE, page_text(page, stage)),
        Body::Empty if reply.status == 200 => (DONE, String::new()),
        Body::Empty => (REDIRECT, reply.header("Location").map(|to| location(to, stage)).unwrap_or_default()),
        Body::Text(text) => (JSON, json_text(text)),
    };
    let mut challenges = Vec::new();
    let mut line = format!("{} {body}", reply.status).trim_end().to_owned();
    for (name, value) in reply.headers.iter().filter(|(name, _)| *name != "Location") {
        if !usual.contains(&(name, value)) {
            let value = match &reply.body {
                Body::Text(text) => value.replace(&challenge_of(text), "…"),
                Body::Page(_) | Body::Empty => value.clone(),
            };
            if *name == "WWW-Authenticate" {
                challenges.push(challenge(&value, path));
            } else {
                line.push_str(&format!(" [{name}: {value}]"));
            }
        }
    }
    line.push_str(&told_challenges(&challenges));
    for (name, _) in usual.iter().filter(|(name, _)| reply.header(name).is_none()) {
        line.push_str(&format!(" [no {name}]"));
    }
    normalised(line, stage)
}

/// The challenges of a reply. A resource has two, and the one that says no more than its scheme is left out; that it lacks is
/// noted.
fn told_challenges(challenges: &[String]) -> String {
    const BEARER: &str = "Bearer realm=\"resource\"";
    const DPOP: &str = "DPoP algs=\"ES256 Ed25519 EdDSA PS256 RS256\"";
    let tell = |challenge: &String| format!(" [WWW-Authenticate: {challenge}]");
    match challenges {
        [] => String::new(),
        [bearer, dpop] if dpop == DPOP => tell(bearer),
        [bearer, dpop] if bearer == BEARER => tell(dpop),
        [one] if one.starts_with("Basic") => tell(one),
        others => format!("{} [not one for each scheme]", others.iter().map(tell).collect::<String>()),
    }
}

/// A challenge without the pointer to the metadata of the resource at this path, which is noted where it lacks (RFC 9728 5.1).
fn challenge(value: &str, path: &str) -> String {
    if value.starts_with("Basic") {
        return value.to_owned();
    }
    let pointer = format!(", resource_metadata=\"{ISSUER}/.well-known/oauth-protected-resource{path}\"");
    if value.contains(&pointer) {
        return value.replace(&pointer, "");
    }
    format!("{value} (no resource_metadata)")
}

fn page_text(page: &Page, stage: &Stage) -> String {
    match page {
        Page::Home { .. } => "home".to_owned(),
        Page::LoggedIn => "logged in".to_owned(),
        Page::LogIn { login_token, message } => {
            let name = login_cookie_name(stage.bench.directory.secure());
            let fits = stage.cookie(name).is_some_and(|cookie| anti_csrf(cookie) == *login_token);
            let fit = if fits { "" } else { " with a token that fits no cookie" };
            format!("login{fit}{}", message.map(|message| format!(" ({message})")).unwrap_or_default())
        }
        Page::Consent { ask, client_id, client_name, redirect_uri, scope, user } => {
            let named = match client_name {
                name if *name == format!("The {client_id}") => String::new(),
                name if name == client_id => " unnamed".to_owned(),
                name => format!(" named {name}"),
            };
            format!("consent {ask} {user}: {client_id}{named} wants {} at {redirect_uri}", scope.join("+"))
        }
        Page::Refused { text } => format!("({text})"),
    }
}

fn location(to: &str, stage: &Stage) -> String {
    let (base, query) = match to.split_once('?') {
        Some((base, query)) if base.contains("://") || base.contains(":/") => (base, query),
        Some(_) | None => return to.to_owned(),
    };
    let mut iss = 0;
    let mut line = base.to_owned();
    for pair in query.split('&') {
        let decoded = Params::decode(pair.as_bytes()).expect("our own encoding");
        let (name, value) = decoded.pairs().first().cloned().unwrap_or_default();
        match name.as_str() {
            "iss" if value == stage.bench.directory.issuer && iss == 0 => iss += 1,
            "error_description" => line.push_str(&format!(" ({value})")),
            _ => line.push_str(&format!(" {pair}")),
        }
    }
    if iss == 0 {
        line.push_str(" [no iss]");
    }
    line
}

fn json_text(text: &str) -> String {
    let Ok(body) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    match (body["error"].as_str(), body["error_description"].as_str(), body.as_object()) {
        (Some(error), Some(description), Some(members)) if members.len() == 2 => {
            format!("{error} ({description})")
        }
        _ => text.to_owned(),
    }
}

/// What a Bearer challenge repeats of the body.
fn challenge_of(text: &str) -> String {
    let body = serde_json::from_str::<Value>(text).unwrap_or_default();
    let member = |name: &str| body[name].as_str().unwrap_or("-").to_owned();
    format!("error=\"{}\", error_description=\"{}\"", member("error"), member("error_description"))
}

fn normalised(mut line: String, stage: &Stage) -> String {
    for secret in stage.bench.drawn() {
        while let Some(at) = line.find(&secret) {
            let is_handle = line[..at].ends_with('.');
            let start = if is_handle { at - 23 } else { at };
            let name = if is_handle { "<handle>" } else { "<secret>" };
            line.replace_range(start..at + secret.len(), name);
        }
    }
    if let Some(id) = stage.shown("$client") {
        line = line.replace(id, "<client>");
    }
    line.replace(CALLBACK, "CB")
}
