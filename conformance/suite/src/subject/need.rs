//! What a case needs of the target, and the key of the target file that meets or waives it.

use crate::subject::{Account, Client, ClientAuthentication, ClientRole, Target, is_loopback};

use Lacking::{Add, Unclaimed};

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

/// A key that a target file can lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FileKey {
    /// That which meets a need.
    Need(Need),
    /// The issuer.
    Issuer,
    /// The scope of a client.
    Scope,
    /// Further origins of the server.
    Origins,
    /// How forms are filled.
    LoginForm,
    /// What makes the server ask once more.
    ExtraParameters,
}

impl FileKey {
    /// Its name; that of a need is the one under `[without]`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Need(need) => need.key(),
            Self::Issuer => "issuer",
            Self::Scope => "scope",
            Self::Origins => "origins",
            Self::LoginForm => "login.form",
            Self::ExtraParameters => "extra_parameters",
        }
    }

    /// What to write into the file, in words.
    #[must_use]
    pub const fn add(self) -> &'static str {
        match self {
            Self::Need(need) => match need.row().lacking {
                Add(what) => what,
                Unclaimed(_) => need.key(),
            },
            Self::Issuer => "issuer",
            Self::Scope => "scope to the client",
            Self::Origins => "origins, with the host of the keys",
            Self::LoginForm => "[[login.form]], which says how the form is filled",
            Self::ExtraParameters => "extra_parameters by which the user is asked again",
        }
    }
}

/// What there is to say of one need.
struct Row {
    /// The key under `[without]` that waives it.
    key: &'static str,
    /// What it means where the target does not meet it.
    lacking: Lacking,
    /// Whether the target meets it.
    is_met: fn(&Target) -> bool,
}

