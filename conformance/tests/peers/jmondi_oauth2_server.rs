//! A server that others wrote, on @jmondi/oauth2-server: the suite tells it what it is known to break and nothing else.

use crate::program::Program;
use crate::{node, suite};

const TARGET: &str = "peers/jmondi-oauth2-server/target.toml";

/// What @jmondi/oauth2-server breaks: `peers/jmondi-oauth2-server/README.md` says how.
const KNOWN: &[&str] = &[
    "failed authorize/repeated-parameter-refused",
    "failed authorize/response-type-needed",
    "failed authorize/unknown-response-type-refused",
    "failed redirect-uri/only-registered-ones",
    "failed redirect-uri/without-fragment",
    "warned redirect-uri/named-if-several-are-registered",
    "not-tested redirect-uri/keeps-its-query",
    "failed redirect-match/compared-as-text",
    "failed redirect-match/nothing-added",
    "failed redirect-match/nothing-normalised",
    "warned redirect-match/whole-uri-registered",
    "failed redirect-match/each-registered-uri",
    "failed loopback/nothing-but-the-port",
    "not-tested state/returned-with-errors",
    "warned challenge/in-its-grammar",
    "failed challenge/not-given-away",
    "warned errors/told-to-the-client",
    "warned errors/invalid-request",
    "warned errors/unsupported-response-type",
    "warned errors/invalid-scope",
    "warned errors/access-denied",
    "not-tested errors/text-in-its-alphabet",
    "warned metadata/published",
    "warned metadata/names-the-challenge-methods",
    "warned pages/forms-are-answered-by-303",
    "warned native/challenge-is-needed",
    "warned native/no-token-from-the-authorization-endpoint",
    "failed native/redirect-uri-as-registered",
    "failed code/refused-the-second-time",
    "failed code/replay-ends-its-tokens",
    "failed code/altered-is-refused",
    "failed code/bound-to-its-client",
    "failed code/bound-to-its-public-client",
    "failed code/bound-to-its-redirect-uri",
    "failed code/used-once-by-each-client",
    "failed code/redeemed-without-a-redirect-uri",
    "failed pkce/right-verifier-excuses-nothing",
    "warned client-auth/basic-is-form-decoded",
    "warned client-auth/scheme-in-any-case",
    "failed client-auth/failed-basic-is-challenged",
    "not-tested client-auth/challenge-has-a-realm",
    "failed endpoints/each-401-has-a-challenge",
    "failed token-request/repeated-parameter-is-refused",
    "failed token-request/empty-parameter-counts-as-none",
    "failed token-errors/invalid-request",
    "failed token-errors/invalid-client",
    "failed token-errors/invalid-grant",
    "failed refresh/something-else-is-refused",
    "failed refresh/altered-anywhere-is-refused",
    "failed refresh/public-client-uses-it-once",
    "failed refresh/copy-gives-itself-away",
    "failed refresh/replay-ends-its-successor",
    "failed refresh/bound-to-its-client",
    "warned refresh/without-scope-gives-all",
    "failed refresh/narrowing-does-not-last",
    "failed refresh/grace-ends-with-its-successor",
    "failed token-errors/unauthorized-client",
    "failed errors/unauthorized-client",
    "failed revocation/ends-a-refresh-token",
    "warned revocation/takes-the-access-tokens-along",
    "warned revocation/ends-access-tokens-of-each-grant",
    "not-tested revocation/by-post-alone",
    "not-tested revocation/wrong-hint-hides-no-token",
    "not-tested revocation/unknown-hint-is-ignored",
    "warned revocation/needs-a-token",
    "warned revocation/errors-like-the-token-endpoints",
    "warned revocation/takes-the-clients-credentials",
    "warned revocation/public-client-names-itself",
    "failed introspection/wrong-hint-hides-no-token",
    "warned introspection/type-of-the-token",
    "warned introspection/wrong-credentials-are-told-so",
    "warned introspection/not-of-other-clients-tokens",
    "warned introspection/not-of-any-other-clients-token",
    "warned audience/named-by-the-token",
    "warned driven/denied",
    "failed laws/code-to-registered-uri",
    "failed laws/public-refresh-replay-ends-grant",
    "warned laws/refresh-keeps-scope",
    "failed laws/revoked-refresh-token-is-dead",
];

/// Cases whose verdict on @jmondi/oauth2-server the texts do not settle, and cases that fail by a form alone which
/// another case tells as well: they may come to anything.
const DISPUTED: &[&str] = &[
    "challenge/needed-of-public-clients",
    "challenge/plain-refused",
    "challenge/unknown-method-refused",
    "challenge/without-a-method-it-is-plain",
    "code/redirect-uri-is-not-brought-in-later",
    "client-auth/one-way-at-a-time",
    // Its revocation ends no token of a public client, and answers 200: how grave that is depends on the token that is met first.
    "laws/active-token-not-revoked",
];

/// Starts the server.
fn start() -> Program {
    Program::start(&mut node::command("jmondi-oauth2-server", "server.mjs"))
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn the_documented_sequence_holds_at_jmondi_oauth2_server() {
    let server = start();
    suite::assert_documented(TARGET, &server.origin);
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn jmondi_oauth2_server_is_told_what_it_breaks_and_nothing_else() {
    let server = start();
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, DISPUTED);
}
