//! The article's two programs: each completes the documented sequence with the other half of the reference pair,
//! and the suite tells the article's server what it is known to break and nothing else.
//!
//! The programs are not part of this repository: `ARTICLE_DIR` names the folder that holds `server.py` and `client.py`.

use std::path::{Path, PathBuf};

use crate::program::Program;
use crate::reference::Place;
use crate::walker::Walker;
use crate::{python, suite};

const TARGET: &str = "targets/article.toml";

/// What the article's server breaks.
const KNOWN: &[&str] = &[
    "failed authorize/empty-parameter-counts-as-absent",
    "warned authorize/repeated-parameter-refused",
    "failed authorize/response-type-needed",
    "failed authorize/unknown-response-type-refused",
    "warned client-id/unknown-client-is-sent-nowhere",
    "failed client-id/unknown-beside-another-fault",
    "failed scope/stated-if-not-as-asked",
    "failed scope/may-be-left-out",
    "warned errors/told-to-the-client",
    "warned errors/invalid-request",
    "warned errors/unsupported-response-type",
    "failed errors/invalid-scope",
    "failed login/wrong-password-refused",
    "failed login/is-no-open-redirector",
    "failed consent/cannot-be-forged",
    "warned consent/each-answer-has-its-session",
    "failed pages/clickjacking-prevented",
    "failed pages/input-is-no-markup",
    "failed pkce/supported",
    "failed pkce/verifier-is-enforced",
    "failed pkce/code-is-bound-to-its-transaction",
    "failed pkce/downgrade-is-refused",
    "warned client-auth/one-way-at-a-time",
    "failed client-auth/failed-basic-is-challenged",
    "failed client-auth/challenge-has-a-realm",
    "failed endpoints/each-401-has-a-challenge",
    "failed token-request/empty-parameter-counts-as-none",
    "failed token-request/repeated-parameter-is-refused",
    "warned token-request/parameters-stand-in-the-body",
    "failed token-errors/invalid-request",
    "failed token-errors/status-and-json",
    "failed token-response/json",
    "failed token-response/scope-not-widened",
    "failed resource-challenge/without-a-token",
    "failed resource-challenge/with-a-bad-token",
    "not-tested resource-challenge/bearer-and-a-parameter",
    "failed laws/token-within-consent",
    "warned client-id/unknown-client-is-told-to-the-user",
    "failed scope/in-its-grammar",
    "warned errors/no-server-error-for-odd-requests",
    "warned metadata/published",
    "warned metadata/names-the-challenge-methods",
    "warned login/leads-to-no-stranger",
    "warned login/form-cannot-be-forged",
    "warned consent/names-client-and-scope",
    "warned pages/login-and-consent-not-framed",
    "warned pages/not-framed-in-any-browser",
    "warned pages/keep-their-address",
    "warned pages/forms-are-answered-by-303",
    "warned code/replay-ends-its-tokens",
    "warned code/redirect-uri-is-not-brought-in-later",
    "warned token-response/lifetime-of-one-hour",
    "warned resource/scheme-in-any-case",
    "warned resource/bad-token-is-told-so",
    "warned resource/malformed-request-is-told-so",
    "not-tested resource-challenge/says-what-is-wrong",
    "warned driven/replay-ends-the-grant",
    "warned laws/replay-ends-grant",
    "failed scope/case-matters",
    "not-tested resource-challenge/no-error-without-a-token",
    "not-tested resource-challenge/each-parameter-once",
    "not-tested resource-challenge/plain-characters",
];

/// Parallel redemptions of one code: who wins is chance.
const RACES: &[&str] = &["code/redeemed-once-of-many-at-once", "laws/code-redeemed-once"];

/// Starts one of the article's programs.
fn article(launcher: &str, arguments: &[&str]) -> Program {
    let folder = article_folder();
    Program::start(python::command("authlib", launcher).args(arguments).env("ARTICLE_DIR", folder))
}

/// The folder of the article's programs, by a name that is good from everywhere.
fn article_folder() -> PathBuf {
    let named = std::env::var_os("ARTICLE_DIR").unwrap_or_default();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in a workspace");
    let folder = root.join(&named);
    let whole = ["server.py", "client.py"].iter().all(|file| folder.join(file).is_file());
    assert!(
        !named.is_empty() && whole,
        "ARTICLE_DIR={named:?} has to name the folder that holds the article's server.py and client.py"
    );
    folder
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python and the article's programs"]
async fn the_reference_client_completes_the_sequence_at_the_articles_server() {
    let place = Place::free().await;
    let application = place.origin("localhost");
    let redirect_uri = format!("{application}/callback");
    let server = article("article_server.py", &["--client-redirect", &redirect_uri]);
    let _client = place.client_with("client_secret_1", &server.origin);

    let mut walker = Walker::new();
    walker.sign_in(&application).await;
    walker.assert_all_steps(&application, &server.origin);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python and the article's programs"]
async fn the_articles_client_completes_the_sequence_at_the_reference_server() {
    let place = Place::free().await;
    let issuer = place.origin("127.0.0.1");
    let client = article("article_client.py", &["--issuer", &issuer]);
    let application = client.origin.replace("127.0.0.1", "localhost");
    let _server = place.server(&issuer, &format!("{application}/callback")).await;

    let mut walker = Walker::new();
    walker.sign_in(&application).await;
    walker.assert_all_steps(&application, &issuer);
}

#[test]
#[ignore = "needs Python and the article's programs"]
fn the_documented_sequence_holds_at_the_articles_server() {
    let server = article("article_server.py", &[]);
    suite::assert_documented(TARGET, &server.origin);
}

#[test]
#[ignore = "needs Python and the article's programs"]
fn the_articles_server_is_told_what_it_breaks_and_nothing_else() {
    let server = article("article_server.py", &[]);
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, RACES);
}
