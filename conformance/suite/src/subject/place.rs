//! To whom a URL leads, so that secrets go nowhere else: to the server, to an endpoint that the target names, to a
//! client, or to a stranger.
//!
//! URLs are compared as the connection reads them: parsed, with the default port, whatever their spelling.

use std::net::Ipv4Addr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::Target;

/// A longer URL is cut where it is shown.
const SHOWN_AT_MOST: usize = 200;
/// Every name and address of the machine itself.
const THIS_MACHINE: &str = "localhost";
/// Who names an endpoint that the target does not.
const METADATA: &str = "metadata";

/// To whom a URL leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// To an origin of the server: browsers go there, and so do clients.
    Own,
    /// To the origin of an endpoint that the target or its metadata names: clients go there, browsers don't.
    Named,
    /// To a redirect URI of one of the clients: nobody goes there.
    Callback,
    /// To the machine, port and path of a redirect URI, in another spelling.
    LikeCallback,
    /// Anywhere else.
    Foreign,
    /// To no address that a connection can be made to.
    Nowhere,
}

/// An endpoint to which clients or browsers send what is secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its key in a target file.
    pub name: &'static str,
    /// Where it is.
    pub url: String,
    /// Who names it: the target's file, the command line, or the metadata.
    pub named_by: &'static str,
    /// Whether it is on another origin than the issuer.
    pub elsewhere: bool,
}

impl Endpoint {
    /// A line for each, for people who want to see where secrets go before they do.
    #[must_use]
    pub fn table(endpoints: &[Self]) -> String {
        let width = endpoints.iter().map(|endpoint| endpoint.name.len()).max().unwrap_or(0);
        let line = |endpoint: &Self| {
            let Self { name, url, named_by, elsewhere } = endpoint;
            let word = if *elsewhere { ", another origin than the issuer's" } else { "" };
            format!("  {name:<width$}  {}  ({named_by}{word})\n", shown(url))
        };
        endpoints.iter().map(line).collect()
    }
}

impl Place {
    /// Why no browser is sent there; `None` for an origin of the server.
    pub(crate) const fn closed_to_browsers(self) -> Option<&'static str> {
        match self {
            Self::Own => None,
            Self::Named | Self::Foreign => Some(
                "which is neither the server's own nor a client's; if it belongs to the server, add it to origins",
            ),
            Self::Callback | Self::LikeCallback | Self::Nowhere => self.closed_to_clients(),
        }
    }

    /// Why no client connects there; `None` where the target or its metadata has an endpoint.
    pub(crate) const fn closed_to_clients(self) -> Option<&'static str> {
        match self {
            Self::Own | Self::Named => None,
            Self::Callback => Some("a redirect URI, to which the suite never connects"),
            Self::LikeCallback => {
                Some("a redirect URI in another spelling, to which the suite never connects")
            }
            Self::Foreign => Some(
                "where neither the target nor its metadata, as it was read first, has an endpoint; if it belongs to \
                 the server, name it under [endpoints] or add it to origins",
            ),
            Self::Nowhere => Some("which is no http or https address"),
        }
    }
}

impl Target {
    /// To whom a URL leads.
    #[must_use]
    pub fn place(&self, text: &str) -> Place {
        let Ok(url) = Url::parse(text) else { return Place::Nowhere };
        if self.is_callback(&url) {
            return Place::Callback;
        }
        if !is_connectable(&url) {
            return Place::Nowhere;
        }
        if self.redirect_uris().any(|(own, any_port)| is_same_socket(&own, &url, any_port)) {
            Place::LikeCallback
        } else if self.is_own(&url) {
            Place::Own
        } else if self.named().any(|named| is_on_origin(named, &url)) {
            Place::Named
        } else {
            Place::Foreign
        }
    }

    /// Whether a URL is on an origin of the server.
    #[must_use]
    pub fn is_own(&self, url: &Url) -> bool {
        let same = |text: &String| is_on_origin(text, url);
        same(&self.endpoints.authorization) || self.issuer.iter().any(same) || self.origins.iter().any(same)
    }

    /// Whether a URL is at a redirect URI of one of the clients. The port of a public client's loopback
    /// redirect URI is not compared (RFC 8252, section 7.3).
    #[must_use]
    pub fn is_callback(&self, url: &Url) -> bool {
        self.redirect_uris().any(|(own, any_port)| {
            own.scheme() == url.scheme()
                && own.host_str() == url.host_str()
                && (any_port || own.port_or_known_default() == url.port_or_known_default())
                && own.path() == url.path()
        })
    }

