//! From a typed reply to HTTP: status, headers, body; the channel of a refusal.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use super::authorize::ResponseTarget;
use super::cookie::{login_cookie_name, session_cookie_name};
use super::introspect::TokenInfo;
use super::jwk::{Algorithm, thumbprint_text};
use super::metadata::{metadata, metadata_path};
use super::push::{REQUEST_URI_PREFIX, Taken};
use super::received::Received;
use super::resource_metadata::{resource_metadata, resource_metadata_url};
use super::{Consent, Reply, Served, Tokens};
use crate::directory::Directory;
use crate::form::{add_to_uri, encode};
use crate::grant::TokenKind;
use crate::http::{Body, HttpReply};
use crate::page::Page;
use crate::policy::Policy;
use crate::refusal::{Answer, ErrorCode, Malformed, Refusal, Refused};
use crate::secret::{Secret, anti_csrf};

/// What replies are written with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Names.
    pub directory: &'a Directory,
    /// The deployment's choices, for the metadata.
    pub policy: &'a Policy,
    /// The request.
    pub received: &'a Received,
    /// What lies beside the grant that was found.
    pub kept: Option<&'a ResponseTarget>,
    /// The nonce that proofs have to carry from now on.
    pub nonce: &'a str,
}

impl Context<'_> {
    /// Where an authorization response goes.
    fn response_target(&self) -> Option<&ResponseTarget> {
        self.kept.or_else(|| self.received.response_target())
    }
}

fn cookie(name: &str, secret: Secret, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={}; Path=/; HttpOnly; SameSite=Lax{secure}", secret.text())
}

impl Reply {
    /// Writes the reply.
    #[must_use]
    pub fn encode(&self, context: &Context<'_>) -> HttpReply {
        let reply = self.encode_without_nonce(context);
        // rfc9449-8-use-dpop-nonce-error, rfc9449-9-rs-use-dpop-nonce, rfc9449-8-one-nonce-header
        if context.policy.dpop_nonce && context.received.wants_nonce() {
            reply.with("DPoP-Nonce", context.nonce)
        } else {
            reply
        }
    }

    fn encode_without_nonce(&self, context: &Context<'_>) -> HttpReply {
        let secure = context.directory.secure();
        match self {
            Self::Home => page(200, Page::Home { metadata: metadata_path(context.directory) }),
            Self::LogInPage(fresh, refusal) => log_in_page(context, *fresh, *refusal),
            Self::LogInFirst => {
                let next = context.received.next().unwrap_or("/authorize");
                let (_, base) = context.directory.origin_and_base();
                see_other(format!("{base}/login?next={}", encode(next)))
            }
            Self::LoggedIn(secret) => {
                let reply = match context.received.next() {
                    Some(next) => see_other(format!("{}{next}", context.directory.origin_and_base().1)),
                    None => page(200, Page::LoggedIn),
                };
                reply.with("Set-Cookie", cookie(session_cookie_name(secure), *secret, secure))
            }
            Self::Consent(consent) => page(200, consent_page(context, consent)),
            // rfc6749-4.1.2-code-in-query
            Self::Code(code) => to_client(context, vec![("code", code.text())]),
            Self::Pushed(taken) => pushed(taken),
            Self::Tokens(tokens) => token_response(context.directory, tokens),
            Self::Registered(registered) => {
                let told = context.received.metadata().map(|metadata| metadata.told(registered));
                // rfc7591-3.2.1-created-response, rfc7591-3.2.1-response-not-stored
                uncached(json_reply(201, told.unwrap_or_default().to_string()))
            }
            // rfc7009-2.2-invalid-token-is-200: the status says it all.
            Self::Revoked => uncached(HttpReply::status(200)),
            Self::Introspection(told) => introspection(context.directory, told.as_ref()),
            Self::Resource(served) => resource(context.directory, served),
            Self::Metadata => json_reply(200, metadata(context.directory, context.policy).to_string()),
            Self::ResourceMetadata(resource) => {
                let described = context.directory.resources_of(*resource).next();
                let document = described.map(|resource| resource_metadata(context.directory, resource));
                // rfc9728-7.10-cacheable
                json_reply(200, document.unwrap_or_default().to_string())
                    .with("Cache-Control", "max-age=3600")
            }
            Self::Refused(refused) => refusal(context, *refused),
        }
    }
}

