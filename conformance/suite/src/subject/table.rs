//! A target file as it is written: its tables and keys.
//!
//! Of what a server says and registered, it asks the form alone that requests need: what else is wrong with it is the
//! cases' to say.

use std::collections::BTreeMap;

use oauth_configuration::{
    ClientAuthentication, HttpUrl, IssuerUrl, NonEmpty, RedirectUri, ResourceUri, Seconds, SecretText,
};
use serde::Deserialize;

use crate::subject::FormHint;

/// Any number of seconds.
type Any = Seconds<0, { u32::MAX }>;

pub(super) fn seconds(any: Any) -> u64 {
    any.get().into()
}

/// A target file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TargetFile {
    pub(super) name: Option<String>,
    pub(super) issuer: Option<IssuerUrl>,
    pub(super) extra_parameters: BTreeMap<String, String>,
    pub(super) origins: Vec<HttpUrl>,
    pub(super) pkce: Option<bool>,
    pub(super) pkce_required: bool,
    pub(super) refresh: Option<bool>,
    pub(super) client_credentials: Option<bool>,
    pub(super) dpop: Option<bool>,
    pub(super) dpop_single_use: bool,
    pub(super) registration_token: Option<SecretText>,
    pub(super) registration_token_env: Option<String>,
    pub(super) code_lifetime: Option<Any>,
    pub(super) access_token_lifetime: Option<Any>,
    pub(super) refresh_token_lifetime: Option<Any>,
    pub(super) session_lifetime: Option<Any>,
    pub(super) refresh_grace: Option<Any>,
    pub(super) revocation_delay: Option<Any>,
    pub(super) resource_identifier: Option<ResourceUri>,
    pub(super) resource_indicators: Option<bool>,
    pub(super) endpoints: EndpointTable,
    pub(super) client: Option<ClientTable>,
    pub(super) second_client: Option<ClientTable>,
    pub(super) public_client: Option<ClientTable>,
    pub(super) second_public_client: Option<ClientTable>,
    pub(super) special_client: Option<ClientTable>,
    pub(super) service_client: Option<ClientTable>,
    pub(super) resource_client: Option<ResourceClientTable>,
    pub(super) second_resource_client: Option<ResourceClientTable>,
    pub(super) second_resource: Option<ResourceTable>,
    pub(super) dpop_client: Option<ClientTable>,
    pub(super) push_client: Option<ClientTable>,
    pub(super) user: Option<UserTable>,
    pub(super) second_user: Option<UserTable>,
    pub(super) login: LoginTable,
    pub(super) clock: ClockTable,
    pub(super) without: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EndpointTable {
    pub(super) authorization: Option<HttpUrl>,
    pub(super) token: Option<HttpUrl>,
    pub(super) resource: Option<HttpUrl>,
    pub(super) introspection: Option<HttpUrl>,
    pub(super) revocation: Option<HttpUrl>,
    pub(super) registration: Option<HttpUrl>,
    pub(super) pushed_authorization_request: Option<HttpUrl>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientTable {
    pub(super) id: NonEmpty,
    pub(super) secret: Option<SecretText>,
    pub(super) secret_env: Option<String>,
    pub(super) authentication: Option<ClientAuthentication>,
    /// Of a client that asks for codes it has to be there.
    pub(super) redirect_uri: Option<RedirectUri>,
    pub(super) other_redirect_uri: Option<RedirectUri>,
    pub(super) scope: Option<String>,
    pub(super) second_scope: Option<String>,
    pub(super) narrow_scope: Option<String>,
}

/// A resource server as a client of the introspection endpoint.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceClientTable {
    pub(super) id: NonEmpty,
    pub(super) secret: Option<SecretText>,
    pub(super) secret_env: Option<String>,
    pub(super) authentication: Option<ClientAuthentication>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceTable {
    pub(super) url: HttpUrl,
    pub(super) identifier: Option<ResourceUri>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserTable {
    pub(super) name: NonEmpty,
    pub(super) password: Option<SecretText>,
    pub(super) password_env: Option<String>,
}

/// The clock of a test server.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ClockTable {
    pub(super) advance: Option<HttpUrl>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LoginTable {
    pub(super) form: Vec<FormHint>,
}
