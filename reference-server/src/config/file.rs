//! The shape of a configuration file, as serde reads it.

use oauth_configuration::{
    ClientAuthentication, ClientId, ClientSecret, IssuerUrl, RedirectUri, ScopeText, Seconds, Secret,
    SecretText, Wrong,
};
use oauth_core::directory::Authentication;
use oauth_core::policy::{ExcessScope, Lifetime, PkceNeed, Policy, WrongVerifier};
use oauth_core::secret::Digest;
use serde::Deserialize;

use crate::password::is_argon2_hash;

/// A whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) issuer: Option<IssuerUrl>,
    pub(super) resource_scope: Option<ScopeText>,
    #[serde(default)]
    pub(super) resource: Vec<Resource>,
    #[serde(default)]
    pub(super) user: Vec<User>,
    #[serde(default)]
    pub(super) client: Vec<Client>,
    #[serde(default)]
    pub(super) lifetimes: LifetimesTable,
    #[serde(default)]
    pub(super) policy: PolicyTable,
}

/// `[[resource]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    pub(super) path: String,
    pub(super) scope: ScopeText,
}

/// `[[user]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) password: Option<SecretText>,
    pub(super) password_hash: Option<PasswordHash>,
}

/// `[[client]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub(super) id: ClientId,
    pub(super) name: Option<String>,
    pub(super) secret: Option<ClientSecret>,
    pub(super) secret_digest: Option<SecretDigest>,
    #[serde(default)]
    pub(super) authentication: AuthenticationName,
    #[serde(default)]
    pub(super) redirect_uris: Vec<RedirectUri>,
    pub(super) scope: Option<ScopeText>,
    pub(super) code_grant: Option<bool>,
    pub(super) refresh_tokens: Option<bool>,
    pub(super) client_credentials: Option<bool>,
    pub(super) require_pushed_authorization_requests: Option<bool>,
    pub(super) dpop_bound_access_tokens: Option<bool>,
    #[serde(default)]
    pub(super) resource_server: Vec<String>,
}

/// The method of RFC 7591, or the one that it has for clients that name none.
#[derive(Deserialize, Clone, Copy)]
#[serde(transparent)]
pub(super) struct AuthenticationName(ClientAuthentication);

impl Default for AuthenticationName {
    fn default() -> Self {
        Self(ClientAuthentication::ClientSecretBasic)
    }
}

impl From<AuthenticationName> for Authentication {
    fn from(name: AuthenticationName) -> Self {
        match name.0 {
            ClientAuthentication::ClientSecretBasic => Self::Basic,
            ClientAuthentication::ClientSecretPost => Self::Post,
            ClientAuthentication::None => Self::None,
        }
    }
}

/// A PHC string of argon2.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct PasswordHash(String);

impl PasswordHash {
    pub(super) fn text(&self) -> Secret {
        self.0.as_str().into()
    }
}

impl TryFrom<String> for PasswordHash {
    type Error = Wrong;

    fn try_from(text: String) -> Result<Self, Wrong> {
        const SAYS: Wrong = Wrong::new(
            "is not a PHC string of argon2, which starts with \"$argon2id$v=19$\"; make one with the program argon2 \
             and its options -id -e",
        );
        if is_argon2_hash(&text) { Ok(Self(text)) } else { Err(SAYS) }
    }
}

/// The SHA-256 of a secret, in hex.
#[derive(Deserialize)]
#[serde(try_from = "String")]
pub(super) struct SecretDigest(pub(super) Digest);

impl TryFrom<String> for SecretDigest {
    type Error = Wrong;

    fn try_from(text: String) -> Result<Self, Wrong> {
        const SAYS: Wrong =
            Wrong::new("is not a SHA-256 digest of 64 hex digits; make one with the program sha256sum");
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(SAYS);
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * at..2 * at + 2).ok_or(SAYS)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| SAYS)?;
        }
        Ok(Self(Digest::from_bytes(bytes)))
    }
}

/// At least a second.
type Any = Seconds<1, { u32::MAX }>;

