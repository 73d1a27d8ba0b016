//! Configuration: users, clients, lifetimes, policy; from a TOML file, or the built-in data.
//!
//! A file is checked as a whole before anything listens. What the directory demands of clients and users is
//! asked of [`Directory::new`], not repeated here; this module finds the line that a complaint belongs to.

mod check;
mod file;

pub use oauth_configuration::ConfigError;

use std::path::Path;

use oauth_configuration::{Secret, read_file};
use oauth_core::directory::{Directory, DirectoryError, Registration};
use oauth_core::policy::Policy;

use file::{LifetimesTable, PolicyTable};

/// The text of the built-in data, a configuration like any other.
pub const BUILT_IN: &str = include_str!("../../config/default.toml");

/// What a server is told before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer, if the file names one.
    issuer: Option<String>,
    resources: Vec<(String, String)>,
    users: Vec<String>,
    passwords: Vec<UserPassword>,
    clients: Vec<Registration>,
    lifetimes: LifetimesTable,
    policy: PolicyTable,
    first_plain: Option<ConfigError>,
    demo: Vec<DemoAccount>,
}

/// How a user's password is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum UserPassword {
    /// As it is.
    Plain(Secret),
    /// As an argon2 PHC string.
    Hash(Secret),
}

/// An account that the front page may name, password and all: only the built-in data have such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DemoAccount {
    /// The name.
    pub(crate) name: String,
    /// The password.
    pub(crate) password: Secret,
}

impl Config {
    /// The built-in data.
    #[must_use]
    pub fn built_in() -> Self {
        let mut config = Self::parse("built-in data", BUILT_IN).expect("a test parses the built-in data");
        let account = |(name, password): (&String, &UserPassword)| match password {
            UserPassword::Plain(password) => {
                Some(DemoAccount { name: name.clone(), password: password.clone() })
            }
            UserPassword::Hash(_) => None,
        };
        config.first_plain = Some(built_in_off_loopback());
        config.demo = config.users.iter().zip(&config.passwords).filter_map(account).collect();
        config
    }

    /// Reads a file.
    ///
    /// # Errors
    /// That it cannot be read, or what is wrong with it, where, and how to mend it.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        read_file(path, "--config", Self::parse)
    }

    /// Reads the text of a file; errors call it `name`.
    ///
    /// # Errors
    /// What is wrong, where, and how to mend it.
    pub fn parse(name: &str, text: &str) -> Result<Self, ConfigError> {
        check::parse(name, text)
    }

    /// The issuer, if the file names one.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// A profile's policy, with what the file says of lifetimes and policy.
    #[must_use]
    pub fn policy(&self, profile: Policy) -> Policy {
        self.lifetimes.over(self.policy.over(profile))
    }

    /// The clients and users, known under an issuer.
    ///
    /// # Errors
    /// None once the file was parsed: it was asked the same then.
    pub fn directory(&self, issuer: &str) -> Result<Directory, DirectoryError> {
        Directory::new(issuer, &self.resources, &self.clients, &self.users)
    }

    /// Why this configuration may only be served on a loopback address: its first plain password or secret.
    #[must_use]
    pub fn loopback_only(&self) -> Option<&ConfigError> {
        self.first_plain.as_ref()
    }

    /// The identifiers of the clients that have no secret.
    #[cfg(feature = "faults")]
    pub(crate) fn public_clients(&self) -> impl Iterator<Item = &str> {
        use oauth_core::directory::Authentication;

        let public = self.clients.iter().filter(|client| client.authentication == Authentication::None);
        public.map(|client| client.id.as_str())
    }

    /// What the front page names.
    pub(crate) fn demo(&self) -> &[DemoAccount] {
        &self.demo
    }

    /// The users' passwords, by the users' numbers.
    pub(crate) fn passwords(&self) -> &[UserPassword] {
        &self.passwords
    }
}

fn built_in_off_loopback() -> ConfigError {
    let says = "have plain passwords, which are taken on a loopback address only; listen on 127.0.0.1, or give users and \
                clients in a file of your own with --config";
    ConfigError::new("the built-in data", says)
}
