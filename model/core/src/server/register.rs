//! Dynamic registration (RFC 7591): what a client may say of itself, and what it is registered as.
//!
//! Off unless the deployer turns it on. Whoever registers is a stranger: such a client gets codes and refresh tokens, never
//! tokens for itself, and a browser is not sent to its redirect URIs before an owner has agreed to anything.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::{Map, Value, json};

use super::redeem::GrantType;
use super::{Inputs, Outcome, Pending, Reply, Write};
use crate::directory::{Authentication, Directory, Registration};
use crate::http::HttpRequest;
use crate::policy::Time;
use crate::refusal::{Malformed, Refusal, RegistrationFlaw};
use crate::secret::{Digest, GrantId, Secret};
use crate::text::{RedirectUri, scope_values};

/// The most redirect URIs of a client, and the most characters of one and of a name.
const URIS_LIMIT: usize = 16;
const TEXT_LIMIT: usize = 512;

/// A client wants to be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Register {
    /// Whether it asks to authenticate with a secret.
    pub with_secret: Result<bool, RegistrationFlaw>,
}

/// A client that was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Registered {
    /// What its `client_id` is made of.
    pub id: GrantId,
    /// Its secret, if it has one.
    pub secret: Option<Secret>,
    /// When it was registered.
    pub at: Time,
}

/// The record of a client that registers: what the step fixed of it. The rest is [`ClientMetadata`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NewClient {
    /// What its `client_id` is made of.
    pub id: GrantId,
    /// The digest of its secret.
    pub secret: Option<Digest>,
}

/// What a client says of itself, as far as it takes effect (RFC 7591 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientMetadata {
    /// Its redirect URIs.
    pub redirect_uris: Vec<String>,
    /// How it authenticates.
    pub authentication: Authentication,
    /// Whether it wants refresh tokens.
    pub refresh: bool,
    /// What the consent page calls it.
    pub name: Option<String>,
    /// The most scope that it may have.
    pub scope: String,
    /// Whether its tokens have to be bound to a key (RFC 9449 5.2).
    pub dpop_bound: bool,
    /// Whether it has to push its requests (RFC 9126 6).
    pub pushed_only: bool,
}

impl Register {
    pub(super) fn step(&self, at: &Inputs) -> Outcome {
        if !at.policy.registration {
            return Outcome::Reply(Refusal::RegistrationOff.into());
        }
        match self.with_secret {
            Err(flaw) => Outcome::Reply(Refusal::RegistrationRefused(flaw).into()),
            Ok(with_secret) => {
                // rfc7591-3.2.1-client-id-unique, rfc9700-4.15.1-client-id-not-chosen-by-client
                let id = at.fresh.grant;
                // rfc7591-3.2.1-secret-unique, rfc7591-2-auth-method-none-no-secret
                let minted = with_secret.then_some(at.fresh.secret);
                let client = NewClient { id, secret: minted.map(|minted| minted.digest) };
                let told = Registered { id, secret: minted.map(|minted| minted.secret), at: at.now };
                Outcome::Write(Pending::new(Write::InsertClient(client), Reply::Registered(told)))
            }
        }
    }
}

impl ClientMetadata {
    /// Reads a registration: what the client says of itself, or why that cannot be registered.
    ///
    /// # Errors
    /// [`Malformed::NotJson`].
    pub(super) fn parse(
        request: &HttpRequest,
        directory: &Directory,
    ) -> Result<Result<Self, RegistrationFlaw>, Malformed> {
        // rfc7591-3.1-body-is-a-json-object
        if request.media_type().as_deref() != Some("application/json") {
            return Err(Malformed::NotJson);
        }
        let Ok(Value::Object(members)) = serde_json::from_slice(&request.body) else {
            return Err(Malformed::NotJson);
        };
        Ok(Self::of(&members, directory))
    }

