//! Whom and what this server knows: clients, users, scope values, its own name.
//!
//! Numbers and bits live in one process and never leave it: stores and the wire carry ids and names. Names that
//! are not known here become `None`, never a number.

use alloc::string::String;
use alloc::vec::Vec;

mod error;
mod register;

use serde::{Deserialize, Serialize};

pub use error::DirectoryError;

use crate::secret::Digest;
use crate::text::{RedirectUri, ResourceSet, ScopeSet};
use crate::uri::split_origin;

/// A client of this process's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientNo(pub u16);

/// A user of this process's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserNo(pub u16);

/// How a client authenticates at the token endpoint (RFC 6749 2.3, RFC 7591's names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Authentication {
    /// `client_secret_basic`.
    #[serde(rename = "client_secret_basic")]
    Basic,
    /// `client_secret_post`; Basic is taken from these clients too, since they hold a secret (RFC 6749 2.3.1).
    #[serde(rename = "client_secret_post")]
    Post,
    /// `none`: a public client.
    #[serde(rename = "none")]
    None,
}

impl Authentication {
    /// The name in metadata and configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::None => "none",
        }
    }

    /// Whether it shows a secret.
    #[must_use]
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::Basic | Self::Post)
    }

    /// All methods.
    pub const ALL: &'static [Self] = &[Self::Basic, Self::Post, Self::None];
}

/// What steps read of a client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Client {
    /// Its number.
    pub no: ClientNo,
    /// How it authenticates.
    pub authentication: Authentication,
    /// The digest of its secret; none for a public client.
    pub secret: Option<Digest>,
    /// Its registered redirect URIs.
    pub redirects: Vec<RedirectUri>,
    /// The most scope it may have, and the default if it names none.
    pub scope: ScopeSet,
    /// Whether it may use the code grant.
    pub code_grant: bool,
    /// Whether it gets refresh tokens and may use them.
    pub refresh_grant: bool,
    /// Whether it may ask for tokens for itself.
    pub client_credentials_grant: bool,
    /// Whether it has to push its authorization requests (RFC 9126 6).
    pub pushed_only: bool,
    /// Whether it gets only tokens that are bound to a key (RFC 9449 5.2).
    pub dpop_bound: bool,
    /// Whether it registered itself: then nobody has vouched for its redirect URIs.
    pub self_registered: bool,
    /// The resources whose server it is: it learns of the access tokens that are for them.
    pub introspects: ResourceSet,
}

impl Client {
    /// Whether it has no secret.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.authentication == Authentication::None
    }

    /// Whether a redirect URI of a request is one of this client's: as a string, but for the port of a public
    /// client's loopback literal (RFC 8252 7.3, RFC 9700 4.1.3).
    #[must_use]
    pub fn knows(&self, uri: &RedirectUri) -> bool {
        self.redirects.iter().any(|registered| {
            registered.exact == uri.exact
                || (self.is_public() && registered.portless.is_some() && registered.portless == uri.portless)
        })
    }
}

/// A client with its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientEntry {
    /// The `client_id`.
    pub id: String,
    /// What the consent page calls it.
    pub name: String,
    /// The registered redirect URIs, as text, in the order of [`Client::redirects`].
    pub redirect_uris: Vec<String>,
    /// What steps read.
    pub client: Client,
}

/// A client as it is registered, and its record in a store: it holds ids and names only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The `client_id`.
    pub id: String,
    /// What the consent page calls it.
    pub name: String,
    /// How it authenticates.
    pub authentication: Authentication,
    /// The digest of its secret.
    pub secret: Option<Digest>,
    /// Its redirect URIs.
    pub redirect_uris: Vec<String>,
    /// Its scope.
    pub scope: String,
    /// Whether it may use the code grant.
    pub code_grant: bool,
    /// Whether it gets refresh tokens and may use them.
    pub refresh_grant: bool,
    /// Whether it may ask for tokens for itself.
    pub client_credentials_grant: bool,
    /// Whether it has to push its authorization requests.
    pub pushed_only: bool,
    /// Whether it gets only tokens that are bound to a key.
    pub dpop_bound: bool,
    /// Whether it registered itself.
    pub self_registered: bool,
    /// The paths of the resources whose server it is.
    pub resource_server: Vec<String>,
}

