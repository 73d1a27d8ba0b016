//! The client as browsers see it: where it is, which servers it offers, and which configurations it refuses.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::reach::is_private;
use super::settings::{Address, Settings};
use crate::directory::Authentication;
use crate::uri;

/// Where a client is, and the servers that it offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    servers: Vec<Offer>,
}

/// A server that a client offers.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Offer {
    /// The name that it goes by on the client's pages; empty if it is the only one.
    name: String,
    /// Where its responses come back to.
    redirect_uri: String,
}

impl Site {
    /// The site of a client of these servers.
    #[must_use]
    pub fn of(servers: &[Settings]) -> Self {
        let offer = |settings: &Settings| Offer {
            name: settings.name.clone(),
            redirect_uri: settings.redirect_uri.clone(),
        };
        Self { servers: servers.iter().map(offer).collect() }
    }

    /// The names of the servers; none where there is only one to choose.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        match self.servers.as_slice() {
            [] | [_] => Vec::new(),
            servers => servers.iter().map(|server| server.name.clone()).collect(),
        }
    }

    /// The place of the server that a login page was asked for: by its name, or the only one.
    pub(super) fn asked(&self, name: Option<&str>) -> Asked {
        match (name, self.servers.as_slice()) {
            (None, [_]) => Asked::Server(0),
            (None, _) => Asked::Nobody,
            (Some(name), servers) => {
                servers.iter().position(|server| server.name == name).map_or(Asked::Unknown, Asked::Server)
            }
        }
    }

    /// The redirect URI that has this path.
    pub(super) fn redirect_uri_at(&self, path: &str) -> Option<&str> {
        let uris = self.servers.iter().map(|server| server.redirect_uri.as_str());
        uris.into_iter().find(|redirect_uri| uri::path(redirect_uri) == path)
    }

    /// The scheme, host and port of every page.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.servers.first().map_or("", |server| uri::origin(&server.redirect_uri))
    }
}

/// Which server a login page was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The one at this place.
    Server(usize),
    /// None was named, and there are several.
    Nobody,
    /// One that is not offered.
    Unknown,
}

/// Why a configuration is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteRefusal {
    /// There is no server.
    Empty,
    /// Two servers have one name.
    NamesEqual,
    /// Two servers have one issuer identifier.
    IssuersEqual,
    /// The redirect URIs lie at several origins, so that one session cookie does not reach them all.
    OriginsDiffer,
    /// Two redirect URIs differ in their queries only.
    AddressesAlike,
    /// A redirect URI would carry codes over the network in clear text.
    AddressPlain,
}

impl core::fmt::Display for SiteRefusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Empty => "server: is missing; a client needs at least one",
            Self::NamesEqual => "name: stands at two servers; give each a name of its own",
            Self::IssuersEqual => "issuer: stands at two servers; leave one of them out",
            Self::OriginsDiffer => "redirect_uri: has to have the same scheme, host and port at each server",
            Self::AddressesAlike => {
                "redirect_uri: has to differ from another server's in its path, or not at all"
            }
            Self::AddressPlain => {
                "redirect_uri: has to be https, unless its host is 127.0.0.1, [::1] or localhost"
            }
        })
    }
}

/// Whether a client may work with these servers.
///
/// # Errors
/// What it must not be configured with.
pub fn check(servers: &[Settings]) -> Result<(), SiteRefusal> {
    let Some(first) = servers.first() else { return Err(SiteRefusal::Empty) };
    // rfc6749-3.1.2.1-redirect-endpoint-tls, rfc6749-10.5-client-login-callback-tls
    if servers.iter().any(|server| !stays_private(&server.redirect_uri)) {
        return Err(SiteRefusal::AddressPlain);
    }
    if servers.iter().any(|server| uri::origin(&server.redirect_uri) != uri::origin(&first.redirect_uri)) {
        return Err(SiteRefusal::OriginsDiffer);
    }
    for (nth, one) in servers.iter().enumerate() {
        for other in &servers[..nth] {
            if one.name == other.name {
                return Err(SiteRefusal::NamesEqual);
            }
            // rfc9207-4-client-unique-issuers
            if one.issuer == other.issuer && !one.issuer.is_empty() {
                return Err(SiteRefusal::IssuersEqual);
            }
            let one_path = uri::path(&one.redirect_uri) == uri::path(&other.redirect_uri);
            if one_path && one.redirect_uri != other.redirect_uri {
                return Err(SiteRefusal::AddressesAlike);
            }
        }
    }
    Ok(())
}

/// Notes at each server whether another one's responses come to the same address.
pub fn note_shared_addresses(servers: &mut [Settings]) {
    let uris: Vec<String> = servers.iter().map(|server| server.redirect_uri.clone()).collect();
    for server in servers {
        let times = uris.iter().filter(|uri| **uri == server.redirect_uri).count();
        server.address = if times > 1 { Address::Shared } else { Address::Own };
    }
}

/// Whether what is sent to an address is encrypted, or does not leave the machine. What is no http URL goes to a program
/// of the user's.
fn stays_private(uri: &str) -> bool {
    is_private(uri) || !uri.starts_with("http:")
}

/// The origin that a client gives itself at this port of the loopback interface. A client without a secret is a
/// program on the user's machine, and names the address itself (RFC 8252 7.3, 8.3).
#[must_use]
pub fn own_origin(methods: &[Authentication], port: u16) -> String {
    // rfc8252-8.3-client-loopback-literal; the registration of the documented sequence says localhost.
    let is_native = methods.iter().all(|method| *method == Authentication::None);
    format!("http://{}:{port}", if is_native { "127.0.0.1" } else { "localhost" })
}

/// The redirect URI that a client gives itself for the server of this name, one for each (RFC 9700 4.4.2.2).
#[must_use]
pub fn own_redirect_uri(origin: &str, name: &str) -> String {
    // rfc9700-4.4.2.2-client-distinct-redirect-uris, rfc8252-8.10-client-redirect-uri-per-server
    if name.is_empty() { format!("{origin}/callback") } else { format!("{origin}/callback/{name}") }
}
