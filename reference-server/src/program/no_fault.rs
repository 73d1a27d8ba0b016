//! `--fault`, in builds that break no rules.

use oauth_reference_server::store::Store;
use oauth_reference_server::{Config, Options, ServeError, Server, serve_from};
use tokio::net::TcpListener;

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
    /// Serves from a store.
    pub(crate) async fn serve<S: Store>(
        &self,
        listener: TcpListener,
        config: Config,
        options: Options,
        store: S,
    ) -> Result<Server, ServeError> {
        serve_from(listener, config, options, store).await
    }
}

fn refused(_: &str) -> Result<String, String> {
    Err("this build cannot break rules: build with --features faults".to_owned())
}
