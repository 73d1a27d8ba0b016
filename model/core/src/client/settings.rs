//! What a client is told about itself and a server, and what the server's metadata adds (RFC 8414 3.3).

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use serde_json::Value;

use super::http_call::HttpCall;
use super::reach::{Reach, is_private};
use super::{Channel, IssNeed, PushNeed, Revocation, Rules};
use crate::directory::Authentication;
use crate::policy::Lifetime;
use crate::secret::Digest;
use crate::server::receive::METADATA_PATH;
use crate::uri::split_origin;

/// How long before its end an access token is refreshed: clocks and networks are late by less.
pub const REFRESH_MARGIN: Lifetime = Lifetime(30);

/// A client's settings for one server.
#[derive(Clone, PartialEq, Eq)]
pub struct Settings {
    /// The name that the server goes by on the client's pages; empty if it is the only one.
    pub name: String,
    /// The `client_id`.
    pub client_id: String,
    /// The client's secret; never printed.
    pub client_secret: Option<String>,
    /// How the client authenticates.
    pub authentication: Authentication,
    /// Where responses come back to.
    pub redirect_uri: String,
    /// The scope to ask for; none leaves it to the server.
    pub scope: Option<String>,
    /// Whether PKCE challenges are sent.
    pub pkce: bool,
    /// Whether authorization requests are pushed, whatever the server demands.
    pub par: bool,
    /// Whether tokens get bound to a key of the client's (RFC 9449).
    pub binding: Binding,
    /// The issuer identifier of the server; empty until the resource has named one.
    pub issuer: String,
    /// The protected resource that tokens are asked for by name (RFC 8707).
    pub resource: Option<String>,
    /// Where the server is.
    pub endpoints: Endpoints,
    /// What is known of `iss`.
    pub iss: IssNeed,
    /// Whose responses come to the redirect URI.
    pub address: Address,
    /// Where metadata may send this client.
    pub reach: Reach,
    /// Whether secrets may travel in clear text over a network.
    pub clear_text: ClearText,
}

/// Whether secrets may travel in clear text over a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClearText {
    /// They may not.
    Refused,
    /// They may, since somebody else judges that.
    Taken,
}

/// What a token is good with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Binding {
    /// Nothing: whoever bears it may use it (RFC 6750).
    Bearer,
    /// A proof of the key that it is bound to (RFC 9449).
    Key,
}

impl Binding {
    /// The type of such tokens, and the scheme that they are shown by.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Key => "DPoP",
        }
    }
}

/// Whose responses come to a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// Those of one server.
    Own,
    /// Those of several, which only `iss` tells apart.
    Shared,
}

impl core::fmt::Debug for Settings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Settings")
            .field("client_id", &self.client_id)
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The authorization endpoint.
    pub authorization: String,
    /// The token endpoint.
    pub token: String,
    /// The protected resource.
    pub resource: String,
    /// Where tokens are taken back.
    pub revocation: Option<String>,
    /// Where authorization requests are pushed.
    pub pushed: Option<String>,
}

impl Endpoints {
    /// The paths of the documented sequence, for a server that publishes no metadata.
    #[must_use]
    pub fn documented(issuer: &str) -> Self {
        Self {
            authorization: format!("{issuer}/authorize"),
            token: format!("{issuer}/token"),
            resource: format!("{issuer}/api/me"),
            revocation: None,
            pushed: None,
        }
    }
}

/// Why a server's metadata is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetadataRefusal {
    /// It is not a JSON object with the members that the code flow needs.
    Malformed,
    /// It speaks of another issuer (RFC 8414 3.3).
    OtherIssuer,
    /// It speaks of another resource (RFC 9728 3.3).
    OtherResource,
    /// It names no server that this client may go to.
    NoServer,
    /// It lies where this client does not go.
    OutOfReach,
    /// Nobody answered with it.
    Silent,
}

impl core::fmt::Display for MetadataRefusal {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Malformed => {
                "it has no authorization_endpoint and token_endpoint that this client may go to"
            }
            Self::OtherIssuer => "the server's metadata names another issuer than the one that was asked for",
            Self::OtherResource => {
                "the resource's metadata names another resource than the one that was asked for"
            }
            Self::NoServer => "the resource's metadata names no server that this client may go to",
            Self::Silent => "there is no metadata where it has to be",
            Self::OutOfReach => "the resource's challenge leads to metadata where this client does not go",
        })
    }
}

