//! A browser and a client by hand in front of the bench: requests as edits of a good one.
//!
//! A door is a method and a path, and has a request that succeeds if the scene before it went well; what stands behind
//! the path tells apart the good requests of one path. Edits, between spaces, change it (`␣` is a space):
//!
//! - `name=value` sets a parameter as it stands on the wire, `+name=value` adds one more, `-name` takes a parameter or
//!   header away, `?name=value` adds one to the query of a POST. At `/register` parameters are the members of a JSON
//!   object, and their values JSON.
//! - `authorization:`, `cookie:`, `content-type:`, `dpop:` and `origin:` set a header, `basic:ID:SECRET` makes Basic
//!   credentials, `proof:` adds a proof of possession (`proof.rs`).
//! - `method:` sets another method, `body:TEXT` another body, `pad:N` makes it N bytes long, `wait:N` lets seconds pass.
//! - `$code`, `$token`, `$refresh`, `$pushed`, `$client`, `$secret`, `$ask` and `$csrf` are what the last reply that had
//!   one showed, `$token1`, `$refresh1` and so on what the first one and those after it showed, `$grant` the part of
//!   handles that names the grant.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::page::Page;
use oauth_core::policy::Policy;
use oauth_core::refusal::Refused;
use serde_json::Value;

use super::dpop_signature::{Made, proof};
use super::error_response::told;
use crate::bench::{Answer, Bench};

/// The verifier of RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// The redirect URI of `client_1`.
pub(crate) const CALLBACK: &str = "http://localhost:8000/callback";

/// What happened before the request that a row judges.
pub(crate) type Scene = fn(&mut Stage);

/// The bench, a cookie jar, and what replies showed.
#[derive(Clone)]
pub(crate) struct Stage {
    /// The server.
    pub(crate) bench: Bench,
    cookies: Vec<(String, String)>,
    shown: Vec<(String, String)>,
    proofs: usize,
}

/// What was said of one reply.
pub(crate) struct Said {
    /// The reply, as one line.
    pub(crate) line: String,
    /// What was refused, precisely.
    pub(crate) refused: Option<Refused>,
}

impl Stage {
    /// An empty stage under RFC 9700's policy.
    pub(crate) fn new() -> Self {
        Self { bench: Bench::new(Policy::RFC9700), cookies: Vec::new(), shown: Vec::new(), proofs: 0 }
    }

    /// Sends one request.
    pub(crate) fn send(&mut self, door: &str, edits: &str) -> Said {
        let request = self.draft(door, edits);
        let answer = self.bench.exchange(&request);
        self.remember(&answer.reply);
        Said { line: told(&answer.reply, &request.path, self), refused: answer.refused }
    }

    /// Sends one request twice, so that both are judged before either writes.
    pub(crate) fn send_twice_at_once(&mut self, door: &str, edits: &str) -> Said {
        let request = self.draft(door, edits);
        let answers = self.bench.exchange_at_once(&[&request, &request]);
        let line = |answer: &Answer| told(&answer.reply, &request.path, self);
        let lines: Vec<String> = answers.iter().map(line).collect();
        Said { line: lines.join(" | "), refused: answers.iter().find_map(|answer| answer.refused) }
    }

