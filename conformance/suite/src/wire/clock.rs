//! How a case waits: really, or by advancing the server's clock.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Where time comes from.
#[derive(Clone, Default)]
pub enum Clock {
    /// Waiting takes as long as it says; cases that wait run only with `--slow`.
    #[default]
    Real,
    /// Waiting advances the clock of a server in the same process by this function; cases that wait run always.
    Advance(Arc<dyn Fn(Duration) + Send + Sync>),
    /// Waiting advances the clock of a server elsewhere; cases that wait run always.
    Remote {
        /// Where a form with `seconds` advances it.
        url: String,
        /// How far ahead of this machine's it stood before the run.
        ahead: Duration,
    },
}

impl Clock {
    /// Whether waiting costs time.
    #[must_use]
    pub const fn is_real(&self) -> bool {
        matches!(self, Self::Real)
    }

    /// How far ahead of this machine's clock it stood before the run.
    pub(crate) const fn ahead(&self) -> Duration {
        match self {
            Self::Real | Self::Advance(_) => Duration::ZERO,
            Self::Remote { ahead, .. } => *ahead,
        }
    }
}

/// The time of this machine since 1970.
#[expect(clippy::disallowed_methods, reason = "here the suite's one clock comes from")]
pub(crate) fn since_1970() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Real => "Real",
            Self::Advance(_) => "Advance",
            Self::Remote { .. } => "Remote",
        })
    }
}
