//! How a case waits: really, or by advancing the clock of a server in the same process.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where time comes from.
#[derive(Clone, Default)]
pub enum Clock {
    /// Waiting takes as long as it says; cases that wait run only with `--slow`.
    #[default]
    Real,
    /// Waiting advances the server's clock by this function; cases that wait run always.
    Advance(Arc<dyn Fn(Duration) + Send + Sync>),
}

impl Clock {
    /// Waits.
    pub async fn wait(&self, time: Duration) {
        match self {
            Self::Real => tokio::time::sleep(time).await,
            Self::Advance(advance) => advance(time),
        }
    }

    /// Whether waiting costs time.
    #[must_use]
    pub const fn is_real(&self) -> bool {
        matches!(self, Self::Real)
    }
}

/// The time of this machine since 1970.
#[expect(clippy::disallowed_methods, reason = "here the suite's one clock comes from")]
pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_real() { "Real" } else { "Advance" })
    }
}
