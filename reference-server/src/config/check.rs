//! From the text of a file to a [`Config`], or to the first thing that is wrong with it.

use std::ops::Range;

use oauth_core::directory::{DirectoryError, Registration};
use oauth_core::policy::Lifetime;
use oauth_core::secret::Digest;
use oauth_core::text::{is_vschar, scope_values};
use toml::Spanned;

use super::error::{ConfigError, Source};
use super::file::{Client, File, Lifetimes, LifetimesTable, Resource, User};
use super::{Config, UserPassword};
use crate::password::is_argon2_hash;

/// The protected resource and its scope, if the file names none.
const RESOURCE: (&str, &str) = ("/api/me", "profile");

/// The issuer under which clients and users are tried; whatever it is, it changes nothing about them.
const ANY_ISSUER: &str = "http://127.0.0.1:9000";

/// A code lives for ten minutes at most (RFC 6749 4.1.2), an access token for an hour (RFC 6750 5.3).
const LIFETIMES: [(&str, u32, u32); 7] = [
    ("ask", 1, u32::MAX),
    ("code", 1, 600),
    ("access_token", 1, 3600),
    ("session", 1, u32::MAX),
    ("refresh_token", 1, u32::MAX),
    ("refresh_grace", 0, 60),
    // RFC 9126 2.2: five seconds to ten minutes.
    ("pushed_request", 5, 600),
];

pub(super) fn parse(name: &str, text: &str) -> Result<Config, ConfigError> {
    let source = Source { file: name, text };
    let file: File = toml::from_str(text).map_err(|error| source.parser_error(&error))?;
    if let Some(issuer) = &file.issuer {
        check_issuer(source, issuer)?;
    }
    let passwords = file.user.iter().map(|user| password(source, user)).collect::<Result<_, _>>()?;
    let clients = file.client.iter().map(|client| registration(source, client)).collect::<Result<_, _>>()?;
    let config = Config {
        issuer: file.issuer.as_ref().map(|issuer| issuer.get_ref().clone()),
        resources: resources(source, &file)?,
        users: file.user.iter().map(|user| user.get_ref().name.get_ref().clone()).collect(),
        passwords,
        clients,
        lifetimes: lifetimes(source, &file.lifetimes)?,
        policy: file.policy,
        first_plain: first_plain(source, &file),
        demo: Vec::new(),
    };
    config.directory(ANY_ISSUER).map_err(|error| whose(source, &file, &error))?;
    Ok(config)
}

/// The resources that the file names, or the one that there is without any.
fn resources(source: Source<'_>, file: &File) -> Result<Vec<(String, String)>, ConfigError> {
    if let Some(scope) = &file.resource_scope {
        if scope_values(scope.get_ref()).is_none() {
            let says = "has to be one or more values between single spaces";
            return Err(source.error(&scope.span(), "resource_scope", says));
        }
        if !file.resource.is_empty() {
            let says = "stands beside [[resource]]; give each resource its scope there";
            return Err(source.error(&scope.span(), "resource_scope", says));
        }
    }
    if file.resource.is_empty() {
        let scope = file.resource_scope.as_ref().map_or(RESOURCE.1, |scope| scope.get_ref());
        return Ok(vec![(RESOURCE.0.to_owned(), scope.to_owned())]);
    }
    let named = |resource: &Spanned<Resource>| {
        let Resource { path, scope } = resource.get_ref();
        (path.get_ref().clone(), scope.get_ref().clone())
    };
    Ok(file.resource.iter().map(named).collect())
}

/// An issuer is a URL without query and fragment (RFC 8414 2); its path, if it has one, ends without slash.
fn check_issuer(source: Source<'_>, issuer: &Spanned<String>) -> Result<(), ConfigError> {
    let text = issuer.get_ref();
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = authority.is_some_and(|rest| {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        !authority.is_empty()
            && authority.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#@\\\"<>".contains(&byte))
            && path.bytes().all(is_path)
            && !path.ends_with('/')
            && !path.contains("//")
            && !path.starts_with("/.well-known")
    });
    if good {
        return Ok(());
    }
    let says = "has to be scheme, host and perhaps port and path, as in \"https://as.example/tenant\", with no \
                slash at the end";
    Err(source.error(&issuer.span(), "issuer", says))
}

