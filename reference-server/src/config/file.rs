//! The shape of a configuration file, as serde reads it.

use oauth_core::directory::Authentication;
use oauth_core::policy::{ExcessScope, Lifetime, PkceNeed, Policy, WrongVerifier};
use serde::Deserialize;
use toml::Spanned;

/// A whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) issuer: Option<Spanned<String>>,
    pub(super) resource_scope: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) resource: Vec<Spanned<Resource>>,
    #[serde(default)]
    pub(super) user: Vec<Spanned<User>>,
    #[serde(default)]
    pub(super) client: Vec<Spanned<Client>>,
    #[serde(default)]
    pub(super) lifetimes: LifetimesTable,
    #[serde(default)]
    pub(super) policy: PolicyTable,
}

/// `[[resource]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Resource {
    pub(super) path: Spanned<String>,
    pub(super) scope: Spanned<String>,
}

/// `[[user]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct User {
    pub(super) name: Spanned<String>,
    pub(super) password: Option<Spanned<String>>,
    pub(super) password_hash: Option<Spanned<String>>,
}

/// `[[client]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    pub(super) id: Spanned<String>,
    pub(super) name: Option<String>,
    pub(super) secret: Option<Spanned<String>>,
    pub(super) secret_digest: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) authentication: AuthenticationName,
    pub(super) redirect_uris: Option<Spanned<Vec<Spanned<String>>>>,
    pub(super) scope: Option<Spanned<String>>,
    pub(super) code_grant: Option<bool>,
    pub(super) refresh_tokens: Option<bool>,
    pub(super) client_credentials: Option<bool>,
    pub(super) require_pushed_authorization_requests: Option<bool>,
    pub(super) dpop_bound_access_tokens: Option<bool>,
    #[serde(default)]
    pub(super) resource_server: Vec<Spanned<String>>,
}

/// The names of RFC 7591.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum AuthenticationName {
    #[default]
    ClientSecretBasic,
    ClientSecretPost,
    None,
}

impl From<AuthenticationName> for Authentication {
    fn from(name: AuthenticationName) -> Self {
        match name {
            AuthenticationName::ClientSecretBasic => Self::Basic,
            AuthenticationName::ClientSecretPost => Self::Post,
            AuthenticationName::None => Self::None,
        }
    }
}

/// `[lifetimes]`, in seconds.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct LifetimesTable {
    pub(super) ask: Option<Spanned<u32>>,
    pub(super) code: Option<Spanned<u32>>,
    pub(super) access_token: Option<Spanned<u32>>,
    pub(super) session: Option<Spanned<u32>>,
    pub(super) refresh_token: Option<Spanned<u32>>,
    pub(super) refresh_grace: Option<Spanned<u32>>,
    pub(super) pushed_request: Option<Spanned<u32>>,
}

/// The lifetimes that a file sets.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lifetimes {
    pub(super) ask: Option<Lifetime>,
    pub(super) code: Option<Lifetime>,
    pub(super) access_token: Option<Lifetime>,
    pub(super) session: Option<Lifetime>,
    pub(super) refresh_token: Option<Lifetime>,
    pub(super) refresh_grace: Option<Lifetime>,
    pub(super) pushed_request: Option<Lifetime>,
}

impl Lifetimes {
    pub(super) fn over(self, policy: Policy) -> Policy {
        Policy {
            ask_lifetime: self.ask.unwrap_or(policy.ask_lifetime),
            code_lifetime: self.code.unwrap_or(policy.code_lifetime),
            access_token_lifetime: self.access_token.unwrap_or(policy.access_token_lifetime),
            session_lifetime: self.session.unwrap_or(policy.session_lifetime),
            refresh_lifetime: self.refresh_token.unwrap_or(policy.refresh_lifetime),
            refresh_grace: self.refresh_grace.unwrap_or(policy.refresh_grace),
            push_lifetime: self.pushed_request.unwrap_or(policy.push_lifetime),
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
