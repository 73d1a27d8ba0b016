//! How much a report holds.

use crate::report::Secrets;

/// What a sink's reports hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wants {
    /// Whether they have the secrets of the run.
    pub secrets: Secrets,
    /// Which exchanges they have.
    pub exchanges: Exchanges,
}

/// Which exchanges a report has: each costs time to be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Exchanges {
    /// None.
    #[default]
    None,
    /// Those that show why a case ended as it did.
    Shown,
    /// All of each case, and those that show why.
    All,
}
