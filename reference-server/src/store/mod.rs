//! Where sessions and grants lie: the contract, in words.
//!
//! - A record is written whole, and a load sees the last write that landed. Loads may run beside anything.
//! - An insert lands only if its key was free. It is then visible to the next load, of any process.
//! - A swap lands only if the record still has the version that was loaded; of several swaps of one version
//!   exactly one lands. This is the only thing that makes a code single-use (RFC 6749 4.1.2), so it has to
//!   be one atomic compare-and-swap of one record.
//! - A marker lands only if it was not there, for any process: a proof that is sent twice at once is used once.
//! - A grant's [`Kept`] is inserted with it, never changes, and comes back with it.
//! - A record may vanish some time after it has expired or ended, and not before.
//!
//! A store judges nothing: it never looks at a phase but to tell whether a record can still matter.

mod blind;
mod memory;

pub use blind::Blind;
pub use memory::Memory;

use oauth_model::grant::{Grant, Session};
use oauth_model::secret::{Digest, GrantId};
use oauth_model::server::dpop::Marker;
use oauth_model::server::receive::Kept;

/// Which write of a record was loaded; a store's own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A grant as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The record.
    pub grant: Grant,
    /// What lies beside it.
    pub kept: Kept,
    /// To be shown at the swap.
    pub version: Version,
}

/// What became of a write.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swap {
    /// It is there.
    Landed,
    /// Somebody was faster, or the key was taken; nothing was written.
    Lost,
}

/// A store that did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It is certain that nothing was written: the request may be sent again as it is.
    #[error("the store did nothing: {0}")]
    NothingHappened(String),
    /// A write may have landed: only a new load tells.
    #[error("the store may have written: {0}")]
    Uncertain(String),
}

/// A store of sessions and grants; the contract stands at the head of this module.
pub trait Store: Send + Sync + 'static {
    /// Loads a session by the digest of its cookie.
    fn session(&self, key: &Digest) -> impl Future<Output = Result<Option<Session>, StoreError>> + Send;

    /// Inserts a session under a key that must be free.
    fn insert_session(&self, session: Session) -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Loads a grant.
    fn grant(&self, id: GrantId) -> impl Future<Output = Result<Option<Stored>, StoreError>> + Send;

    /// Inserts a grant, and what lies beside it, under a key that must be free.
    fn insert_grant(&self, grant: Grant, kept: Kept)
    -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Inserts a single-use marker that must be free; it may vanish once its time is over.
    fn insert_marker(&self, marker: Marker) -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Replaces the grant of this id if it still has this version.
    fn swap_grant(
        &self,
        version: Version,
        grant: Grant,
    ) -> impl Future<Output = Result<Swap, StoreError>> + Send;
}
