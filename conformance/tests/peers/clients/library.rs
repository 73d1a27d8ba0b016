//! The libraries, and how a program on each is started.

use std::path::Path;
use std::process::Command;

use crate::install::{says, sources};
use crate::{node, python};

/// A library for clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Library {
    OpenidClient,
    Oauth4webapi,
    Authlib,
    RequestsOauthlib,
    Oauth2Crate,
}

use Library::{Authlib, Oauth2Crate, Oauth4webapi, OpenidClient, RequestsOauthlib};

impl Library {
    pub(crate) const ALL: [Self; 5] = [OpenidClient, Oauth4webapi, Authlib, RequestsOauthlib, Oauth2Crate];

    /// Runs the program on this library.
    pub(crate) fn command(self) -> Command {
        match self {
            OpenidClient => node::command("node-clients", "openid_client.mjs"),
            Oauth4webapi => node::command("node-clients", "oauth4webapi.mjs"),
            Authlib => python::command("python-clients", "authlib_client.py"),
            RequestsOauthlib => python::command("python-clients", "requests_oauthlib_client.py"),
            Oauth2Crate => build(),
        }
    }

    /// Whether it reads RFC 8414 metadata, rather than being told of each endpoint.
    pub(crate) fn discovers(self) -> bool {
        matches!(self, OpenidClient | Oauth4webapi | Authlib)
    }

    /// Whether it asks an introspection endpoint.
    pub(crate) fn introspects(self) -> bool {
        self != RequestsOauthlib
    }

    /// Whether it pushes its requests, binds tokens to a key, and registers clients.
    pub(crate) fn extends(self) -> bool {
        matches!(self, OpenidClient | Oauth4webapi)
    }

    /// Whether Basic credentials are form-encoded first, as RFC 6749 2.3.1 has it.
    pub(crate) fn encodes_credentials(self) -> bool {
        matches!(self, OpenidClient | Oauth4webapi | Oauth2Crate)
    }
}

/// Builds the program on the crate oauth2, apart from what the workspace builds.
fn build() -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("peers").join("oauth2-crate");
    let manifest = sources("oauth2-crate").join("Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest);
    if let Err(reason) = says(cargo.env("CARGO_TARGET_DIR", &target)) {
        panic!("cargo does not build peers/oauth2-crate ({reason}); let it reach a registry of crates");
    }
    Command::new(target.join("debug/oauth2-crate"))
}
