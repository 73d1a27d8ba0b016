//! `--fault`, in builds that can break rules.

use std::sync::Arc;

use oauth_core::client::logic::Logic;
use oauth_faults::{Fault, Faults, Faulty, Side};

/// What `--version` says.
pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (with faults)");

/// The faults of the command line.
#[derive(clap::Args)]
pub(crate) struct FaultArguments {
    /// Break a rule on purpose; may be given more than once
    #[arg(long = "fault", value_name = "NAME", value_parser = client_fault)]
    faults: Vec<Fault>,
}

impl FaultArguments {
    /// What decides: the logic under them.
    pub(crate) fn logic(&self) -> Arc<dyn Logic> {
        for fault in &self.faults {
            tracing::warn!(fault = fault.name(), "a rule is broken on purpose: {}", fault.about());
        }
        Arc::new(Faulty::under(Faults::these(&self.faults)))
    }
}

fn client_fault(name: &str) -> Result<Fault, String> {
    match Fault::find(name) {
        Some(fault) if fault.side() == Side::Client => Ok(fault),
        Some(_) => Err("this is a fault of oauth-server".to_owned()),
        None => {
            let names: Vec<&str> = Fault::ALL
                .iter()
                .filter(|fault| fault.side() == Side::Client)
                .map(|fault| fault.name())
                .collect();
            Err(format!("there are these: {}", names.join(", ")))
        }
    }
}
