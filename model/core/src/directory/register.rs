//! How a directory comes to know resources, users and clients, and what it takes none of.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Authentication, Client, ClientEntry, ClientNo, Directory, DirectoryError, Registration, Resource,
};
use crate::server::receive::ROUTES;
use crate::text::{RedirectUri, ResourceSet, ScopeSet, scope_values};

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
        let taken = self.resource_at(path).is_some()
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
            let (resource, _) =
                self.resource_at(path).ok_or_else(|| DirectoryError::ResourceServer(id(), path.clone()))?;
            introspects = introspects.or(resource);
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
}
