//! The back channel: token request and resource request, and what is made of their answers (RFC 6749 4.1.3, 5, 7).

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::TokenAnswer;
use super::http_call::HttpCall;
use super::refusal::ClientRefusal;
use super::settings::{Binding, Settings};
use crate::directory::Authentication;
use crate::form::{encode, encode_pairs};
use crate::policy::{Lifetime, Time};
use crate::secret::{Digest, Secret};

/// What a server said in refusing, for the person at the browser: `error` and `error_description`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerWords {
    /// The error code.
    pub error: String,
    /// Its description.
    pub description: String,
}

impl ServerWords {
    /// The words of a JSON error, read by member.
    pub(super) fn of(status: u16, text: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            error: text("error").unwrap_or_else(|| format!("HTTP status {status}")),
            description: text("error_description").unwrap_or_default(),
        }
    }
}

/// The token request for a code (RFC 6749 4.1.3, RFC 7636 4.5).
#[must_use]
pub fn token_request(settings: &Settings, code: &str, verifier: Option<Secret>) -> HttpCall {
    let mut pairs = vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", settings.redirect_uri.clone()),
    ];
    if let Some(verifier) = verifier {
        pairs.push(("code_verifier", verifier.text()));
    }
    pairs.extend(settings.resource.clone().map(|resource| ("resource", resource)));
    authenticated(settings, settings.endpoints.token.clone(), pairs)
}

/// The token request for a refresh (RFC 6749 6), for all that was granted.
#[must_use]
pub fn refresh_request(settings: &Settings, refresh_token: &str) -> HttpCall {
    let mut pairs =
        vec![("grant_type", "refresh_token".to_owned()), ("refresh_token", refresh_token.to_owned())];
    pairs.extend(settings.resource.clone().map(|resource| ("resource", resource)));
    authenticated(settings, settings.endpoints.token.clone(), pairs)
}

/// A form for one of the server's endpoints, with the client's authentication.
pub(super) fn authenticated(
    settings: &Settings,
    url: String,
    mut pairs: Vec<(&'static str, String)>,
) -> HttpCall {
    let mut headers = vec![
        ("Content-Type", "application/x-www-form-urlencoded".to_owned()),
        ("Accept", "application/json".to_owned()),
    ];
    let secret = settings.client_secret.as_deref().unwrap_or_default();
    // An authorization request that is pushed has it already.
    let named = pairs.iter().any(|(name, _)| *name == "client_id");
    if !named && settings.authentication != Authentication::Basic {
        // rfc6749-3.2.1-public-client-sends-client-id
        pairs.push(("client_id", settings.client_id.clone()));
    }
    match settings.authentication {
        Authentication::Basic => headers.push(("Authorization", basic(&settings.client_id, secret))),
        Authentication::Post => pairs.push(("client_secret", secret.to_owned())),
        Authentication::None => {}
    }
    // rfc6749-3.2-client-uses-post
    HttpCall { method: "POST", url, headers, body: encode_pairs(&pairs) }
}

/// Basic credentials: each half form-encoded, then base64 (RFC 6749 2.3.1).
#[must_use]
pub fn basic(client_id: &str, secret: &str) -> String {
    // rfc6749-2.3.1-client-basic-form-encoding
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client_id), encode(secret))))
}

/// The request for the protected resource (RFC 6750 2.1, RFC 9449 7.1).
#[must_use]
pub fn resource_request(settings: &Settings, token: &str) -> HttpCall {
    let mut call = HttpCall::get(settings.endpoints.resource.clone());
    // rfc6750-2.1-client-uses-header
    // rfc9449-7-client-proof-and-token
    call.headers.push(("Authorization", format!("{} {token}", settings.binding.scheme())));
    call
}

/// A token response's judgement, with the texts that lie beside it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenJudgement {
    /// What the session learns.
    pub answer: Result<TokenAnswer, ClientRefusal>,
    /// The access token; never printed.
    pub token: Option<String>,
    /// The refresh token; never printed.
    pub refresh: Option<String>,
    /// The server's words, if it refused.
    pub words: ServerWords,
}

impl core::fmt::Debug for TokenJudgement {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TokenJudgement").field("answer", &self.answer).finish_non_exhaustive()
    }
}

/// Judges the token endpoint's answer (RFC 6749 5.1, 5.2, 7.1, RFC 9449 5). Unknown members are ignored, and so is a
/// `scope` that is null.
#[must_use]
pub fn judge_tokens(binding: Binding, now: Time, status: u16, body: &[u8]) -> TokenJudgement {
    let refused = |refusal, words| TokenJudgement { answer: Err(refusal), token: None, refresh: None, words };
    let document: Option<Value> = serde_json::from_slice(body).ok();
    let text = |name: &str| {
        document.as_ref().and_then(|document| document.get(name)).and_then(Value::as_str).map(str::to_owned)
    };
    // An outage says nothing about what was shown.
    if status >= 500 {
        return refused(ClientRefusal::TokenEndpointSilent, ServerWords::default());
    }
    if status != 200 || text("error").is_some() {
        return refused(ClientRefusal::TokenRefused, ServerWords::of(status, text));
    }
    let Some(token) = text("access_token").filter(|token| is_sendable(token)) else {
        return refused(ClientRefusal::TokenAnswerMalformed, ServerWords::default());
    };
    // rfc6749-5.1-client-token-type-case-insensitive, rfc6749-7.1-client-unknown-token-type
    // rfc9449-5-client-checks-token-type
    if !text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case(binding.scheme())) {
        return refused(ClientRefusal::TokenTypeUnknown, ServerWords::default());
    }
    let seconds = document.as_ref().and_then(|document| document.get("expires_in")).and_then(Value::as_u64);
    let until = seconds.map(|seconds| now.after(Lifetime(u32::try_from(seconds).unwrap_or(u32::MAX))));
    let refresh = text("refresh_token").filter(|token| is_sendable(token));
    TokenJudgement {
        answer: Ok(TokenAnswer {
            token: Digest::of(&token),
            until,
            refresh: refresh.as_deref().map(Digest::of),
        }),
        token: Some(token),
        refresh,
        words: ServerWords::default(),
    }
}

/// Whether a token fits the header that it has to be sent in (RFC 6749 A.12).
pub(super) fn is_sendable(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| (0x20..=0x7e).contains(&byte))
}

/// Judges the protected resource's answer.
///
/// # Errors
/// [`ClientRefusal::ResourceRefused`] if the token is not good (401; 403 says that it is, for something else), [`ClientRefusal::ResourceFailed`] for
/// everything else that is not the resource.
pub fn judge_resource_answer(status: u16) -> Result<(), ClientRefusal> {
    match status {
        200..=299 => Ok(()),
        401 => Err(ClientRefusal::ResourceRefused),
        _ => Err(ClientRefusal::ResourceFailed),
    }
}
