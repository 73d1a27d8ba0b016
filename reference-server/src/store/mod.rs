//! Where sessions, grants, registered clients and markers lie: the contract, in words.
//!
//! - Records hold ids and names ([`oauth_core::record`]), so any number of processes can share a store, whatever the order
//!   in which each of them knows its clients and users. Stores that keep bytes use
//!   [`encode`](oauth_core::record::encode) and [`decode`](oauth_core::record::decode).
//! - A record is written whole, and a load sees the last write that landed. Loads may run beside anything.
//! - An insert lands only if its key was free. It is then visible to the next load, of any process.
//! - A swap lands only if the record still has the version that was loaded; of several swaps of one version
//!   exactly one lands. This is the only thing that makes a code single-use (RFC 6749 4.1.2), so it has to
//!   be one atomic compare-and-swap of one record.
//! - A marker lands only if it was not there, for any process: a proof that is sent twice at once is used once.
//! - A client that registered stays for good. A process remembers whom it met, so one that is taken out of a store is gone
//!   once every process was started anew. A store that has [`Limits::clients`] does nothing
//!   ([`StoreError::NothingHappened`]) with further ones, and nothing with those of a stranger ([`Registrar`]) who has
//!   registered as many as are left for others: so none of them takes what all the others need.
//! - A record may vanish some time after it has expired or ended, and not before; but for what follows.
//! - Grants that no token came of yet have so much room, since people without a token can begin as many as they like.
//!   Each has a payer ([`Payer::of`]), by id or name, and weighs something ([`weight`]). Once a write made a payer's share or the whole
//!   room too small, the oldest of this payer vanish, or of whichever payer has most, until the rest fits. So a write
//!   never fails for want of room, and who has little never makes way for who has much.
//! - Markers have a bounded number. A store that has too many forgets those that end first, and from then on does nothing
//!   ([`StoreError::NothingHappened`]) with any that ends no later: what was forgotten can never land again.
//!
//! What a payer's records weigh, and when the last forgotten marker ends, are all that a store has to keep for this: one
//! number a payer and one in all. Whoever counts late may go over a limit for so long.
//!
//! A store judges nothing: it looks at a record only to tell until when it can matter ([`GrantRecord::until`]), and who pays
//! for it.

#[cfg(feature = "faults")]
mod blind;
mod markers;
mod memory;
mod registrar;
mod room;

#[cfg(feature = "faults")]
pub use blind::Blind;
pub use memory::Memory;
pub use registrar::Registrar;
pub use room::{Payer, weight};

use std::sync::Arc;

use oauth_core::record::{GrantRecord, Marker, Registration, SessionRecord};
use oauth_core::secret::{Digest, GrantId};

/// How much of what strangers can bring about is kept (decision 0016).
///
/// Honest users notice nothing of it until somebody floods. While a stranger pushes requests in the name of a public
/// client as fast as a server takes them, about 23,000 a second, a request of that client has to be brought within a
/// quarter of a second by a browser that is logged in; who comes later starts again at the application. Other clients
/// are not concerned. A user who opens more than a thousand consent pages, or two hundred with the longest `state`,
/// loses the oldest. While more proofs come than can be remembered for as long as they are good, clients whose clock is
/// minutes late are told to come back (503).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How much the grants that no token came of yet weigh in all, in bytes.
    pub room: usize,
    /// How much of this one client's pushed requests may take, in bytes.
    pub client_share: usize,
    /// How much of it the consent pages and unredeemed codes of one user may take, in bytes.
    pub user_share: usize,
    /// How many clients may register themselves, no more of them from one address than are left for others: each lies in the memory of every process that meets it, and every request
    /// looks through them.
    pub clients: usize,
    /// How many used proofs are remembered: at ten thousand a second, those of the last minute and a half.
    pub markers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self { room: 64 * MIB, client_share: 32 * MIB, user_share: MIB, clients: 1000, markers: 900_000 }
    }
}

/// Which write of a record was loaded; a store's own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u64);

/// A grant as it was loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The record; shared, so that a store in memory copies none.
    pub grant: Arc<GrantRecord>,
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
#[non_exhaustive]
pub enum StoreError {
    /// It is certain that nothing was written: the request may be sent again as it is.
    #[error("the store did nothing: {0}")]
    NothingHappened(String),
    /// A write may have landed: only a new load tells.
    #[error("the store may have written: {0}")]
    Uncertain(String),
}

/// A store of records; the contract stands at the head of this module.
pub trait Store: Send + Sync + 'static {
    /// Loads a session by the digest of its cookie.
    fn session(&self, key: &Digest)
    -> impl Future<Output = Result<Option<SessionRecord>, StoreError>> + Send;

    /// Inserts a session under a key that must be free.
    fn insert_session(&self, session: SessionRecord)
    -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Loads a grant.
    fn grant(&self, id: GrantId) -> impl Future<Output = Result<Option<Stored>, StoreError>> + Send;

    /// Inserts a grant under a key that must be free.
    fn insert_grant(&self, grant: GrantRecord) -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Replaces the grant of this id if it still has this version.
    fn swap_grant(
        &self,
        version: Version,
        grant: GrantRecord,
    ) -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Loads a client that registered itself, at whatever process; ids are compared byte by byte.
    fn client(&self, id: &str) -> impl Future<Output = Result<Option<Registration>, StoreError>> + Send;

    /// Inserts a client under an id that must be free; `from` is who registers it.
    fn insert_client(
        &self,
        client: Registration,
        from: Registrar,
    ) -> impl Future<Output = Result<Swap, StoreError>> + Send;

    /// Inserts a single-use marker that must be free; it may vanish once its time is over.
    fn insert_marker(&self, marker: Marker) -> impl Future<Output = Result<Swap, StoreError>> + Send;
}

/// Several servers of one process may share a store.
impl<S: Store> Store for Arc<S> {
    async fn session(&self, key: &Digest) -> Result<Option<SessionRecord>, StoreError> {
        S::session(self, key).await
    }

    async fn insert_session(&self, session: SessionRecord) -> Result<Swap, StoreError> {
        S::insert_session(self, session).await
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Stored>, StoreError> {
        S::grant(self, id).await
    }

    async fn insert_grant(&self, grant: GrantRecord) -> Result<Swap, StoreError> {
        S::insert_grant(self, grant).await
    }

    async fn swap_grant(&self, version: Version, grant: GrantRecord) -> Result<Swap, StoreError> {
        S::swap_grant(self, version, grant).await
    }

    async fn client(&self, id: &str) -> Result<Option<Registration>, StoreError> {
        S::client(self, id).await
    }

    async fn insert_client(&self, client: Registration, from: Registrar) -> Result<Swap, StoreError> {
        S::insert_client(self, client, from).await
    }

    async fn insert_marker(&self, marker: Marker) -> Result<Swap, StoreError> {
        S::insert_marker(self, marker).await
    }
}
