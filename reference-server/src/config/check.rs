//! From the text of a file to a [`Config`], or to the first thing that is wrong with it.

use oauth_configuration::{ConfigError, Document, Keys, Place};
use oauth_core::directory::{DirectoryError, Registration};
use oauth_core::secret::Digest;
use oauth_core::uri::split_origin;

use super::file::{Client, File, LifetimesTable, PolicyTable, Resource, User};
use super::{Config, UserPassword};

/// The protected resource and its scope, if the file names none.
const RESOURCE: (&str, &str) = ("/api/me", "profile");

/// The issuer under which clients and users are tried; whatever it is, it changes nothing about them.
const ANY_ISSUER: &str = "http://127.0.0.1:9000";

pub(super) fn parse(name: &str, text: &str) -> Result<Config, ConfigError> {
    let known = [
        Keys::of::<File>(),
        Keys::of::<Resource>(),
        Keys::of::<User>(),
        Keys::of::<Client>(),
        Keys::of::<LifetimesTable>(),
        Keys::of::<PolicyTable>(),
    ];
    let document = Document::parse(name, text, &known)?;
    let file: File = document.read()?;
    let top = document.top();
    let issuer = file.issuer.as_ref().map(|issuer| issuer.as_str().to_owned());
    if issuer.as_deref().is_some_and(|issuer| !can_be_served(issuer)) {
        let says = "has to be scheme, host and perhaps port and path, as in \"https://as.example/tenant\", with no \
                    slash at the end";
        return Err(top.key("issuer").error(says));
    }
    let (users, clients) = (top.key("user"), top.key("client"));
    let each_user = file.user.iter().enumerate();
    let each_client = file.client.iter().enumerate();
    let config = Config {
        issuer,
        resources: resources(&top, &file)?,
        users: file.user.iter().map(|user| user.name.clone()).collect(),
        passwords: each_user.map(|(at, user)| password(&users.item(at), user)).collect::<Result<_, _>>()?,
        clients: each_client
            .map(|(at, client)| registration(&clients.item(at), client))
            .collect::<Result<_, _>>()?,
        lifetimes: file.lifetimes,
        policy: file.policy,
        first_plain: first_plain(&top, &file),
        demo: Vec::new(),
    };
    config.directory(ANY_ISSUER).map_err(|error| whose(&top, &file, &error))?;
    Ok(config)
}

/// Whether this server can answer below an issuer: its path, if it has one, is plain and ends without slash.
fn can_be_served(issuer: &str) -> bool {
    let (_, path) = split_origin(issuer);
    let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().all(is_path)
        && !path.ends_with('/')
        && !path.contains("//")
        && !path.starts_with("/.well-known")
}

/// The resources that the file names, or the one that there is without any.
fn resources(top: &Place<'_>, file: &File) -> Result<Vec<(String, String)>, ConfigError> {
    let named = |resource: &Resource| (resource.path.clone(), resource.scope.as_str().to_owned());
    match &file.resource_scope {
        Some(_) if !file.resource.is_empty() => {
            let says = "stands beside [[resource]]; give each resource its scope there";
            Err(top.key("resource_scope").error(says))
        }
        scope if file.resource.is_empty() => {
            let scope = scope.as_ref().map_or(RESOURCE.1, |scope| scope.as_str());
            Ok(vec![(RESOURCE.0.to_owned(), scope.to_owned())])
        }
        _ => Ok(file.resource.iter().map(named).collect()),
    }
}

fn password(place: &Place<'_>, user: &User) -> Result<UserPassword, ConfigError> {
    if user.name.is_empty() {
        return Err(place.key("name").error("is empty; give the user a name"));
    }
    let place = place.key("password_hash");
    match (&user.password, &user.password_hash) {
        (Some(password), None) => Ok(UserPassword::Plain(password.clone().into())),
        (None, Some(hash)) => Ok(UserPassword::Hash(hash.text())),
        (Some(_), Some(_)) => Err(place.error("stands beside password; leave one of the two out")),
        (None, None) => {
            let says = "is missing; give the user a password_hash, or a password if the server listens on loopback only";
            Err(place.error(says))
        }
    }
}

fn registration(place: &Place<'_>, client: &Client) -> Result<Registration, ConfigError> {
    let secret = match (client.secret.clone(), &client.secret_digest) {
        (Some(_), Some(_)) => {
            let says = "stands beside secret; leave one of the two out";
            return Err(place.key("secret_digest").error(says));
        }
        (Some(secret), None) => Some(Digest::of(oauth_configuration::Secret::from(secret).expose())),
        (None, digest) => digest.as_ref().map(|digest| digest.0),
    };
    Ok(Registration {
        id: client.id.as_str().to_owned(),
        name: client.name.as_deref().unwrap_or(client.id.as_str()).to_owned(),
        authentication: client.authentication.into(),
        secret,
        redirect_uris: client.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        scope: client.scope.as_ref().map_or("", |scope| scope.as_str()).to_owned(),
        code_grant: client.code_grant.unwrap_or(true),
        refresh_grant: client.refresh_tokens.unwrap_or(false),
        dpop_bound: client.dpop_bound_access_tokens.unwrap_or(false),
        self_registered: false,
        pushed_only: client.require_pushed_authorization_requests.unwrap_or(false),
        client_credentials_grant: client.client_credentials.unwrap_or(false),
        resource_server: client.resource_server.clone(),
    })
}

/// What to say if this file is to be served where others can reach it.
fn first_plain(top: &Place<'_>, file: &File) -> Option<ConfigError> {
    let password = file.user.iter().position(|user| user.password.is_some());
    let secret = file.client.iter().position(|client| client.secret.is_some());
    let (place, fix) = match (password, secret) {
        (Some(at), _) => {
            (top.key("user").item(at).key("password"), "an argon2id PHC string in password_hash")
        }
        (None, Some(at)) => (top.key("client").item(at).key("secret"), "its SHA-256 in hex in secret_digest"),
        (None, None) => return None,
    };
    Some(place.error(format!("is taken on a loopback address only; write {fix}, or listen on 127.0.0.1")))
}

/// Finds the line that a complaint of the directory belongs to.
fn whose(top: &Place<'_>, file: &File, error: &DirectoryError) -> ConfigError {
    let client = |id: &str| ("client", file.client.iter().rposition(|client| client.id.as_str() == id));
    let user = |name: &str| ("user", file.user.iter().rposition(|user| user.name == name));
    let resource =
        |path: &str| ("resource", file.resource.iter().rposition(|resource| resource.path == path));
    let ((table, nth), key) = match error {
        DirectoryError::ClientTwice(id) => (client(id), "id"),
        DirectoryError::UserTwice(name) => (user(name), "name"),
        DirectoryError::RedirectUri(id, _) | DirectoryError::NoRedirectUri(id) => {
            (client(id), "redirect_uris")
        }
        DirectoryError::Scope(id) => (client(id), "scope"),
        DirectoryError::ResourceScope(path) => (resource(path), "scope"),
        DirectoryError::ResourcePath(path) => (resource(path), "path"),
        DirectoryError::ResourceServer(id, _) => (client(id), "resource_server"),
        DirectoryError::PublicForItself(id) => (client(id), "client_credentials"),
        DirectoryError::Secret(id) => (client(id), "secret"),
        DirectoryError::NoResource | DirectoryError::TooMany => return top.error(error.to_string()),
    };
    let place = top.key(table);
    nth.map_or(place.key(key), |nth| place.item(nth).key(key)).error(error.to_string())
}
