//! Reads a target from TOML or from flags. Errors name the file, the line, the field and the fix.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use crate::subject::reader::Reader;
use crate::subject::{ClientAuthentication, FormHint, Target};

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

/// The flags of `run` that name a target without a file.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--issuer`.
    pub issuer: String,
    /// `--client-id`.
    pub client_id: Option<String>,
    /// `--client-secret-env`; without it the client is public.
    pub client_secret_env: Option<String>,
    /// `--redirect-uri`.
    pub redirect_uri: Option<String>,
    /// `--scope`.
    pub scope: Option<String>,
    /// `--resource`.
    pub resource: Option<String>,
    /// `--user`.
    pub user: Option<String>,
    /// `--password-env`.
    pub password_env: Option<String>,
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

/// Reads a target file.
///
/// # Errors
/// When it cannot be read, has an unknown key, or lacks what every target needs.
pub fn read(path: &Path) -> Result<Target, TargetError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| TargetError {
        file: file.clone(),
        line: None,
        reason: format!("cannot be read: {error}"),
    })?;
    read_text(&file, &text, &|name| std::env::var(name).ok())
}

/// Reads a target from the text of a file.
///
/// # Errors
/// As [`read`].
pub fn read_text(file: &str, text: &str, environment: Environment<'_>) -> Result<Target, TargetError> {
    let reader = Reader { file, text, environment, named_by: "target file" };
    let parsed: TargetFile = toml::from_str(text).map_err(|error| {
        let first = without_value(&error.message().lines().collect::<Vec<_>>().join(", "));
        reader.error(error.span().map(|span| span.start), first)
    })?;
    reader.target(parsed)
}

/// What is wrong without the value that is, which may be a password that lacks its quotes.
fn without_value(reason: &str) -> String {
    let wrong = reason.strip_prefix("invalid type: ").or_else(|| reason.strip_prefix("invalid value: "));
    match wrong.and_then(|wrong| wrong.split_once(", expected ")) {
        Some((value, expected)) => {
            let kind = value.split(['`', '"']).next().unwrap_or_default().trim_end();
            format!("{kind} stands where there has to be {expected}")
        }
        None => reason.into(),
    }
}

impl Flags {
    /// The target that the flags name.
    ///
    /// # Errors
    /// When a flag is missing, an environment variable is not set, or a URL is none.
    pub fn target(self) -> Result<Target, TargetError> {
        let environment = |name: &str| std::env::var(name).ok();
        let reader = Reader {
            file: "the command line",
            text: "",
            environment: &environment,
            named_by: "command line",
        };
        let missing = |flag: &str| {
            reader.error(None, format!("{flag} is missing beside --issuer; give it, or a --target file"))
        };
        let bare = |text: String| Spanned::new(0..0, text);
        let public = self.client_secret_env.is_none();
        let table = Spanned::new(
            0..0,
            ClientTable {
                id: self.client_id.ok_or_else(|| missing("--client-id"))?,
                secret: None,
                secret_env: self.client_secret_env,
                authentication: None,
                redirect_uri: bare(self.redirect_uri.ok_or_else(|| missing("--redirect-uri"))?),
                other_redirect_uri: None,
                scope: self.scope,
                second_scope: None,
                narrow_scope: None,
            },
        );
        let user = match (self.user, self.password_env) {
            (Some(name), password_env @ Some(_)) => {
                Some(Spanned::new(0..0, UserTable { name, password: None, password_env }))
            }
            (None, None) => None,
            (Some(_), None) => return Err(missing("--password-env")),
            (None, Some(_)) => return Err(missing("--user")),
        };
        let mut file = TargetFile { issuer: Some(bare(self.issuer)), user, ..TargetFile::default() };
        file.endpoints.resource = self.resource.map(bare);
        if public {
            file.public_client = Some(table);
        } else {
            file.client = Some(table);
        }
        reader.target(file)
    }
}
