//! Reads a target from TOML or from flags.

use std::path::Path;

use oauth_configuration::{ConfigError, Document, Keys, SecretText, Wrong, read_file};

use crate::subject::reader::{Environment, Reader};
use crate::subject::table::{
    ClientTable, ClockTable, EndpointTable, LoginTable, ResourceClientTable, ResourceTable, TargetFile,
    UserTable,
};
use crate::subject::{FormHint, Target};

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

/// Reads a target file.
///
/// # Errors
/// That it cannot be read, or what is wrong with it, where, and how to mend it.
pub fn read(path: &Path) -> Result<Target, ConfigError> {
    read_file(path, "--target", |name, text| read_text(name, text, &variable))
}

/// Reads a target from the text of a file; errors call it `file`.
///
/// # Errors
/// What is wrong, where, and how to mend it.
pub fn read_text(file: &str, text: &str, environment: Environment<'_>) -> Result<Target, ConfigError> {
    let known = [
        Keys::of::<TargetFile>(),
        Keys::of::<EndpointTable>(),
        Keys::of::<ClientTable>(),
        Keys::of::<ResourceClientTable>(),
        Keys::of::<ResourceTable>(),
        Keys::of::<UserTable>(),
        Keys::of::<LoginTable>(),
        Keys::of::<ClockTable>(),
        Keys::of::<FormHint>(),
    ];
    let document = Document::parse(file, text, &known)?;
    Reader { top: document.top(), environment, named_by: "target file" }.target(document.read()?)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Flags {
    /// The target that the flags name.
    ///
    /// # Errors
    /// When a flag is missing, an environment variable is not set, or a URL is none.
    pub fn target(self) -> Result<Target, ConfigError> {
        let document = Document::without_text("the command line");
        let top = &document.top();
        let needed = |flag: &str, given: Option<String>| {
            given
                .ok_or_else(|| top.key(flag).error("is missing beside --issuer; give it, or a --target file"))
        };
        let secret = |flag: &str, name: String| {
            let value = variable(&name).and_then(|value| SecretText::try_from(value).ok());
            value.ok_or_else(|| top.key(flag).error("names an environment variable that is not set; set it"))
        };
        let wrong = |flag: &'static str| move |wrong: Wrong| top.key(flag).error(wrong.to_string());
        let client = ClientTable {
            id: needed("--client-id", self.client_id)?.try_into().map_err(wrong("--client-id"))?,
            secret: self.client_secret_env.map(|name| secret("--client-secret-env", name)).transpose()?,
            secret_env: None,
            authentication: None,
            redirect_uri: Some(
                needed("--redirect-uri", self.redirect_uri)?
                    .try_into()
                    .map_err(wrong("--redirect-uri"))?,
            ),
            other_redirect_uri: None,
            scope: self.scope,
            second_scope: None,
            narrow_scope: None,
        };
        let user = match (self.user, self.password_env) {
            (None, None) => None,
            (name, password) => Some(UserTable {
                name: needed("--user", name)?.try_into().map_err(wrong("--user"))?,
                password: Some(secret("--password-env", needed("--password-env", password)?)?),
                password_env: None,
            }),
        };
        let mut file = TargetFile {
            issuer: Some(self.issuer.try_into().map_err(wrong("--issuer"))?),
            user,
            ..TargetFile::default()
        };
        file.endpoints.resource =
            self.resource.map(TryInto::try_into).transpose().map_err(wrong("--resource"))?;
        if client.secret.is_some() {
            file.client = Some(client);
        } else {
            file.public_client = Some(client);
        }
        Reader { top: document.top(), environment: &variable, named_by: "command line" }.target(file)
    }
}