    /// Whoever sits at this browser forgets its cookies.
    pub(crate) fn change_browser(&mut self) {
        self.cookies.clear();
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// What the last reply that had one showed.
    pub(crate) fn shown(&self, name: &str) -> Option<&str> {
        self.shown.iter().find(|(have, _)| have == name).map(|(_, text)| text.as_str())
    }

    /// Builds a request from a door's good one.
    pub(crate) fn draft(&mut self, door: &str, edits: &str) -> HttpRequest {
        let mut draft = Draft::of(door, &self.cookies);
        let shown =
            |name: &str| self.shown.iter().find(|(have, _)| have == name).map(|(_, text)| text.clone());
        let registered = ["$client", "$secret"].map(|name| (name, shown(name).unwrap_or_default()));
        let edits = registered.iter().fold(edits.to_owned(), |edits, (name, text)| edits.replace(name, text));
        for edit in edits.split(' ').filter(|edit| !edit.is_empty()) {
            match edit.strip_prefix("wait:").and_then(|text| text.parse::<u64>().ok()) {
                Some(seconds) => self.bench.now += seconds,
                None => match edit.strip_prefix("proof:").or(edit.strip_prefix("+proof:")) {
                    Some(changes) => {
                        let proof = self.proof(changes, &draft);
                        draft.header(edit.starts_with('+'), "dpop", &proof);
                    }
                    None => draft.edit(&edit.replace('␣', " ")),
                },
            }
        }
        draft.finish(&self.shown)
    }

    /// A proof for this request.
    fn proof(&mut self, changes: &str, draft: &Draft) -> String {
        self.proofs += 1;
        let token = self.shown("$token").unwrap_or_default();
        let (now, nth) = (self.bench.now, self.proofs);
        let made = Made { method: &draft.method, path: &draft.path, now, token, nth };
        proof(changes, &made)
    }

    fn remember(&mut self, reply: &HttpReply) {
        for (_, value) in reply.headers.iter().filter(|(name, _)| *name == "Set-Cookie") {
            if let Some((name, value)) = value.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.cookies.retain(|(have, _)| have != name);
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        let shown = &mut self.shown;
        let mut show = |name: &str, text: &str| {
            shown.retain(|(have, _)| *have != name);
            shown.push((name.to_owned(), text.to_owned()));
            if ["$token", "$refresh"].contains(&name) {
                let numbered = |have: &str| have.strip_prefix(name).is_some_and(|rest| !rest.is_empty());
                let before = shown.iter().filter(|(have, _)| numbered(have)).count();
                shown.push((format!("{name}{}", before + 1), text.to_owned()));
            }
        };
        match &reply.body {
            Body::Page(Page::LogIn { login_token, .. }) => show("$csrf", login_token),
            Body::Page(Page::Consent { ask, .. }) => show("$ask", ask),
            Body::Text(text) => {
                let body = serde_json::from_str::<Value>(text).unwrap_or_default();
                for (name, member) in [
                    ("$token", "access_token"),
                    ("$refresh", "refresh_token"),
                    ("$pushed", "request_uri"),
                    ("$client", "client_id"),
                    ("$secret", "client_secret"),
                ] {
                    // Resources name clients too, which are none that registered.
                    let registers = body["client_id_issued_at"].is_u64() || name != "$client";
                    if let Some(token) = body[member].as_str().filter(|_| registers) {
                        show(name, token);
                    }
                }
            }
            Body::Page(_) | Body::Empty => {}
        }
        let location = reply.header("Location").unwrap_or_default();
        if let Some((_, rest)) = location.split_once("?code=").or_else(|| location.split_once("&code=")) {
            let code = rest.split('&').next().unwrap_or_default();
            show("$code", code);
            show("$grant", code.split('.').next().unwrap_or_default());
        }
    }
}

/// A request in the making.
struct Draft {
    method: String,
    path: String,
    query: Vec<String>,
    body: Option<Vec<String>>,
    whole: Option<String>,
    is_json: bool,
    headers: Vec<(String, String)>,
    pad: usize,
}

impl Draft {
    fn of(door: &str, cookies: &[(String, String)]) -> Self {
        let (method, rest) = door.split_once(' ').expect("a door is a method and a path");
        let path = rest.split(' ').next().unwrap_or(rest);
        let (params, authorization): (&str, Option<String>) = match door {
            "GET /authorize" => (
                "response_type=code&client_id=client_1&redirect_uri=http://localhost:8000/callback&scope=profile\
                 &state=xyz&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                 &code_challenge_method=S256",
                None,
            ),
            "POST /par" => (
                "response_type=code&client_id=client_1&redirect_uri=http://localhost:8000/callback&scope=profile\
                 &state=xyz&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM\
                 &code_challenge_method=S256",
                Some(basic("client_1:client_secret_1")),
            ),
            "GET /authorize (pushed)" => ("client_id=client_1&request_uri=$pushed", None),
            "POST /authorize" => ("ask=$ask&confirm=yes", None),
            "POST /login" => ("user_id=id001&password=mypassword&login_token=$csrf", None),
            "POST /token" => (
                "grant_type=authorization_code&code=$code&redirect_uri=http://localhost:8000/callback\
                 &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                Some(basic("client_1:client_secret_1")),
            ),
            "POST /token (refresh)" => {
                ("grant_type=refresh_token&refresh_token=$refresh", Some(basic("client_2:client_secret_2")))
            }
            "POST /token (for itself)" => {
                ("grant_type=client_credentials", Some(basic("machine:machine_secret")))
            }
            "POST /register" => ("redirect_uris=[\"https://app.example/cb\"]", None),
            "POST /revoke" => ("token=$refresh", Some(basic("client_2:client_secret_2"))),
            "POST /introspect" => ("token=$token", Some(basic("resource_1:resource_secret_1"))),
            "GET /api/me (bound)" => ("", Some("DPoP $token".to_owned())),
            "GET /api/me" | "GET /api/notes" => ("", Some("Bearer $token".to_owned())),
            _ => ("", None),
        };
        let params: Vec<String> =
            params.split('&').filter(|pair| !pair.is_empty()).map(str::to_owned).collect();
        let mut headers: Vec<(String, String)> = Vec::new();
        if !cookies.is_empty() {
            let pairs: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.push(("cookie".to_owned(), pairs.join("; ")));
        }
        headers.extend(authorization.map(|value| ("authorization".to_owned(), value)));
        let has_body = method == "POST";
        let is_json = path == "/register";
        if has_body {
            let media_type = if is_json { "application/json" } else { "application/x-www-form-urlencoded" };
            headers.push(("content-type".to_owned(), media_type.to_owned()));
        }
        let (query, body) = if has_body { (Vec::new(), Some(params)) } else { (params, None) };
        let path = path.to_owned();
        Self { method: method.to_owned(), path, query, body, whole: None, is_json, headers, pad: 0 }
    }

    fn edit(&mut self, edit: &str) {
        let is_header = |name: &str| {
            [
                "authorization",
                "cookie",
                "content-type",
                "dpop",
                "expect",
                "origin",
                "transfer-encoding",
                "x-forwarded-host",
            ]
            .contains(&name)
        };
        if let Some(name) = edit.strip_prefix('-') {
            self.headers.retain(|(have, _)| have != name);
            self.params().retain(|pair| name_of(pair) != name);
            return;
        }
        if let Some(pair) = edit.strip_prefix('?') {
            self.query.push(pair.to_owned());
            return;
        }
        let (adds, edit) = edit.strip_prefix('+').map_or((false, edit), |edit| (true, edit));
        match edit.split_once(':') {
            Some(("basic", pair)) => return self.header(adds, "authorization", &basic(pair)),
            Some(("method", method)) => return method.clone_into(&mut self.method),
            Some(("body", text)) => return self.whole = Some(text.to_owned()),
            Some(("pad", size)) => return self.pad = size.parse().expect("pad: takes a number"),
            Some((name, value)) if is_header(name) => return self.header(adds, name, value),
            Some(_) | None => {}
        }
        match self.params().iter_mut().find(|pair| name_of(pair) == name_of(edit)) {
            Some(pair) if !adds => edit.clone_into(pair),
            Some(_) | None => self.params().push(edit.to_owned()),
        }
    }

    fn header(&mut self, adds: bool, name: &str, value: &str) {
        if !adds {
            self.headers.retain(|(have, _)| have != name);
        }
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    fn params(&mut self) -> &mut Vec<String> {
        self.body.as_mut().unwrap_or(&mut self.query)
    }

    fn finish(self, shown: &[(String, String)]) -> HttpRequest {
        let mut longest_first: Vec<&(String, String)> = shown.iter().collect();
        longest_first.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let fill = |text: &str| {
            let filled =
                longest_first.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
            ["$code", "$token", "$refresh", "$ask", "$csrf", "$grant", "$pushed", "$client", "$secret"]
                .iter()
                .fold(filled, |text, name| text.replace(name, ""))
        };
        let params = self.body.unwrap_or_default();
        let body = match (self.whole, self.is_json) {
            (Some(text), _) => text,
            (None, true) => object(&params),
            (None, false) => params.join("&"),
        };
        let mut body = fill(&body).into_bytes();
        body.resize(body.len().max(self.pad), b'x');
        HttpRequest {
            method: self.method,
            path: self.path,
            query: (!self.query.is_empty()).then(|| fill(&self.query.join("&"))),
            headers: self
                .headers
                .into_iter()
                .map(|(name, value)| (name, fill(&value).into_bytes()))
                .collect(),
            body,
        }
    }
}

fn name_of(pair: &str) -> &str {
    pair.split('=').next().unwrap_or(pair)
}

/// A JSON object of members that are JSON already.
fn object(members: &[String]) -> String {
    let member = |member: &String| {
        let (name, value) = member.split_once('=').unwrap_or((member, "null"));
        format!("\"{name}\":{value}")
    };
    format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(","))
}

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

/// Nobody is logged in, and nothing was asked.
pub(crate) fn nobody(_: &mut Stage) {}

/// The owner is logged in.
pub(crate) fn logged_in(stage: &mut Stage) {
    stage.send("GET /login", "");
    stage.send("POST /login", "");
}

/// The owner sees the consent page.
pub(crate) fn asked(stage: &mut Stage) {
    logged_in(stage);
    stage.send("GET /authorize", "");
}

/// A code is out.
pub(crate) fn coded(stage: &mut Stage) {
    asked(stage);
    stage.send("POST /authorize", "");
}

/// The code was redeemed.
pub(crate) fn redeemed(stage: &mut Stage) {
    coded(stage);
    stage.send("POST /token", "");
}

/// `client_2` has tokens for all that it may have, and a refresh token.
pub(crate) fn refreshable(stage: &mut Stage) {
    logged_in(stage);
    stage.send(
        "GET /authorize",
        "client_id=client_2 redirect_uri=http://localhost:8001/callback scope=profile+email",
    );
    stage.send("POST /authorize", "");
    stage.send("POST /token", "basic:client_2:client_secret_2 redirect_uri=http://localhost:8001/callback");
}