    /// The endpoints to which secrets are sent, in the order of a target file.
    #[must_use]
    pub fn secret_endpoints(&self) -> Vec<Endpoint> {
        let issuer = self.issuer.as_deref().and_then(|text| Url::parse(text).ok());
        let elsewhere = |url: &str| issuer.as_ref().is_some_and(|issuer| !is_on_origin(url, issuer));
        let mut found = Vec::new();
        for (name, url) in self.endpoints.all() {
            let named_by = if self.discovered.contains(name) { METADATA } else { self.named_by };
            found.push(Endpoint { name, url: url.into(), named_by, elsewhere: elsewhere(url) });
            // What the metadata says of an endpoint that the target names is tried as well.
            if let Some(other) = self.in_metadata(name).filter(|other| *other != url) {
                let elsewhere = elsewhere(other);
                found.push(Endpoint { name, url: other.into(), named_by: METADATA, elsewhere });
            }
        }
        if let Some(second) = &self.second_resource {
            let (url, elsewhere) = (second.url.clone(), elsewhere(&second.url));
            found.push(Endpoint { name: "second_resource", url, named_by: self.named_by, elsewhere });
        }
        found
    }

    /// The redirect URIs of the clients, and whether any port of the machine stands for theirs.
    fn redirect_uris(&self) -> impl Iterator<Item = (Url, bool)> {
        self.registered().flat_map(|client| {
            client.redirect_uris().filter_map(|text| Url::parse(text).ok()).map(|own| {
                let any_port =
                    client.is_public() && matches!(own.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
                (own, any_port)
            })
        })
    }

    /// What the target or its metadata names beside the server's own origins.
    fn named(&self) -> impl Iterator<Item = &str> {
        let endpoints = self.endpoints.all().map(|(_, url)| url);
        let second = self.second_resource.iter().map(|resource| resource.url.as_str());
        let tried = ["authorization", "token"].into_iter().filter_map(|name| self.in_metadata(name));
        endpoints.chain(second).chain(self.resource_identifier.as_deref()).chain(tried)
    }

    /// What the metadata, as it was read first, says of an endpoint that is tried there also where the target names
    /// another.
    fn in_metadata(&self, name: &str) -> Option<&str> {
        let member = match name {
            "authorization" => "authorization_endpoint",
            "token" => "token_endpoint",
            _ => return None,
        };
        self.metadata(member)?.as_str()
    }
}

/// A URL for people: without what may be secret in it, in characters that do nothing to a terminal.
pub(crate) fn shown(text: &str) -> String {
    let shown = match Url::parse(text) {
        Ok(mut url) => {
            url.set_query(None);
            url.set_fragment(None);
            // Without a host there is no user.
            let _ = url.set_username("").and_then(|()| url.set_password(None));
            String::from(url)
        }
        Err(_) => format!("{text:?}"),
    };
    shown.chars().take(SHOWN_AT_MOST).collect()
}

fn is_connectable(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

fn is_on_origin(text: &str, url: &Url) -> bool {
    Url::parse(text).is_ok_and(|own| own.origin() == url.origin())
}

/// Whether connections to both come to the same socket, and ask for the same path there.
fn is_same_socket(own: &Url, url: &Url, any_port: bool) -> bool {
    let path = |url: &Url| {
        let mut path: Vec<u8> = percent_decode_str(url.path()).collect();
        // Some servers take several slashes for one.
        path.dedup_by(|next, before| (*next, *before) == (b'/', b'/'));
        path
    };
    is_connectable(own)
        && machine(own) == machine(url)
        && (any_port || own.port_or_known_default() == url.port_or_known_default())
        && path(own) == path(url)
}

/// The host, with one name for all that mean this machine.
fn machine(url: &Url) -> Option<String> {
    let v4 = |address: Ipv4Addr| match address.is_loopback() || address.is_unspecified() {
        true => THIS_MACHINE.to_owned(),
        false => address.to_string(),
    };
    Some(match url.host()? {
        Host::Domain(name) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            if name.ends_with(".localhost") { THIS_MACHINE.into() } else { name.into() }
        }
        Host::Ipv4(address) => v4(address),
        Host::Ipv6(address) => match address.to_ipv4_mapped() {
            Some(address) => v4(address),
            None if address.is_loopback() || address.is_unspecified() => THIS_MACHINE.into(),
            None => address.to_string(),
        },
    })
}
