//! A server that others wrote, on oauth2orize: the suite tells it what it is known to break and nothing else.

use crate::program::Program;
use crate::{node, suite};

const TARGET: &str = "peers/oauth2orize/target.toml";

/// What oauth2orize breaks: `peers/oauth2orize/README.md` says how.
const KNOWN: &[&str] = &[
    "failed authorize/repeated-parameter-refused",
    "failed authorize/response-type-needed",
    "failed authorize/unknown-response-type-refused",
    "warned challenge/in-its-grammar",
    "warned errors/told-to-the-client",
    "warned errors/invalid-request",
    "warned errors/unsupported-response-type",
    "not-tested metadata/published",
    "warned metadata/names-the-challenge-methods",
    "not-tested metadata/at-its-well-known-address",
    "warned pages/forms-are-answered-by-303",
    "failed response/no-parameter-twice-in-any",
    "failed forwarded/headers-of-clients-are-no-proxys",
    "failed pkce/right-verifier-excuses-nothing",
    "warned client-auth/basic-is-form-decoded",
    "failed client-auth/wrong-secret-is-refused",
    "failed client-auth/demanded-of-confidential-clients",
    "failed client-auth/identifier-proves-nothing",
    "failed client-auth/verifier-proves-no-client",
    "failed client-auth/not-in-the-uri",
    "failed token-request/repeated-parameter-is-refused",
    "failed token-errors/invalid-client",
    "failed token-errors/plain-characters",
    "failed refresh/takes-the-clients-credentials",
    "failed client-credentials/for-proven-clients",
    "warned resource/malformed-request-is-told-so",
];

/// Cases whose verdict on oauth2orize the texts do not settle, and cases that fail by a form alone which
/// another case tells as well: they may come to anything.
const DISPUTED: &[&str] = &[
    "authorize/response-type-case-matters",
    "errors/no-server-error-for-odd-requests",
    "pages/input-is-no-markup",
    "code/refused-the-second-time",
    "code/replay-ends-its-tokens",
    "code/altered-is-refused",
    "code/bound-to-its-client",
    "code/bound-to-its-redirect-uri",
    "code/redirect-uri-is-repeated",
    "code/redirect-uri-is-not-brought-in-later",
    "pkce/wrong-verifier-is-refused",
    "pkce/verifier-may-not-be-left-out",
    "pkce/challenge-is-no-verifier",
    "pkce/each-code-has-its-challenge",
    "pkce/supported",
    "pkce/verifier-is-enforced",
    "pkce/code-is-bound-to-its-transaction",
    "pkce/downgrade-is-refused",
    "pkce/enforced-whatever-the-method",
    "pkce/challenge-is-compared-as-a-whole",
    "client-auth/one-way-at-a-time",
    "client-auth/failed-basic-is-challenged",
    "token-request/empty-parameter-counts-as-none",
    "token-request/parameters-stand-in-the-body",
    "token-request/no-password-grant",
    "token-errors/invalid-request",
    "token-errors/invalid-grant",
    "token-errors/unsupported-grant-type",
    "token-errors/status-and-json",
    "refresh/something-else-is-refused",
    "refresh/altered-anywhere-is-refused",
    "refresh/bound-to-its-client",
    "token-errors/unauthorized-client",
];

/// Starts the server.
fn start() -> Program {
    Program::start(&mut node::command("oauth2orize", "server.mjs"))
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn the_documented_sequence_holds_at_oauth2orize() {
    let server = start();
    suite::assert_documented(TARGET, &server.origin);
}

#[test]
#[ignore = "needs Node.js and a package index"]
fn oauth2orize_is_told_what_it_breaks_and_nothing_else() {
    let server = start();
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, DISPUTED);
}
