//! What a client is told about itself and its servers.

mod read;

use std::path::Path;

use oauth_core::client::reach::Reach;
use oauth_core::client::settings::{Binding, Settings};
use oauth_core::client::site::own_redirect_uri;
use oauth_core::directory::Authentication;

pub use oauth_configuration::{ConfigError, Secret};

/// The built-in configuration, with comments for readers.
pub const DEFAULT: &str = include_str!("../config/default.toml");

/// What a client is told: one server or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The servers, in the order in which they are offered.
    pub servers: Vec<Registration>,
}

/// What a client is told about a server, and about itself there.
#[derive(Clone, PartialEq, Eq)]
pub struct Registration {
    /// The name that the server goes by on the client's pages; empty if it is the only one.
    pub name: String,
    /// The `client_id`.
    pub client_id: String,
    /// The client's secret; never printed. None for a public client.
    pub client_secret: Option<Secret>,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// Where responses come back to; left out, `/callback` or `/callback/NAME` of the client's own origin.
    pub redirect_uri: Option<String>,
    /// What to ask for; left out, the server decides.
    pub scope: Option<String>,
    /// Whether PKCE challenges are sent.
    pub pkce: bool,
    /// Whether authorization requests are pushed even where the server does not demand it.
    pub par: bool,
    /// Whether tokens get bound to a key of the client's.
    pub dpop: bool,
    /// The issuer identifier of the server; empty where the resource is asked for it.
    pub issuer: String,
    /// The protected resource that tokens are asked for by name.
    pub resource: Option<String>,
    /// Endpoints that win over the server's metadata.
    pub endpoints: Endpoints,
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration")
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
    /// Where tokens are taken back.
    pub revocation: Option<String>,
    /// Where authorization requests are pushed.
    pub pushed: Option<String>,
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
        for (configured, place) in
            [(&self.revocation, &mut found.revocation), (&self.pushed, &mut found.pushed)]
        {
            if configured.is_some() {
                place.clone_from(configured);
            }
        }
    }
}

impl Config {
    /// The built-in configuration.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> Self {
        Self::parse("built-in data", DEFAULT).expect("a test reads the built-in configuration")
    }

    /// Reads a file.
    ///
    /// # Errors
    /// That it cannot be read, or what is wrong with it, where, and how to mend it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        oauth_configuration::read_file(path, "--config", Self::parse)
    }

    /// Reads the text of a file; errors call it `name`.
    ///
    /// # Errors
    /// The first thing that is wrong with it, where, and how to mend it.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        read::config(name, text)
    }
}

impl From<Registration> for Config {
    fn from(only: Registration) -> Self {
        Self { servers: vec![only] }
    }
}

impl Registration {
    /// `client_1` of the documented sequence.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> Self {
        Config::built_in().servers.remove(0)
    }

    /// What the model reads, before any metadata, for a client that is at this origin by itself.
    pub(crate) fn settings(&self, origin: &str) -> Settings {
        let own = || own_redirect_uri(origin, &self.name);
        let redirect_uri = self.redirect_uri.clone().unwrap_or_else(own);
        // Where there is no issuer, all begins at the resource.
        let known = if self.issuer.is_empty() { self.resource.as_deref() } else { None };
        let plain = Settings::of(&self.client_id, &redirect_uri, &self.issuer);
        let mut settings = Settings {
            name: self.name.clone(),
            client_secret: self.client_secret.as_ref().map(|secret| secret.expose().to_owned()),
            authentication: self.authentication,
            scope: self.scope.clone(),
            pkce: self.pkce,
            par: self.par,
            binding: if self.dpop { Binding::Key } else { Binding::Bearer },
            resource: self.resource.clone(),
            reach: Reach::of(known.unwrap_or(&self.issuer)),
            ..plain
        };
        if let Some(resource) = &self.resource {
            settings.endpoints.resource.clone_from(resource);
        }
        self.endpoints.override_in(&mut settings);
        settings
    }
}

#[cfg(test)]
mod tests;
