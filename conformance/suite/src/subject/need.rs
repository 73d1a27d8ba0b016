//! What a case needs of the target, and the key of the target file that meets or waives it.

use crate::subject::{Account, Client, ClientRole, Target, is_loopback};

/// Something that a case cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// A user who can log in unattended. Cases that call `authorize`, `code` or `access` need it.
    Login,
    /// A second account.
    SecondUser,
    /// A client with a secret.
    ConfidentialClient,
    /// A confidential client that uses HTTP Basic.
    BasicClient,
    /// A second client.
    SecondClient,
    /// A client without a secret.
    PublicClient,
    /// A second client without a secret.
    SecondPublicClient,
    /// A public client whose redirect URI is on a loopback IP literal.
    LoopbackClient,
    /// A public client with a redirect URI of a private-use scheme.
    PrivateSchemeClient,
    /// A public client with an https redirect URI.
    HttpsPublicClient,
    /// A client whose id or secret has characters that form-encoding changes.
    SpecialClient,
    /// A client that is registered, but not for the code grant.
    ServiceClient,
    /// A resource server that is registered and may introspect tokens for its resource.
    ResourceClient,
    /// A second such, for the second resource.
    SecondResourceClient,
    /// A client with two registered redirect URIs.
    OtherRedirectUri,
    /// A client whose registered redirect URI has a query.
    RedirectWithQuery,
    /// A client that may ask for two scope values.
    SecondScope,
    /// A client that may ask for a scope that does not open the resource.
    NarrowScope,
    /// A protected resource.
    ResourceServer,
    /// A second protected resource, with a server and tokens of its own.
    SecondResource,
    /// The server asks the user for consent. Always met; a target where consent was settled beforehand waives it.
    Consent,
    /// The server claims to support PKCE.
    Pkce,
    /// The target says that the server demands a challenge of public clients.
    PkceRequired,
    /// The server publishes metadata.
    Metadata,
    /// The server says that it sends `iss` (RFC 9207).
    IssAdvertised,
    /// The server issues refresh tokens.
    Refresh,
    /// The server offers the client credentials grant.
    ClientCredentials,
    /// The server has an introspection endpoint.
    Introspection,
    /// The server has a revocation endpoint.
    Revocation,
    /// The server has a registration endpoint.
    Registration,
    /// The server takes pushed authorization requests.
    PushedRequests,
    /// The server takes DPoP proofs signed with ES256.
    Dpop,
    /// The target says that a proof is taken once only.
    DpopSingleUse,
    /// The resource takes bound tokens. Met where the server takes proofs; a target whose resource does not waives it.
    DpopResource,
    /// A client that is registered for bound tokens alone.
    DpopClient,
    /// A client that is registered to push its requests.
    PushClient,
    /// The server is not on plain-http loopback.
    Tls,
    /// The file says how long a code lives.
    CodeLifetime,
    /// The file says how long an access token lives.
    AccessTokenLifetime,
    /// The file says how long a refresh token may lie unused.
    RefreshTokenLifetime,
}

/// How a target meets a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// It does.
    Yes,
    /// The feature is not claimed, does not apply, or the target file waives it; with the reason.
    NotOffered {
        /// Why.
        reason: String,
        /// Whether `[without]` says so.
        waived: bool,
    },
    /// It could, but the target file does not say how.
    Missing(String),
}

