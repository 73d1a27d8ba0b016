//! A server that others wrote, on oidc-provider: the suite tells it what it is known to break and nothing else.

use crate::program::Program;
use crate::{node, suite};

const TARGET: &str = "peers/oidc-provider/target.toml";

/// What oidc-provider breaks: `peers/oidc-provider/README.md` says how.
const KNOWN: &[&str] = &[
    "failed scope/may-be-left-out",
    "failed errors/invalid-scope",
    "failed errors/not-told-before-the-login",
    "failed code/redirect-uri-is-repeated",
    "failed endpoints/each-401-has-a-challenge",
    "failed token-errors/invalid-client",
    "failed token-response/pragma",
    "failed token-errors/unauthorized-client",
    "failed errors/unauthorized-client",
    "warned introspection/not-for-everybody",
    "failed registration/kinds-of-redirect-uri",
    "failed registration/no-http-beyond-loopback",
    "failed registration/no-own-tokens-without-a-secret",
    "failed driven/no-redirect-uri",
    "failed laws/code-redeemed-with-its-redirect-uri",
    "warned registration/private-scheme-has-a-dot",
    "warned registration/shown-uris-are-of-one-host",
    "warned registration/strangers-uri-is-asked-about",
    "warned par/other-methods-are-405",
    "warned par/too-large-is-413",
    "warned dpop/url-is-normalised",
    "warned resource-challenge/no-error-without-a-token",
];

/// What of it is lawful under the OAuth 2.1 draft.
const LAWFUL_IN_OAUTH21: &[&str] = &[
    "failed code/redirect-uri-is-repeated",
    "failed token-response/pragma",
    "failed driven/no-redirect-uri",
    "failed laws/code-redeemed-with-its-redirect-uri",
];

/// What that draft asks for and oidc-provider does not do by default.
const KNOWN_IN_OAUTH21: &[&str] = &["failed challenge/needed-of-confidential-clients"];

/// Starts the server.
fn start(arguments: &[&str]) -> Program {
    let mut command = node::command("oidc-provider", "server.mjs");
    Program::start(command.env("NODE_ENV", "production").args(arguments))
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn the_documented_sequence_holds_at_oidc_provider() {
    let server = start(&[]);
    suite::assert_documented(TARGET, &server.origin);
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn oidc_provider_is_told_what_it_breaks_and_nothing_else() {
    let server = start(&[]);
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, &[]);
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn oidc_provider_breaks_nothing_more_when_it_demands_nonces() {
    let server = start(&["--dpop-nonce"]);
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, &[]);
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn under_oauth21_the_superseded_rules_are_not_held_against_oidc_provider() {
    let server = start(&[]);
    let known: Vec<&str> = KNOWN
        .iter()
        .filter(|known| !LAWFUL_IN_OAUTH21.contains(*known))
        .chain(KNOWN_IN_OAUTH21)
        .copied()
        .collect();
    suite::assert_told(TARGET, &server.origin, "oauth21", &known, &[]);
}
