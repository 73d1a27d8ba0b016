//! What the pure client takes in as values: the time, and fresh secrets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use oauth_core::client::Fresh;
use oauth_core::policy::Time;
use oauth_core::secret::{Minted, Secret};

/// The system's clock, and how far it was put ahead: clones share that, so that a test can let time pass.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<AtomicU64>,
}

impl Clock {
    /// Seconds since the UNIX epoch, plus what was advanced.
    #[must_use]
    pub fn now(&self) -> Time {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time(since.as_secs().saturating_add(self.ahead.load(Ordering::Relaxed)))
    }

    /// Puts this clock and its clones ahead, in whole seconds.
    pub fn advance(&self, span: Duration) {
        self.ahead.fetch_add(span.as_secs(), Ordering::Relaxed);
    }
}

/// A secret of the thread's generator, which the operating system's seeds.
pub(crate) fn secret() -> Minted {
    Minted::new(Secret::from_bytes(rand::random()))
}

/// Fresh secrets for one login.
pub(crate) fn fresh() -> Fresh {
    Fresh { state: secret(), verifier: secret(), session: secret(), jkt: None }
}
