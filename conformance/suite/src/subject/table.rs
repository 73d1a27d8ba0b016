//! A target file as it is written: its tables and keys, and why one cannot be used.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::subject::{ClientAuthentication, FormHint};

/// Why a target cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {reason}", .line.map(|line| format!(", line {line}")).unwrap_or_default())]
pub struct TargetError {
    /// The file, or what stands for it.
    pub file: String,
    /// The line, from 1, if one is to blame.
    pub line: Option<usize>,
    /// What is wrong and how to mend it.
    pub reason: String,
}

/// A target file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TargetFile {
    pub(super) name: Option<String>,
    pub(super) issuer: Option<Spanned<String>>,
    pub(super) extra_parameters: BTreeMap<String, String>,
    pub(super) origins: Vec<Spanned<String>>,
    pub(super) pkce: Option<bool>,
    pub(super) pkce_required: bool,
    pub(super) refresh: Option<bool>,
    pub(super) client_credentials: Option<bool>,
    pub(super) dpop: Option<bool>,
    pub(super) dpop_single_use: bool,
    pub(super) registration_token: Option<Spanned<String>>,
    pub(super) registration_token_env: Option<Spanned<String>>,
    pub(super) code_lifetime: Option<u64>,
    pub(super) access_token_lifetime: Option<u64>,
    pub(super) refresh_token_lifetime: Option<u64>,
    pub(super) refresh_grace: Option<u64>,
    pub(super) resource_identifier: Option<String>,
    pub(super) resource_indicators: Option<bool>,
    pub(super) endpoints: EndpointTable,
    pub(super) client: Option<Spanned<ClientTable>>,
    pub(super) second_client: Option<Spanned<ClientTable>>,
    pub(super) public_client: Option<Spanned<ClientTable>>,
    pub(super) second_public_client: Option<Spanned<ClientTable>>,
    pub(super) special_client: Option<Spanned<ClientTable>>,
    pub(super) service_client: Option<Spanned<ClientTable>>,
    pub(super) resource_client: Option<Spanned<ResourceClientTable>>,
    pub(super) second_resource_client: Option<Spanned<ResourceClientTable>>,
    pub(super) second_resource: Option<ResourceTable>,
    pub(super) dpop_client: Option<Spanned<ClientTable>>,
    pub(super) push_client: Option<Spanned<ClientTable>>,
    pub(super) user: Option<Spanned<UserTable>>,
    pub(super) second_user: Option<Spanned<UserTable>>,
    pub(super) login: LoginTable,
    pub(super) without: BTreeMap<Spanned<String>, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EndpointTable {
    pub(super) authorization: Option<Spanned<String>>,
    pub(super) token: Option<Spanned<String>>,
    pub(super) resource: Option<Spanned<String>>,
    pub(super) introspection: Option<Spanned<String>>,
    pub(super) revocation: Option<Spanned<String>>,
    pub(super) registration: Option<Spanned<String>>,
    pub(super) pushed_authorization_request: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientTable {
    pub(super) id: String,
    pub(super) secret: Option<String>,
    pub(super) secret_env: Option<String>,
    pub(super) authentication: Option<ClientAuthentication>,
    pub(super) redirect_uri: Spanned<String>,
    pub(super) other_redirect_uri: Option<Spanned<String>>,
    pub(super) scope: Option<String>,
    pub(super) second_scope: Option<String>,
    pub(super) narrow_scope: Option<String>,
}

/// A resource server as a client of the introspection endpoint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceClientTable {
    pub(super) id: String,
    pub(super) secret: Option<String>,
    pub(super) secret_env: Option<String>,
    pub(super) authentication: Option<ClientAuthentication>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceTable {
    pub(super) url: Spanned<String>,
    pub(super) identifier: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserTable {
    pub(super) name: String,
    pub(super) password: Option<String>,
    pub(super) password_env: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LoginTable {
    pub(super) form: Vec<FormHint>,
}

/// How secrets named by an environment variable are looked up.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;
