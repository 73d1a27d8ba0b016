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
#[path = "common/python.rs"]
mod python;
#[path = "common/reference.rs"]
#[expect(
    dead_code,
    reason = "these tests choose the server's data themselves and need no client of the pair"
)]
mod reference;
#[expect(dead_code, reason = "the programs have no pages on which the documented steps could be seen")]
mod walker;

use dialogue::{BASIC, IMPOSTOR, ODD_BASIC, POST, PUBLIC, Scene};
use library::Library;
use oauth_conformance::browser::Decision;

const DISCOVER: &str = "discover: S256, iss promised";
const CODE: &str = "code: bearer, profile email, a refresh token";
const RESOURCE: &str = "resource: id001 by this client, profile email";
const REFRESH: &str = "refresh: bearer, profile email, a new refresh token";

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
        // Without a code in the callback Authlib's fetch_token goes on with the client credentials grant.
        let error = if library == Library::Authlib { "unsupported_grant_type" } else { "access_denied" };
        let line = format!("code: refused, {error}");
        scene.assert_tells(library, BASIC, &from_metadata(library, &[&line])).await;
    }
}