/// What it means where a target does not meet a need.
#[derive(Clone, Copy)]
enum Lacking {
    /// The target file could say how: by this.
    Add(&'static str),
    /// The server does not claim the feature, in this sentence.
    Unclaimed(&'static str),
}

macro_rules! needs {
    ($($(#[$doc:meta])* $need:ident = $key:literal, $lacking:expr, $is_met:expr;)*) => {
        /// Something that a case cannot do without.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Need {
            $($(#[$doc])* $need,)*
        }

        impl Need {
            /// Every need, for the documentation of target files.
            pub const ALL: &'static [Self] = &[$(Self::$need,)*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$need => Row { key: $key, lacking: $lacking, is_met: $is_met },)*
                }
            }
        }
    };
}

needs! {
    /// A user who can log in unattended. Cases that call `authorize`, `code` or `access` need it.
    Login = "user", Add("[user] with name and password"),
        |target| target.users.contains_key(&Account::First);
    /// A second account.
    SecondUser = "second_user", Add("[second_user] with name and password"),
        |target| target.users.contains_key(&Account::Second);
    /// A client with a secret.
    ConfidentialClient = "client", Add("[client] with id and secret"),
        |target| target.clients.contains_key(&ClientRole::First);
    /// A confidential client that uses HTTP Basic.
    BasicClient = "client_secret_basic",
        Unclaimed("the target has no client that authenticates with client_secret_basic"),
        |target| target.clients.get(&ClientRole::First)
            .is_some_and(|client| client.authentication == ClientAuthentication::ClientSecretBasic);
    /// A second client.
    SecondClient = "second_client", Add("[second_client]"),
        |target| target.clients.contains_key(&ClientRole::Second);
    /// A client without a secret.
    PublicClient = "public_client", Add("[public_client]"),
        |target| target.clients.contains_key(&ClientRole::Public);
    /// A second client without a secret.
    SecondPublicClient = "second_public_client", Add("[second_public_client]"),
        |target| target.clients.contains_key(&ClientRole::SecondPublic);
    /// A public client whose redirect URI is on a loopback IP literal.
    LoopbackClient = "loopback_client",
        Unclaimed("the target has no [public_client] with a redirect URI on 127.0.0.1 or [::1]"),
        |target| target.clients.get(&ClientRole::Public)
            .is_some_and(|client| is_on_loopback_address(client));
    /// A public client with a redirect URI of a private-use scheme.
    PrivateSchemeClient = "private_scheme_client",
        Unclaimed("the target has no public client with a redirect URI of a private-use scheme; [second_public_client] may be one"),
        |target| has_public_redirect(target, |uri| !uri.starts_with("http"));
    /// A public client with an https redirect URI.
    HttpsPublicClient = "https_public_client",
        Unclaimed("the target has no public client with an https redirect URI; [second_public_client] may be one"),
        |target| has_public_redirect(target, |uri| uri.starts_with("https:"));
    /// A client whose id or secret has characters that form-encoding changes.
    SpecialClient = "special_client",
        Add("[special_client], whose secret has one of ':', '%', '+', '&' or a space"),
        |target| target.clients.contains_key(&ClientRole::Special);
    /// A client that is registered, but not for the code grant.
    ServiceClient = "service_client",
        Add("[service_client], which may use other grants than the code grant"),
        |target| target.others.contains_key(&ClientRole::Service);
    /// A resource server that is registered and may introspect tokens for its resource.
    ResourceClient = "resource_client", Add("[resource_client], which may introspect tokens"),
        |target| target.others.contains_key(&ClientRole::Resource);
    /// A second such, for the second resource.
    SecondResourceClient = "second_resource_client",
        Add("[second_resource_client], which may introspect tokens for the second resource"),
        |target| target.others.contains_key(&ClientRole::SecondResource);
    /// A client with two registered redirect URIs.
    OtherRedirectUri = "other_redirect_uri", Add("other_redirect_uri to a client"),
        |target| target.clients.values().any(|client| client.other_redirect_uri.is_some());
    /// A client whose registered redirect URI has a query.
    RedirectWithQuery = "redirect_with_query", Add("a client whose redirect_uri has a query"),
        |target| target.clients.values().any(|client| client.redirect_uri.contains('?'));
    /// A client that may ask for two scope values.
    SecondScope = "second_scope", Add("second_scope to a client"),
        |target| target.clients.values().any(|client| client.scopes().len() > 1);
    /// A client that may ask for a scope that opens no resource of the target.
    NarrowScope = "narrow_scope", Add("narrow_scope, which opens no resource of the target, to a client"),
        |target| target.clients.values().any(|client| client.narrow_scope.is_some());
    /// A protected resource.
    ResourceServer = "resource", Add("resource to [endpoints]"),
        |target| target.endpoints.resource.is_some();
    /// A second protected resource, with a server and tokens of its own.
    SecondResource = "second_resource", Add("[second_resource] with url"),
        |target| target.second_resource.is_some();
    /// The server asks the user for consent. Always met; a target where consent was settled beforehand waives
    /// it.
    Consent = "consent", Unclaimed("the target does not say"),
        |_| true;
    /// The server claims to support PKCE.
    Pkce = "pkce", Unclaimed("the target does not claim PKCE"),
        |target| target.claims_pkce();
    /// The target says that the server demands a challenge of public clients.
    PkceRequired = "pkce_required",
        Unclaimed("the target does not say that PKCE is demanded of public clients: pkce_required = true"),
        |target| target.pkce_required;
    /// The server publishes metadata.
    Metadata = "metadata", Unclaimed("the target publishes no metadata document"),
        |target| target.metadata.is_some();
    /// The server says that it sends `iss` (RFC 9207).
    IssAdvertised = "iss", Unclaimed("the metadata does not advertise the iss parameter"),
        |target| target.metadata("authorization_response_iss_parameter_supported")
            .is_some_and(|value| value == true);
    /// The server issues refresh tokens.
    Refresh = "refresh", Unclaimed("the target does not claim refresh tokens"),
        |target| target.refresh
            .unwrap_or_else(|| target.metadata_lists("grant_types_supported", "refresh_token"));
    /// The server offers the client credentials grant.
    ClientCredentials = "client_credentials",
        Unclaimed("the target does not claim the client credentials grant"),
        |target| target.client_credentials
            .unwrap_or_else(|| target.metadata_lists("grant_types_supported", "client_credentials"));
    /// The server has an introspection endpoint.
    Introspection = "introspection", Unclaimed("the target has no introspection endpoint"),
        |target| target.endpoints.introspection.is_some();
    /// The server has a revocation endpoint.
    Revocation = "revocation", Unclaimed("the target has no revocation endpoint"),
        |target| target.endpoints.revocation.is_some();
    /// The server has a registration endpoint.
    Registration = "registration", Unclaimed("the target has no registration endpoint"),
        |target| target.endpoints.registration.is_some();
    /// The server takes pushed authorization requests.
    PushedRequests = "pushed_authorization_request",
        Unclaimed("the target takes no pushed authorization requests"),
        |target| target.endpoints.pushed_authorization_request.is_some();
    /// The server takes DPoP proofs signed with ES256.
    Dpop = "dpop", Unclaimed("the target does not claim DPoP with ES256"),
        |target| target.claims_dpop();
    /// The target says that a proof is taken once only.
    DpopSingleUse = "dpop_single_use",
        Unclaimed("the target does not say that a proof is taken once: dpop_single_use = true"),
        |target| target.dpop_single_use;
    /// The resource takes bound tokens. Met where the server takes proofs; a target whose resource does not
    /// waives it.
    DpopResource = "dpop_resource", Unclaimed("the target has no resource that takes bound tokens"),
        |target| target.claims_dpop() && target.endpoints.resource.is_some();
    /// A client that is registered for bound tokens alone.
    DpopClient = "dpop_client", Add("[dpop_client], registered with dpop_bound_access_tokens"),
        |target| target.others.contains_key(&ClientRole::Dpop);
    /// A client that is registered to push its requests.
    PushClient = "push_client",
        Add("[push_client], registered with require_pushed_authorization_requests"),
        |target| target.others.contains_key(&ClientRole::Push);
    /// The server is not on plain-http loopback.
    Tls = "tls", Unclaimed("the target is on loopback over plain http"),
        |target| !target.is_loopback_http();
    /// The file says how long a code lives.
    CodeLifetime = "code_lifetime", Add("code_lifetime, in seconds"),
        |target| target.code_lifetime.is_some();
    /// The file says how long an access token lives.
    AccessTokenLifetime = "access_token_lifetime", Add("access_token_lifetime, in seconds"),
        |target| target.access_token_lifetime.is_some();
    /// The file says how long a refresh token may lie unused.
    RefreshTokenLifetime = "refresh_token_lifetime", Add("refresh_token_lifetime, in seconds"),
        |target| target.refresh_token_lifetime.is_some();
    /// The file says how long a login lasts, whatever is done meanwhile.
    SessionLifetime = "session_lifetime",
        Unclaimed("the target does not say how long a login lasts, whatever is done meanwhile: session_lifetime"),
        |target| target.session_lifetime.is_some();
}

impl Need {
    /// The key under `[without]` that waives the need.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.row().key
    }

    /// The key by which the target file would meet the need, where it could and does not.
    #[must_use]
    pub fn missing(self, target: &Target) -> Option<FileKey> {
        match self.met(target) {
            Met::Missing(_) => Some(FileKey::Need(self)),
            Met::Yes | Met::NotOffered { .. } => None,
        }
    }

    /// Whether and how the target meets the need.
    #[must_use]
    pub fn met(self, target: &Target) -> Met {
        let Row { key, lacking, is_met } = self.row();
        if let Some(reason) = target.without.get(key) {
            return Met::NotOffered { reason: reason.clone(), waived: true };
        }
        if is_met(target) {
            return Met::Yes;
        }
        match lacking {
            Add(what) => Met::Missing(format!(
                "the target does not say: add {what}, or waive it: [without] {key} = \"why\""
            )),
            Unclaimed(reason) => Met::NotOffered { reason: reason.into(), waived: false },
        }
    }
}

/// Whether a public client has such a redirect URI.
fn has_public_redirect(target: &Target, fits: impl Fn(&str) -> bool) -> bool {
    let mut public = target.clients.values().filter(|client| client.is_public());
    public.any(|client| client.redirect_uris().any(&fits))
}

/// Whether the client's redirect URI is on a loopback IP literal.
fn is_on_loopback_address(client: &Client) -> bool {
    url::Url::parse(&client.redirect_uri).is_ok_and(|url| is_loopback(&url) && url.domain().is_none())
}

#[cfg(test)]
mod tests {
    use super::{FileKey, Met, Need};
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
        let missing = |target: &Target| Need::SecondUser.missing(target).map(FileKey::name);
        assert_eq!((missing(&target), Need::Refresh.missing(&target)), (Some("second_user"), None));
        target.without.insert("second_user".into(), "one account".into());
        assert_eq!(
            Need::SecondUser.met(&target),
            Met::NotOffered { reason: "one account".into(), waived: true }
        );
        assert_eq!(missing(&target), None);
    }
}
