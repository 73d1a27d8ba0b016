//! What a name says of the value that stands under it, however the name is spelt: `access_token`, `accessToken`,
//! `X-Access-Token`.

use crate::Kind;

/// What a name says of its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    /// It is a secret.
    Secret(Kind),
    /// Anybody may see it, even if it looks drawn by lot.
    Public,
    /// It tells of something, in words, numbers or URLs, and may hold a secret among them.
    Plain,
    /// Nothing is known of it.
    Nothing,
}

/// Names of what anybody may see.
const PUBLIC: &[&str] = &[
    "cfray",
    "clientid",
    "codechallenge",
    "dpopjkt",
    "dpopnonce",
    "email",
    "etag",
    "ifnonematch",
    "integrity",
    "iss",
    "issuer",
    "jkt",
    "kid",
    "nonce",
    "s256",
    "state",
    "sub",
    "subject",
    "traceparent",
    "tracestate",
    "userid",
    "x5t",
];

/// How names of what anybody may see end.
const PUBLIC_ENDS: &[&str] = &["correlationid", "requestid", "traceid"];

/// Names of what is told in words.
const PLAIN: &[&str] =
    &["acr", "amr", "aud", "audience", "exp", "iat", "nbf", "prompt", "realm", "resource", "scope"];

/// How names end that tell of something, be it of a secret.
const PLAIN_ENDS: &[&str] = &[
    "age",
    "alg",
    "algs",
    "count",
    "date",
    "description",
    "details",
    "endpoint",
    "error",
    "errors",
    "expires",
    "expiresat",
    "expiresin",
    "expiry",
    "format",
    "headers",
    "hint",
    "issuedat",
    "length",
    "lifetime",
    "limit",
    "metadata",
    "method",
    "methods",
    "modified",
    "name",
    "origin",
    "policy",
    "prefix",
    "required",
    "scopes",
    "state",
    "status",
    "supported",
    "timeout",
    "ttl",
    "type",
    "types",
    "uri",
    "uris",
    "url",
    "urls",
    "values",
];

/// Words of which one in a name says what the value is, the more precise first.
const SECRET: &[(&str, Kind)] = &[
    ("refresh", Kind::Refresh),
    ("verifier", Kind::Verifier),
    ("password", Kind::Password),
    ("passwd", Kind::Password),
    ("passphrase", Kind::Password),
    ("passcode", Kind::Password),
    ("csrf", Kind::Csrf),
    ("xsrf", Kind::Csrf),
    ("authenticitytoken", Kind::Csrf),
    ("requestverificationtoken", Kind::Csrf),
    ("secret", Kind::Secret),
    ("assertion", Kind::Secret),
    ("credential", Kind::Secret),
    ("apikey", Kind::Secret),
    ("accesskey", Kind::Secret),
    ("privatekey", Kind::Secret),
    ("session", Kind::Session),
    ("token", Kind::Token),
    ("jwt", Kind::Token),
    ("bearer", Kind::Token),
    ("ticket", Kind::Token),
];

/// Whole names.
const SECRET_WHOLE: &[(&str, Kind)] = &[
    ("code", Kind::Code),
    ("authcode", Kind::Code),
    ("authorizationcode", Kind::Code),
    ("devicecode", Kind::Code),
    ("usercode", Kind::Code),
    ("pass", Kind::Password),
    ("pwd", Kind::Password),
    ("pw", Kind::Password),
    ("sid", Kind::Session),
    ("cookie", Kind::Session),
    ("setcookie", Kind::Session),
    ("authorization", Kind::Authorization),
    ("proxyauthorization", Kind::Authorization),
    ("dpop", Kind::Proof),
];

/// The longest name that is looked at.
const LONGEST: usize = 80;

/// What a name says of its value.
#[must_use]
pub fn says(name: &[u8]) -> Says {
    if name.len() > LONGEST {
        return Says::Nothing;
    }
    let plain: String = name
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| byte.to_ascii_lowercase() as char)
        .collect();
    let plain = plain.as_str();
    // The last letters differ most often, and are compared soonest.
    let last = plain.as_bytes().last();
    let ends = |ends: &[&str]| ends.iter().any(|end| end.as_bytes().last() == last && plain.ends_with(end));
    if PUBLIC.contains(&plain) || ends(PUBLIC_ENDS) {
        return Says::Public;
    }
    if PLAIN.contains(&plain) || ends(PLAIN_ENDS) {
        return Says::Plain;
    }
    let whole = SECRET_WHOLE.iter().find(|(word, _)| *word == plain);
    let found = whole.or_else(|| SECRET.iter().find(|(word, _)| plain.contains(word)));
    found.map_or(Says::Nothing, |(_, kind)| Says::Secret(*kind))
}

/// Whether a name is that of an authorization code, which errors' numbers and words share.
pub(super) fn is_bare_code(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"code")
}

#[cfg(test)]
mod tests {
    use super::{Kind, Says, says};

    #[test]
    fn a_name_is_known_however_it_is_spelt() {
        for (name, kind) in [
            ("access_token", Kind::Token),
            ("accessToken", Kind::Token),
            ("AccessToken", Kind::Token),
            ("access-token", Kind::Token),
            ("X-Access-Token", Kind::Token),
            ("token_value", Kind::Token),
            ("bearer", Kind::Token),
            ("jwt", Kind::Token),
            ("id_token", Kind::Token),
            ("RefreshToken", Kind::Refresh),
            ("client_secret", Kind::Secret),
            ("apiKey", Kind::Secret),
            ("sessionKey", Kind::Session),
            ("session_id", Kind::Session),
            ("sid", Kind::Session),
            ("new_password", Kind::Password),
            ("pwd", Kind::Password),
            ("code", Kind::Code),
            ("code_verifier", Kind::Verifier),
            ("Authorization", Kind::Authorization),
            ("DPoP", Kind::Proof),
            ("__RequestVerificationToken", Kind::Csrf),
        ] {
            assert_eq!(says(name.as_bytes()), Says::Secret(kind), "{name}");
        }
    }

    #[test]
    fn what_only_tells_of_a_secret_is_none() {
        for name in [
            "token_type",
            "token_type_hint",
            "token_endpoint",
            "token_endpoint_auth_methods_supported",
            "client_secret_expires_at",
            "refresh_token_expires_in",
            "code_challenge_method",
            "response_type",
            "session_state",
            "error_description",
            "message",
            "request_uri",
        ] {
            assert_eq!(says(name.as_bytes()), Says::Plain, "{name}");
        }
        for name in ["client_id", "state", "code_challenge", "x-request-id", "DPoP-Nonce", "x5t", "ETag"] {
            assert_eq!(says(name.as_bytes()), Says::Public, "{name}");
        }
        for name in ["active", "zip", "error_code", "country_code", "id"] {
            assert_eq!(says(name.as_bytes()), Says::Nothing, "{name}");
        }
    }
}
