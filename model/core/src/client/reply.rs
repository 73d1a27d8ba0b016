//! From an act to HTTP: what the browser gets.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::call::ServerWords;
use super::dpop::jkt;
use super::receive::{SERVER, origin_of, session_cookie_name};
use super::settings::Settings;
use super::{Act, Departure};
use crate::client::refusal::ClientRefusal;
use crate::form::add_to_uri;
use crate::http::{Body, HttpReply};
use crate::secret::{Secret, s256};

/// A page of the client; the edge draws it, and escapes every text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientPage {
    /// The front page.
    Home {
        /// Whether somebody is logged in.
        logged_in: bool,
        /// The servers to choose from; none where there is only one.
        servers: Vec<String>,
    },
    /// The resource.
    Profile {
        /// Its text.
        resource: String,
        /// What the logout form has to bring.
        logout_token: String,
    },
    /// The login ended.
    LoggedOut {
        /// Where, in this client's words.
        text: &'static str,
    },
    /// Something went wrong.
    Error {
        /// What, in this client's words.
        text: &'static str,
        /// The server's words, if it refused.
        words: ServerWords,
    },
}

/// What lies beside an act that answers the browser.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shown {
    /// The server's words, if it refused.
    pub words: ServerWords,
    /// The resource's text.
    pub resource: String,
    /// What the logout form has to bring.
    pub logout_token: String,
    /// What a pushed request is called by.
    pub request_uri: Option<String>,
    /// The path under which the browser came.
    pub path: String,
    /// The servers to choose from; none where there is only one.
    pub servers: Vec<String>,
    /// The one of them that this browser's session talks to; empty where there is none.
    pub server: String,
}

/// The authorization request: the URI that the browser is sent to (RFC 6749 4.1.1, RFC 7636 4.3).
#[must_use]
pub fn authorization_request(settings: &Settings, departure: &Departure) -> String {
    // rfc6749-3.1-client-keeps-endpoint-query
    add_to_uri(&settings.endpoints.authorization, &authorization_parameters(settings, departure))
}

/// The authorization request after a push (RFC 9126 4).
fn pushed_request(settings: &Settings, request_uri: &str) -> String {
    // rfc9126-4-client-sends-client-id
    let pairs = [("client_id", settings.client_id.as_str()), ("request_uri", request_uri)];
    add_to_uri(&settings.endpoints.authorization, &pairs)
}

/// What an authorization request says.
pub(super) fn authorization_parameters(
    settings: &Settings,
    departure: &Departure,
) -> Vec<(&'static str, String)> {
    let mut pairs = vec![
        ("response_type", "code".to_owned()),
        ("client_id", settings.client_id.clone()),
        ("redirect_uri", settings.redirect_uri.clone()),
    ];
    if let Some(scope) = &settings.scope {
        pairs.push(("scope", scope.clone()));
    }
    // rfc8707-2-client-names-resource, rfc8707-3-client-one-resource-per-token
    pairs.extend(settings.resource.clone().map(|resource| ("resource", resource)));
    pairs.push(("state", departure.state.text()));
    if let Some(verifier) = departure.verifier {
        // rfc7636-4.2-client-uses-s256
        pairs.push(("code_challenge", s256(&verifier.text())));
        pairs.push(("code_challenge_method", "S256".to_owned()));
    }
    pairs.extend(departure.jkt.as_ref().map(|thumbprint| ("dpop_jkt", jkt(thumbprint))));
    pairs
}

/// Writes the answer to the browser; `None` for the acts that call a server first.
#[must_use]
pub fn encode(act: &Act, settings: &Settings, shown: &Shown) -> Option<HttpReply<ClientPage>> {
    let cookie = |secret: &Secret| session_cookie(settings, secret);
    Some(match act {
        Act::ShowHome { logged_in } => {
            page(200, ClientPage::Home { logged_in: *logged_in, servers: shown.servers.clone() })
        }
        Act::ToServer(departure) => see_other(match &shown.request_uri {
            Some(request_uri) => pushed_request(settings, request_uri),
            None => authorization_request(settings, departure),
        })
        .with("Set-Cookie", cookie(&departure.session)),
        Act::ToProfile(session) => see_other("/profile".to_owned()).with("Set-Cookie", cookie(session)),
        Act::ToLogin if shown.server.is_empty() => see_other("/login".to_owned()),
        Act::ToLogin => see_other(login_at(&shown.server)),
        Act::ToOrigin => see_other(format!("{}{}", origin_of(&settings.redirect_uri), shown.path)),
        Act::ShowResource => {
            let (resource, logout_token) = (shown.resource.clone(), shown.logout_token.clone());
            page(200, ClientPage::Profile { resource, logout_token })
        }
        Act::ShowLoggedOut(ended) => page(200, ClientPage::LoggedOut { text: ended.describe() })
            .with("Set-Cookie", ended_cookie(settings)),
        Act::ShowError(refusal) => error_page(*refusal, shown),
        Act::Push(_) | Act::Exchange(_) | Act::Refresh | Act::CallResource | Act::Revoke => return None,
    })
}

/// The page that starts a login at the server of this name.
#[must_use]
pub fn login_at(name: &str) -> String {
    add_to_uri("/login", &[(SERVER, name)])
}

fn error_page(refusal: ClientRefusal, shown: &Shown) -> HttpReply<ClientPage> {
    // rfc9207-2.4-client-error-origin-not-assumed: only a refusal of the server's own shows the server's words.
    let words = match refusal {
        ClientRefusal::ServerRefused | ClientRefusal::TokenRefused | ClientRefusal::PushRefused => {
            shown.words.clone()
        }
        _ => ServerWords::default(),
    };
    let reply = page(refusal.status(), ClientPage::Error { text: refusal.describe(), words });
    match refusal {
        ClientRefusal::MethodNotAllowed(methods) => reply.with("Allow", methods),
        _ => reply,
    }
}

/// A session cookie that holds an id and no token (RFC 6750 5.3).
fn session_cookie(settings: &Settings, secret: &Secret) -> String {
    format!("{}={}; {}", session_cookie_name(&settings.redirect_uri), secret.text(), attributes(settings))
}

/// Takes the session cookie away.
fn ended_cookie(settings: &Settings) -> String {
    format!("{}=; {}; Max-Age=0", session_cookie_name(&settings.redirect_uri), attributes(settings))
}

fn attributes(settings: &Settings) -> String {
    let secure = if settings.redirect_uri.starts_with("https://") { "; Secure" } else { "" };
    format!("Path=/; HttpOnly; SameSite=Lax{secure}")
}

fn page(status: u16, page: ClientPage) -> HttpReply<ClientPage> {
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

fn see_other(location: String) -> HttpReply<ClientPage> {
    HttpReply::status(303)
        .with("Location", location)
        .with("Cache-Control", "no-store")
        .with("Referrer-Policy", "no-referrer")
}
