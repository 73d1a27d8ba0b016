//! Reads the header fields that cases look into: challenges and cache directives (RFC 9110, RFC 9111).

use crate::wire::exchange::Response;

/// One challenge of `WWW-Authenticate`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthChallenge {
    /// The scheme, as written.
    pub scheme: String,
    /// Names in lower case, and values without their quotes.
    pub params: Vec<(String, String)>,
}

impl AuthChallenge {
    /// A parameter's value.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }
}

/// The challenges of all `WWW-Authenticate` fields, in order.
#[must_use]
pub fn challenges(response: &Response) -> Vec<AuthChallenge> {
    response.headers("www-authenticate").iter().flat_map(|text| parse(text)).collect()
}

/// The first challenge of a scheme, compared without regard to case.
#[must_use]
pub fn challenge(response: &Response, scheme: &str) -> Option<AuthChallenge> {
    challenges(response).into_iter().find(|challenge| challenge.scheme.eq_ignore_ascii_case(scheme))
}

/// Whether a comma-separated field has a directive, such as `no-store` in `Cache-Control`.
#[must_use]
pub fn has_directive(response: &Response, field: &str, directive: &str) -> bool {
    let values = response.headers(field);
    values
        .iter()
        .flat_map(|value| value.split(','))
        .any(|part| part.split('=').next().is_some_and(|name| name.trim().eq_ignore_ascii_case(directive)))
}

fn parse(text: &str) -> Vec<AuthChallenge> {
    let mut found: Vec<AuthChallenge> = Vec::new();
    for part in parts(text) {
        let token_end = part.find(|c: char| !is_token(c)).unwrap_or(part.len());
        let (token, rest) = part.split_at(token_end);
        let rest = rest.trim_start();
        let is_param = rest.starts_with('=') && !found.is_empty();
        if is_param {
            push(&mut found, token, &rest[1..]);
        } else {
            found.push(AuthChallenge { scheme: token.into(), params: Vec::new() });
            if let Some((name, value)) = rest.split_once('=') {
                push(&mut found, name, value);
            }
        }
    }
    found
}

fn push(found: &mut [AuthChallenge], name: &str, value: &str) {
    let value = value.trim();
    let value = match value.strip_prefix('"').and_then(|value| value.strip_suffix('"')) {
        Some(quoted) => unescape(quoted),
        None => value.into(),
    };
    if let Some(challenge) = found.last_mut() {
        challenge.params.push((name.trim().to_ascii_lowercase(), value));
    }
}

fn unescape(quoted: &str) -> String {
    let mut out = String::new();
    let mut escaped = false;
    for c in quoted.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            out.push(c);
            escaped = false;
        }
    }
    out
}

/// The text between commas that stand outside quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => quoted = !quoted,
            ',' if !quoted => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        escaped = c == '\\' && quoted && !escaped;
    }
    found.push(text[start..].trim());
    found.retain(|part| !part.is_empty());
    found
}

fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

#[cfg(test)]
mod tests {
    use super::{AuthChallenge, parse};

    fn challenge(scheme: &str, params: &[(&str, &str)]) -> AuthChallenge {
        let params = params.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        AuthChallenge { scheme: scheme.into(), params }
    }

    #[test]
    fn challenges_are_read_as_rfc_9110_writes_them() {
        #[rustfmt::skip]
        let table = [
            ("Bearer", vec![challenge("Bearer", &[])]),
            ("Basic realm=\"a, b\"", vec![challenge("Basic", &[("realm", "a, b")])]),
            ("Bearer realm=\"x\", error=\"invalid_token\"", vec![challenge("Bearer", &[("realm", "x"), ("error", "invalid_token")])]),
            ("Basic realm=\"\\\"q\\\"\", Bearer error=invalid_token", vec![
                challenge("Basic", &[("realm", "\"q\"")]), challenge("Bearer", &[("error", "invalid_token")])]),
            ("Newauth realm=\"apps\", type=1, Basic realm=\"simple\"", vec![
                challenge("Newauth", &[("realm", "apps"), ("type", "1")]), challenge("Basic", &[("realm", "simple")])]),
            ("", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
