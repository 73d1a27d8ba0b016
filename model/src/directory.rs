//! Whom and what this server knows: clients, users, scope values, its own name.
//!
//! Numbers and bits live in one process and never leave it: stores and the wire carry ids and names. Names that
//! are not known here become `None`, never a number.

use crate::secret::Digest;
use crate::server::receive::ROUTES;
use crate::text::{RedirectUri, ResourceSet, ScopeSet, scope_values};

/// A client of this process's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientNo(pub u16);

/// A user of this process's directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserNo(pub u16);

/// How a client authenticates at the token endpoint (RFC 6749 2.3, RFC 7591's names).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Authentication {
    /// `client_secret_basic`.
    Basic,
    /// `client_secret_post`; Basic is taken from these clients too, since they hold a secret (RFC 6749 2.3.1).
    Post,
    /// `none`: a public client.
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

/// Why a directory could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryError {
    /// Two clients share this id.
    ClientTwice(String),
    /// Two users share this name.
    UserTwice(String),
    /// This client's redirect URI is not absolute, or has a fragment.
    RedirectUri(String, String),
    /// This client has no redirect URI.
    NoRedirectUri(String),
    /// This client's scope is empty or has a wrong form.
    Scope(String),
    /// This resource's scope is empty or has a wrong form.
    ResourceScope(String),
    /// This resource's path is another's, or has a wrong form.
    ResourcePath(String),
    /// There is no resource.
    NoResource,
    /// This client is called the server of a resource that there is not.
    ResourceServer(String, String),
    /// This client may ask for tokens for itself, and has no secret.
    PublicForItself(String),
    /// This client has a secret although it is public, or none although it is confidential.
    Secret(String),
    /// More than 64 scope values, 16 resources, or 65,536 clients or users.
    TooMany,
}

impl std::fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::ClientTwice(id) => {
                write!(f, "client {id:?} stands there twice; give each an id of its own")
            }
            Self::UserTwice(name) => {
                write!(f, "user {name:?} stands there twice; give each a name of its own")
            }
            Self::RedirectUri(id, uri) => write!(
                f,
                "client {id:?}: redirect_uris has {uri:?}, which is not an absolute URI without fragment"
            ),
            Self::NoRedirectUri(id) => {
                write!(f, "client {id:?}: redirect_uris is empty; register at least one")
            }
            Self::Scope(id) => {
                write!(f, "client {id:?}: scope has to be one or more values between single spaces")
            }
            Self::ResourceScope(path) => {
                write!(f, "resource {path:?}: scope has to be one or more values between single spaces")
            }
            Self::ResourcePath(path) => write!(
                f,
                "resource {path:?}: path has to begin with a slash, to hold letters, digits and -._~/ only, and to \
                 be no other page's"
            ),
            Self::NoResource => f.write_str("there is no [[resource]]; name at least one"),
            Self::ResourceServer(id, path) => {
                write!(f, "client {id:?}: resource_server has {path:?}, which is the path of no [[resource]]")
            }
            Self::PublicForItself(id) => {
                write!(f, "client {id:?}: client_credentials is for clients with a secret")
            }
            Self::Secret(id) => write!(
                f,
                "client {id:?}: a client has a secret unless its authentication is \"none\", and then it has none"
            ),
            Self::TooMany => f.write_str(
                "at most 64 scope values, 16 resources and 65536 clients and users can be told apart",
            ),
        }
    }
}

impl std::error::Error for DirectoryError {}

/// A client as it is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
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

