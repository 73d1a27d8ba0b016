//! What the suite knows of a live server.
//!
//! `file.rs` reads it from TOML (`table.rs`) or from flags, `discover.rs` completes it from the server's metadata,
//! `place.rs` says where requests may go, `clock.rs` how its clock is advanced. A [`Target`] that exists has an authorization endpoint, a token endpoint and
//! at least one client.

mod clock;
mod discover;
mod file;
mod need;
mod place;
mod reader;
mod table;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use clock::{NoClock, clock};
pub(crate) use clock::{advancing, now};
pub use discover::{DiscoverError, discover};
pub(crate) use discover::{advice, is_metadata};
pub use file::{Flags, read, read_text};
pub use need::{FileKey, Met, Need};
pub use oauth_configuration::{ClientAuthentication, ConfigError, Secret};
pub(crate) use place::shown;
pub use place::{Endpoint, Place};
use url::Url;

/// Which of the target's clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientRole {
    /// `[client]`: confidential.
    First,
    /// `[second_client]`.
    Second,
    /// `[public_client]`.
    Public,
    /// `[second_public_client]`.
    SecondPublic,
    /// `[special_client]`: its id or secret has characters that form-encoding changes.
    Special,
    /// `[service_client]`: registered, but not for the code grant.
    Service,
    /// `[resource_client]`: how the resource server is registered, which may introspect tokens.
    Resource,
    /// `[second_resource_client]`: how the second resource's server is registered.
    SecondResource,
    /// `[dpop_client]`: registered with `dpop_bound_access_tokens`.
    Dpop,
    /// `[push_client]`: registered with `require_pushed_authorization_requests`.
    Push,
}

impl ClientRole {
    /// The table of the target file that names the client.
    pub(crate) const fn table(self) -> &'static str {
        match self {
            Self::First => "client",
            Self::Second => "second_client",
            Self::Public => "public_client",
            Self::SecondPublic => "second_public_client",
            Self::Special => "special_client",
            Self::Service => "service_client",
            Self::Resource => "resource_client",
            Self::SecondResource => "second_resource_client",
            Self::Dpop => "dpop_client",
            Self::Push => "push_client",
        }
    }
}

/// A registered client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Which table of the target file names it.
    pub role: ClientRole,
    /// The client identifier.
    pub id: String,
    /// The secret; `None` for a public client.
    pub secret: Option<Secret>,
    /// How it authenticates.
    pub authentication: ClientAuthentication,
    /// The registered redirect URI that requests use. Never connected to. Empty for a resource server, which asks
    /// for no codes.
    pub redirect_uri: String,
    /// A second registered redirect URI.
    pub other_redirect_uri: Option<String>,
    /// The scope that requests ask for; `None` sends no `scope`.
    pub scope: Option<String>,
    /// Another scope value that this client may ask for.
    pub second_scope: Option<String>,
    /// A scope that this client may ask for and that opens neither the resource nor the second one.
    pub narrow_scope: Option<String>,
}

impl Client {
    /// The scope values that it may ask for, in order.
    #[must_use]
    pub fn scopes(&self) -> Vec<&str> {
        let texts = self.scope.iter().chain(&self.second_scope);
        texts.flat_map(|text| text.split(' ')).filter(|value| !value.is_empty()).collect()
    }

    /// Its registered redirect URIs.
    pub fn redirect_uris(&self) -> impl Iterator<Item = &str> {
        let all = std::iter::once(&self.redirect_uri).chain(&self.other_redirect_uri);
        all.map(String::as_str).filter(|uri| !uri.is_empty())
    }

    /// Whether it has no secret.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        matches!(self.authentication, ClientAuthentication::None)
    }
}

/// Which of the target's users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// `[user]`.
    First,
    /// `[second_user]`.
    Second,
}

