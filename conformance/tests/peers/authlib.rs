//! Programs that others wrote, on Authlib: each completes the documented sequence with the other half of the
//! reference pair, and the suite tells Authlib's server what it is known to break and nothing else.

use crate::program::Program;
use crate::reference::Place;
use crate::walker::Walker;
use crate::{python, suite};

const TARGET: &str = "peers/authlib/target.toml";

/// What Authlib's server breaks: `peers/authlib/README.md` says how.
const KNOWN: &[&str] = &[
    "warned authorize/repeated-parameter-refused",
    "warned redirect-match/compared-as-text",
    "failed challenge/needed-of-public-clients",
    "warned errors/told-to-the-client",
    "failed errors/invalid-request",
    "warned pages/input-is-no-markup",
    "warned client-auth/one-way-at-a-time",
    "failed client-auth/failed-basic-is-challenged",
    "failed client-auth/challenge-has-a-realm",
    "failed token-request/empty-parameter-counts-as-none",
    "failed token-request/repeated-parameter-is-refused",
    "warned token-request/parameters-stand-in-the-body",
    "failed token-errors/invalid-request",
    "failed token-errors/status-and-json",
    "failed endpoints/each-401-has-a-challenge",
    "failed revocation/wrong-hint-hides-no-token",
    "failed introspection/wrong-hint-hides-no-token",
    "warned native/challenge-is-needed",
    "warned revocation/unknown-hint-is-ignored",
    "warned revocation/needs-a-token",
    "warned challenge/plain-refused",
    "warned errors/no-server-error-for-odd-requests",
    "warned pages/forms-are-answered-by-303",
    "warned code/redirect-uri-is-not-brought-in-later",
    "warned resource/malformed-request-is-told-so",
    "warned resource-challenge/no-error-without-a-token",
];

/// Starts one of the programs on Authlib.
fn start(script: &str, arguments: &[&str]) -> Program {
    Program::start(python::command("authlib", script).args(arguments))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python and a package index"]
async fn the_reference_client_completes_the_sequence_at_authlibs_server() {
    let place = Place::free().await;
    let redirect_uri = format!("{}/callback", place.origin("localhost"));
    let server = start("server.py", &["--client-redirect", &redirect_uri]);
    let application = place.origin("localhost");
    let _client = place.client_with("client_secret_1", &server.origin);

    let mut walker = Walker::new();
    walker.sign_in(&application).await;
    walker.assert_all_steps(&application, &server.origin);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Python and a package index"]
async fn authlibs_client_completes_the_sequence_at_the_reference_server() {
    let place = Place::free().await;
    let issuer = place.origin("127.0.0.1");
    let client = start("client.py", &["--issuer", &issuer]);
    let application = client.origin.replace("127.0.0.1", "localhost");
    let _server = place.server(&issuer, &format!("{application}/callback")).await;

    let mut walker = Walker::new();
    walker.sign_in(&application).await;
    walker.assert_all_steps(&application, &issuer);
}

#[test]
#[ignore = "needs Python and a package index"]
fn the_documented_sequence_holds_at_authlibs_server() {
    let server = start("server.py", &[]);
    suite::assert_documented(TARGET, &server.origin);
}

#[test]
#[ignore = "needs Python and a package index"]
fn authlibs_server_is_told_what_it_breaks_and_nothing_else() {
    let server = start("server.py", &[]);
    suite::assert_told(TARGET, &server.origin, "rfc9700", KNOWN, &[]);
}
