//! The configuration file, and what is wrong with one: line, field, and the fix. No value is repeated in an
//! error, since one of them is a secret.

use oauth_model::client::IssNeed;
use oauth_model::client::settings::Settings;
use oauth_model::directory::Authentication;
use oauth_model::text::{RedirectUri, is_vschar, scope_values};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::call::is_http_url;

/// The built-in configuration, with comments for readers.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// The issuer where the configuration names none.
const ISSUER: &str = "http://127.0.0.1:9000";

/// What a client is told about itself and its server.
#[derive(Clone, PartialEq, Eq)]
pub struct Config {
    /// The `client_id`.
    pub client_id: String,
    /// The client's secret; never printed. None for a public client.
    pub client_secret: Option<String>,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// Where responses come back to; left out, `http://localhost:PORT/callback` with the port that is
    /// listened on.
    pub redirect_uri: Option<String>,
    /// What to ask for; left out, the server decides.
    pub scope: Option<String>,
    /// Whether PKCE challenges are sent.
    pub pkce: bool,
    /// The issuer identifier of the server.
    pub issuer: String,
    /// Endpoints that win over the server's metadata.
    pub endpoints: Endpoints,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("client_id", &self.client_id)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Endpoints that are configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The authorization endpoint.
    pub authorization: Option<String>,
    /// The token endpoint.
    pub token: Option<String>,
    /// The protected resource.
    pub resource: Option<String>,
}

impl Endpoints {
    /// Puts what is configured over what was found.
    pub(crate) fn override_in(&self, settings: &mut Settings) {
        let found = &mut settings.endpoints;
        for (configured, place) in [
            (&self.authorization, &mut found.authorization),
            (&self.token, &mut found.token),
            (&self.resource, &mut found.resource),
        ] {
            if let Some(url) = configured {
                place.clone_from(url);
            }
        }
    }
}

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    client_id: Option<Spanned<String>>,
    client_secret: Option<Spanned<Quiet>>,
    authentication: Option<Spanned<String>>,
    redirect_uri: Option<Spanned<String>>,
    scope: Option<Spanned<String>>,
    pkce: Option<bool>,
    issuer: Option<Spanned<String>>,
    #[serde(default)]
    endpoints: EndpointsFile,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointsFile {
    authorization: Option<Spanned<String>>,
    token: Option<Spanned<String>>,
    resource: Option<Spanned<String>>,
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
struct Source<'a>(&'a str);

impl Source<'_> {
    fn wrong(&self, at: usize, field: &str, problem: impl Into<String>) -> ConfigError {
        let line = self.0.get(..at).map(|before| before.matches('\n').count() + 1);
        ConfigError { line, field: field.to_owned(), problem: problem.into() }
    }

    /// An error of the TOML reader, without the excerpt that it would print.
    fn unreadable(&self, error: &toml::de::Error) -> ConfigError {
        let Some(span) = error.span() else {
            return ConfigError { line: None, field: String::new(), problem: error.message().to_owned() };
        };
        let start = self.0.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = self.0.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
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

fn missing(field: &str, problem: &str) -> ConfigError {
    ConfigError { line: None, field: field.to_owned(), problem: problem.to_owned() }
}

impl Config {
    /// The built-in configuration.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse(DEFAULT).expect("a test reads the built-in configuration")
    }

    /// Reads a configuration.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let source = Source(text);
        let file: File = toml::from_str(text).map_err(|error| source.unreadable(&error))?;
        let (client_secret, authentication) =
            credentials(&source, file.client_secret, file.authentication.as_ref())?;
        Ok(Self {
            client_id: source
                .check(
                    "client_id",
                    file.client_id,
                    is_name,
                    "has to be printable ASCII, at least one character",
                )?
                .ok_or_else(|| {
                    missing("client_id", "is missing; add the id that the server knows this client by")
                })?,
            client_secret,
            authentication,
            redirect_uri: source.check(
                "redirect_uri",
                file.redirect_uri,
                is_own_page,
                "has to be an http or https URL without fragment, whose path is not /, /login or /profile; \
                 for example http://localhost:8000/callback",
            )?,
            scope: source.check(
                "scope",
                file.scope,
                |scope| scope_values(scope).is_some(),
                "has to be words with one space between them; leave it out to let the server decide",
            )?,
            pkce: file.pkce.unwrap_or(true),
            issuer: source
                .check(
                    "issuer",
                    file.issuer,
                    |issuer| is_http_url(issuer) && !issuer.contains(['?', '#']),
                    "has to be an http or https URL without query and fragment",
                )?
                .unwrap_or_else(|| ISSUER.to_owned()),
            endpoints: Endpoints {
                authorization: source.endpoint("endpoints.authorization", file.endpoints.authorization)?,
                token: source.endpoint("endpoints.token", file.endpoints.token)?,
                resource: source.endpoint("endpoints.resource", file.endpoints.resource)?,
            },
        })
    }

    /// What the model reads, before any metadata.
    pub(crate) fn settings(&self, redirect_uri: String) -> Settings {
        let mut settings = Settings {
            client_id: self.client_id.clone(),
            client_secret: self.client_secret.clone(),
            authentication: self.authentication,
            redirect_uri,
            scope: self.scope.clone(),
            pkce: self.pkce,
            issuer: self.issuer.clone(),
            endpoints: oauth_model::client::settings::Endpoints::documented(&self.issuer),
            iss: IssNeed::IfSent,
        };
        self.endpoints.override_in(&mut settings);
        settings
    }
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
        (Authentication::Basic | Authentication::Post, None) => Err(missing(
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

/// Whether a redirect URI can be served here, beside the client's other pages.
fn is_own_page(text: &str) -> bool {
    let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
    let tail = after_scheme.find('/').map_or("/", |at| &after_scheme[at..]);
    let path = tail.split('?').next().unwrap_or(tail);
    RedirectUri::parse(text).is_some() && is_http_url(text) && !["/", "/login", "/profile"].contains(&path)
}

#[cfg(test)]
mod tests;
