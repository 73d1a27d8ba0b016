//! Which client sent a token request (RFC 6749 2.3, 3.2.1): by Basic, by its body, or by its id alone.

use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::directory::{Authentication, Client, ClientNo, Directory};
use crate::form::{self, Params};
use crate::http::HttpRequest;
use crate::policy::Policy;
use crate::refusal::{Field, Malformed, Refusal};
use crate::secret::Digest;

/// What a token request shows of its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Presented {
    /// The client that it names: none if the directory has no such client.
    pub client: Option<ClientNo>,
    /// How it proves that.
    pub credentials: Credentials,
}

/// How a client proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Credentials {
    /// A secret in the `Authorization` header.
    Basic(Digest),
    /// A secret in the body.
    Post(Digest),
    /// Its id and nothing else.
    None,
}

impl Presented {
    /// Reads header and body.
    ///
    /// # Errors
    /// Two authentications, a header that is not Basic, an id that is missing or differs.
    pub(super) fn parse(
        request: &HttpRequest,
        params: &Params,
        directory: &Directory,
    ) -> Result<Self, Malformed> {
        let named = |id: &str| directory.find_client(id).map(|entry| entry.client.no);
        let id = params.one(Field::ClientId)?;
        let secret = params.one(Field::ClientSecret)?;
        let mut headers = request.header("authorization");
        let Some(header) = headers.next() else {
            let id = id.ok_or(Malformed::Missing(Field::ClientId))?;
            let credentials =
                secret.map_or(Credentials::None, |secret| Credentials::Post(Digest::of(secret)));
            return Ok(Self { client: named(id), credentials });
        };
        if headers.next().is_some() {
            return Err(Malformed::Repeated(Field::Authorization));
        }
        // rfc6749-5.2-multiple-client-auth-refused
        if secret.is_some() {
            return Err(Malformed::TwoAuthentications);
        }
        let (name, password) = decode_basic(header).ok_or(Malformed::Syntax(Field::Authorization))?;
        if id.is_some_and(|id| id != name) {
            return Err(Malformed::ClientIdsDiffer);
        }
        Ok(Self { client: named(&name), credentials: Credentials::Basic(Digest::of(&password)) })
    }
}

/// Decodes Basic credentials: base64, then form-encoding of each half (RFC 6749 2.3.1).
pub(super) fn decode_basic(header: &[u8]) -> Option<(String, String)> {
    let text = core::str::from_utf8(header).ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    // rfc9110-11.1-scheme-case-insensitive-as
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = STANDARD.decode(credentials.trim()).ok()?;
    let colon = bytes.iter().position(|byte| *byte == b':')?;
    // rfc6749-2.3.1-basic-form-decoding
    Some((form::decode(&bytes[..colon])?, form::decode(&bytes[colon + 1..])?))
}

/// Judges the proof against the client's record.
pub(super) fn authenticate<'a>(
    policy: &Policy,
    presented: &Presented,
    client: Option<&'a Client>,
) -> Result<&'a Client, Refusal> {
    let client = client.ok_or(Refusal::ClientUnknownAtToken)?;
    let shown = match (presented.credentials, client.authentication) {
        // rfc6749-4.1.3-client-auth-required, rfc6749-2.2-client-id-alone-no-auth
        (Credentials::None, Authentication::Basic | Authentication::Post) => {
            return Err(Refusal::CredentialsMissing);
        }
        (Credentials::None, Authentication::None) => return Ok(client),
        // rfc6749-2.3.1-basic-supported: whoever holds a secret may use Basic.
        (Credentials::Basic(shown), Authentication::Basic | Authentication::Post)
        | (Credentials::Post(shown), Authentication::Post) => shown,
        // oauth21-2.4.1-secret-in-body-supported
        (Credentials::Post(shown), Authentication::Basic) if policy.secret_in_body => shown,
        (Credentials::Post(_), Authentication::Basic)
        | (Credentials::Basic(_) | Credentials::Post(_), Authentication::None) => {
            return Err(Refusal::AuthenticationMethodWrong);
        }
    };
    // rfc6749-4.1.3-client-auth-checked-if-included
    match client.secret {
        Some(secret) if secret.matches(&shown) => Ok(client),
        Some(_) | None => Err(Refusal::SecretWrong),
    }
}