/// A page that no other origin may frame, that loads nothing, and that leaks no address (RFC 9700 4.2.4, 4.16).
fn page(status: u16, page: Page) -> HttpReply {
    HttpReply { status, headers: Vec::new(), body: Body::Page(page) }
        .with("Content-Type", "text/html; charset=utf-8")
        .with("Cache-Control", "no-store")
        .with(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        )
        .with("X-Frame-Options", "DENY")
        .with("Referrer-Policy", "no-referrer")
        .with("X-Content-Type-Options", "nosniff")
}

/// A redirect that never repeats a body with credentials (RFC 9700 4.12).
fn see_other(location: String) -> HttpReply {
    HttpReply::status(303)
        .with("Location", location)
        .with("Cache-Control", "no-store")
        .with("Referrer-Policy", "no-referrer")
}

fn log_in_page(context: &Context<'_>, fresh: Option<Secret>, refusal: Option<Refusal>) -> HttpReply {
    let secure = context.directory.secure();
    let fresh_text = fresh.map(|secret| secret.text());
    let source = fresh_text.as_deref().or(context.received.login_cookie()).unwrap_or_default();
    let message = refusal.map(Refusal::describe);
    let status = if refusal.is_some() { 403 } else { 200 };
    let reply = page(status, Page::LogIn { login_token: anti_csrf(source), message });
    match fresh {
        Some(secret) => reply.with("Set-Cookie", cookie(login_cookie_name(secure), secret, secure)),
        None => reply,
    }
}

fn consent_page(context: &Context<'_>, consent: &Consent) -> Page {
    let entry = context.directory.client(consent.client);
    Page::Consent {
        ask: consent.ask.text(),
        client_id: entry.map(|entry| entry.id.clone()).unwrap_or_default(),
        client_name: entry.map(|entry| entry.name.clone()).unwrap_or_default(),
        redirect_uri: context.response_target().map(|target| target.redirect_uri.clone()).unwrap_or_default(),
        scope: context.directory.scope_names(consent.scope).into_iter().map(str::to_owned).collect(),
        user: context.directory.user(consent.user).unwrap_or_default().to_owned(),
    }
}

/// An authorization response: the client's redirect URI, with `state` and `iss` (RFC 6749 4.1.2, RFC 9207 2).
fn to_client(context: &Context<'_>, mut pairs: Vec<(&str, String)>) -> HttpReply {
    let target = context.response_target();
    if let Some(state) = target.and_then(|target| target.state.as_ref()) {
        pairs.push(("state", state.clone()));
    }
    // rfc9207-2-iss-in-success-response, rfc9207-2-iss-in-error-response
    pairs.push(("iss", context.directory.issuer.clone()));
    see_other(add_to_uri(target.map_or("", |target| &target.redirect_uri), &pairs))
}

fn json_reply(status: u16, text: String) -> HttpReply {
    HttpReply { status, headers: Vec::new(), body: Body::Text(text) }
        .with("Content-Type", "application/json")
        .with("X-Content-Type-Options", "nosniff")
}

fn uncached(reply: HttpReply) -> HttpReply {
    // rfc6749-5.1-no-store, rfc6749-5.1-pragma-no-cache
    reply.with("Cache-Control", "no-store").with("Pragma", "no-cache")
}

fn token_response(directory: &Directory, tokens: &Tokens) -> HttpReply {
    let mut body = json!({
        "access_token": tokens.access.text(),
        "token_type": if tokens.bound { "DPoP" } else { "Bearer" },
        "expires_in": tokens.expires_in.0,
        "scope": directory.scope_text(tokens.scope),
    });
    if let Some(refresh) = tokens.refresh {
        body["refresh_token"] = json!(refresh.text());
    }
    uncached(json_reply(200, body.to_string()))
}

/// The name of a pushed request (RFC 9126 2.2).
fn pushed(taken: &Taken) -> HttpReply {
    let body = json!({
        "request_uri": format!("{REQUEST_URI_PREFIX}{}", taken.handle.text()),
        "expires_in": taken.expires_in.0,
    });
    // rfc9126-2.2-success-201
    uncached(json_reply(201, body.to_string()))
}

