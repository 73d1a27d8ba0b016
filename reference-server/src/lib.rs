//! The reference authorization and resource server: a thin edge around [`oauth_core::server`].
//!
//! ```text
//! hyper ─▶ http ─▶ drive: receive ─▶ (password) ─▶ locate ─▶ load ─▶ step ─▶ swap ─▶ encode ─▶ page ─▶ hyper
//! ```
//!
//! Every decision of the protocol is the model's. What is decided here: how bytes, time, entropy, passwords
//! and records get in and out, what a configuration file may say, and how pages look.
//!
//! [`serve`] starts a server inside another program, as the tests and the conformance suite do.

mod config;
mod documented_steps;
mod drive;
#[cfg(feature = "faults")]
pub mod faulty;
mod host;
mod http;
mod jose;
mod page;
mod password;
mod records;
pub mod store;
mod test_clock;

pub use config::{BUILT_IN, Config, ConfigError};
pub use host::{Clock, ManualClock, SystemClock};
pub use test_clock::TEST_CLOCK_PATH;

use std::net::SocketAddr;
use std::sync::{Arc, RwLock};

use oauth_core::policy::Policy;
use oauth_core::refusal::Refused;
use oauth_core::server::logic::{Honest, Logic};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use host::Host;
use password::Passwords;
use store::{Memory, Store};

/// What a server may be given beside its configuration.
#[derive(Clone)]
pub struct Options {
    /// The profile's policy, under what the configuration says.
    pub profile: Policy,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// What decides.
    pub logic: Arc<dyn Logic>,
    /// The same clock, if whoever reaches the server may advance it; [`Options::with_test_clock`] sets both.
    pub test_clock: Option<ManualClock>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: Policy::RFC9700,
            clock: Arc::new(SystemClock),
            logic: Arc::new(Honest),
            test_clock: None,
        }
    }
}

impl Options {
    /// The same with this clock, which whoever reaches the server may advance by a form at [`TEST_CLOCK_PATH`]. Such a
    /// server listens on a loopback address alone.
    #[must_use]
    pub fn with_test_clock(self, clock: ManualClock) -> Self {
        Self { clock: Arc::new(clock.clone()), test_clock: Some(clock), ..self }
    }
}

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The configuration does not fit where the server listens.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// Others can reach the address, and nobody said under which name.
    #[error(
        "issuer is missing: {0} is not a loopback address, so --config has to name the origin that people reach"
    )]
    IssuerUnknown(SocketAddr),
    /// Others can reach the address, and so could advance the clock.
    #[error(
        "the test clock is for loopback addresses only, and {0} is none: leave --test-clock out, or listen on 127.0.0.1"
    )]
    TestClock(SocketAddr),
    /// The directory did not take what the configuration's check took.
    #[error("{0}")]
    Directory(#[from] oauth_core::directory::DirectoryError),
    /// A password could not be hashed.
    #[error("a user's password could not be hashed: {0}")]
    Hash(String),
    /// The listener has no address.
    #[error("the listener has no address: {0}")]
    Listener(#[from] std::io::Error),
}

/// A running server. Dropping it stops it as well, without waiting.
#[derive(Debug)]
pub struct Server {
    addr: SocketAddr,
    issuer: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Server {
    /// Where it listens.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The origin that it calls itself.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Takes no more connections, lets the open ones finish what they are at, and ends.
    pub async fn shutdown(self) {
        // It has ended already if nobody listens any more.
        let _ = self.stop.send(());
        if let Err(error) = self.running.await {
            tracing::error!("the server ended badly: {error}");
        }
    }
}

/// Serves from memory.
///
/// # Errors
/// What keeps this configuration from being served on this listener.
pub async fn serve(listener: TcpListener, config: Config, options: Options) -> Result<Server, ServeError> {
    let memory = Memory::new(Arc::clone(&options.clock));
    serve_from(listener, config, options, memory).await
}

/// Serves from a store.
///
/// # Errors
/// What keeps this configuration from being served on this listener.
pub async fn serve_from<S: Store>(
    listener: TcpListener,
    config: Config,
    options: Options,
    store: S,
) -> Result<Server, ServeError> {
    let addr = listener.local_addr()?;
    let loopback = addr.ip().is_loopback();
    if options.test_clock.is_some() {
        if !loopback {
            return Err(ServeError::TestClock(addr));
        }
        tracing::warn!("whoever reaches {TEST_CLOCK_PATH} advances the clock; this is for trials only");
    }
    match config.loopback_only() {
        Some(plain) if !loopback => return Err(plain.clone().into()),
        Some(_) => {
            tracing::warn!("passwords or secrets are configured in plain text; this is for trials only");
        }
        None => {}
    }
    let issuer = match config.issuer() {
        Some(issuer) => issuer.to_owned(),
        None if loopback => format!("http://{addr}"),
        None => return Err(ServeError::IssuerUnknown(addr)),
    };
    if !loopback && issuer.starts_with("http://") {
        tracing::warn!("the issuer {issuer} is reached without TLS, which RFC 6749 demands off loopback");
    }
    let directory = config.directory(&issuer)?;
    let passwords = Passwords::hash(config.passwords().to_vec())
        .await
        .map_err(|error| ServeError::Hash(error.to_string()))?;
    let host = Arc::new(Host {
        directory: RwLock::new(Arc::new(directory)),
        policy: config.policy(options.profile),
        logic: options.logic,
        clock: options.clock,
        test_clock: options.test_clock,
        store,
        nonces: host::NonceSource::draw(),
        passwords,
        demo: config.demo().to_vec(),
    });
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(http::run(listener, host, stopped));
    Ok(Server { addr, issuer, stop, running })
}

/// The name of a refusal in the log.
fn refused_name(refused: Refused) -> String {
    match refused {
        Refused::Malformed(place, malformed) => format!("{malformed:?} at {place:?}"),
        Refused::Step(refusal) => format!("{refusal:?}"),
        Refused::AtPush(refusal) => format!("{refusal:?} at PushedRequest"),
        Refused::Untrusted(untold) => format!("{untold:?} of a client that registered itself"),
    }
}
