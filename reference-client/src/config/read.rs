//! The configuration file, and what is wrong with one: line, field, and the fix. No value is repeated in an
//! error, since one of them is a secret.

use oauth_core::client::receive::PAGES;
use oauth_core::directory::Authentication;
use oauth_core::text::{RedirectUri, is_vschar, scope_values};
use oauth_core::uri;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{Config, Endpoints, Registration};
use crate::call::is_http_url;

/// The issuer where the configuration names none.
pub(super) const ISSUER: &str = "http://127.0.0.1:9000";

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The line, from 1; none where something is absent.
    pub line: Option<usize>,
    /// The field; empty where the text is no TOML.
    pub field: String,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.problem)
    }
}

/// One server's entries: the whole file, or one `[[server]]` of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<Spanned<String>>,
    client_id: Option<Spanned<String>>,
    client_secret: Option<Spanned<Quiet>>,
    authentication: Option<Spanned<String>>,
    redirect_uri: Option<Spanned<String>>,
    scope: Option<Spanned<String>>,
    pkce: Option<Spanned<bool>>,
    par: Option<Spanned<bool>>,
    dpop: Option<Spanned<bool>>,
    issuer: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
    endpoints: Option<Spanned<EndpointsEntry>>,
    server: Option<Spanned<Vec<Spanned<Entry>>>>,
}

impl Entry {
    /// Which of a server's fields stands first.
    fn first_field(&self) -> Option<(usize, &'static str)> {
        fn at<T>(name: &'static str, field: Option<&Spanned<T>>) -> Option<(usize, &'static str)> {
            field.map(|field| (field.span().start, name))
        }
        [
            at("name", self.name.as_ref()),
            at("client_id", self.client_id.as_ref()),
            at("client_secret", self.client_secret.as_ref()),
            at("authentication", self.authentication.as_ref()),
            at("redirect_uri", self.redirect_uri.as_ref()),
            at("scope", self.scope.as_ref()),
            at("pkce", self.pkce.as_ref()),
            at("par", self.par.as_ref()),
            at("dpop", self.dpop.as_ref()),
            at("issuer", self.issuer.as_ref()),
            at("resource", self.resource.as_ref()),
            at("endpoints", self.endpoints.as_ref()),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointsEntry {
    authorization: Option<Spanned<String>>,
    token: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
    revocation: Option<Spanned<String>>,
    pushed: Option<Spanned<String>>,
}

/// A text whose errors do not repeat it.
struct Quiet(String);

impl<'de> Deserialize<'de> for Quiet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("has to be text; put it into quotation marks")),
        }
    }
}

/// A configuration's text, for the lines of errors.
#[derive(Clone, Copy)]
struct Source<'a> {
    text: &'a str,
    /// Where the `[[server]]` starts that is read, for what is missing in it.
    start: Option<usize>,
}

impl Source<'_> {
    fn wrong(&self, at: usize, field: &str, problem: impl Into<String>) -> ConfigError {
        let line = self.text.get(..at).map(|before| before.matches('\n').count() + 1);
        ConfigError { line, field: field.to_owned(), problem: problem.into() }
    }

    fn missing(&self, field: &str, problem: &str) -> ConfigError {
        match self.start {
            Some(start) => self.wrong(start, field, problem),
            None => ConfigError { line: None, field: field.to_owned(), problem: problem.to_owned() },
        }
    }

    /// An error of the TOML reader, without the excerpt that it would print.
    fn unreadable(&self, error: &toml::de::Error) -> ConfigError {
        let Some(span) = error.span() else {
            return ConfigError { line: None, field: String::new(), problem: error.message().to_owned() };
        };
        let start = self.text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let field = line.split_once('=').map_or("", |(field, _)| field.trim());
        self.wrong(span.start, field, error.message())
    }

    /// Checks a field's text.
    fn check(
        &self,
        field: &str,
        value: Option<Spanned<String>>,
        good: impl Fn(&str) -> bool,
        problem: &str,
    ) -> Result<Option<String>, ConfigError> {
        match value {
            Some(text) if !good(text.get_ref()) => Err(self.wrong(text.span().start, field, problem)),
            other => Ok(other.map(Spanned::into_inner)),
        }
    }

    /// Checks an endpoint (RFC 6749 3.1, 3.2: no fragment).
    fn endpoint(&self, field: &str, value: Option<Spanned<String>>) -> Result<Option<String>, ConfigError> {
        let good = |text: &str| is_http_url(text) && !text.contains('#');
        self.check(field, value, good, "has to be an http or https URL without fragment")
    }
}