/// A protected resource, or what it is registered as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its path below the issuer.
    pub path: String,
    /// The scope that it needs.
    pub scope: ScopeSet,
}

/// Whom and what a server knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// The issuer identifier (RFC 8414 2), without trailing slash.
    pub issuer: String,
    /// Clients by number.
    pub clients: Vec<ClientEntry>,
    /// Users' names by number.
    pub users: Vec<String>,
    /// Scope values by bit.
    pub scopes: Vec<String>,
    /// The protected resources by bit; the first is what tokens are for where nobody asked for another.
    pub resources: Vec<Resource>,
}

impl Directory {
    /// The client of this id.
    #[must_use]
    pub fn find_client(&self, id: &str) -> Option<&ClientEntry> {
        self.clients.iter().find(|entry| entry.id == id)
    }

    /// The client of this number.
    #[must_use]
    pub fn client(&self, no: ClientNo) -> Option<&ClientEntry> {
        self.clients.get(usize::from(no.0))
    }

    /// The user of this name.
    #[must_use]
    pub fn find_user(&self, name: &str) -> Option<UserNo> {
        let at = self.users.iter().position(|have| have == name)?;
        u16::try_from(at).ok().map(UserNo)
    }

    /// The user of this number.
    #[must_use]
    pub fn user(&self, no: UserNo) -> Option<&str> {
        self.users.get(usize::from(no.0)).map(String::as_str)
    }

    /// The bit of a scope value; `None` where it is not known.
    #[must_use]
    pub fn find_scope(&self, value: &str) -> Option<ScopeSet> {
        let bit = self.scopes.iter().position(|have| have == value)?;
        Some(ScopeSet(1 << bit))
    }

    /// The values of a set, in the order of their bits.
    #[must_use]
    pub fn scope_names(&self, set: ScopeSet) -> Vec<&str> {
        let named = |bit: usize| self.scopes.get(bit).map(String::as_str);
        (0..64).filter(|bit| set.0 & (1 << bit) != 0).filter_map(named).collect()
    }

    /// The text of a set: values between single spaces.
    #[must_use]
    pub fn scope_text(&self, set: ScopeSet) -> String {
        self.scope_names(set).join(" ")
    }

    /// The identifier of a resource: its URL (RFC 8707 2, RFC 9728 1.2).
    #[must_use]
    pub fn resource_identifier(&self, resource: &Resource) -> String {
        [self.issuer.as_str(), &resource.path].concat()
    }

    /// The resource of this identifier; `None` where it is not known.
    #[must_use]
    pub fn find_resource(&self, identifier: &str) -> Option<ResourceSet> {
        let path = identifier.strip_prefix(&self.issuer)?;
        self.resource_at(path).map(|(resource, _)| resource)
    }

    /// The resource of this path below the issuer.
    #[must_use]
    pub fn resource_at(&self, path: &str) -> Option<(ResourceSet, &Resource)> {
        let at = self.resources.iter().position(|resource| resource.path == path)?;
        Some((ResourceSet(1 << at), &self.resources[at]))
    }

    /// Every resource.
    #[must_use]
    pub fn all_resources(&self) -> ResourceSet {
        (0..self.resources.len()).fold(ResourceSet::EMPTY, |all, at| all.or(ResourceSet(1 << at)))
    }

    /// The resources of a set, in the order of their bits.
    pub fn resources_of(&self, set: ResourceSet) -> impl Iterator<Item = &Resource> {
        let within = move |at: usize| !set.and(ResourceSet(1 << at)).is_empty();
        self.resources.iter().enumerate().filter(move |(at, _)| within(*at)).map(|(_, resource)| resource)
    }

    /// The identifiers of a set, in the order of their bits.
    #[must_use]
    pub fn resource_identifiers(&self, set: ResourceSet) -> Vec<String> {
        self.resources_of(set).map(|resource| self.resource_identifier(resource)).collect()
    }

    /// The issuer's origin, and its path without slash at the end.
    #[must_use]
    pub fn origin_and_base(&self) -> (&str, &str) {
        split_origin(&self.issuer)
    }

    /// Whether browsers reach this server by TLS, which cookies and metadata say.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.issuer.starts_with("https://")
    }
}
