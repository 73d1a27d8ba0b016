//! What a check is.

use std::pin::Pin;

use oauth_rules::RuleId;

use crate::world::{Held, Host};

/// A check under way.
pub(crate) type Run<'a> = Pin<Box<dyn Future<Output = Held> + Send + 'a>>;

/// One thing that a client has to do, or not to do, with a hostile server.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    /// Words, `area/what-holds`.
    pub(crate) id: &'static str,
    /// The rules that it judges.
    pub(crate) rules: &'static [RuleId],
    /// Runs it against worlds of its own.
    pub(crate) run: for<'a> fn(&'a Host) -> Run<'a>,
}

/// A table of checks: `function "id" [rules];`.
#[macro_export]
macro_rules! checks {
    ($($run:ident $id:literal [$($rule:literal),* $(,)?];)*) => {
        /// The checks of this area, in reading order.
        pub(crate) const CHECKS: &[$crate::check::Check] = &[$($crate::check::Check {
            id: $id,
            rules: oauth_rules::rules![$($rule),*],
            run: |host| Box::pin($run(host)),
        }),*];
    };
}
