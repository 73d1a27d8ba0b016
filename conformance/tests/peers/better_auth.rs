//! A server that others wrote, on better-auth: the suite tells it what it is known to break and nothing else.

use crate::program::Program;
use crate::{node, suite};

const TARGET: &str = "peers/better-auth/target.toml";

/// What better-auth breaks: `peers/better-auth/README.md` says how.
const KNOWN: &[&str] = &[
    "failed authorize/empty-parameter-counts-as-absent",
    "failed redirect-match/compared-as-text",
    "warned challenge/in-its-grammar",
    "failed errors/text-in-its-alphabet",
    "failed errors/not-told-before-the-login",
    "warned consent/one-answer-one-code",
    "warned pages/clickjacking-prevented",
    "warned pages/keep-their-address",
    "warned pages/refer-to-no-third-party",
    "warned consent/asked-of-each-request-without-proof",
    "warned native/user-is-asked-each-time",
    "failed pkce/wrong-verifier-is-refused",
    "failed client-auth/failed-basic-is-challenged",
    "failed client-auth/challenge-has-a-realm",
    "failed endpoints/each-401-has-a-challenge",
    "failed token-request/repeated-parameter-is-refused",
    "failed token-errors/invalid-client",
    "failed token-errors/plain-characters",
    "warned refresh/without-scope-gives-all",
    "failed refresh/narrowing-does-not-last",
    "warned errors/unauthorized-client",
    "warned revocation/takes-the-access-tokens-along",
    "failed revocation/wrong-hint-hides-no-token",
    "warned revocation/unknown-token-is-no-error",
    "warned revocation/can-be-repeated",
    "failed introspection/wrong-hint-hides-no-token",
    "warned resource-indicator/absolute-without-fragment",
    "warned registration/shown-uris-are-of-one-host",
    "warned registration/strangers-uri-is-asked-about",
    "failed dpop/method-is-checked",
    "warned dpop/url-is-normalised",
    "warned dpop/confidential-client-changes-its-key",
    "warned resource/small-scope-is-told-so",
    "warned resource/malformed-request-is-told-so",
    "failed resource-challenge/without-a-token",
    "failed resource-challenge/with-a-bad-token",
    "warned resource-challenge/no-error-without-a-token",
    "failed dpop-resource/proof-is-checked",
    "warned dpop-resource/challenge-says-what",
    "warned laws/refresh-keeps-scope",
    "warned laws/revoked-refresh-token-ends-access",
];

/// Cases whose verdict on better-auth the texts do not settle, and cases that fail by a form alone which
/// another case tells as well: they may come to anything.
const DISPUTED: &[&str] = &[
    "native/verifier-decides",
    "pkce/challenge-is-no-verifier",
    "pkce/each-code-has-its-challenge",
    "pkce/supported",
    "pkce/verifier-is-enforced",
    "pkce/code-is-bound-to-its-transaction",
    "refresh/asks-for-no-more-scope",
    "refresh/no-chain-leads-to-more-scope",
    "resource-challenge/bearer-and-a-parameter",
    "laws/bound-token-with-its-key",
];

/// Starts the server.
fn start() -> Program {
    Program::start(&mut node::command("better-auth", "server.mjs"))
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn the_documented_sequence_holds_at_better_auth() {
    let server = start();
    suite::assert_documented(TARGET, &server.origin);
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn better_auth_is_told_what_it_breaks_and_nothing_else() {
    let server = start();
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, DISPUTED);
}
