//! What a client that registers may not say of itself (RFC 7591 3.2.2).

use super::ErrorCode::{self, InvalidClientMetadata, InvalidRedirectUri};
use super::{Answer, Row};
use crate::table::table;
use oauth_rules::{RuleId, rules};

const fn flaw(code: ErrorCode, says: &'static str, rules: &'static [RuleId]) -> Row {
    Row { answer: Answer::Json(400, code), says, rules }
}

table! {
    /// What cannot be registered.
    pub enum RegistrationFlaw: Row;

    /// There is no redirect URI, or one of a kind that cannot be registered.
    RedirectUri => flaw(
        InvalidRedirectUri,
        "redirect_uris has to hold https URLs, http URLs on this machine, or URIs whose scheme has a period",
        rules![
            "rfc7591-5-redirect-uris-required-for-redirect-flows",
            "rfc7591-5-redirect-uri-kinds",
            "rfc8252-8.4-private-scheme-needs-period",
            "rfc9700-2.6-no-http-redirect-uri",
        ],
    );
    /// The authentication method is not known here.
    Authentication => flaw(InvalidClientMetadata, "token_endpoint_auth_method is not known here", rules![
        "rfc7591-3.2.2-error-response",
    ]);
    /// Grant types and response types are not known here, or contradict each other.
    Grants => flaw(
        InvalidClientMetadata,
        "grant_types has to hold authorization_code and perhaps refresh_token, response_types code alone",
        rules!["rfc7591-2.1-grants-fit-response-types"],
    );
    /// The scope breaks the grammar, or has a value that is not known here.
    Scope => flaw(InvalidClientMetadata, "scope has a value that is not known here", rules![
        "rfc7591-3.2.2-error-response",
    ]);
    /// Keys stand there in both ways.
    Keys => flaw(InvalidClientMetadata, "jwks and jwks_uri exclude each other", rules![
        "rfc7591-2-jwks-or-jwks-uri",
    ]);
    /// A member has a wrong type, or is too long.
    Member => flaw(InvalidClientMetadata, "a member has a wrong type or is too long", rules![
        "rfc7591-3.2.2-error-response",
    ]);
}
