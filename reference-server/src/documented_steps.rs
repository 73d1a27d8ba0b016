//! The numbers of the documented steps (`specs/sequence.toml`) that a request and its reply take, for the
//! log.

use oauth_core::server::Reply;
use oauth_core::server::received::Received;
use oauth_core::server::redeem::TokenAsk;

/// The steps that took place, as the log prints them; none where the documented sequence has none.
pub(crate) fn steps(received: &Received, reply: &Reply) -> Option<&'static str> {
    match (received, reply) {
        (Received::LogIn { .. }, Reply::LoggedIn(_) | Reply::LogInPage(..)) => Some("7"),
        (_, Reply::LogInPage(..)) => Some("4"),
        (_, Reply::Consent(_)) => Some("8"),
        (_, Reply::Code(_)) => Some("9,10,11"),
        (Received::Token { request, .. }, Reply::Tokens(_)) => match request.ask {
            Ok(TokenAsk::Redeem(_)) => Some("12,13"),
            Ok(TokenAsk::Refresh(_) | TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported) | Err(_) => {
                None
            }
        },
        (_, Reply::Tokens(_)) => None,
        (_, Reply::Resource(_)) => Some("15,16"),
        (
            _,
            Reply::Home
            | Reply::LogInFirst
            | Reply::LoggedIn(_)
            | Reply::Pushed(_)
            | Reply::Registered(_)
            | Reply::Revoked
            | Reply::Introspection(_)
            | Reply::Metadata
            | Reply::ResourceMetadata(_)
            | Reply::Refused(_),
        ) => None,
    }
}

#[cfg(test)]
mod tests {
    const SEQUENCE: &str = include_str!("../../specs/sequence.toml");

    #[test]
    fn the_numbers_are_those_of_the_documented_sequence() {
        let sequence: toml::Table = toml::from_str(SEQUENCE).expect("the sequence is TOML");
        let steps = sequence["step"].as_array().expect("steps");
        for (number, name) in [
            (4, "show-login"),
            (7, "check-password"),
            (8, "show-consent"),
            (9, "answer-consent"),
            (10, "make-code"),
            (11, "return-code"),
            (12, "request-token"),
            (13, "return-token"),
            (15, "request-resource"),
            (16, "return-resource"),
        ] {
            let step = steps.iter().find(|step| step["number"].as_integer() == Some(number)).expect("a step");
            assert_eq!(step["name"].as_str(), Some(name), "{number}");
        }
    }
}
