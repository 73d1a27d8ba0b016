//! What a topic says of each of its faults.

use oauth_rules::RuleId;

use crate::{client, server};

/// What a topic says of a fault.
pub(crate) struct Entry {
    /// The name on command lines and in reports.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// The rules that it breaks; for each a case falls under it.
    pub(crate) rules: &'static [RuleId],
    /// What is told to the logic.
    pub(crate) lies: Lies,
}

/// Lies, and to whose logic they are told.
pub(crate) enum Lies {
    /// To the server's.
    OfServer(&'static [server::Lie]),
    /// To the client's.
    OfClient(&'static [client::Lie]),
}
