//! What a client refuses, and what it tells the person at the browser: a row for each.

use crate::refusal::Field;
use crate::table::table;
use oauth_rules::{RuleId, rules};

// What a person need not tell apart has the same words.
const FOREIGN: &str =
    "This answer does not belong to the login that this browser started. Nothing was done with it.";
const FOREIGN_SERVER: &str =
    "This answer does not come from the server that was asked. Nothing was done with it.";
const SENSELESS: &str = "The server's answer makes no sense. Please start again.";

/// The status of the page that tells it, what it says, and the rules that are enforced.
pub(super) struct Row {
    status: u16,
    says: &'static str,
    rules: &'static [RuleId],
}

const fn row(status: u16, says: &'static str, rules: &'static [RuleId]) -> Row {
    Row { status, says, rules }
}

table! {
    /// What a client refuses.
    pub enum ClientRefusal: Row;

    /// No login is in progress in this browser.
    NoFlow => row(400, "No login is in progress in this browser. Please start again.", rules![
        "rfc6749-10.12-client-csrf-protected",
        "rfc9700-2.1-client-csrf-protected",
        "rfc9700-4.2.4-client-state-invalidated",
    ]);
    /// The login took too long.
    FlowExpired => row(400, "The login took too long. Please start again.", rules![
        "rfc6749-10.12-client-csrf-protected",
        "rfc9700-2.1-client-csrf-protected",
        "rfc9700-4.2.4-client-state-invalidated",
    ]);
    /// The response has no `state`.
    StateMissing => row(400, FOREIGN, rules![
        "rfc6749-10.12-client-csrf-protected",
        "rfc9700-2.1-client-csrf-protected",
        "rfc9700-4.2.4-client-state-invalidated",
    ]);
    /// The response's `state` is not this login's.
    StateWrong => row(400, FOREIGN, rules![
        "rfc6749-10.12-client-csrf-protected",
        "rfc9700-2.1-client-csrf-protected",
        "rfc9700-4.2.4-client-state-invalidated",
    ]);
    /// A parameter of the response stands there twice.
    Repeated(field: Field, of &[Field::State]) => row(400, FOREIGN, if matches!(field, Field::Iss) {
        rules!["rfc9207-4-client-multiple-issuers-must-match"]
    } else {
        &[]
    });
    /// The server always sends `iss`, and the response has none.
    IssMissing => row(400, FOREIGN_SERVER, rules!["rfc9207-2.4-client-rejects-missing-iss"]);
    /// The response comes from another server.
    IssWrong => row(400, FOREIGN_SERVER, rules![
        "rfc9207-2.4-client-rejects-wrong-iss",
        "rfc9207-2.4-client-error-origin-not-assumed",
        "rfc9700-2.1-client-mixup-by-iss",
        "rfc9700-4.4.2.1-client-compares-issuer",
    ]);
    /// The response has an `iss`, and the server does not say that it sends one.
    IssUnadvertised => row(400, FOREIGN_SERVER, rules!["rfc9207-2.4-client-discards-unadvertised-iss"]);
    /// The response arrived at the redirect URI of another server.
    WrongAddress => row(400, FOREIGN_SERVER, rules![
        "rfc9700-4.4.2.2-client-distinct-redirect-uris",
        "rfc8252-8.10-client-redirect-uri-per-server",
    ]);
    /// The server shares its redirect URI with another and does not say that it sends `iss`.
    ServersAlike => row(
        500,
        "This application could not tell this server's answers from another's, so it does not ask it.",
        rules!["rfc9700-2.1-client-mixup-defence"],
    );
    /// Secrets would travel in clear text over a network.
    InClear => row(
        500,
        "This application would have to send secrets over an open line, so it starts no login.",
        rules!["rfc6750-5.3-client-tls"],
    );
    /// This client knows no server of this name.
    NoSuchServer => row(404, "This application knows no such server.", &[]);
    /// The resource did not say which server to ask, or not one that can be used.
    ServerUnknown => row(
        502,
        "This application could not find out which server to ask. Please try again.",
        rules!["rfc9728-3.3-client-rejects-mismatch", "rfc9728-3.3-client-rejects-challenge-mismatch"],
    );
    /// Requests have to be pushed, and the server does not say where.
    PushUnavailable => row(502, "The server takes only requests of a kind that it offers no place for.", &[]);
    /// The server refused the pushed request; its words lie beside.
    PushRefused => row(502, "The server did not take the request for a login.", &[]);
    /// The server did not answer the pushed request, or not with a `request_uri`.
    PushUnanswered => row(502, "The server did not answer the request for a login. Please try again.", &[]);
    /// A logout that did not come from this client's own page.
    LogOutForged => row(
        403,
        "This did not come from a page of this application. You are still logged in.",
        &[],
    );
    /// The response has neither `code` nor `error`.
    CodeMissing => row(400, SENSELESS, &[]);
    /// The response has both.
    CodeAndError => row(400, SENSELESS, &[]);
    /// The server refused the authorization request; its words lie beside.
    ServerRefused => row(400, "The server did not allow the login.", &[]);
    /// The token endpoint refused the code; its words lie beside.
    TokenRefused => row(502, "The server did not exchange the code for a token.", &[]);
    /// The token endpoint's answer is not a token response.
    TokenAnswerMalformed => row(502, "The server's token answer cannot be read.", &[]);
    /// The token has a type that this client does not know.
    TokenTypeUnknown => row(
        502,
        "The server sent a kind of token that this application does not know.",
        rules!["rfc6749-7.1-client-unknown-token-type", "rfc9449-5-client-checks-token-type"],
    );
    /// The token endpoint did not answer, so whether the code was redeemed is not known.
    TokenEndpointSilent => row(502, "The server did not answer the token request. Please start again.", &[]);
    /// Another page of the same browser is refreshing the token.
    RefreshInProgress => row(503, "Another page is just renewing the login. Please try again.", &[]);
    /// The resource server refused the token.
    ResourceRefused => row(502, "The server did not accept the token. Please log in again.", &[]);
    /// The resource server did not answer, or not with the resource.
    ResourceFailed => row(502, "The profile could not be fetched.", &[]);
    /// The parameters of the response cannot be decoded.
    Encoding => row(400, FOREIGN, &[]);
    /// This client has no such page.
    NoSuchPage => row(404, "This application has no such page.", &[]);
    /// The page takes other methods: these.
    MethodNotAllowed(_methods: &'static str, of &["GET"]) => row(
        405,
        "This page cannot be used in this way.",
        &[],
    );
}

impl ClientRefusal {
    /// The status of the page that tells it.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().status
    }
}
