//! The server with rules broken on purpose: other logic, and for some faults another store.

use std::sync::Arc;

use oauth_faults::{Faults, Faulty};
use tokio::net::TcpListener;

use crate::store::{Blind, Memory, Store};
use crate::{Config, Options, ServeError, Server};

/// Serves from memory, as [`crate::serve`] does, with these faults on.
///
/// # Errors
/// What keeps this configuration from being served on this listener.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    options: Options,
    faults: Faults,
) -> Result<Server, ServeError> {
    let memory = Memory::new(Arc::clone(&options.clock));
    serve_from(listener, config, options, faults, memory).await
}

/// Serves from a store, as [`crate::serve_from`] does, with these faults on.
///
/// # Errors
/// What keeps this configuration from being served on this listener.
pub async fn serve_from<S: Store>(
    listener: TcpListener,
    config: Config,
    options: Options,
    faults: Faults,
    store: S,
) -> Result<Server, ServeError> {
    for fault in faults.iter() {
        tracing::warn!("the fault {} is on; this server breaks rules on purpose", fault.name());
    }
    let race = faults.race();
    let options = Options { logic: Arc::new(Faulty::under(faults)), ..options };
    match race {
        Some(race) => {
            let store =
                Blind::new(store, race).knowing_public(config.public_clients().map(str::to_owned).collect());
            crate::serve_from(listener, config, options, store).await
        }
        None => crate::serve_from(listener, config, options, store).await,
    }
}
