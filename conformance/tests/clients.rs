//! Clients that others wrote, unmodified, at the reference server: each performs what its library can, and tells
//! each step that it completed.
//!
//! Behind the feature `clients`, since it needs Python, Node.js and their package indexes.

#[path = "clients/dialogue.rs"]
mod dialogue;
#[path = "common/install.rs"]
mod install;
#[path = "clients/landing.rs"]
mod landing;
#[path = "clients/library.rs"]
mod library;
#[path = "common/node.rs"]
mod node;
#[path = "common/program.rs"]
mod program;
#[path = "clients/provider.rs"]
mod provider;
#[path = "common/python.rs"]
mod python;
#[path = "common/reference.rs"]
#[expect(
    dead_code,
    reason = "these tests choose the server's data themselves and need no client of the pair"
)]
mod reference;
#[path = "common/relay.rs"]
mod relay;
#[expect(dead_code, reason = "the programs have no pages on which the documented steps could be seen")]
mod walker;

use dialogue::{BASIC, BOUND, IMPOSTOR, ODD_BASIC, POST, PUBLIC, Scene};
use library::Library;
use oauth_conformance::browser::Decision;
use oauth_faults::fault;

const DISCOVER: &str = "discover: S256, iss promised";
const CODE: &str = "code: bearer, profile email, a refresh token";
const RESOURCE: &str = "resource: id001 by this client, profile email";
const REFRESH: &str = "refresh: bearer, profile email, a new refresh token";
const REVOKE: &str = "revoke: done";
const ENDED: &str = "refresh: refused, invalid_grant";
const INTROSPECT: &str = "introspect: active, id001 by this client, profile email, bearer";