/// A resource owner's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// What the login form takes as name.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// A hint how a form is filled: `[[login.form]]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormHint {
    /// The hint is for the first form that has a field or button of this name.
    pub has: String,
    /// Values by field name; `$user` and `$password` stand for the account.
    #[serde(default)]
    pub fill: BTreeMap<String, String>,
    /// Values that deny, for a consent form, be it one that takes the password as well.
    pub deny: Option<BTreeMap<String, String>>,
    /// Denying is another form: the first with a field or button of this name.
    pub deny_has: Option<String>,
}

/// Where the target's endpoints are. Text, exactly as given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The authorization endpoint.
    pub authorization: String,
    /// The token endpoint.
    pub token: String,
    /// A protected resource that answers GET with 200 to a good token.
    pub resource: Option<String>,
    /// Token introspection (RFC 7662).
    pub introspection: Option<String>,
    /// Token revocation (RFC 7009).
    pub revocation: Option<String>,
    /// Dynamic client registration (RFC 7591).
    pub registration: Option<String>,
    /// Pushed authorization requests (RFC 9126).
    pub pushed_authorization_request: Option<String>,
}

impl Endpoints {
    /// Those that are known, with their keys in a target file.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let optional = [
            ("resource", &self.resource),
            ("introspection", &self.introspection),
            ("revocation", &self.revocation),
            ("registration", &self.registration),
            ("pushed_authorization_request", &self.pushed_authorization_request),
        ];
        let needed = [("authorization", self.authorization.as_str()), ("token", self.token.as_str())];
        let named = optional.into_iter().filter_map(|(name, url)| Some((name, url.as_deref()?)));
        needed.into_iter().chain(named).filter(|(_, url)| !url.is_empty())
    }
}

/// A protected resource beside the one under `[endpoints]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Where it answers GET.
    pub url: String,
    /// What it is called in `resource` parameters.
    pub identifier: String,
}

/// What the suite knows of a live server.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// The name that reports use.
    pub name: String,
    /// The issuer identifier, if one is known.
    pub issuer: Option<String>,
    /// Added to each authorization request.
    pub extra_parameters: Vec<(String, String)>,
    /// Further origins that belong to the server, such as a login host: browsers go there as well.
    pub origins: Vec<String>,
    /// Where the endpoints are.
    pub endpoints: Endpoints,
    /// The endpoints that the metadata names and the target does not, by their keys.
    pub discovered: BTreeSet<&'static str>,
    /// Who names the others: the target file or the command line.
    pub named_by: &'static str,
    /// The clients that may use the code grant, by role.
    pub clients: BTreeMap<ClientRole, Arc<Client>>,
    /// Who else is registered at the server, by role.
    pub others: BTreeMap<ClientRole, Arc<Client>>,
    /// What the resource under `[endpoints]` is called in `resource` parameters, if not by its URL.
    pub resource_identifier: Option<String>,
    /// Whether the server reads `resource` parameters (RFC 8707), where it cannot be seen from its refusals.
    pub resource_indicators: Option<bool>,
    /// A second resource, which another token opens.
    pub second_resource: Option<Resource>,
    /// The users.
    pub users: BTreeMap<Account, User>,
    /// Hints how forms are filled.
    pub forms: Vec<FormHint>,
    /// Needs that the target cannot meet, with the reason.
    pub without: BTreeMap<String, String>,
    /// Whether the server supports PKCE, where the metadata does not say so or is wrong.
    pub pkce: Option<bool>,
    /// Whether whoever runs the server says that it demands a code challenge of public clients. Without a word of that, a
    /// server that gives a code without one demands none.
    pub pkce_required: bool,
    /// Whether the server issues refresh tokens, where the metadata does not say so.
    pub refresh: Option<bool>,
    /// Whether clients may use the client credentials grant, where the metadata does not say so.
    pub client_credentials: Option<bool>,
    /// Whether the server takes DPoP proofs with ES256, where the metadata does not say so.
    pub dpop: Option<bool>,
    /// Whether the server takes each DPoP proof once only.
    pub dpop_single_use: bool,
    /// The initial access token for registration.
    pub registration_token: Option<Secret>,
    /// How long a code lives, in seconds.
    pub code_lifetime: Option<u64>,
    /// How long an access token lives, in seconds.
    pub access_token_lifetime: Option<u64>,
    /// How long a refresh token may lie unused, in seconds.
    pub refresh_token_lifetime: Option<u64>,
    /// How long a login lasts, whatever is done meanwhile, in seconds.
    pub session_lifetime: Option<u64>,
    /// For how long after its use a refresh token is taken once more, in seconds.
    pub refresh_grace: Option<u64>,
    /// Within how many seconds the end of a token is known everywhere, also where answers about tokens are kept for a while.
    pub revocation_delay: Option<u64>,
    /// Where a form with `seconds` advances the server's clock.
    pub clock: Option<String>,
    /// The metadata document (RFC 8414), if one was found.
    pub metadata: Option<serde_json::Value>,
    /// The URL at which the metadata document was found.
    pub metadata_url: Option<String>,
}