fn password(source: Source<'_>, user: &Spanned<User>) -> Result<UserPassword, ConfigError> {
    let table = user.get_ref();
    if table.name.get_ref().is_empty() {
        return Err(source.error(&table.name.span(), "user.name", "is empty; give the user a name"));
    }
    match (&table.password, &table.password_hash) {
        (Some(password), None) if password.get_ref().is_empty() => {
            Err(source.error(&password.span(), "user.password", "is empty; give the user a password"))
        }
        (Some(password), None) => Ok(UserPassword::Plain(password.get_ref().clone())),
        (None, Some(hash)) if is_argon2_hash(hash.get_ref()) => {
            Ok(UserPassword::Hash(hash.get_ref().clone()))
        }
        (None, Some(hash)) => Err(source.error(
            &hash.span(),
            "user.password_hash",
            "is not a PHC string of argon2, which starts with \"$argon2id$v=19$\"; make one with the program \
             argon2 and its options -id -e",
        )),
        (Some(_), Some(hash)) => Err(source.error(
            &hash.span(),
            "user.password_hash",
            "stands beside password; leave one of the two out",
        )),
        (None, None) => Err(source.error(
            &table.name.span(),
            "user.password_hash",
            "is missing; give the user a password_hash, or a password if the server listens on loopback only",
        )),
    }
}

fn registration(source: Source<'_>, client: &Spanned<Client>) -> Result<Registration, ConfigError> {
    let table = client.get_ref();
    let id = table.id.get_ref();
    if id.is_empty() || !is_vschar(id) {
        let says = "has to be one or more printable ASCII characters (RFC 6749 A.1)";
        return Err(source.error(&table.id.span(), "client.id", says));
    }
    let secret = match (&table.secret, &table.secret_digest) {
        (Some(_), Some(digest)) => {
            let says = "stands beside secret; leave one of the two out";
            return Err(source.error(&digest.span(), "client.secret_digest", says));
        }
        (Some(secret), None) if secret.get_ref().is_empty() => {
            let says = "is empty; write a secret, or authentication = \"none\" for a public client";
            return Err(source.error(&secret.span(), "client.secret", says));
        }
        (Some(secret), None) => Some(Digest::of(secret.get_ref())),
        (None, Some(digest)) => Some(hex_digest(digest.get_ref()).ok_or_else(|| {
            let says = "is not a SHA-256 digest of 64 hex digits; make one with the program sha256sum";
            source.error(&digest.span(), "client.secret_digest", says)
        })?),
        (None, None) => None,
    };
    Ok(Registration {
        id: id.clone(),
        name: table.name.as_ref().unwrap_or(id).clone(),
        authentication: table.authentication.into(),
        secret,
        redirect_uris: redirect_uris(table).map(|uri| uri.get_ref().clone()).collect(),
        scope: table.scope.as_ref().map(|scope| scope.get_ref().clone()).unwrap_or_default(),
        code_grant: table.code_grant.unwrap_or(true),
        refresh_grant: table.refresh_tokens.unwrap_or(false),
        dpop_bound: table.dpop_bound_access_tokens.unwrap_or(false),
        self_registered: false,
        pushed_only: table.require_pushed_authorization_requests.unwrap_or(false),
        client_credentials_grant: table.client_credentials.unwrap_or(false),
        resource_server: table.resource_server.iter().map(|path| path.get_ref().clone()).collect(),
    })
}

fn redirect_uris(client: &Client) -> impl Iterator<Item = &Spanned<String>> {
    client.redirect_uris.iter().flat_map(Spanned::get_ref)
}

fn hex_digest(text: &str) -> Option<Digest> {
    let mut bytes = [0; 32];
    if text.len() != 2 * bytes.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(Digest::from_bytes(bytes))
}

