//! Why a run gives no results, as an exit code and a sentence.

/// Why a run gives no results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[non_exhaustive]
pub struct RunError {
    /// 2 for usage and configuration, 3 for a target that cannot be tested.
    pub exit_code: u8,
    /// What is wrong and what to do.
    pub reason: String,
}

impl RunError {
    /// Bad usage or configuration.
    #[must_use]
    pub fn usage(reason: impl Into<String>) -> Self {
        Self { exit_code: 2, reason: reason.into() }
    }

    /// A target that cannot be tested.
    #[must_use]
    pub fn incomplete(reason: impl Into<String>) -> Self {
        Self { exit_code: 3, reason: reason.into() }
    }
}