/// These lines, after the one of metadata if the library reads them.
fn from_metadata<'l>(library: Library, lines: &[&'l str]) -> Vec<&'l str> {
    let discover = library.discovers().then_some(DISCOVER);
    discover.into_iter().chain(lines.iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_library_gets_a_token_by_a_code_and_keeps_it_fresh() {
    let scene = Scene::new().await;
    for library in Library::ALL {
        for client in [BASIC, POST, PUBLIC] {
            let lines = from_metadata(library, &[CODE, RESOURCE, REFRESH, RESOURCE]);
            scene.assert_tells(library, client, &lines).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_credentials_are_read_as_form_encoded() {
    let scene = Scene::new().await;
    for library in Library::ALL {
        let lines: &[&str] = if library.encodes_credentials() {
            &[CODE, RESOURCE]
        } else {
            &["code: refused, invalid_client"]
        };
        scene.assert_tells(library, ODD_BASIC, &from_metadata(library, lines)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_library_learns_why_it_gets_no_token() {
    let mut scene = Scene::new().await;
    for library in Library::ALL {
        let lines = from_metadata(library, &["code: refused, invalid_client"]);
        scene.assert_tells(library, IMPOSTOR, &lines).await;
    }
    scene.decision = Decision::Deny;
    for library in Library::ALL {
        // Given a callback without a code, Authlib's fetch_token asks for a token of the client's own.
        let line = match library {
            Library::Authlib => "code: bearer, profile email, no refresh token",
            _ => "code: refused, access_denied",
        };
        scene.assert_tells(library, BASIC, &from_metadata(library, &[line])).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_library_asks_what_a_token_is_worth_and_ends_the_grant() {
    let scene = Scene::new().await;
    for library in Library::ALL {
        for client in [BASIC, POST, PUBLIC] {
            let all = [CODE, INTROSPECT, REVOKE, "introspect: not active", ENDED];
            let asks = library.introspects() && client.is_confidential();
            let lines: Vec<&str> =
                all.into_iter().filter(|line| asks || !line.starts_with("introspect")).collect();
            scene.assert_tells(library, client, &from_metadata(library, &lines)).await;
        }
        if library.introspects() {
            let lines = [CODE, "introspect: refused, invalid_client"];
            scene.assert_tells(library, PUBLIC, &from_metadata(library, &lines)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_library_gets_a_token_for_the_client_itself() {
    let scene = Scene::new().await;
    for library in Library::ALL {
        for client in [BASIC, POST] {
            let token = "client-credentials: bearer, profile email, no refresh token";
            let lines = [token, "resource: nobody by this client, profile email"];
            scene.assert_tells(library, client, &from_metadata(library, &lines)).await;
        }
        let lines = ["client-credentials: refused, unauthorized_client"];
        scene.assert_tells(library, PUBLIC, &from_metadata(library, &lines)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_library_gets_a_token_for_the_resource_that_it_names() {
    let scene = Scene::new().await;
    for library in Library::ALL {
        let second =
            "second-resource: id001 by this client, profile email, the first one refuses: invalid_token";
        for client in [BASIC, PUBLIC] {
            scene.assert_tells(library, client, &from_metadata(library, &[second])).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_library_finds_its_way_at_an_issuer_with_a_path() {
    let scene = Scene::at("/tenant").await;
    for library in Library::ALL {
        let lines = [CODE, RESOURCE, REFRESH, REVOKE, ENDED];
        scene.assert_tells(library, BASIC, &from_metadata(library, &lines)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_says_which_server_it_trusts_and_asks_that_one() {
    let metadata = "resource-metadata: this server, profile, header";
    let asked = "introspect-as-resource: active, id001 by this client, profile email, bearer";
    let lines = [DISCOVER, metadata, CODE, asked, REVOKE, "introspect-as-resource: not active"];
    for path in ["", "/tenant"] {
        let scene = Scene::at(path).await;
        scene.assert_tells(Library::Oauth4webapi, PUBLIC, &lines).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pushed_request_leads_to_a_token() {
    let scene = Scene::new().await;
    for library in Library::ALL.into_iter().filter(|library| library.extends()) {
        for client in [BASIC, POST, PUBLIC] {
            let lines = [DISCOVER, "par: bearer, profile email, a refresh token", RESOURCE, REFRESH];
            scene.assert_tells(library, client, &lines).await;
        }
        let lines = [DISCOVER, "par: refused, invalid_client"];
        scene.assert_tells(library, IMPOSTOR, &lines).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_bound_to_a_key_with_and_without_nonces() {
    for nonces in [true, false] {
        let scene = Scene::under(&format!("dpop_nonce = {nonces}")).await;
        for library in Library::ALL.into_iter().filter(|library| library.extends()) {
            // openid-client keeps to itself that it was asked for a nonce.
            let told = nonces && library == Library::Oauth4webapi;
            let first = format!(
                "bound: dpop, profile email, a refresh token{}",
                if told { ", after a nonce" } else { "" }
            );
            let refresh = "refresh: dpop, profile email, a new refresh token";
            let introspect = "introspect: active, id001 by this client, profile email, dpop";
            for client in [BASIC, POST, PUBLIC, BOUND] {
                let all = [DISCOVER, &first, RESOURCE, introspect, refresh, RESOURCE, REVOKE, ENDED];
                let asks = client.is_confidential();
                let lines: Vec<&str> =
                    all.into_iter().filter(|line| asks || !line.starts_with("introspect")).collect();
                scene.assert_tells(library, client, &lines).await;
            }
            let own = "client-credentials: dpop, profile email, no refresh token";
            let nobody = "resource: nobody by this client, profile email";
            scene.assert_tells(library, BOUND, &[DISCOVER, &first, own, nobody]).await;
            let lines = [DISCOVER, "code: refused, invalid_dpop_proof"];
            scene.assert_tells(library, BOUND, &lines).await;
        }
        let lines = [DISCOVER, "algorithms: ES256 Ed25519 EdDSA PS256 RS256"];
        scene.assert_tells(Library::OpenidClient, BOUND, &lines).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_registers_itself_and_goes_on() {
    let scene = Scene::under("registration = true").await;
    for library in Library::ALL.into_iter().filter(|library| library.extends()) {
        for (client, registered) in [
            (BASIC, "register: client_secret_basic, profile email, with a secret"),
            (POST, "register: client_secret_post, profile email, with a secret"),
            (PUBLIC, "register: none, profile email, without a secret"),
        ] {
            let lines = [DISCOVER, registered, CODE, RESOURCE, REFRESH, REVOKE, ENDED];
            scene.assert_tells(library, client, &lines).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_breaks_a_rule_is_noticed() {
    use Library::{Authlib, Oauth2Crate, Oauth4webapi, OpenidClient, RequestsOauthlib};
    let table = [
        (fault!("state-dropped"), OpenidClient, "\"state\" missing"),
        (fault!("state-dropped"), Oauth4webapi, "\"state\" missing"),
        (fault!("state-dropped"), Authlib, "MismatchingStateException"),
        (fault!("state-dropped"), RequestsOauthlib, "refused, mismatching_state"),
        (fault!("state-dropped"), Oauth2Crate, "another state"),
        (fault!("iss-missing"), OpenidClient, "\"iss\" (issuer) missing"),
        (fault!("iss-missing"), Oauth4webapi, "\"iss\" (issuer) missing"),
        (fault!("iss-not-issuer"), OpenidClient, "unexpected \"iss\""),
        (fault!("iss-not-issuer"), Oauth4webapi, "unexpected \"iss\""),
        (fault!("token-type-missing"), OpenidClient, "\"token_type\""),
        (fault!("token-type-missing"), Oauth2Crate, "token_type"),
    ];
    for (fault, library, words) in table {
        let scene = Scene::broken(fault).await;
        scene.assert_breaks_off(library, BASIC, &from_metadata(library, &[CODE]), words).await;
    }
    let scene = Scene::broken(fault!("revocation-keeps-tokens")).await;
    let lines = [DISCOVER, CODE, REVOKE, INTROSPECT, REFRESH];
    scene.assert_tells(Library::OpenidClient, BASIC, &lines).await;
}
