//! `WWW-Authenticate` as a client reads it (RFC 9110 11.6.1): schemes and their parameters. What cannot be read is
//! skipped with the rest of its field, since a challenge only ever asks for something.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

/// A challenge of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthChallenge {
    /// The scheme, in lower case.
    pub scheme: String,
    /// Its parameters in order, names in lower case, values unquoted.
    pub params: Vec<(String, String)>,
}

impl AuthChallenge {
    /// The value of a parameter that stands there once.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        let mut values = self.params.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str());
        let first = values.next();
        first.filter(|_| values.next().is_none())
    }
}

/// Reads every challenge of these fields.
#[must_use]
pub fn challenges<F: AsRef<str>>(fields: &[F]) -> Vec<AuthChallenge> {
    fields.iter().flat_map(|field| read(field.as_ref())).collect()
}

/// The first value of a parameter in the challenges of the schemes that OAuth has.
#[must_use]
pub fn param_of<'a>(challenges: &'a [AuthChallenge], name: &str) -> Option<&'a str> {
    let ours = |challenge: &&AuthChallenge| matches!(challenge.scheme.as_str(), "bearer" | "dpop");
    challenges.iter().filter(ours).find_map(|challenge| challenge.param(name))
}

const BLANK: [char; 2] = [' ', '\t'];

fn read(field: &str) -> Vec<AuthChallenge> {
    let mut found: Vec<AuthChallenge> = Vec::new();
    let mut rest = field;
    let mut at_start = true;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', ',']);
        let begins_item = at_start || rest[..rest.len() - trimmed.len()].contains(',');
        at_start = false;
        if trimmed.is_empty() {
            return found;
        }
        if !begins_item && let Some(after) = token68(trimmed) {
            rest = after;
            continue;
        }
        let (word, after) = split(trimmed, is_token);
        if word.is_empty() {
            return found;
        }
        let value = after.trim_start_matches(BLANK);
        match (value.strip_prefix('='), found.last_mut()) {
            (Some(value), Some(challenge)) => {
                let Some((text, after)) = param_value(value.trim_start_matches(BLANK)) else { return found };
                challenge.params.push((word.to_ascii_lowercase(), text));
                rest = after;
            }
            (None, _) if begins_item => {
                found.push(AuthChallenge { scheme: word.to_ascii_lowercase(), params: Vec::new() });
                rest = after;
            }
            (Some(_), None) | (None, _) => return found,
        }
    }
}

/// What stands behind credentials such as those of `Negotiate`, which fill their item alone.
fn token68(text: &str) -> Option<&str> {
    let (word, after) = split(text, |letter| letter.is_ascii_alphanumeric() || "-._~+/".contains(letter));
    let after = after.trim_start_matches('=').trim_start_matches(BLANK);
    (!word.is_empty() && (after.is_empty() || after.starts_with(','))).then_some(after)
}

/// A token or a quoted string, and what stands behind it.
fn param_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (word, after) = split(text, is_token);
        return (!word.is_empty()).then(|| (word.to_owned(), after));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|letter| !belongs(letter)).unwrap_or(text.len()))
}

fn is_token(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter)
}

#[cfg(test)]
mod tests {
    use std::borrow::ToOwned as _;
    use std::format;

    use super::*;
    use proptest::prelude::*;

    /// A field, as `scheme name=value ..; scheme ..`.
    fn shown(field: &str) -> String {
        let one = |challenge: AuthChallenge| {
            let params = challenge.params.iter().map(|(name, value)| format!(" {name}={value}"));
            format!("{}{}", challenge.scheme, params.collect::<String>())
        };
        challenges(&[field]).into_iter().map(one).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn challenges_are_read_as_the_table_says() {
        for (field, expected) in [
            ("Bearer", "bearer"),
            ("bEARER Realm=a", "bearer realm=a"),
            ("Bearer realm=\"a, b\", error=invalid_token", "bearer realm=a, b error=invalid_token"),
            ("Bearer realm = \"a\\\"b\\\\\" ,, x=y", "bearer realm=a\"b\\ x=y"),
            ("Bearer, Basic realm=\"x\"", "bearer; basic realm=x"),
            ("Basic realm=x, DPoP algs=\"ES256\", Bearer a=b", "basic realm=x; dpop algs=ES256; bearer a=b"),
            ("Negotiate YII/+a==, Bearer a=b", "negotiate; bearer a=b"),
            ("Negotiate YIIa, Bearer a=b", "negotiate; bearer a=b"),
            ("  ,Bearer\ta=b", "bearer a=b"),
            ("", ""),
            (",", ""),
            // Spoilt: what stood before is kept.
            ("a=b", ""),
            ("Bearer a=\"b", "bearer"),
            ("Bearer a=b \"c\"", "bearer a=b"),
            ("Bearer a=b, \u{e9}=c", "bearer a=b"),
            ("Bearer a=\"\u{e9}\"", "bearer a=\u{e9}"),
        ] {
            assert_eq!(shown(field), expected, "{field:?}");
        }
    }

    #[test]
    fn a_parameter_counts_for_the_schemes_of_oauth_and_if_it_stands_there_once() {
        let param_of = |fields: &[&str]| {
            let challenges = challenges(fields);
            super::param_of(&challenges, "m").map(str::to_owned)
        };
        assert_eq!(param_of(&["Bearer m=a"]).as_deref(), Some("a"));
        assert_eq!(param_of(&["Basic m=a", "DPOP x=y, M=\"b\""]).as_deref(), Some("b"));
        assert_eq!(param_of(&["Bearer m=a, m=b"]), None);
        assert_eq!(param_of(&["Basic m=a"]), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(field in "[ -~\t\u{e9}]{0,60}") {
            let _ = challenges(&[field]);
        }
    }
}
