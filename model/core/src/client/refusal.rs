//! What a client refuses, and what it tells the person at the browser.

use crate::refusal::Field;
use oauth_rules::RuleId;
use oauth_rules::rules;

/// What a client refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientRefusal {
    /// No login is in progress in this browser.
    NoFlow,
    /// The login took too long.
    FlowExpired,
    /// The response has no `state`.
    StateMissing,
    /// The response's `state` is not this login's.
    StateWrong,
    /// A parameter of the response stands there twice.
    Repeated(Field),
    /// The server always sends `iss`, and the response has none.
    IssMissing,
    /// The response comes from another server.
    IssWrong,
    /// The response has an `iss`, and the server does not say that it sends one.
    IssUnadvertised,
    /// The response arrived at the redirect URI of another server.
    WrongAddress,
    /// The server shares its redirect URI with another and does not say that it sends `iss`.
    ServersAlike,
    /// Secrets would travel in clear text over a network.
    InClear,
    /// This client knows no server of this name.
    NoSuchServer,
    /// The resource did not say which server to ask, or not one that can be used.
    ServerUnknown,
    /// Requests have to be pushed, and the server does not say where.
    PushUnavailable,
    /// The server refused the pushed request; its words lie beside.
    PushRefused,
    /// The server did not answer the pushed request, or not with a `request_uri`.
    PushUnanswered,
    /// A logout that did not come from this client's own page.
    LogOutForged,
    /// The response has neither `code` nor `error`.
    CodeMissing,
    /// The response has both.
    CodeAndError,
    /// The server refused the authorization request; its words lie beside.
    ServerRefused,
    /// The token endpoint refused the code; its words lie beside.
    TokenRefused,
    /// The token endpoint's answer is not a token response.
    TokenAnswerMalformed,
    /// The token has a type that this client does not know.
    TokenTypeUnknown,
    /// The token endpoint did not answer, so whether the code was redeemed is not known.
    TokenEndpointSilent,
    /// Another page of the same browser is refreshing the token.
    RefreshInProgress,
    /// The resource server refused the token.
    ResourceRefused,
    /// The resource server did not answer, or not with the resource.
    ResourceFailed,
    /// The parameters of the response cannot be decoded.
    Encoding,
    /// This client has no such page.
    NoSuchPage,
    /// The page takes other methods: these.
    MethodNotAllowed(&'static str),
}

