//! The reference client: hyper towards the browser, reqwest towards the server, `oauth_core::client` in
//! between.
//!
//! Every decision of the protocol is the model's. This crate moves bytes, keeps sessions, draws pages and
//! tells the time. Read [`serve`], then `flow.rs`, which is one request's whole way.

mod call;
mod config;
mod discovery;
mod dpop;
mod flow;
mod host;
mod http;
mod page;
mod send;
mod session;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use oauth_core::client::logic::{Honest, Logic};
use oauth_core::client::site::{Site, SiteRefusal, note_shared_addresses};
use oauth_core::directory::Authentication;
use rustls::pki_types::CertificateDer;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use discovery::Discovery;

pub use config::{Config, ConfigError, DEFAULT, Endpoints, Registration, Secret};
pub use host::Clock;

/// What a client is run with beside its configuration.
#[derive(Clone)]
pub struct Options {
    /// The clock; keep a clone to put it ahead.
    pub clock: Clock,
    /// What decides.
    pub logic: Arc<dyn Logic>,
    /// Further certificates to trust.
    pub roots: Vec<CertificateDer<'static>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: Clock::default(), logic: Arc::new(Honest), roots: Vec::new() }
    }
}

/// Why a client does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The listener has no address.
    #[error("the listener has no address: {0}")]
    Address(std::io::Error),
    /// The configuration is one that no client may work with.
    #[error("{0}")]
    Configuration(SiteRefusal),
    /// No TLS for the calls to the server.
    #[error("TLS cannot be prepared: {0}")]
    Tls(String),
}

/// A client that serves; dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    /// The address that is listened on.
    pub addr: SocketAddr,
    /// The redirect URI, as the first server has to know it.
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

/// Serves a client on a listener. Redirect URIs that are not configured are `/callback`, or `/callback/NAME` where
/// there are several servers, at the listener's port of `localhost`, or of `127.0.0.1` for a public client.
///
/// # Errors
/// The listener has no address, the configuration is one that no client may work with, or TLS cannot be prepared.
///
/// # Panics
/// Outside of a tokio runtime.
pub fn serve(listener: TcpListener, config: &Config, options: Options) -> Result<Running, ServeError> {
    let addr = listener.local_addr().map_err(ServeError::Address)?;
    let Options { clock, logic, roots } = options;
    let methods: Vec<Authentication> = config.servers.iter().map(|server| server.authentication).collect();
    let origin = logic.own_origin(&methods, addr.port());
    let configured = |server: &Registration| logic.configured(server.settings(&origin));
    let mut known: Vec<_> = config.servers.iter().map(configured).collect();
    note_shared_addresses(&mut known);
    logic.check(&known).map_err(ServeError::Configuration)?;

    let site = Site::of(&known);
    let redirect_uri = known.first().map(|server| server.redirect_uri.clone()).unwrap_or_default();
    let configured = config.servers.iter().map(|server| server.endpoints.clone());
    let servers = known.into_iter().zip(configured);
    let client = Arc::new(flow::Client {
        site,
        servers: servers.map(|(known, configured)| Discovery::new(known, configured)).collect(),
        calls: call::BackChannel::open(&roots, logic.checks_certificates()).map_err(ServeError::Tls)?,
        clock,
        logic,
        sessions: Mutex::default(),
        nonces: Mutex::default(),
    });
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(http::run(listener, client, stopped));
    Ok(Running { addr, redirect_uri, stop, task })
}