/// Reads a configuration: one server's entries, or several `[[server]]`.
pub(super) fn config(text: &str) -> Result<Config, ConfigError> {
    let source = Source { text, start: None };
    let mut file: Entry = toml::from_str(text).map_err(|error| source.unreadable(&error))?;
    let Some(servers) = file.server.take() else {
        if let Some(name) = &file.name {
            let problem = "goes with [[server]] only; leave it out where there is one server";
            return Err(source.wrong(name.span().start, "name", problem));
        }
        return Ok(registration(&source, file)?.into());
    };
    if let Some((at, field)) = file.first_field() {
        return Err(source.wrong(at, field, "does not go beside [[server]]; move it into each [[server]]"));
    }
    if servers.get_ref().is_empty() {
        return Err(source.wrong(servers.span().start, "server", "has to have at least one server"));
    }
    let mut config = Config { servers: Vec::new() };
    for server in servers.into_inner() {
        let source = Source { start: Some(server.span().start), ..source };
        let entry = server.into_inner();
        if let Some(nested) = &entry.server {
            return Err(source.wrong(nested.span().start, "server", "does not go inside a [[server]]"));
        }
        config.servers.push(registration(&source, entry)?);
    }
    Ok(config)
}

/// Reads one server's entries.
fn registration(source: &Source<'_>, entry: Entry) -> Result<Registration, ConfigError> {
    let (client_secret, authentication) =
        credentials(source, entry.client_secret, entry.authentication.as_ref())?;
    let name = source.check(
        "name",
        entry.name,
        is_word,
        "has to be letters, digits, hyphens and underscores, at least one",
    )?;
    if name.is_none() && source.start.is_some() {
        return Err(source.missing("name", "is missing; add the word that /login?server=NAME has for it"));
    }
    // rfc8707-2-client-resource-form
    let resource = source.check(
        "resource",
        entry.resource,
        |text| RedirectUri::parse(text).is_some() && is_http_url(text),
        "has to be an http or https URL in ASCII without fragment; for example http://127.0.0.1:9000/api/me",
    )?;
    if source.start.is_some() && entry.issuer.is_none() && resource.is_none() {
        return Err(
            source.missing("issuer", "is missing; add it, or the resource that says which server to ask")
        );
    }
    let endpoints = entry.endpoints.map(Spanned::into_inner).unwrap_or_default();
    Ok(Registration {
        name: name.unwrap_or_default(),
        client_id: source
            .check(
                "client_id",
                entry.client_id,
                is_name,
                "has to be printable ASCII, at least one character",
            )?
            .ok_or_else(|| {
                source.missing("client_id", "is missing; add the id that the server knows this client by")
            })?,
        client_secret,
        authentication,
        redirect_uri: source.check(
            "redirect_uri",
            entry.redirect_uri,
            is_own_page,
            "has to be an http or https URL without fragment, whose path is not /, /login, /profile or /logout; \
             for example http://localhost:8000/callback",
        )?,
        scope: source.check(
            "scope",
            entry.scope,
            |scope| scope_values(scope).is_some(),
            "has to be words with one space between them; leave it out to let the server decide",
        )?,
        pkce: entry.pkce.is_none_or(Spanned::into_inner),
        par: entry.par.is_some_and(Spanned::into_inner),
        dpop: entry.dpop.is_some_and(Spanned::into_inner),
        issuer: source
            .check(
                "issuer",
                entry.issuer,
                |issuer| is_http_url(issuer) && !issuer.contains(['?', '#']),
                "has to be an http or https URL without query and fragment",
            )?
            .or_else(|| resource.is_none().then(|| ISSUER.to_owned()))
            .unwrap_or_default(),
        resource,
        endpoints: Endpoints {
            authorization: source.endpoint("endpoints.authorization", endpoints.authorization)?,
            token: source.endpoint("endpoints.token", endpoints.token)?,
            resource: source.endpoint("endpoints.resource", endpoints.resource)?,
            revocation: source.endpoint("endpoints.revocation", endpoints.revocation)?,
            pushed: source.endpoint("endpoints.pushed", endpoints.pushed)?,
        },
    })
}

fn credentials(
    source: &Source<'_>,
    secret: Option<Spanned<Quiet>>,
    authentication: Option<&Spanned<String>>,
) -> Result<(Option<String>, Authentication), ConfigError> {
    let method = match authentication {
        None => Authentication::Basic,
        Some(name) => {
            *Authentication::ALL.iter().find(|method| method.name() == name.get_ref()).ok_or_else(|| {
                source.wrong(
                    name.span().start,
                    "authentication",
                    "has to be client_secret_basic, client_secret_post or none",
                )
            })?
        }
    };
    match (method, secret) {
        (Authentication::None, Some(secret)) => Err(source.wrong(
            secret.span().start,
            "client_secret",
            "does not go with authentication = \"none\"; leave one of them out",
        )),
        (Authentication::Basic | Authentication::Post, None) => Err(source.missing(
            "client_secret",
            "is missing; add it, or set authentication = \"none\" for a public client",
        )),
        (Authentication::Basic | Authentication::Post, Some(secret)) if !is_name(&secret.get_ref().0) => {
            Err(source.wrong(
                secret.span().start,
                "client_secret",
                "has to be printable ASCII, at least one character",
            ))
        }
        (_, secret) => Ok((secret.map(|secret| secret.into_inner().0), method)),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && is_vschar(text)
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether a redirect URI can be served here, beside the client's other pages.
fn is_own_page(text: &str) -> bool {
    RedirectUri::parse(text).is_some() && is_http_url(text) && !PAGES.contains(&uri::path(text))
}