    /// Reads the members; those that are not known here are ignored (RFC 7591 2).
    fn of(members: &Map<String, Value>, directory: &Directory) -> Result<Self, RegistrationFlaw> {
        use RegistrationFlaw::{Authentication as Method, Grants, Keys, Member, Scope};
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.len() <= TEXT_LIMIT => Ok(Some(text.as_str())),
            Some(_) => Err(Member),
        };
        let flag = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(Member),
        };
        let authentication = match text("token_endpoint_auth_method")? {
            // rfc7591-2-auth-method-default
            None => Authentication::Basic,
            Some(name) => *Authentication::ALL.iter().find(|method| method.name() == name).ok_or(Method)?,
        };
        // rfc7591-2-jwks-or-jwks-uri
        if members.contains_key("jwks") && members.contains_key("jwks_uri") {
            return Err(Keys);
        }
        // rfc7591-2-grant-and-response-defaults, rfc7591-2.1-grants-fit-response-types
        let grants =
            strings(members, "grant_types")?.unwrap_or_else(|| vec![GrantType::AuthorizationCode.name()]);
        let responses = strings(members, "response_types")?.unwrap_or_else(|| vec!["code"]);
        let refresh = grants.contains(&GrantType::RefreshToken.name());
        let known = |grant: &&str| {
            [GrantType::AuthorizationCode, GrantType::RefreshToken].iter().any(|known| known.name() == *grant)
        };
        if !grants.contains(&GrantType::AuthorizationCode.name())
            || !grants.iter().all(known)
            || responses != ["code"]
        {
            return Err(Grants);
        }
        let scope = match text("scope")? {
            None => {
                directory.scope_text(directory.resources.first().map(|first| first.scope).unwrap_or_default())
            }
            Some(scope) => {
                let values = scope_values(scope).ok_or(Scope)?;
                let known = |value: &&str| directory.find_scope(value).is_some();
                values.iter().all(known).then(|| scope.to_owned()).ok_or(Scope)?
            }
        };
        Ok(Self {
            redirect_uris: redirect_uris(members)?,
            authentication,
            refresh,
            name: text("client_name")?.filter(|name| !name.trim().is_empty()).map(str::to_owned),
            scope,
            dpop_bound: flag("dpop_bound_access_tokens")?,
            pushed_only: flag("require_pushed_authorization_requests")?,
        })
    }

    /// What the client is registered as.
    #[must_use]
    pub fn registration(&self, client: &NewClient) -> Registration {
        let id = client.id.text();
        Registration {
            name: self.name.clone().unwrap_or_else(|| id.clone()),
            id,
            authentication: self.authentication,
            secret: client.secret,
            redirect_uris: self.redirect_uris.clone(),
            scope: self.scope.clone(),
            code_grant: true,
            refresh_grant: self.refresh,
            client_credentials_grant: false,
            pushed_only: self.pushed_only,
            dpop_bound: self.dpop_bound,
            self_registered: true,
            resource_server: Vec::new(),
        }
    }

    /// What the client is told (RFC 7591 3.2.1): all that was registered.
    #[must_use]
    pub(super) fn told(&self, registered: &Registered) -> Value {
        let mut grants = vec![GrantType::AuthorizationCode.name()];
        grants.extend(self.refresh.then_some(GrantType::RefreshToken.name()));
        // rfc7591-3.2.1-registered-metadata-returned
        let mut told = json!({
            "client_id": registered.id.text(),
            "client_id_issued_at": registered.at.0,
            "client_name": self.name,
            "dpop_bound_access_tokens": self.dpop_bound,
            "grant_types": grants,
            "redirect_uris": self.redirect_uris,
            "require_pushed_authorization_requests": self.pushed_only,
            "response_types": ["code"],
            "scope": self.scope,
            "token_endpoint_auth_method": self.authentication.name(),
        });
        if self.name.is_none()
            && let Some(members) = told.as_object_mut()
        {
            members.remove("client_name");
        }
        if let Some(secret) = registered.secret {
            told["client_secret"] = json!(secret.text());
            // rfc7591-3.2.1-secret-expires-at
            told["client_secret_expires_at"] = json!(0);
        }
        told
    }
}

/// A member that is a list of strings, if it is there.
fn strings<'a>(
    members: &'a Map<String, Value>,
    name: &str,
) -> Result<Option<Vec<&'a str>>, RegistrationFlaw> {
    match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(values)) if values.len() <= URIS_LIMIT => {
            let texts: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
            texts.map(Some).ok_or(RegistrationFlaw::Member)
        }
        Some(_) => Err(RegistrationFlaw::Member),
    }
}

/// The redirect URIs, each of a kind that can be registered (RFC 7591 5, RFC 8252 7).
fn redirect_uris(members: &Map<String, Value>) -> Result<Vec<String>, RegistrationFlaw> {
    let flaw = RegistrationFlaw::RedirectUri;
    let uris = strings(members, "redirect_uris").map_err(|_| flaw)?.unwrap_or_default();
    // rfc7591-5-redirect-uris-required-for-redirect-flows
    if uris.is_empty() || !uris.iter().all(|uri| is_registrable(uri)) {
        return Err(flaw);
    }
    Ok(uris.into_iter().map(str::to_owned).collect())
}

fn is_registrable(uri: &str) -> bool {
    if RedirectUri::parse(uri).is_none() || uri.len() > TEXT_LIMIT {
        return false;
    }
    let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
    match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        // rfc7591-5-redirect-uri-kinds, rfc9700-2.6-no-http-redirect-uri
        "http" => ["127.0.0.1", "[::1]", "localhost"].iter().any(|host| {
            let after = rest.strip_prefix("//").and_then(|rest| rest.strip_prefix(host));
            after.is_some_and(|after| after.is_empty() || after.starts_with(['/', ':', '?']))
                && !after.is_some_and(|after| after.contains('@'))
        }),
        // rfc8252-8.4-private-scheme-needs-period
        private => private.contains('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::is_registrable;

    #[test]
    fn redirect_uris_are_of_three_kinds() {
        for good in [
            "https://app.example/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:80/cb",
            "http://localhost:8000/",
            "com.example.app:/cb",
        ] {
            assert!(is_registrable(good), "{good}");
        }
        for bad in [
            "",
            "/cb",
            "http://app.example/cb",
            "http://localhost.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "https://app.example/cb#x",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp:/cb",
            "ftp://app.example/cb",
        ] {
            assert!(!is_registrable(bad), "{bad}");
        }
    }
}