/// What a token is (RFC 7662 2.2); of one that is not good nothing but that.
fn introspection(directory: &Directory, told: Option<&TokenInfo>) -> HttpReply {
    let Some(told) = told else {
        // rfc7662-2.2-inactive-is-200-false, rfc7662-2.2-inactive-no-detail
        return uncached(json_reply(200, json!({ "active": false }).to_string()));
    };
    let client = directory.client(told.client).map(|entry| entry.id.as_str());
    let user = told.user.and_then(|user| directory.user(user));
    let mut body = json!({
        "active": true,
        "aud": directory.resource_identifiers(told.audience),
        "client_id": client,
        "exp": told.until.0,
        "iss": directory.issuer,
        "scope": directory.scope_text(told.scope),
        // rfc9700-4.15.1-token-kinds-distinguishable: only a token of a resource owner has a username.
        "sub": user.or(client),
    });
    if let Some(user) = user {
        body["username"] = json!(user);
    }
    if told.kind == TokenKind::Access {
        body["token_type"] = json!(if told.key.is_some() { "DPoP" } else { "Bearer" });
    }
    if let Some(key) = told.key {
        // rfc9449-6.2-introspection-jkt
        body["cnf"] = json!({ "jkt": thumbprint_text(&key) });
    }
    uncached(json_reply(200, body.to_string()))
}

fn resource(directory: &Directory, served: &Served) -> HttpReply {
    let body = json!({
        "client_id": directory.client(served.client).map(|entry| entry.id.as_str()),
        "scope": directory.scope_text(served.scope),
        "user_id": served.user.and_then(|user| directory.user(user)),
    });
    uncached(json_reply(200, body.to_string()))
}

fn refusal(context: &Context<'_>, refused: Refused) -> HttpReply {
    let said = refused.describe();
    match refused.answer() {
        Answer::Page(status) => {
            let reply = page(status, Page::Refused { text: said });
            match refused {
                // rfc9110-15.5.6-405-has-allow
                Refused::Malformed(_, Malformed::MethodNotAllowed(methods)) => reply.with("Allow", methods),
                Refused::Malformed(..) | Refused::Step(_) | Refused::Untrusted(_) | Refused::AtPush(_) => {
                    reply
                }
            }
        }
        Answer::Redirect(code) => {
            to_client(context, vec![("error", code.text().to_owned()), ("error_description", said)])
        }
        // rfc6749-5.2-invalid-client-401-challenge, rfc7617-2-basic-challenge-has-realm
        Answer::Token(ErrorCode::InvalidClient) => error(401, ErrorCode::InvalidClient, &said)
            .with("WWW-Authenticate", "Basic realm=\"token endpoint\""),
        Answer::Token(code) => error(400, code, &said),
        Answer::Json(status, code) => error(status, code, &said),
        Answer::Challenge(status, code) => challenge(context, refused, status, code),
    }
}

/// An error as the token endpoint tells it (RFC 6749 5.2).
fn error(status: u16, code: ErrorCode, said: &str) -> HttpReply {
    uncached(json_reply(status, json!({ "error": code.text(), "error_description": said }).to_string()))
}

/// A refused request for a resource (RFC 6750 3, RFC 9449 7.1): a challenge for each scheme, the error in the one that
/// was used.
fn challenge(context: &Context<'_>, refused: Refused, status: u16, code: Option<ErrorCode>) -> HttpReply {
    let mut told = String::new();
    let mut body = json!({});
    if let Some(code) = code {
        told = format!(", error=\"{}\", error_description=\"{}\"", code.text(), refused.describe());
        body = json!({ "error": code.text(), "error_description": refused.describe() });
    }
    let mut pointer = String::new();
    let asked = context.received.resource();
    if let Some(resource) = asked.and_then(|set| context.directory.resources_of(set).next()) {
        if code == Some(ErrorCode::InsufficientScope) {
            let scope = context.directory.scope_text(resource.scope);
            told.push_str(&format!(", scope=\"{scope}\""));
        }
        // rfc9728-5.1-www-authenticate-resource-metadata
        let url = resource_metadata_url(context.directory, resource);
        pointer = format!(", resource_metadata=\"{url}\"");
    }
    let (for_bearer, for_dpop) = if context.received.is_dpop() { ("", &*told) } else { (&*told, "") };
    // rfc9449-7.1-rs-challenge, rfc9449-7.2-no-error-without-credentials
    let algorithms = Algorithm::names().join(" ");
    uncached(json_reply(status, body.to_string()))
        .with("WWW-Authenticate", format!("Bearer realm=\"resource\"{for_bearer}{pointer}"))
        .with("WWW-Authenticate", format!("DPoP algs=\"{algorithms}\"{for_dpop}{pointer}"))
}
