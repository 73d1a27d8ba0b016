//! Lies about requests that name a token or a resource: on their bytes, on what the codec made of them, and on what
//! a step said of a token that is no more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::Fault;
use super::edit::Pairs;
use oauth_core::directory::{ClientNo, Directory};
use oauth_core::grant::Phase;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::refusal::{Field, Malformed, Refusal};
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::metadata::METADATA_PATH;
use oauth_core::server::redeem::TokenAsk;
use oauth_core::server::{Found, Outcome, Reply, Request};

/// The client that is registered first.
const FIRST: Option<ClientNo> = Some(ClientNo(0));

const HINTS: &[&str] = &["access_token", "refresh_token"];

/// Whether a request has a token that is not empty.
pub(super) fn names_token(request: &HttpRequest) -> bool {
    Pairs::body(request).value("token").is_some_and(|token| !token.is_empty())
}

/// The user name of Basic credentials.
pub(super) fn asks(request: &HttpRequest) -> Option<String> {
    let header = request.header("authorization").next()?.strip_prefix(b"Basic ")?;
    let pair = String::from_utf8(STANDARD.decode(header).ok()?).ok()?;
    pair.split_once(':').map(|(id, _)| id.to_owned())
}

/// Before a request is decoded.
pub(super) fn on_http(fault: Fault, request: &mut HttpRequest) {
    match (fault, request.path.as_str()) {
        (Fault::HintsBelieved, "/revoke" | "/introspect") => {
            let mut pairs = Pairs::body(request);
            if pairs.value("token_type_hint").is_some_and(|hint| HINTS.contains(&hint)) {
                pairs.replace("token", |_| "x".to_owned());
                pairs.into_body(request);
            }
        }
        (Fault::MetadataBehindSlash, path) if path.starts_with(METADATA_PATH) => {
            request.path = match path.strip_suffix('/') {
                Some(without) => without.to_owned(),
                None => format!("{path}/"),
            };
        }
        (Fault::QueryTokenTaken, "/api/me") => {
            let pairs = Pairs::query(request);
            let bare = request.header("authorization").next().is_none();
            if let Some(token) = pairs.value("access_token").filter(|_| bare) {
                let header = format!("Bearer {token}").into_bytes();
                request.headers.push(("authorization".to_owned(), header));
                request.query = None;
            }
        }
        (Fault::RevocationByGet, "/revoke") if request.method == "GET" => {
            "POST".clone_into(&mut request.method);
            request.body = request.query.take().unwrap_or_default().into_bytes();
            let form = b"application/x-www-form-urlencoded".to_vec();
            request.headers.push(("content-type".to_owned(), form));
        }
        (Fault::MethodDefaultsToS256, "/authorize") if request.method == "GET" => {
            let mut pairs = Pairs::query(request);
            if pairs.value("code_challenge").is_some() && pairs.value("code_challenge_method").is_none() {
                pairs.push("code_challenge_method", "S256");
                pairs.into_query(request);
            }
        }
        _ => {}
    }
}

/// After a request was decoded.
pub(super) fn on_received(fault: Fault, request: &mut Request, directory: &Directory) {
    match (fault, request) {
        (Fault::RevocationUnnamed, Request::Revoke(named))
            if named.by == Err(Malformed::Missing(Field::ClientId)) =>
        {
            let mut numbers = (0..=u16::MAX).map(ClientNo).take_while(|no| directory.client(*no).is_some());
            let public = |no: &ClientNo| directory.client(*no).is_some_and(|entry| entry.client.is_public());
            named.by = Ok(Presented { client: numbers.find(public), credentials: Credentials::None });
        }
        (Fault::BasicRefused, Request::Token(token)) => {
            if matches!(token.by, Ok(Presented { client, credentials: Credentials::Basic(_) }) if client != FIRST)
            {
                token.by = Err(Malformed::Syntax(Field::Authorization));
            }
        }
        (Fault::UnknownResourcesIgnored, Request::Authorize(authorize)) => {
            if let Ok(ask) = &mut authorize.ask {
                forget_unknown(&mut ask.resources);
            }
        }
        (Fault::UnknownResourcesIgnored, Request::Token(token)) => {
            if let Ok(TokenAsk::Redeem(redeem)) = &mut token.ask {
                forget_unknown(&mut redeem.resources);
            }
        }
        (Fault::GrantForEveryResource, Request::Authorize(authorize)) => {
            if let Ok(ask) = &mut authorize.ask
                && ask.resources.is_none_or(|asked| !asked.has_unknown)
            {
                let all = AskedResources { known: directory.all_resources(), has_unknown: false };
                ask.resources = Some(all);
            }
        }
        _ => {}
    }
}

fn forget_unknown(resources: &mut Option<AskedResources>) {
    if resources.is_some_and(|asked| asked.has_unknown) {
        *resources = None;
    }
}

/// After a step that revoked, or had nothing to revoke.
pub(super) fn after(fault: Fault, found: &Found<'_>, named: &IntrospectOrRevoke, outcome: &mut Outcome) {
    if !matches!(outcome, Outcome::Reply(Reply::Revoked)) {
        return;
    }
    let ended = found.grant.is_some_and(|grant| matches!(grant.phase, Phase::Dead(_)));
    let refused = match fault {
        Fault::RevocationOfUnknownRefused => found.grant.is_none(),
        Fault::RevocationRepeatRefused => ended && named.token.is_ok(),
        _ => false,
    };
    if refused {
        *outcome = Outcome::Reply(Refusal::TokenOfAnotherClient.into());
    }
}

/// On the reply to a revocation.
pub(super) fn on_revocation_response(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    let body = Pairs::body(request);
    let unknown_hint = body.value("token_type_hint").is_some_and(|hint| !HINTS.contains(&hint));
    match fault {
        Fault::TokenNotNeeded if !names_token(request) && reply.status == 400 => {
            *reply = HttpReply::status(200);
        }
        Fault::HintUnknownRefused if unknown_hint => {
            *reply = HttpReply::status(400).with("Content-Type", "application/json");
            reply.body = Body::Text(json!({ "error": "unsupported_token_type" }).to_string());
        }
        Fault::RevocationErrorsAsPages if reply.status >= 400 => {
            reply.set("Content-Type", "text/html");
            reply.body = Body::Text("<!doctype html><p>refused</p>".to_owned());
        }
        _ => {}
    }
}