impl ClientRefusal {
    /// Every refusal, but for the parameters of those that have one.
    pub const ALL: &'static [Self] = &[
        Self::NoFlow,
        Self::FlowExpired,
        Self::StateMissing,
        Self::StateWrong,
        Self::Repeated(Field::State),
        Self::IssMissing,
        Self::IssWrong,
        Self::IssUnadvertised,
        Self::WrongAddress,
        Self::ServersAlike,
        Self::InClear,
        Self::NoSuchServer,
        Self::ServerUnknown,
        Self::PushUnavailable,
        Self::PushRefused,
        Self::PushUnanswered,
        Self::LogOutForged,
        Self::CodeMissing,
        Self::CodeAndError,
        Self::ServerRefused,
        Self::TokenRefused,
        Self::TokenAnswerMalformed,
        Self::TokenTypeUnknown,
        Self::TokenEndpointSilent,
        Self::RefreshInProgress,
        Self::ResourceRefused,
        Self::ResourceFailed,
        Self::Encoding,
        Self::NoSuchPage,
        Self::MethodNotAllowed("GET"),
    ];

    /// The status of the page that tells it.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::NoSuchPage | Self::NoSuchServer => 404,
            Self::MethodNotAllowed(_) => 405,
            Self::ServerUnknown
            | Self::PushUnavailable
            | Self::PushRefused
            | Self::PushUnanswered
            | Self::TokenRefused
            | Self::TokenAnswerMalformed
            | Self::TokenTypeUnknown
            | Self::TokenEndpointSilent
            | Self::ResourceRefused
            | Self::ResourceFailed => 502,
            Self::RefreshInProgress => 503,
            Self::NoFlow
            | Self::FlowExpired
            | Self::StateMissing
            | Self::StateWrong
            | Self::Repeated(_)
            | Self::IssMissing
            | Self::IssWrong
            | Self::IssUnadvertised
            | Self::WrongAddress
            | Self::CodeMissing
            | Self::CodeAndError
            | Self::ServerRefused
            | Self::Encoding => 400,
            Self::LogOutForged => 403,
            Self::ServersAlike | Self::InClear => 500,
        }
    }

    /// What the person at the browser reads.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::NoFlow => "No login is in progress in this browser. Please start again.",
            Self::FlowExpired => "The login took too long. Please start again.",
            Self::StateMissing | Self::StateWrong | Self::Repeated(_) | Self::Encoding => {
                "This answer does not belong to the login that this browser started. Nothing was done with it."
            }
            Self::IssMissing | Self::IssWrong | Self::IssUnadvertised | Self::WrongAddress => {
                "This answer does not come from the server that was asked. Nothing was done with it."
            }
            Self::ServersAlike => {
                "This application could not tell this server's answers from another's, so it does not ask it."
            }
            Self::PushUnavailable => "The server takes only requests of a kind that it offers no place for.",
            Self::PushRefused => "The server did not take the request for a login.",
            Self::PushUnanswered => "The server did not answer the request for a login. Please try again.",
            Self::LogOutForged => {
                "This did not come from a page of this application. You are still logged in."
            }
            Self::InClear => {
                "This application would have to send secrets over an open line, so it starts no login."
            }
            Self::NoSuchServer => "This application knows no such server.",
            Self::ServerUnknown => {
                "This application could not find out which server to ask. Please try again."
            }
            Self::CodeMissing | Self::CodeAndError => {
                "The server's answer makes no sense. Please start again."
            }
            Self::ServerRefused => "The server did not allow the login.",
            Self::TokenRefused => "The server did not exchange the code for a token.",
            Self::TokenAnswerMalformed => "The server's token answer cannot be read.",
            Self::TokenTypeUnknown => "The server sent a kind of token that this application does not know.",
            Self::TokenEndpointSilent => "The server did not answer the token request. Please start again.",
            Self::RefreshInProgress => "Another page is just renewing the login. Please try again.",
            Self::ResourceRefused => "The server did not accept the token. Please log in again.",
            Self::ResourceFailed => "The profile could not be fetched.",
            Self::NoSuchPage => "This application has no such page.",
            Self::MethodNotAllowed(_) => "This page cannot be used in this way.",
        }
    }

    /// The rules that it enforces.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleId] {
        match self {
            Self::NoFlow | Self::FlowExpired | Self::StateMissing | Self::StateWrong => rules![
                "rfc6749-10.12-client-csrf-protected",
                "rfc9700-2.1-client-csrf-protected",
                "rfc9700-4.2.4-client-state-invalidated",
            ],
            Self::IssMissing => rules!["rfc9207-2.4-client-rejects-missing-iss"],
            Self::IssWrong => rules![
                "rfc9207-2.4-client-rejects-wrong-iss",
                "rfc9207-2.4-client-error-origin-not-assumed",
                "rfc9700-2.1-client-mixup-by-iss",
                "rfc9700-4.4.2.1-client-compares-issuer",
            ],
            Self::WrongAddress => rules![
                "rfc9700-4.4.2.2-client-distinct-redirect-uris",
                "rfc8252-8.10-client-redirect-uri-per-server",
            ],
            Self::ServersAlike => rules!["rfc9700-2.1-client-mixup-defence"],
            Self::IssUnadvertised => rules!["rfc9207-2.4-client-discards-unadvertised-iss"],
            Self::InClear => rules!["rfc6750-5.3-client-tls"],
            Self::ServerUnknown => {
                rules!["rfc9728-3.3-client-rejects-mismatch", "rfc9728-3.3-client-rejects-challenge-mismatch"]
            }
            Self::TokenTypeUnknown => {
                rules!["rfc6749-7.1-client-unknown-token-type", "rfc9449-5-client-checks-token-type"]
            }
            Self::Repeated(Field::Iss) => rules!["rfc9207-4-client-multiple-issuers-must-match"],
            Self::Repeated(_)
            | Self::NoSuchServer
            | Self::PushUnavailable
            | Self::PushRefused
            | Self::PushUnanswered
            | Self::LogOutForged
            | Self::CodeMissing
            | Self::CodeAndError
            | Self::ServerRefused
            | Self::TokenRefused
            | Self::TokenAnswerMalformed
            | Self::TokenEndpointSilent
            | Self::RefreshInProgress
            | Self::ResourceRefused
            | Self::ResourceFailed
            | Self::Encoding
            | Self::NoSuchPage
            | Self::MethodNotAllowed(_) => &[],
        }
    }
}
