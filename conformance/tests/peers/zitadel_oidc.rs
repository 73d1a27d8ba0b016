//! A server that others wrote, on zitadel/oidc: the suite tells it what it is known to break and nothing else.

use crate::program::Program;
use crate::{go, suite};

const TARGET: &str = "peers/zitadel-oidc/target.toml";

/// What zitadel/oidc breaks: `peers/zitadel-oidc/README.md` says how.
const KNOWN: &[&str] = &[
    "failed authorize/empty-parameter-counts-as-absent",
    "failed authorize/repeated-parameter-refused",
    "failed redirect-uri/only-registered-ones-of-public-clients",
    "not-tested scope/case-matters",
    "failed scope/may-be-left-out",
    "warned challenge/plain-refused",
    "warned challenge/in-its-grammar",
    "failed errors/not-told-before-the-login",
    "warned metadata/challenge-methods-are-true",
    "warned pages/login-and-consent-not-framed",
    "failed pages/clickjacking-prevented",
    "warned pages/not-framed-in-any-browser",
    "failed pages/not-readable-by-other-sites",
    "warned pages/keep-their-address",
    "warned pages/forms-are-answered-by-303",
    "failed pages/not-framed-on-any-way",
    "warned native/challenge-is-needed",
    "failed native/redirect-uri-as-registered",
    "warned code/replay-ends-its-tokens",
    "warned client-auth/not-in-the-uri",
    "failed client-auth/failed-basic-is-challenged",
    "not-tested client-auth/challenge-has-a-realm",
    "failed endpoints/each-401-has-a-challenge",
    "failed token-request/repeated-parameter-is-refused",
    "failed token-request/empty-parameter-counts-as-none",
    "failed token-errors/plain-characters",
    "failed token-response/not-stored",
    "failed token-response/pragma",
    "failed secrets/too-long-to-guess",
    "failed refresh/replay-ends-its-successor",
    "failed refresh/takes-the-clients-credentials",
    "warned refresh/without-scope-gives-all",
    "failed refresh/narrowing-does-not-last",
    "not-tested refresh/narrowed-token-is-good-for-no-more",
    "warned revocation/needs-a-token",
    "warned revocation/by-post-alone",
    "warned revocation/errors-like-the-token-endpoints",
    "warned introspection/wrong-credentials-are-told-so",
    "warned introspection/not-of-other-clients-tokens",
    "warned resource/answer-to-a-query-token-is-private",
    "warned resource/bad-token-is-told-so",
    "warned resource/malformed-request-is-told-so",
    "failed resource-challenge/without-a-token",
    "failed resource-challenge/with-a-bad-token",
    "not-tested resource-challenge/says-what-is-wrong",
    "not-tested resource-challenge/no-error-without-a-token",
    "not-tested resource-challenge/each-parameter-once",
    "not-tested resource-challenge/plain-characters",
    "warned driven/replay-ends-the-grant",
    "failed laws/code-to-registered-uri",
    "warned laws/replay-ends-grant",
    "failed laws/public-refresh-replay-ends-grant",
    "failed redirect-match/each-registered-uri",
    "failed loopback/nothing-but-the-port",
    "not-tested consent/no-more-than-agreed",
    "warned laws/refresh-keeps-scope",
];

/// Cases whose verdict on zitadel/oidc the texts do not settle, and cases that fail by a form alone which
/// another case tells as well: they may come to anything.
const DISPUTED: &[&str] = &[
    "authorize/unknown-response-type-refused",
    "authorize/response-type-case-matters",
    "redirect-uri/keeps-its-query",
    "errors/unsupported-response-type",
    "errors/invalid-scope",
    "errors/access-denied",
    "consent/asked-before-a-code",
    "consent/names-client-and-scope",
    "consent/cannot-be-forged",
    "login/form-cannot-be-forged",
    "consent/one-answer-one-code",
    "consent/asked-of-each-request-without-proof",
    "native/user-is-asked-each-time",
    "code/redeemed-once-of-many-at-once",
    "token-request/parameters-stand-in-the-body",
    "refresh/asks-for-no-more-scope",
    "refresh/no-chain-leads-to-more-scope",
    "resource-challenge/bearer-and-a-parameter",
    "driven/denied",
    "laws/code-redeemed-once",
];

/// Starts the server.
fn start() -> Program {
    Program::start(&mut go::command("zitadel-oidc"))
}

#[test]
#[ignore = "needs Go and a module proxy"]
fn zitadel_oidc_is_told_what_it_breaks_and_nothing_else() {
    let server = start();
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, DISPUTED);
}
