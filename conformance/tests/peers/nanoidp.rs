//! A server that others wrote, on NanoIDP: the suite tells it what it is known to break and nothing else.

use crate::program::Program;
use crate::{python, suite};

const TARGET: &str = "peers/nanoidp/target.toml";

/// What NanoIDP breaks: `peers/nanoidp/README.md` says how.
const KNOWN: &[&str] = &[
    "failed authorize/repeated-parameter-refused",
    "failed authorize/empty-parameter-counts-as-absent",
    "warned challenge/plain-refused",
    "warned challenge/in-its-grammar",
    "failed errors/invalid-request",
    "failed errors/text-in-its-alphabet",
    "failed errors/not-told-before-the-login",
    "warned pages/login-and-consent-not-framed",
    "warned pages/clickjacking-prevented",
    "warned pages/not-framed-in-any-browser",
    "failed pages/not-readable-by-other-sites",
    "warned pages/keep-their-address",
    "warned pages/refer-to-no-third-party",
    "warned pages/forms-are-answered-by-303",
    "warned pages/not-framed-on-any-way",
    "warned code/replay-ends-its-tokens",
    "failed pkce/downgrade-is-refused",
    "warned client-auth/basic-is-form-decoded",
    "failed endpoints/each-401-has-a-challenge",
    "failed token-request/repeated-parameter-is-refused",
    "failed token-request/no-password-grant",
    "failed token-errors/invalid-request",
    "warned refresh/without-scope-gives-all",
    "failed refresh/narrowing-does-not-last",
    "warned revocation/takes-the-access-tokens-along",
    "warned revocation/needs-a-token",
    "warned revocation/errors-like-the-token-endpoints",
    "failed revocation/ends-no-other-clients-token",
    "warned introspection/wrong-credentials-are-told-so",
    "warned introspection/not-of-other-clients-tokens",
    "warned introspection/no-refresh-token-for-a-resource",
    "failed registration/kinds-of-redirect-uri",
    "failed registration/no-http-beyond-loopback",
    "warned registration/strangers-uri-is-asked-about",
    "not-tested registration/name-is-no-markup",
    "warned resource/scheme-in-any-case",
    "warned resource/bad-token-is-told-so",
    "warned resource/malformed-request-is-told-so",
    "failed resource-challenge/without-a-token",
    "failed resource-challenge/with-a-bad-token",
    "not-tested resource-challenge/says-what-is-wrong",
    "not-tested resource-challenge/no-error-without-a-token",
    "not-tested resource-challenge/each-parameter-once",
    "not-tested resource-challenge/plain-characters",
    "warned driven/replay-ends-the-grant",
    "warned laws/replay-ends-grant",
    "failed laws/no-verifier-without-challenge",
    "failed login/form-cannot-be-forged",
    "not-tested consent/no-more-than-agreed",
    "warned laws/refresh-keeps-scope",
];

/// Cases whose verdict on NanoIDP the texts do not settle, and cases that fail by a form alone which
/// another case tells as well: they may come to anything.
const DISPUTED: &[&str] = &[
    "errors/access-denied",
    "consent/asked-before-a-code",
    "consent/names-client-and-scope",
    "consent/cannot-be-forged",
    "consent/one-answer-one-code",
    "consent/asked-of-each-request-without-proof",
    "native/user-is-asked-each-time",
    "token-request/empty-parameter-counts-as-none",
    "token-errors/status-and-json",
    "resource-indicator/unknown-is-told-by-redirect",
    "resource-challenge/bearer-and-a-parameter",
    "driven/denied",
];

/// Starts the server.
fn start() -> Program {
    Program::start(&mut python::command("nanoidp", "server.py"))
}

#[test]
#[ignore = "needs Python and a package index"]
fn nanoidp_is_told_what_it_breaks_and_nothing_else() {
    let server = start();
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, DISPUTED);
}
