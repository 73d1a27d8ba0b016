//! `--fault`, in builds that can break rules.

use oauth_faults::{Fault, Faults, Side};
use oauth_reference_server::store::Store;
use oauth_reference_server::{Config, Options, ServeError, Server, faulty};
use tokio::net::TcpListener;

/// What `--version` says.
pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (with faults)");

/// The faults of the command line.
#[derive(clap::Args)]
pub(crate) struct FaultArguments {
    /// Break a rule on purpose, to see it noticed; may be given more than once
    #[arg(long = "fault", value_name = "NAME", value_parser = server_fault)]
    faults: Vec<Fault>,
}

impl FaultArguments {
    /// Serves from a store with them on.
    pub(crate) async fn serve<S: Store>(
        &self,
        listener: TcpListener,
        config: Config,
        options: Options,
        store: S,
    ) -> Result<Server, ServeError> {
        faulty::serve_from(listener, config, options, Faults::these(&self.faults), store).await
    }
}

/// A fault of the server, by its name.
fn server_fault(name: &str) -> Result<Fault, String> {
    match Fault::find(name) {
        Some(fault) if fault.side() == Side::Server => Ok(fault),
        Some(_) => Err("this is a fault of the client; give it to oauth-client".to_owned()),
        None => {
            let faults = Fault::ALL.iter().filter(|fault| fault.side() == Side::Server);
            let names: Vec<&str> = faults.map(|fault| fault.name()).collect();
            Err(format!("no fault has this name; there are {}", names.join(", ")))
        }
    }
}