/// `[lifetimes]`, in seconds.
#[derive(Debug, Deserialize, Clone, Copy, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct LifetimesTable {
    ask: Option<Any>,
    /// Ten minutes at most (RFC 6749 4.1.2).
    code: Option<Seconds<1, 600>>,
    /// An hour at most (RFC 6750 5.3).
    access_token: Option<Seconds<1, 3600>>,
    session: Option<Any>,
    refresh_token: Option<Any>,
    refresh_grace: Option<Seconds<0, 60>>,
    /// Five seconds to ten minutes (RFC 9126 2.2).
    pushed_request: Option<Seconds<5, 600>>,
}

/// What the file says, or else the policy.
fn or<const LEAST: u32, const MOST: u32>(said: Option<Seconds<LEAST, MOST>>, policy: Lifetime) -> Lifetime {
    said.map_or(policy, |seconds| Lifetime(seconds.get()))
}

impl LifetimesTable {
    pub(super) fn over(self, policy: Policy) -> Policy {
        Policy {
            ask_lifetime: or(self.ask, policy.ask_lifetime),
            code_lifetime: or(self.code, policy.code_lifetime),
            access_token_lifetime: or(self.access_token, policy.access_token_lifetime),
            session_lifetime: or(self.session, policy.session_lifetime),
            refresh_lifetime: or(self.refresh_token, policy.refresh_lifetime),
            refresh_grace: or(self.refresh_grace, policy.refresh_grace),
            push_lifetime: or(self.pushed_request, policy.push_lifetime),
            ..policy
        }
    }
}

/// `[policy]`
#[derive(Deserialize, Debug, Clone, Copy, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyTable {
    pkce: Option<PkceName>,
    plain: Option<bool>,
    wrong_verifier: Option<WrongVerifierName>,
    excess_scope: Option<ExcessScopeName>,
    require_pushed_authorization_requests: Option<bool>,
    dpop_nonce: Option<bool>,
    registration: Option<bool>,
    secret_in_body: Option<bool>,
    redirect_uri_optional: Option<bool>,
}

#[derive(Deserialize, Debug, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum PkceName {
    Optional,
    PublicClients,
    EveryClient,
}

#[derive(Deserialize, Debug, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum WrongVerifierName {
    KeepsCode,
    BurnsCode,
}

#[derive(Deserialize, Debug, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum ExcessScopeName {
    Refused,
    Narrowed,
}

impl PolicyTable {
    pub(super) fn over(self, policy: Policy) -> Policy {
        let pkce = self.pkce.map(|name| match name {
            PkceName::Optional => PkceNeed::Optional,
            PkceName::PublicClients => PkceNeed::PublicClients,
            PkceName::EveryClient => PkceNeed::EveryClient,
        });
        let wrong_verifier = self.wrong_verifier.map(|name| match name {
            WrongVerifierName::KeepsCode => WrongVerifier::KeepsCode,
            WrongVerifierName::BurnsCode => WrongVerifier::BurnsCode,
        });
        let excess_scope = self.excess_scope.map(|name| match name {
            ExcessScopeName::Refused => ExcessScope::Refused,
            ExcessScopeName::Narrowed => ExcessScope::Narrowed,
        });
        Policy {
            pkce: pkce.unwrap_or(policy.pkce),
            plain: self.plain.unwrap_or(policy.plain),
            wrong_verifier: wrong_verifier.unwrap_or(policy.wrong_verifier),
            excess_scope: excess_scope.unwrap_or(policy.excess_scope),
            dpop_nonce: self.dpop_nonce.unwrap_or(policy.dpop_nonce),
            registration: self.registration.unwrap_or(policy.registration),
            secret_in_body: self.secret_in_body.unwrap_or(policy.secret_in_body),
            redirect_uri_optional: self.redirect_uri_optional.unwrap_or(policy.redirect_uri_optional),
            pushed_only: self.require_pushed_authorization_requests.unwrap_or(policy.pushed_only),
            ..policy
        }
    }
}
