//! The reference client: hyper towards the browser, reqwest towards the server, `oauth_model::client` in
//! between.
//!
//! Every decision of the protocol is the model's. This crate moves bytes, keeps sessions, draws pages and
//! tells the time. Read [`serve`], then `flow.rs`, which is one request's whole way.

mod call;
mod config;
mod discovery;
mod flow;
mod host;
mod http;
mod page;
mod session;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use oauth_model::client::settings::own_redirect_uri;
use oauth_model::fault::Faults;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use config::{Config, ConfigError, DEFAULT, Endpoints};
pub use host::Clock;

/// What a client is run with beside its configuration.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The clock; keep a clone to put it ahead.
    pub clock: Clock,
    /// The faults that are on.
    pub faults: Faults,
}

/// Why a client does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener has no address.
    #[error("the listener has no address: {0}")]
    Address(std::io::Error),
    /// No TLS for the calls to the server.
    #[error("TLS cannot be prepared: {0}")]
    Tls(String),
}

/// A client that serves; dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    /// The address that is listened on.
    pub addr: SocketAddr,
    /// The redirect URI, as the server has to know it.
    pub redirect_uri: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Running {
    /// Takes no more connections, and waits until the requests in progress are answered.
    pub async fn stop(self) {
        // An error says that it has stopped.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Serves a client on a listener. Without a configured redirect URI it is `/callback` at the listener's port of
/// `localhost`, or of `127.0.0.1` for a public client.
///
/// # Errors
/// The listener has no address, or TLS cannot be prepared.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn serve(listener: TcpListener, config: &Config, options: Options) -> Result<Running, ServeError> {
    let addr = listener.local_addr().map_err(ServeError::Address)?;
    let redirect_uri = config.redirect_uri.clone().unwrap_or_else(|| {
        let mut own = own_redirect_uri(config.authentication, addr.port());
        options.faults.on_own_address(&mut own);
        own
    });
    let client = Arc::new(flow::Client {
        discovery: discovery::Discovery::new(config.settings(redirect_uri.clone()), config.endpoints.clone()),
        calls: call::BackChannel::open().map_err(ServeError::Tls)?,
        clock: options.clock,
        faults: options.faults,
        sessions: Mutex::default(),
    });
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(http::run(listener, client, stopped));
    Ok(Running { addr, redirect_uri, stop, task })
}