impl Need {
    /// Every need, for the documentation of target files.
    pub const ALL: &'static [Self] = &[
        Self::Login,
        Self::SecondUser,
        Self::ConfidentialClient,
        Self::BasicClient,
        Self::SecondClient,
        Self::PublicClient,
        Self::SecondPublicClient,
        Self::LoopbackClient,
        Self::PrivateSchemeClient,
        Self::HttpsPublicClient,
        Self::SpecialClient,
        Self::ServiceClient,
        Self::ResourceClient,
        Self::SecondResourceClient,
        Self::OtherRedirectUri,
        Self::RedirectWithQuery,
        Self::SecondScope,
        Self::NarrowScope,
        Self::ResourceServer,
        Self::SecondResource,
        Self::Consent,
        Self::Pkce,
        Self::PkceRequired,
        Self::Metadata,
        Self::IssAdvertised,
        Self::Refresh,
        Self::ClientCredentials,
        Self::Introspection,
        Self::Revocation,
        Self::Registration,
        Self::PushedRequests,
        Self::Dpop,
        Self::DpopSingleUse,
        Self::DpopResource,
        Self::DpopClient,
        Self::PushClient,
        Self::Tls,
        Self::CodeLifetime,
        Self::AccessTokenLifetime,
        Self::RefreshTokenLifetime,
    ];

    /// The key under `[without]` that waives the need.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Login => "user",
            Self::SecondUser => "second_user",
            Self::ConfidentialClient => "client",
            Self::BasicClient => "client_secret_basic",
            Self::SecondClient => "second_client",
            Self::PublicClient => "public_client",
            Self::SecondPublicClient => "second_public_client",
            Self::LoopbackClient => "loopback_client",
            Self::PrivateSchemeClient => "private_scheme_client",
            Self::HttpsPublicClient => "https_public_client",
            Self::SpecialClient => "special_client",
            Self::ServiceClient => "service_client",
            Self::ResourceClient => "resource_client",
            Self::SecondResourceClient => "second_resource_client",
            Self::OtherRedirectUri => "other_redirect_uri",
            Self::RedirectWithQuery => "redirect_with_query",
            Self::SecondScope => "second_scope",
            Self::NarrowScope => "narrow_scope",
            Self::ResourceServer => "resource",
            Self::SecondResource => "second_resource",
            Self::Consent => "consent",
            Self::Pkce => "pkce",
            Self::PkceRequired => "pkce_required",
            Self::Metadata => "metadata",
            Self::IssAdvertised => "iss",
            Self::Refresh => "refresh",
            Self::ClientCredentials => "client_credentials",
            Self::Introspection => "introspection",
            Self::Revocation => "revocation",
            Self::Registration => "registration",
            Self::PushedRequests => "pushed_authorization_request",
            Self::Dpop => "dpop",
            Self::DpopSingleUse => "dpop_single_use",
            Self::DpopResource => "dpop_resource",
            Self::DpopClient => "dpop_client",
            Self::PushClient => "push_client",
            Self::Tls => "tls",
            Self::CodeLifetime => "code_lifetime",
            Self::AccessTokenLifetime => "access_token_lifetime",
            Self::RefreshTokenLifetime => "refresh_token_lifetime",
        }
    }

    /// What would meet the need, for the reason of a case that is not tested; `None` where the server decides.
    const fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Login => Some("add [user] with name and password"),
            Self::SecondUser => Some("add [second_user] with name and password"),
            Self::ConfidentialClient => Some("add [client] with id and secret"),
            Self::SecondClient => Some("add [second_client]"),
            Self::PublicClient => Some("add [public_client]"),
            Self::SecondPublicClient => Some("add [second_public_client]"),
            Self::SpecialClient => {
                Some("add [special_client], whose secret has one of ':', '%', '+', '&' or a space")
            }
            Self::ServiceClient => {
                Some("add [service_client], which may use other grants than the code grant")
            }
            Self::ResourceClient => Some("add [resource_client], which may introspect tokens"),
            Self::SecondResourceClient => {
                Some("add [second_resource_client], which may introspect tokens for the second resource")
            }
            Self::OtherRedirectUri => Some("add other_redirect_uri to a client"),
            Self::RedirectWithQuery => Some("add a client whose redirect_uri has a query"),
            Self::SecondScope => Some("add second_scope to a client"),
            Self::NarrowScope => Some("add narrow_scope, which does not open the resource, to a client"),
            Self::ResourceServer => Some("add resource to [endpoints]"),
            Self::SecondResource => Some("add [second_resource] with url"),
            Self::DpopClient => Some("add [dpop_client], registered with dpop_bound_access_tokens"),
            Self::PushClient => {
                Some("add [push_client], registered with require_pushed_authorization_requests")
            }
            Self::CodeLifetime => Some("add code_lifetime, in seconds"),
            Self::AccessTokenLifetime => Some("add access_token_lifetime, in seconds"),
            Self::RefreshTokenLifetime => Some("add refresh_token_lifetime, in seconds"),
            Self::BasicClient
            | Self::LoopbackClient
            | Self::PrivateSchemeClient
            | Self::HttpsPublicClient
            | Self::Consent
            | Self::Pkce
            | Self::PkceRequired
            | Self::Metadata
            | Self::IssAdvertised
            | Self::Refresh
            | Self::ClientCredentials
            | Self::Introspection
            | Self::Revocation
            | Self::Registration
            | Self::PushedRequests
            | Self::Dpop
            | Self::DpopSingleUse
            | Self::DpopResource
            | Self::Tls => None,
        }
    }

    /// Whether and how the target meets the need.
    #[must_use]
    pub fn met(self, target: &Target) -> Met {
        if let Some(reason) = target.without.get(self.key()) {
            return Met::NotOffered { reason: reason.clone(), waived: true };
        }
        if self.is_present(target) {
            return Met::Yes;
        }
        match self.remedy() {
            Some(remedy) => Met::Missing(format!(
                "the target does not say: {remedy}, or waive it: [without] {} = \"why\"",
                self.key()
            )),
            None => Met::NotOffered { reason: self.unclaimed().into(), waived: false },
        }
    }

    fn is_present(self, target: &Target) -> bool {
        let clients = &target.clients;
        let listed = |name, value| target.metadata_lists(name, value);
        let has_redirect = |fits: &dyn Fn(&str) -> bool| {
            let public = |client: &&std::sync::Arc<Client>| client.is_public();
            clients.values().filter(public).any(|client| client.redirect_uris().any(fits))
        };
        match self {
            Self::Login => target.users.contains_key(&Account::First),
            Self::SecondUser => target.users.contains_key(&Account::Second),
            Self::ConfidentialClient => clients.contains_key(&ClientRole::First),
            Self::BasicClient => clients.get(&ClientRole::First).is_some_and(|client| {
                client.authentication == crate::subject::ClientAuthentication::ClientSecretBasic
            }),
            Self::SecondClient => clients.contains_key(&ClientRole::Second),
            Self::PublicClient => clients.contains_key(&ClientRole::Public),
            Self::SecondPublicClient => clients.contains_key(&ClientRole::SecondPublic),
            Self::LoopbackClient => clients.get(&ClientRole::Public).is_some_and(|client| {
                url::Url::parse(&client.redirect_uri)
                    .is_ok_and(|url| is_loopback(&url) && url.domain().is_none())
            }),
            Self::PrivateSchemeClient => has_redirect(&|uri| !uri.starts_with("http")),
            Self::HttpsPublicClient => has_redirect(&|uri| uri.starts_with("https:")),
            Self::SpecialClient => clients.contains_key(&ClientRole::Special),
            Self::ServiceClient => target.others.contains_key(&ClientRole::Service),
            Self::ResourceClient => target.others.contains_key(&ClientRole::Resource),
            Self::SecondResourceClient => target.others.contains_key(&ClientRole::SecondResource),
            Self::OtherRedirectUri => clients.values().any(|client| client.other_redirect_uri.is_some()),
            Self::RedirectWithQuery => clients.values().any(|client| client.redirect_uri.contains('?')),
            Self::SecondScope => clients.values().any(|client| client.scopes().len() > 1),
            Self::NarrowScope => clients.values().any(|client| client.narrow_scope.is_some()),
            Self::ResourceServer => target.endpoints.resource.is_some(),
            Self::SecondResource => target.second_resource.is_some(),
            Self::Consent => true,
            Self::Pkce => target.claims_pkce(),
            Self::PkceRequired => target.pkce_required,
            Self::Metadata => target.metadata.is_some(),
            Self::IssAdvertised => target
                .metadata("authorization_response_iss_parameter_supported")
                .is_some_and(|value| value == true),
            Self::Refresh => {
                target.refresh.unwrap_or_else(|| listed("grant_types_supported", "refresh_token"))
            }
            Self::ClientCredentials => target
                .client_credentials
                .unwrap_or_else(|| listed("grant_types_supported", "client_credentials")),
            Self::Introspection => target.endpoints.introspection.is_some(),
            Self::Revocation => target.endpoints.revocation.is_some(),
            Self::Registration => target.endpoints.registration.is_some(),
            Self::PushedRequests => target.endpoints.pushed_authorization_request.is_some(),
            Self::Dpop => target.claims_dpop(),
            Self::DpopSingleUse => target.dpop_single_use,
            Self::DpopResource => target.claims_dpop() && target.endpoints.resource.is_some(),
            Self::DpopClient => target.others.contains_key(&ClientRole::Dpop),
            Self::PushClient => target.others.contains_key(&ClientRole::Push),
            Self::Tls => !target.is_loopback_http(),
            Self::CodeLifetime => target.code_lifetime.is_some(),
            Self::AccessTokenLifetime => target.access_token_lifetime.is_some(),
            Self::RefreshTokenLifetime => target.refresh_token_lifetime.is_some(),
        }
    }

    const fn unclaimed(self) -> &'static str {
        match self {
            Self::BasicClient => "the target has no client that authenticates with client_secret_basic",
            Self::LoopbackClient => {
                "the target has no public client with a redirect URI on 127.0.0.1 or [::1]"
            }
            Self::PrivateSchemeClient => {
                "the target has no public client with a redirect URI of a private-use scheme"
            }
            Self::HttpsPublicClient => "the target has no public client with an https redirect URI",
            Self::Pkce => "the target does not claim PKCE",
            Self::PkceRequired => {
                "the target does not say that PKCE is demanded of public clients: pkce_required = true"
            }
            Self::Metadata => "the target publishes no metadata document",
            Self::IssAdvertised => "the metadata does not advertise the iss parameter",
            Self::Refresh => "the target does not claim refresh tokens",
            Self::ClientCredentials => "the target does not claim the client credentials grant",
            Self::Introspection => "the target has no introspection endpoint",
            Self::Revocation => "the target has no revocation endpoint",
            Self::Registration => "the target has no registration endpoint",
            Self::PushedRequests => "the target takes no pushed authorization requests",
            Self::Dpop => "the target does not claim DPoP with ES256",
            Self::DpopSingleUse => {
                "the target does not say that a proof is taken once: dpop_single_use = true"
            }
            Self::DpopResource => "the target has no resource that takes bound tokens",
            Self::Tls => "the target is on loopback over plain http",
            Self::Login
            | Self::SecondUser
            | Self::ConfidentialClient
            | Self::SecondClient
            | Self::PublicClient
            | Self::SecondPublicClient
            | Self::SpecialClient
            | Self::OtherRedirectUri
            | Self::RedirectWithQuery
            | Self::SecondScope
            | Self::NarrowScope
            | Self::Consent
            | Self::ResourceServer
            | Self::ServiceClient
            | Self::ResourceClient
            | Self::SecondResourceClient
            | Self::SecondResource
            | Self::DpopClient
            | Self::PushClient
            | Self::CodeLifetime
            | Self::AccessTokenLifetime
            | Self::RefreshTokenLifetime => "the target does not say",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Met, Need};
    use crate::subject::Target;

    #[test]
    fn each_need_has_a_key_of_its_own() {
        let mut keys: Vec<_> = Need::ALL.iter().map(|need| need.key()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), Need::ALL.len());
    }

    #[test]
    fn a_waived_need_is_not_offered_and_a_missing_one_not_tested() {
        let mut target = Target::default();
        assert!(matches!(Need::SecondUser.met(&target), Met::Missing(_)));
        assert!(matches!(Need::Refresh.met(&target), Met::NotOffered { waived: false, .. }));
        target.without.insert("second_user".into(), "one account".into());
        assert_eq!(
            Need::SecondUser.met(&target),
            Met::NotOffered { reason: "one account".into(), waived: true }
        );
    }
}
