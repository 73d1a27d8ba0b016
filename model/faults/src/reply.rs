//! Lies in the reply: on status, headers and body as they are about to be sent.

use serde_json::{Value, json};

use super::edit::{Pairs, edit_json, edit_location};
use super::{Fault, Faults, dpop, introspect_revoke, published, push, registration};
use oauth_core::directory::Directory;
use oauth_core::form;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::page::Page;
use oauth_core::server::metadata::METADATA_PATH;

impl Faults {
    /// On a reply, with the request as it arrived.
    pub(crate) fn on_reply(&self, request: &HttpRequest, reply: &mut HttpReply, directory: &Directory) {
        for fault in self.iter() {
            match request.path.as_str() {
                "/authorize" => {
                    on_authorization_response(fault, reply);
                    on_authorize_page(fault, request, reply, directory);
                    published::on_authorization_response(fault, request, reply, directory);
                    push::on_authorize_answer(fault, request, reply);
                }
                "/par" => push::on_push_answer(fault, reply),
                "/register" => registration::on_answer(fault, request, reply),
                "/login" => on_login(fault, request, reply),
                "/token" => {
                    on_token_response(fault, request, reply);
                    published::on_token_response(fault, request, reply);
                }
                "/revoke" => introspect_revoke::on_revocation_response(fault, request, reply),
                "/api/me" => on_resource_response(fault, reply),
                METADATA_PATH => {
                    on_metadata(fault, reply);
                    push::on_metadata(fault, reply);
                    dpop::on_metadata(fault, reply);
                }
                _ => {}
            }
            published::on_reply(fault, request, reply);
            dpop::on_reply(fault, request, reply);
            on_any(fault, request, reply);
        }
    }
}

/// Whether a redirect goes to the client.
fn response_pairs(reply: &HttpReply) -> Option<Pairs> {
    let (_, query) = reply.header("Location")?.split_once('?')?;
    let pairs = Pairs::of(query);
    (pairs.value("code").is_some() || pairs.value("error").is_some()).then_some(pairs)
}

fn on_authorization_response(fault: Fault, reply: &mut HttpReply) {
    let Some(pairs) = response_pairs(reply) else { return };
    let is_error = pairs.value("error").is_some();
    match fault {
        Fault::ErrorsOnPage if is_error => {
            *reply = HttpReply::status(400)
                .with("Content-Type", "text/html; charset=utf-8")
                .with("X-Frame-Options", "DENY");
            reply.body = Body::Page(Page::Refused { text: "the request was refused".to_owned() });
        }
        Fault::AuthorizationErrorsWrong => {
            edit_location(reply, |pairs| pairs.replace("error", |_| "server_error".to_owned()));
        }
        Fault::AuthorizationErrorUnclean => {
            edit_location(reply, |pairs| pairs.replace("error_description", |_| "say+%22no%22".to_owned()));
        }
        Fault::StateDropped if !is_error => edit_location(reply, |pairs| pairs.remove("state")),
        Fault::StateDroppedOnError if is_error => edit_location(reply, |pairs| pairs.remove("state")),
        Fault::StateInvented if pairs.value("state").is_none() => {
            edit_location(reply, |pairs| pairs.push("state", "none"));
        }
        Fault::CodeInFragment if !is_error => {
            let code = pairs.value("code").unwrap_or_default();
            let location = format!("{}#code={code}", reply.header("Location").unwrap_or_default());
            reply.set("Location", location);
        }
        Fault::RedirectQueryDropped => edit_location(reply, |pairs| pairs.drop_before(&["code", "error"])),
        Fault::ResponseParameterTwice => edit_location(reply, |pairs| {
            let iss = pairs.value("iss").unwrap_or_default().to_owned();
            pairs.push("iss", &iss);
        }),
        Fault::IssMissing if !is_error => edit_location(reply, |pairs| pairs.remove("iss")),
        Fault::IssMissingOnError if is_error => edit_location(reply, |pairs| pairs.remove("iss")),
        Fault::IssNotIssuer => edit_location(reply, |pairs| pairs.replace("iss", |iss| format!("{iss}%2F"))),
        Fault::Redirect307 => reply.status = 307,
        _ => {}
    }
}

fn on_authorize_page(fault: Fault, request: &HttpRequest, reply: &mut HttpReply, directory: &Directory) {
    let query = form::Params::of_query(request);
    let one = |name: &str| query.all(name).next().map(str::to_owned);
    let refused = matches!(reply.body, Body::Page(Page::Refused { .. }));
    match fault {
        Fault::BadClientRedirected if refused => {
            let unknown = one("client_id").is_none_or(|id| directory.find_client(&id).is_none());
            if let (true, Some(uri)) = (unknown, one("redirect_uri").filter(|uri| is_sendable(uri))) {
                *reply = HttpReply::status(303)
                    .with("Location", form::add_to_uri(&uri, &[("error", "unauthorized_client")]));
            }
        }
        Fault::ErrorPageEmpty if refused => reply.body = Body::Empty,
        Fault::OddInputCrashes if request.query.as_ref().is_some_and(|query| query.len() > 4096) => {
            *reply = HttpReply::status(500);
        }
        Fault::ConsentUnnamed => {
            if let Body::Page(Page::Consent { client_id, client_name, redirect_uri, scope, .. }) =
                &mut reply.body
            {
                client_id.clear();
                client_name.clear();
                redirect_uri.clear();
                // One value, so that no checkboxes appear that the form would have to keep.
                scope.truncate(1);
                scope.iter_mut().for_each(|value| "something".clone_into(value));
            }
        }
        Fault::CorsAllowed => reply.set("Access-Control-Allow-Origin", "*"),
        _ => {}
    }
}

