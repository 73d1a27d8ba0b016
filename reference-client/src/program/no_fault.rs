//! `--fault`, in builds that break no rules.

use std::sync::Arc;

use oauth_core::client::logic::{Honest, Logic};

/// What `--version` says.
pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (without faults)");

/// No fault can be named.
#[derive(clap::Args)]
pub(crate) struct FaultArguments {
    /// Break a rule on purpose; needs a build with the feature `faults`
    #[arg(long = "fault", value_name = "NAME", value_parser = refused)]
    _faults: Vec<String>,
}

impl FaultArguments {
    /// What decides: the logic itself.
    pub(crate) fn logic(&self) -> Arc<dyn Logic> {
        Arc::new(Honest)
    }
}

fn refused(_: &str) -> Result<String, String> {
    Err("this build cannot break rules: build with --features faults".to_owned())
}
