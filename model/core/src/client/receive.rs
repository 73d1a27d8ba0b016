//! From a browser's request to an event of the client, with the texts of its kind.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use super::call::ServerWords;
use super::refusal::ClientRefusal;
use super::revoke::{LOGOUT_TOKEN, logout_token};
use super::site::{Asked, Site};
use super::{Callback, Event, Fresh};
use crate::form::Params;
use crate::http::HttpRequest;
use crate::refusal::{Field, Malformed};
use crate::secret::Digest;

/// Every page but those of the redirect URIs.
pub const PAGES: &[&str] = &["/", "/login", "/profile", LOGOUT];

/// The page that ends a login.
const LOGOUT: &str = "/logout";

/// The parameter that names the server of a login.
pub const SERVER: &str = "server";

/// A browser's request with its texts; [`Received::event`] is what the session folds in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// The front page was opened.
    Home,
    /// The login was started.
    LogIn {
        /// Fresh secrets for it.
        fresh: Fresh,
        /// The place of the server that it goes to.
        server: usize,
    },
    /// An authorization response arrived.
    Callback {
        /// What the session compares of it.
        callback: Callback,
        /// The code, to be sent to the token endpoint.
        code: Option<Code>,
        /// The server's words, if it refused.
        words: ServerWords,
    },
    /// The profile page was opened.
    Profile,
    /// The person wants to be logged out.
    LogOut,
    /// The browser came under another origin than the redirect URI's.
    WrongOrigin,
    /// A request that this client has no answer to.
    Malformed(ClientRefusal),
}

impl Received {
    /// What the session folds in.
    #[must_use]
    pub const fn event(&self) -> Event {
        match self {
            Self::Home => Event::Home,
            Self::LogIn { fresh, .. } => Event::LogIn(*fresh),
            Self::Callback { callback, .. } => Event::Callback(*callback),
            Self::Profile => Event::Profile,
            Self::LogOut => Event::LogOut,
            Self::WrongOrigin => Event::WrongOrigin,
            Self::Malformed(refusal) => Event::Malformed(*refusal),
        }
    }

    /// The code of an authorization response.
    #[must_use]
    pub const fn code(&self) -> Option<&Code> {
        if let Self::Callback { code: Some(code), .. } = self { Some(code) } else { None }
    }

    /// The server's words in an authorization response.
    #[must_use]
    pub const fn words(&self) -> Option<&ServerWords> {
        if let Self::Callback { words, .. } = self { Some(words) } else { None }
    }
}

/// A code on its way to the token endpoint; never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Code(pub String);

impl core::fmt::Debug for Code {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Code(..)")
    }
}

/// The name of the client's session cookie; of its own, since cookies know no ports.
#[must_use]
pub fn session_cookie_name(origin: &str) -> &'static str {
    if origin.starts_with("https://") { "__Host-oauth_client_session" } else { "oauth_client_session" }
}

/// The key of the browser's session: by its cookie, never by the response's `state`.
#[must_use]
pub fn locate(request: &HttpRequest, site: &Site) -> Option<Digest> {
    session_cookie(request, site).map(Digest::of)
}

/// The value of the browser's session cookie.
#[must_use]
pub fn session_cookie<'r>(request: &'r HttpRequest, site: &Site) -> Option<&'r str> {
    request.cookie(session_cookie_name(site.origin()))
}

/// Reads a browser's request.
#[must_use]
pub fn receive(request: &HttpRequest, site: &Site, fresh: &Fresh) -> Received {
    let response_to = site.redirect_uri_at(&request.path);
    if response_to.is_none() && !PAGES.contains(&request.path.as_str()) {
        return Received::Malformed(ClientRefusal::NoSuchPage);
    }
    let method = if request.path == LOGOUT { "POST" } else { "GET" };
    if request.method != method {
        return Received::Malformed(ClientRefusal::MethodNotAllowed(method));
    }
    if let Some(redirect_uri) = response_to {
        return callback(request, redirect_uri);
    }
    match request.path.as_str() {
        "/profile" => Received::Profile,
        LOGOUT => log_out(request, site),
        // The session cookie has to be where the redirect URI is, or the response will not find it.
        _ if !is_own_origin(request, site.origin()) => Received::WrongOrigin,
        "/login" => log_in(request, site, fresh),
        _ => Received::Home,
    }
}

/// A logout, if the form is one of this client's own pages in this browser.
fn log_out(request: &HttpRequest, site: &Site) -> Received {
    let form = Params::read(&request.body);
    let expected = logout_token(session_cookie(request, site));
    let mut shown = form.all(LOGOUT_TOKEN);
    match (shown.next(), shown.next()) {
        (Some(shown), None) if !expected.is_empty() && Digest::of(shown).matches(&Digest::of(&expected)) => {
            Received::LogOut
        }
        _ => Received::Malformed(ClientRefusal::LogOutForged),
    }
}

/// A login at the server that the query names; where there are several and none is named, the front page has them.
fn log_in(request: &HttpRequest, site: &Site, fresh: &Fresh) -> Received {
    let params = Params::of_query(request);
    match site.asked(params.all(SERVER).next()) {
        Asked::Server(server) => Received::LogIn { fresh: *fresh, server },
        Asked::Nobody => Received::Home,
        Asked::Unknown => Received::Malformed(ClientRefusal::NoSuchServer),
    }
}

fn callback(request: &HttpRequest, redirect_uri: &str) -> Received {
    let params = Params::of_query(request);
    let digest = |field| -> Result<Option<Digest>, Malformed> { Ok(params.one(field)?.map(Digest::of)) };
    let text = |field| params.one(field).ok().flatten().map(str::to_owned);
    Received::Callback {
        callback: Callback {
            at: Digest::of(redirect_uri),
            state: digest(Field::State),
            code: digest(Field::Code),
            error: params.one(Field::Error).map(|error| error.is_some()),
            iss: digest(Field::Iss),
        },
        code: text(Field::Code).map(Code),
        words: ServerWords {
            error: text(Field::Error).unwrap_or_default(),
            description: params.all("error_description").next().unwrap_or_default().to_owned(),
        },
    }
}

fn is_own_origin(request: &HttpRequest, own: &str) -> bool {
    let (scheme, host) = own.split_once("://").unwrap_or(("", own));
    // Browsers leave the scheme's own port out.
    let host = match scheme {
        "http" => host.strip_suffix(":80").unwrap_or(host),
        "https" => host.strip_suffix(":443").unwrap_or(host),
        _ => host,
    };
    request.header("host").next().is_none_or(|sent| sent.eq_ignore_ascii_case(host.as_bytes()))
}