/// Where an issuer's metadata lies: the well-known path goes between host and path (RFC 8414 3.1).
#[must_use]
pub fn metadata_url(issuer: &str) -> String {
    let (origin, path) = split_origin(issuer);
    format!("{origin}{METADATA_PATH}{}", path.trim_end_matches('/'))
}

/// The request for an issuer's metadata.
#[must_use]
pub fn metadata_call(settings: &Settings) -> HttpCall {
    // rfc8414-3.1-client-path-insertion
    HttpCall::get(metadata_url(&settings.issuer))
}

impl Settings {
    /// The settings of a public client that knows no more of its only server than its issuer.
    #[must_use]
    pub fn of(client_id: &str, redirect_uri: &str, issuer: &str) -> Self {
        Self {
            name: String::new(),
            client_id: client_id.to_owned(),
            client_secret: None,
            authentication: Authentication::None,
            redirect_uri: redirect_uri.to_owned(),
            scope: None,
            pkce: true,
            par: false,
            binding: Binding::Bearer,
            issuer: issuer.to_owned(),
            resource: None,
            endpoints: Endpoints::documented(issuer),
            iss: IssNeed::IfSent,
            address: Address::Own,
            reach: Reach::of(issuer),
            clear_text: ClearText::Refused,
        }
    }

    /// What steps read.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            issuer: Digest::of(&self.issuer),
            redirect: Digest::of(&self.redirect_uri),
            iss: self.iss,
            address: self.address,
            channel: self.channel(),
            pkce: self.pkce,
            push: match (self.par, &self.endpoints.pushed) {
                (false, _) => PushNeed::Unneeded,
                (true, Some(_)) => PushNeed::Needed,
                (true, None) => PushNeed::Nowhere,
            },
            revocation: offered(self.endpoints.revocation.as_deref()),
            refresh_margin: REFRESH_MARGIN,
        }
    }

    fn channel(&self) -> Channel {
        let places =
            [Some(&self.endpoints.token), Some(&self.endpoints.resource), self.endpoints.pushed.as_ref()];
        match self.clear_text {
            ClearText::Refused if !places.into_iter().flatten().all(|url| is_private(url)) => Channel::Clear,
            ClearText::Refused | ClearText::Taken => Channel::Private,
        }
    }

    /// Takes over what a server's metadata says: its endpoints, and whether it sends `iss`.
    ///
    /// # Errors
    /// Why the metadata is not used; the settings stay as they were.
    pub fn discover(&mut self, body: &[u8]) -> Result<(), MetadataRefusal> {
        let document: Value = serde_json::from_slice(body).map_err(|_| MetadataRefusal::Malformed)?;
        let text = |name: &str| document.get(name).and_then(Value::as_str).map(str::to_owned);
        // rfc8414-3.3-client-rejects-issuer-mismatch, rfc8414-4-client-compares-code-points
        if text("issuer").as_deref() != Some(self.issuer.as_str()) {
            return Err(MetadataRefusal::OtherIssuer);
        }
        let endpoint = |name: &str| {
            text(name).filter(|uri| self.may_call(&self.issuer, uri)).ok_or(MetadataRefusal::Malformed)
        };
        let authorization = endpoint("authorization_endpoint")?;
        let token = endpoint("token_endpoint")?;
        let optional = |name: &str| text(name).filter(|uri| self.may_call(&self.issuer, uri));
        let revocation = optional("revocation_endpoint");
        let pushed = optional("pushed_authorization_request_endpoint");
        // rfc9126-5-client-pushes-when-required
        self.par |= document.get("require_pushed_authorization_requests") == Some(&Value::Bool(true));
        self.endpoints.revocation = revocation;
        self.endpoints.pushed = pushed;
        self.endpoints.authorization = authorization;
        self.endpoints.token = token;
        let advertised =
            document.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true));
        self.iss = if advertised { IssNeed::Required } else { IssNeed::Unadvertised };
        Ok(())
    }
}

/// Whether a server takes tokens back at this address.
fn offered(endpoint: Option<&str>) -> Revocation {
    match endpoint {
        None => Revocation::None,
        // rfc7009-2-client-verifies-https
        Some(url) if is_private(url) => Revocation::Offered,
        Some(_) => Revocation::Unsafe,
    }
}
