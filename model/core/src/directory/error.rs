//! What is wrong with a registration.

use alloc::string::String;

/// Why a directory could not be made. Callers match each by name, so that a new variant is a breaking release.
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

impl core::fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
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

impl core::error::Error for DirectoryError {}
