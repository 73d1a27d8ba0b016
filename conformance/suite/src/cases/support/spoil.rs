//! Ways to spoil one thing: a text in one place, a client's proof of who it is.

use crate::flow::Authentication;
use crate::subject::{Client, ClientAuthentication, Secret};

/// A redirect URI that no target has registered.
pub(in crate::cases) const FOREIGN_URI: &str = "https://not-registered.suite.example/callback";

/// The text with another letter or digit in its middle.
pub(in crate::cases) fn middle_changed(text: &str) -> String {
    changed_from(text, text.len() / 2)
}

/// The text with another first letter or digit.
pub(in crate::cases) fn first_changed(text: &str) -> String {
    changed_from(text, 0)
}

/// Changes the first letter or digit at or behind `from`, else the last one before it. The last character of an
/// encoded text may have bits without meaning: it is changed only where no other can be. It becomes no letter that differs in
/// case alone, since hexadecimal and base32 have no case.
fn changed_from(text: &str, from: usize) -> String {
    let fits = |at: &usize| text.as_bytes()[*at].is_ascii_alphanumeric();
    let last = text.len().saturating_sub(1);
    let at = (from..last).chain((0..from.min(last)).rev()).chain(last..text.len()).find(fits);
    let Some(at) = at else { return format!("{text}A") };
    let other = if text[at..=at].eq_ignore_ascii_case("a") { "B" } else { "A" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// The text without its last character.
pub(in crate::cases) fn shortened(text: &str) -> String {
    let mut shorter = text.to_owned();
    shorter.pop();
    shorter
}

/// The text with small and capital letters exchanged; `None` where it may be hexadecimal, which has no case.
pub(in crate::cases) fn case_swapped(text: &str) -> Option<String> {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let has_case = text.chars().any(|c| c.is_ascii_alphabetic() && !c.is_ascii_hexdigit());
    has_case.then(|| text.chars().map(swap).collect())
}

/// The same of a text in letters of both kinds; `None` where all are of one kind, as in base32, which may be read without
/// regard to case.
pub(in crate::cases) fn mixed_case_swapped(text: &str) -> Option<String> {
    let is_mixed = text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_mixed { case_swapped(text) } else { None }
}

/// The client with another secret, shown in the way that it is registered for; `None` for a public one.
pub(in crate::cases) fn with_secret(client: &Client, secret: &str) -> Option<Authentication> {
    let (id, secret) = (client.id.clone(), secret.to_owned());
    match client.authentication {
        ClientAuthentication::ClientSecretBasic => Some(Authentication::Basic { id, secret }),
        ClientAuthentication::ClientSecretPost => Some(Authentication::Body { id, secret }),
        ClientAuthentication::None => None,
    }
}

/// The client's secret; empty for a public one.
pub(in crate::cases) fn secret_of(client: &Client) -> &str {
    client.secret.as_ref().map_or("", Secret::expose)
}

#[cfg(test)]
mod tests {
    use super::{case_swapped, first_changed, middle_changed, mixed_case_swapped};

    #[test]
    fn one_character_changes_and_the_last_stays() {
        for (text, first, middle) in
            [("abcd", "Bbcd", "abAd"), ("A.-_z", "B.-_z", "B.-_z"), ("a", "B", "B"), ("--", "--A", "--A")]
        {
            assert_eq!(
                (first_changed(text).as_str(), middle_changed(text).as_str()),
                (first, middle),
                "{text}"
            );
        }
    }

    #[test]
    fn what_may_be_hexadecimal_has_no_case() {
        assert_eq!(case_swapped("aG1"), Some("Ag1".to_owned()));
        assert_eq!(case_swapped("deadBEEF-01"), None);
        assert_eq!(mixed_case_swapped("mfzw62i"), None);
        assert_eq!(mixed_case_swapped("aG1"), case_swapped("aG1"));
    }
}