impl Target {
    /// The client that cases use when they need no particular one.
    #[must_use]
    pub fn client(&self) -> Option<&Arc<Client>> {
        self.clients.get(&ClientRole::First).or_else(|| self.clients.get(&ClientRole::Public))
    }

    /// The resource under `[endpoints]` and what it is called.
    #[must_use]
    pub fn resource(&self) -> Option<Resource> {
        let url = self.endpoints.resource.clone()?;
        let identifier = self.resource_identifier.clone().unwrap_or_else(|| url.clone());
        Some(Resource { url, identifier })
    }

    /// All clients: those that ask for codes, and the others.
    pub fn registered(&self) -> impl Iterator<Item = &Arc<Client>> {
        self.clients.values().chain(self.others.values())
    }

    /// Whether the target says that it takes DPoP proofs with ES256: by `dpop`, or by its metadata.
    #[must_use]
    pub fn claims_dpop(&self) -> bool {
        self.dpop.unwrap_or_else(|| self.metadata_lists("dpop_signing_alg_values_supported", "ES256"))
    }

    /// Within how many seconds the end of a token is known everywhere: as the target says, or a moment, for the delay that RFC
    /// 7009 (section 2) speaks of.
    #[must_use]
    pub fn ends_are_known_within(&self) -> u64 {
        const MOMENT: u64 = 2;
        self.revocation_delay.unwrap_or(MOMENT)
    }

    /// A member of the metadata document.
    #[must_use]
    pub fn metadata(&self, name: &str) -> Option<&serde_json::Value> {
        self.metadata.as_ref()?.get(name)
    }

    /// Whether an array in the metadata document has this string.
    #[must_use]
    pub fn metadata_lists(&self, name: &str, value: &str) -> bool {
        let list = self.metadata(name).and_then(serde_json::Value::as_array);
        list.is_some_and(|list| list.iter().any(|member| member == value))
    }

    /// Whether an array in the metadata document is there and lacks this string.
    #[must_use]
    pub fn metadata_rules_out(&self, name: &str, value: &str) -> bool {
        let list = self.metadata(name).and_then(serde_json::Value::as_array);
        list.is_some_and(|list| list.iter().all(|member| member != value))
    }

    /// Whether the target says that it supports PKCE: by `pkce`, by its metadata, or by having a public client.
    #[must_use]
    pub fn claims_pkce(&self) -> bool {
        self.pkce.unwrap_or_else(|| {
            self.metadata_lists("code_challenge_methods_supported", "S256")
                || self.clients.contains_key(&ClientRole::Public)
        })
    }

    /// Whether requests of this client carry a code challenge unless a case says otherwise.
    #[must_use]
    pub fn uses_pkce(&self, client: &Client) -> bool {
        match self.pkce {
            Some(set) => set,
            None if client.is_public() => !self.without.contains_key("pkce"),
            None => self.metadata_lists("code_challenge_methods_supported", "S256"),
        }
    }

    /// Whether the server is reached by `http` on the loopback interface, where TLS rules don't apply.
    #[must_use]
    pub fn is_loopback_http(&self) -> bool {
        Url::parse(&self.endpoints.authorization).is_ok_and(|url| url.scheme() == "http" && is_loopback(&url))
    }
}

/// Whether a URL's host is the loopback interface.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
