//! Reads a target from TOML or from flags. Errors name the file, the line, the field and the fix.

use std::path::Path;

use toml::Spanned;

use crate::subject::Target;
use crate::subject::reader::Reader;
use crate::subject::table::{ClientTable, Environment, TargetError, TargetFile, UserTable};

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