impl Directory {
    /// A directory of these resources (path and scope), clients and users; scope values are numbered as they come.
    ///
    /// # Errors
    /// What is wrong with which entry.
    pub fn new(
        issuer: &str,
        resources: &[(String, String)],
        registrations: &[Registration],
        users: &[String],
    ) -> Result<Self, DirectoryError> {
        let mut directory = Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            clients: Vec::new(),
            users: Vec::new(),
            scopes: Vec::new(),
            resources: Vec::new(),
        };
        for (path, scope) in resources {
            directory.add_resource(path, scope)?;
        }
        if directory.resources.is_empty() {
            return Err(DirectoryError::NoResource);
        }
        for name in users {
            if directory.users.contains(name) {
                return Err(DirectoryError::UserTwice(name.clone()));
            }
            directory.users.push(name.clone());
        }
        u16::try_from(users.len()).map_err(|_| DirectoryError::TooMany)?;
        for registration in registrations {
            directory.register(registration)?;
        }
        Ok(directory)
    }

    fn add_resource(&mut self, path: &str, scope: &str) -> Result<(), DirectoryError> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let is_path = path.len() > 1 && path.starts_with('/') && path.bytes().all(legal);
        let taken = self.resources.iter().any(|have| have.path == path)
            || ROUTES.iter().any(|route| route.path == path)
            || path.starts_with("/.well-known/");
        if !is_path || taken {
            return Err(DirectoryError::ResourcePath(path.to_owned()));
        }
        if self.resources.len() == 16 {
            return Err(DirectoryError::TooMany);
        }
        let scope = self.number(scope)?.ok_or_else(|| DirectoryError::ResourceScope(path.to_owned()))?;
        self.resources.push(Resource { path: path.to_owned(), scope });
        Ok(())
    }

    /// Adds a client.
    ///
    /// # Errors
    /// What is wrong with it, or that there are too many.
    pub fn register(&mut self, registration: &Registration) -> Result<(), DirectoryError> {
        let id = || registration.id.clone();
        if self.find_client(&registration.id).is_some() {
            return Err(DirectoryError::ClientTwice(id()));
        }
        if registration.redirect_uris.is_empty() && registration.code_grant {
            return Err(DirectoryError::NoRedirectUri(id()));
        }
        if registration.secret.is_some() == (registration.authentication == Authentication::None) {
            return Err(DirectoryError::Secret(id()));
        }
        if registration.client_credentials_grant && registration.secret.is_none() {
            return Err(DirectoryError::PublicForItself(id()));
        }
        let mut introspects = ResourceSet::EMPTY;
        for path in &registration.resource_server {
            let at = self.resources.iter().position(|resource| resource.path == *path);
            let at = at.ok_or_else(|| DirectoryError::ResourceServer(id(), path.clone()))?;
            introspects = introspects.or(ResourceSet(1 << at));
        }
        let no = ClientNo(u16::try_from(self.clients.len()).map_err(|_| DirectoryError::TooMany)?);
        let parse = |uri: &String| {
            RedirectUri::parse(uri).ok_or_else(|| DirectoryError::RedirectUri(id(), uri.clone()))
        };
        let redirects = registration.redirect_uris.iter().map(parse).collect::<Result<_, _>>()?;
        let gets_tokens = registration.code_grant || registration.client_credentials_grant;
        let scope = if registration.scope.is_empty() && !gets_tokens {
            ScopeSet::EMPTY
        } else {
            self.number(&registration.scope)?.ok_or_else(|| DirectoryError::Scope(id()))?
        };
        self.clients.push(ClientEntry {
            id: id(),
            name: registration.name.clone(),
            redirect_uris: registration.redirect_uris.clone(),
            client: Client {
                no,
                authentication: registration.authentication,
                secret: registration.secret,
                redirects,
                scope,
                code_grant: registration.code_grant,
                refresh_grant: registration.refresh_grant,
                client_credentials_grant: registration.client_credentials_grant,
                pushed_only: registration.pushed_only,
                dpop_bound: registration.dpop_bound,
                self_registered: registration.self_registered,
                introspects,
            },
        });
        Ok(())
    }

    /// Numbers the values of a scope; `None` where it breaks the grammar.
    fn number(&mut self, text: &str) -> Result<Option<ScopeSet>, DirectoryError> {
        let Some(values) = scope_values(text) else { return Ok(None) };
        let mut set = ScopeSet::EMPTY;
        for value in values {
            let bit = self.scopes.iter().position(|have| have == value).unwrap_or_else(|| {
                self.scopes.push(value.to_owned());
                self.scopes.len() - 1
            });
            if bit >= 64 {
                return Err(DirectoryError::TooMany);
            }
            set = set.or(ScopeSet(1 << bit));
        }
        Ok(Some(set))
    }

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
        format!("{}{}", self.issuer, resource.path)
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
        let host = self.issuer.find("://").map_or(0, |at| at + 3);
        let path = self.issuer[host..].find('/').map_or(self.issuer.len(), |at| host + at);
        self.issuer.split_at(path)
    }

    /// Whether browsers reach this server by TLS, which cookies and metadata say.
    #[must_use]
    pub fn secure(&self) -> bool {
        self.issuer.starts_with("https://")
    }
}
