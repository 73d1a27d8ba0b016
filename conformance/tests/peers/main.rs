//! Programs that others wrote, beside ours. They need Python, Node.js, Go and package indexes, or the article's two
//! programs, and run only when asked for: `cargo test --workspace --test peers -- --ignored`, with the name of a
//! module to run one.

mod article;
mod authgent_server;
mod authlib;
mod better_auth;
mod clients;
mod jmondi_oauth2_server;
mod nanoidp;
mod oauth2orize;
mod oidc_provider;
mod zitadel_oidc;

#[path = "../common/go.rs"]
mod go;
#[path = "../common/install.rs"]
mod install;
#[path = "../common/node.rs"]
mod node;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/python.rs"]
mod python;
#[path = "../common/reference.rs"]
mod reference;
#[path = "../common/relay.rs"]
mod relay;
#[path = "../common/suite.rs"]
mod suite;
#[path = "../walker/mod.rs"]
mod walker;
