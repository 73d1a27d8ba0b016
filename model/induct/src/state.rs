//! What an exchange begins with.

use oauth_core::grant::Grant;
use oauth_core::policy::Time;

use super::ghost::Ghost;

/// A record, what was seen of it, and the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// The record; none before there is one.
    pub grant: Option<Grant>,
    /// What was seen.
    pub ghost: Ghost,
    /// The clock.
    pub now: Time,
}
