//! Which texts say the same, but for what is another in each run and in each request.

use oauth_secrets::is_wordlike;

use crate::secrets::DIGITS;

/// The shortest part of a text that is taken for drawn by lot.
const SHORTEST: usize = 16;
/// What stands before the words of a page, where an answer is one.
const SAYS: &str = " that says \"";

/// What was seen, without the words of a page, which may repeat the request, without numbers of exchanges, and with one sign for
/// whatever is drawn by lot.
pub(super) fn alike(saw: &str) -> String {
    let (before_page, after_page) = match saw.split_once(SAYS) {
        Some((before, rest)) => (before, rest.rsplit_once('"').map_or("", |(_, after)| after)),
        None => (saw, ""),
    };
    let mut before = "";
    let mut kept = Vec::new();
    for word in before_page.split_whitespace().chain(after_page.split_whitespace()) {
        if before != "exchange" || !word.bytes().all(|byte| byte.is_ascii_digit()) {
            kept.push(undrawn(word));
        }
        before = word;
    }
    kept.join(" ")
}

/// The same, but for the error code: that is another for each thing that is wrong with a request.
pub(super) fn without_codes(saw: &str) -> String {
    let mut before = "";
    let mut kept = Vec::new();
    for word in saw.split(' ') {
        let is_code = before == "error" && word.starts_with('"');
        if !is_code {
            kept.push(if word.starts_with("error=") { "error" } else { word });
        }
        before = word;
    }
    kept.join(" ")
}

/// A text with one sign for each part that looks drawn by lot, and for the digits of each pseudonym.
pub(super) fn undrawn(text: &str) -> String {
    let is_of_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let (mut out, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.find(|c: char| !is_of_part(c)).unwrap_or(rest.len()));
        let is_drawn =
            is_digits_of_pseudonym(&out, part) || (part.len() >= SHORTEST && !is_wordlike(part.as_bytes()));
        out.push_str(if is_drawn { "…" } else { part });
        let mut after = after.chars();
        out.extend(after.next());
        rest = after.as_str();
    }
    out
}

fn is_digits_of_pseudonym(before: &str, part: &str) -> bool {
    before.ends_with(':') && part.len() == DIGITS && part.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{alike, undrawn, without_codes};

    #[test]
    fn what_was_seen_is_alike_whatever_the_error_code() {
        for (saw, kept) in [
            (
                "a redirect to the client with error=invalid_scope, state, iss",
                "a redirect to the client with error state, iss",
            ),
            ("a redirect to the client with error=access_denied", "a redirect to the client with error"),
            ("status 400, error \"invalid_grant\"", "status 400, error"),
            ("status 200, JSON with error, state", "status 200, JSON with error, state"),
        ] {
            assert_eq!(without_codes(&alike(saw)), kept);
        }
    }

    #[test]
    fn what_was_seen_is_alike_whatever_a_request_said_and_a_lot_drew() {
        let page = |words: &str| format!("a page with status 400 that says {words:?}");
        for (one, other) in [
            (page("no client a"), page("no \"client\" b")),
            ("a token that exchange 14 had".to_owned(), "a token that exchange 9 had".to_owned()),
            ("code:3f2a91c4e07b twice".to_owned(), "code:000a91c4e07b twice".to_owned()),
            (
                "state [\"n4Qm0rGvT2uXb7yWk1sE9A\"]".to_owned(),
                "state [\"V0dHhq3Yx8ZpL5cJt6RfKg\"]".to_owned(),
            ),
        ] {
            assert_eq!(alike(&one), alike(&other));
        }
        for (one, other) in [
            (
                "status 400, error \"invalid_grant\"".to_owned(),
                "status 400, error \"invalid_client\"".to_owned(),
            ),
            ("status 400, text/html".to_owned(), "status 500, text/html".to_owned()),
            (page("no"), format!("{} and leads on with a code or a token", page("no"))),
            ("iss \"http://h/a\"".to_owned(), "iss \"http://h/b\"".to_owned()),
        ] {
            assert_ne!(alike(&one), alike(&other));
        }
    }

    #[test]
    fn of_an_address_the_parts_that_are_drawn_by_lot_have_one_sign() {
        for (address, kept) in [
            (
                "https://as.example/interaction/Vb-Fx0kKoPqRsTuVwXyZab/confirm",
                "https://as.example/interaction/…/confirm",
            ),
            ("http://h:9000/login/1b4e28ba-2fa1-11d2-883f-0016d3cca427", "http://h:9000/login/…"),
            (
                "http://h/.well-known/oauth-authorization-server",
                "http://h/.well-known/oauth-authorization-server",
            ),
            ("http://h/opaque:3f2a91c4e07b/é", "http://h/opaque:…/é"),
        ] {
            assert_eq!(undrawn(address), kept);
        }
    }
}
