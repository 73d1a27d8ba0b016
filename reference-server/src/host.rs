//! What a server process has that the logic does not: a clock, entropy, records, names.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oauth_core::directory::Directory;
use oauth_core::policy::{Policy, Time};
use oauth_core::secret::{Digest, GrantId, Minted, Secret, nonce};
use oauth_core::server::Fresh;
use oauth_core::server::dpop::Nonces;
use oauth_core::server::logic::Logic;

use crate::config::DemoAccount;
use crate::password::Passwords;

/// Where the time comes from, in whole seconds since the UNIX epoch.
pub trait Clock: Send + Sync {
    /// The moment in which a request is judged.
    fn now(&self) -> Time;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Time {
        // A clock before 1970 is a broken one: everything with a lifetime then looks fresh until it is set.
        Time(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}

/// The clock of the machine, moved forward by hand: lets tests see lifetimes end without waiting. Clones move
/// together.
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    ahead: Arc<AtomicU64>,
}

impl ManualClock {
    /// Moves forward, by whole seconds rounded up.
    pub fn advance(&self, by: Duration) {
        let seconds = by.as_secs() + u64::from(by.subsec_nanos() > 0);
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Time {
        Time(SystemClock.now().0.saturating_add(self.ahead.load(Ordering::Relaxed)))
    }
}

/// Draws the secrets of one step from the thread's generator, a CSPRNG that the operating system seeds.
pub(crate) fn fresh() -> Fresh {
    Fresh {
        grant: GrantId::from_bytes(rand::random()),
        secret: Minted::new(Secret::from_bytes(rand::random())),
        refresh: Minted::new(Secret::from_bytes(rand::random())),
    }
}

/// How long a nonce is given out; it is good for as long again (RFC 9449 8).
const NONCE_TIME: u64 = 300;

/// Where the nonces of proofs come from: a secret of this process and the time, so that none has to be kept.
pub(crate) struct NonceSource(Secret);

impl NonceSource {
    /// A source that nobody can foretell.
    pub(crate) fn draw() -> Self {
        Self(Secret::from_bytes(rand::random()))
    }

    /// The nonce that is given out now, and what proofs may carry.
    pub(crate) fn at(&self, now: Time) -> (String, Nonces) {
        let window = now.0 / NONCE_TIME;
        let current = nonce(&self.0, window);
        let before = nonce(&self.0, window.saturating_sub(1));
        let nonces = Nonces { current: Digest::of(&current), before: Digest::of(&before) };
        (current, nonces)
    }
}

/// All that answering a request takes.
pub(crate) struct Host<S> {
    /// Whom this server knows; a client that is learnt from the store makes it another.
    pub(crate) directory: RwLock<Arc<Directory>>,
    /// What its deployer chose.
    pub(crate) policy: Policy,
    /// What decides.
    pub(crate) logic: Arc<dyn Logic>,
    /// Where the time comes from.
    pub(crate) clock: Arc<dyn Clock>,
    /// That clock, if whoever reaches the server may advance it.
    pub(crate) test_clock: Option<ManualClock>,
    /// Where records lie.
    pub(crate) store: S,
    /// Where nonces come from.
    pub(crate) nonces: NonceSource,
    /// The hashes of the users' passwords.
    pub(crate) passwords: Passwords,
    /// The accounts that the front page names: those of the built-in data.
    pub(crate) demo: Vec<DemoAccount>,
}

impl<S> Host<S> {
    /// Whom this server knows now.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        Arc::clone(&self.directory.read().unwrap_or_else(PoisonError::into_inner))
    }
}
