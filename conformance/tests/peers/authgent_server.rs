//! A server that others wrote, on authgent-server: the suite tells it what it is known to break and nothing else.

use crate::program::Program;
use crate::{python, suite};

const TARGET: &str = "peers/authgent-server/target.toml";

/// What authgent-server breaks: `peers/authgent-server/README.md` says how.
const KNOWN: &[&str] = &[
    "failed authorize/repeated-parameter-refused",
    "failed authorize/response-type-needed",
    "failed authorize/unknown-response-type-refused",
    "failed loopback/any-port",
    "failed loopback/nothing-but-the-port",
    "failed state/returned-as-it-was-sent",
    "failed state/returned-with-errors",
    "warned scope/in-its-grammar",
    "failed scope/stated-if-not-as-asked",
    "warned challenge/in-its-grammar",
    "warned errors/told-to-the-client",
    "warned errors/invalid-request",
    "warned errors/unsupported-response-type",
    "failed errors/invalid-scope",
    "failed login/before-any-code",
    "not-tested login/wrong-password-refused",
    "not-tested login/leads-to-no-stranger",
    "not-tested login/is-no-open-redirector",
    "warned pages/login-and-consent-not-framed",
    "failed pages/clickjacking-prevented",
    "warned pages/not-framed-in-any-browser",
    "failed pages/not-readable-by-other-sites",
    "warned pages/keep-their-address",
    "warned pages/forms-are-answered-by-303",
    "warned native/challenge-is-needed",
    "warned native/no-token-from-the-authorization-endpoint",
    "warned code/replay-ends-its-tokens",
    "failed code/redirect-uri-is-repeated",
    "warned client-auth/basic-is-form-decoded",
    "warned client-auth/scheme-in-any-case",
    "failed client-auth/wrong-secret-is-refused",
    "failed client-auth/demanded-of-confidential-clients",
    "failed client-auth/identifier-proves-nothing",
    "warned client-auth/verifier-proves-no-client",
    "failed client-auth/failed-basic-is-challenged",
    "not-tested client-auth/challenge-has-a-realm",
    "failed token-request/repeated-parameter-is-refused",
    "failed token-request/no-password-grant",
    "failed token-errors/invalid-client",
    "failed token-errors/unsupported-grant-type",
    "failed token-errors/plain-characters",
    "failed token-response/not-stored",
    "failed token-response/pragma",
    "failed refresh/takes-the-clients-credentials",
    "failed client-credentials/for-proven-clients",
    "failed token-errors/unauthorized-client",
    "failed errors/unauthorized-client",
    "failed revocation/ends-a-refresh-token",
    "warned revocation/takes-the-access-tokens-along",
    "failed revocation/wrong-hint-hides-no-token",
    "warned revocation/unknown-hint-is-ignored",
    "not-tested revocation/public-client-names-itself",
    "warned introspection/texts-are-strings",
    "failed introspection/not-for-everybody",
    "warned introspection/wrong-credentials-are-told-so",
    "warned introspection/not-of-other-clients-tokens",
    "failed dpop/bad-proof-gets-no-token",
    "failed dpop/one-proof-a-request",
    "warned dpop/proof-is-a-jwt",
    "failed dpop/claims-are-required",
    "warned dpop/type-is-checked",
    "warned dpop/algorithm-is-asymmetric",
    "warned dpop/signature-is-checked",
    "failed dpop/private-key-is-refused",
    "failed dpop/method-is-checked",
    "warned dpop/url-is-checked",
    "warned dpop/url-is-normalised",
    "warned dpop/time-is-checked",
    "warned dpop/errors-say-so",
    "failed dpop/public-refresh-token-has-a-key",
    "failed dpop/code-has-a-key",
    "warned resource-metadata/resource-is-the-one-asked-for",
    "warned resource-metadata/may-be-kept-for-a-while",
    "warned driven/replay-ends-the-grant",
    "failed driven/no-redirect-uri",
    "failed laws/state-returned",
    "warned laws/replay-ends-grant",
    "failed laws/code-redeemed-with-its-redirect-uri",
    "failed laws/confidential-client-authenticated",
    "failed laws/revoked-refresh-token-is-dead",
    "failed laws/code-with-its-key",
    "failed laws/public-refresh-with-its-key",
];

/// Cases whose verdict on authgent-server the texts do not settle, and cases that fail by a form alone which
/// another case tells as well: they may come to anything.
const DISPUTED: &[&str] = &[
    // One worker: a code may end while it is busy.
    "introspection/checks-signatures",
    "challenge/needed-of-public-clients",
    "challenge/plain-refused",
    "challenge/unknown-method-refused",
    "challenge/without-a-method-it-is-plain",
    "pages/input-is-no-markup",
    "forwarded/headers-of-clients-are-no-proxys",
    "code/redeemed-once-of-many-at-once",
    "client-auth/one-way-at-a-time",
    "token-errors/status-and-json",
    "token-response/scope-not-widened",
    "refresh/asks-for-no-more-scope",
    "client-credentials/no-refresh-token",
    "introspection/inactive-tells-no-more",
    "driven/honest-flow",
    "laws/code-redeemed-once",
    "laws/code-redeemed-by-its-client",
    "token-request/empty-parameter-counts-as-none",
    "dpop/confidential-client-changes-its-key",
];

/// Starts the server.
fn start() -> Program {
    Program::start(&mut python::command("authgent-server", "server.py"))
}

#[test]
#[ignore = "needs Python and a package index"]
fn authgent_server_is_told_what_it_breaks_and_nothing_else() {
    let server = start();
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, DISPUTED);
}