/// Whether a text can stand in a `Location`.
fn is_sendable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn on_login(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    if fault != Fault::OpenRedirector || !matches!(reply.body, Body::Page(Page::LoggedIn)) {
        return;
    }
    let query = form::Params::of_query(request);
    if let Some(next) = query.all("next").next().filter(|next| is_sendable(next)) {
        reply.status = 303;
        reply.set("Location", next);
        reply.body = Body::Empty;
    }
}

fn on_token_response(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    let body = Pairs::body(request);
    let is_error = reply.status != 200;
    match fault {
        Fault::TokenChallengeMissing => reply.remove("WWW-Authenticate"),
        Fault::BasicRealmMissing if reply.status == 401 => reply.set("WWW-Authenticate", "Basic"),
        Fault::PasswordGrantTaken if body.value("grant_type") == Some("password") && reply.status == 400 => {
            reply.status = 200;
            let token = json!({ "access_token": "anything", "token_type": "Bearer", "expires_in": 3600 });
            reply.body = Body::Text(token.to_string());
        }
        Fault::TokenErrorsWrong if is_error => {
            edit_json(reply, |members| {
                members.insert("error".to_owned(), json!("server_error"));
            });
        }
        Fault::TokenErrors200 => reply.status = 200,
        Fault::TokenErrorUnclean if is_error => {
            edit_json(reply, |members| {
                members.insert("error_description".to_owned(), json!("say \"no\""));
            });
        }
        Fault::TokenCacheable => reply.remove("Cache-Control"),
        Fault::PragmaMissing => reply.remove("Pragma"),
        Fault::TokenAsText => reply.set("Content-Type", "text/html"),
        _ if !is_error => on_token_members(fault, &body, reply),
        _ => {}
    }
}

fn on_token_members(fault: Fault, body: &Pairs, reply: &mut HttpReply) {
    edit_json(reply, |members| match fault {
        Fault::AccessTokenMissing => {
            members.remove("access_token");
        }
        Fault::TokenTypeMissing => {
            members.remove("token_type");
        }
        Fault::ScopeNotReturned => {
            members.remove("scope");
        }
        Fault::ExpiresInText => {
            let seconds = members.get("expires_in").map(ToString::to_string).unwrap_or_default();
            members.insert("expires_in".to_owned(), json!(seconds));
        }
        Fault::ScopeMalformed => change(members, "scope", |scope| format!(" {scope}")),
        Fault::TokenUnsendable => change(members, "access_token", |token| format!("{token}!")),
        Fault::ScopeWidenedAtToken => {
            if let Some(scope) = body.value("scope").and_then(|scope| form::decode(scope.as_bytes())) {
                members.insert("scope".to_owned(), json!(scope));
            }
        }
        _ => {}
    });
}

fn change(members: &mut serde_json::Map<String, Value>, name: &str, change: impl Fn(&str) -> String) {
    if let Some(Value::String(text)) = members.get_mut(name) {
        *text = change(text);
    }
}

fn on_resource_response(fault: Fault, reply: &mut HttpReply) {
    if fault == Fault::MalformedBearerUnknown && reply.status == 400 {
        reply.status = 401;
        reply.set("WWW-Authenticate", "Bearer realm=\"resource\", error=\"invalid_token\"");
        return;
    }
    let Some(challenge) = reply.header("WWW-Authenticate").map(str::to_owned) else { return };
    match fault {
        Fault::ResourceChallengeMissing => reply.remove("WWW-Authenticate"),
        Fault::ResourceChallengeBare => reply.set("WWW-Authenticate", "Bearer"),
        Fault::ChallengeAttributeTwice => {
            reply.set("WWW-Authenticate", format!("{challenge}, realm=\"resource\""));
        }
        Fault::ChallengeUnclean if challenge.contains("error=") => {
            reply.set(
                "WWW-Authenticate",
                "Bearer error=\"invalid_token\", error_description=\"back\\\\slash\"",
            );
        }
        Fault::ErrorWithoutToken if !challenge.contains("error=") => {
            reply.set("WWW-Authenticate", format!("{challenge}, error=\"invalid_token\""));
        }
        _ => {}
    }
}

fn on_metadata(fault: Fault, reply: &mut HttpReply) {
    match fault {
        Fault::MetadataMissing => *reply = HttpReply::status(404),
        Fault::IssUnadvertised => edit_json(reply, |members| {
            members.remove("authorization_response_iss_parameter_supported");
        }),
        Fault::PkceUnadvertised => edit_json(reply, |members| {
            members.remove("code_challenge_methods_supported");
        }),
        _ => {}
    }
}

fn on_any(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    let is_page = matches!(reply.body, Body::Page(_));
    match fault {
        Fault::PagesFramable if is_page => {
            reply.remove("X-Frame-Options");
            reply.remove("Content-Security-Policy");
        }
        Fault::FrameOptionsMissing => reply.remove("X-Frame-Options"),
        Fault::ReferrerLeaked => reply.remove("Referrer-Policy"),
        Fault::Redirect302 if request.method == "POST" && reply.status == 303 => reply.status = 302,
        Fault::AllowMissing => reply.remove("Allow"),
        Fault::MarkupReflected | Fault::ThirdPartyOnPage => {
            if let Body::Page(Page::Refused { text }) = &reply.body {
                let query = request.query.as_deref().unwrap_or_default().as_bytes();
                let shown = form::decode(query).unwrap_or_default();
                reply.body = Body::Text(if fault == Fault::MarkupReflected {
                    format!("<!doctype html><p>{text}</p><p>{shown}</p>")
                } else {
                    format!(
                        "<!doctype html><p>{text}</p><script src=\"https://third.example/x.js\"></script>"
                    )
                });
            }
        }
        _ => {}
    }
}