fn lifetimes(source: Source<'_>, table: &LifetimesTable) -> Result<Lifetimes, ConfigError> {
    let fields = [
        &table.ask,
        &table.code,
        &table.access_token,
        &table.session,
        &table.refresh_token,
        &table.refresh_grace,
        &table.pushed_request,
    ];
    let mut checked = [None; 7];
    for ((slot, field), (name, shortest, longest)) in checked.iter_mut().zip(fields).zip(LIFETIMES) {
        let Some(seconds) = field else { continue };
        if !(shortest..=longest).contains(seconds.get_ref()) {
            let range = match longest {
                u32::MAX => format!("at least {shortest}"),
                _ => format!("{shortest} to {longest}"),
            };
            let says = format!("is {} seconds; allowed is {range}", seconds.get_ref());
            return Err(source.error(&seconds.span(), &format!("lifetimes.{name}"), says));
        }
        *slot = Some(Lifetime(*seconds.get_ref()));
    }
    let [ask, code, access_token, session, refresh_token, refresh_grace, pushed_request] = checked;
    Ok(Lifetimes { ask, code, access_token, session, refresh_token, refresh_grace, pushed_request })
}

/// What to say if this file is to be served where others can reach it.
fn first_plain(source: Source<'_>, file: &File) -> Option<ConfigError> {
    let password = file.user.iter().find_map(|user| user.get_ref().password.as_ref());
    let secret = file.client.iter().find_map(|client| client.get_ref().secret.as_ref());
    let (span, field, fix) = match (password, secret) {
        (Some(password), _) => (password.span(), "user.password", "an argon2id PHC string in password_hash"),
        (None, Some(secret)) => (secret.span(), "client.secret", "its SHA-256 in hex in secret_digest"),
        (None, None) => return None,
    };
    let says = format!("is taken on a loopback address only; write {fix}, or listen on 127.0.0.1");
    Some(source.error(&span, field, says))
}

/// Finds the line that a complaint of the directory belongs to.
fn whose(source: Source<'_>, file: &File, error: &DirectoryError) -> ConfigError {
    let client =
        |id: &str| file.client.iter().map(Spanned::get_ref).rfind(|client| client.id.get_ref() == id);
    let resource = |path: &str| {
        file.resource.iter().map(Spanned::get_ref).rfind(|resource| resource.path.get_ref() == path)
    };
    let place: Option<(Range<usize>, &str)> = match error {
        DirectoryError::ClientTwice(id) => client(id).map(|client| (client.id.span(), "client.id")),
        DirectoryError::UserTwice(name) => {
            let user = file.user.iter().map(Spanned::get_ref).rfind(|user| user.name.get_ref() == name);
            user.map(|user| (user.name.span(), "user.name"))
        }
        DirectoryError::RedirectUri(id, uri) => {
            let uri =
                |client: &Client| redirect_uris(client).find(|have| have.get_ref() == uri).map(Spanned::span);
            client(id).and_then(uri).map(|span| (span, "client.redirect_uris"))
        }
        DirectoryError::NoRedirectUri(id) => {
            let span =
                |client: &Client| client.redirect_uris.as_ref().map_or(client.id.span(), Spanned::span);
            client(id).map(|client| (span(client), "client.redirect_uris"))
        }
        DirectoryError::Scope(id) => client(id)
            .map(|client| (client.scope.as_ref().map_or(client.id.span(), Spanned::span), "client.scope")),
        DirectoryError::ResourceScope(path) => {
            resource(path).map(|resource| (resource.scope.span(), "resource.scope"))
        }
        DirectoryError::ResourcePath(path) => {
            resource(path).map(|resource| (resource.path.span(), "resource.path"))
        }
        DirectoryError::ResourceServer(id, path) => client(id).map(|client| {
            let named = client.resource_server.iter().find(|have| have.get_ref() == path);
            (named.map_or(client.id.span(), Spanned::span), "client.resource_server")
        }),
        DirectoryError::PublicForItself(id) => {
            client(id).map(|client| (client.id.span(), "client.client_credentials"))
        }
        DirectoryError::Secret(id) => client(id).map(|client| (client.id.span(), "client.secret")),
        DirectoryError::NoResource | DirectoryError::TooMany => None,
    };
    let (span, field) = place.unwrap_or((0..0, "client"));
    source.error(&span, field, error.to_string())
}
