//! The store of the faults `blind-write`, `blind-write-for-public-clients` and `refresh-blind-write`: its swap does not
//! compare, and its race is easy to hit.
//!
//! A load of a grant whose code is out, or of one that has tokens, is held until a second load of the same grant arrives,
//! or for a moment; so of two redemptions or refreshes that run at once, both see code or refresh token unused. A store
//! without compare-and-swap has this race too, only rarely enough to escape a test.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use oauth_core::record::{GrantRecord, Marker, PhaseRecord, Registration, SessionRecord};
use oauth_core::secret::{Digest, GrantId};
use oauth_faults::Race;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Registrar, Store, StoreError, Stored, Swap, Version};

/// How long a load waits for a second one.
const HOLD: Duration = Duration::from_millis(250);

/// A store that writes blindly into another one.
pub struct Blind<S> {
    inner: S,
    race: Race,
    /// The identifiers of the clients without a secret, as far as they are configured.
    public: BTreeSet<String>,
    held: Mutex<HashMap<GrantId, oneshot::Sender<()>>>,
    /// From which write on a grant was seen to have tokens.
    live: Mutex<HashMap<GrantId, Version>>,
}

impl<S: Store> Blind<S> {
    /// Takes the comparing out of a store, in which these requests meet.
    #[must_use]
    pub fn new(inner: S, race: Race) -> Self {
        Self { inner, race, public: BTreeSet::new(), held: Mutex::default(), live: Mutex::default() }
    }

    /// The same, with the identifiers of the clients that have no secret.
    #[must_use]
    pub fn knowing_public(self, public: BTreeSet<String>) -> Self {
        Self { public, ..self }
    }

    /// Whether loads of this grant meet.
    fn meets(&self, grant: &GrantRecord) -> bool {
        match self.race {
            Race::Redemption => matches!(grant.phase, PhaseRecord::Coded(_)),
            Race::PublicRedemption => {
                matches!(grant.phase, PhaseRecord::Coded(_)) && self.public.contains(&grant.client)
            }
            Race::Refresh => matches!(grant.phase, PhaseRecord::Live(_)),
        }
    }

    /// Whether a swap compares nothing: a redemption is compared where refreshes meet, and what other clients write where those
    /// without a secret do.
    fn is_blind(&self, seen: Version, grant: &GrantRecord) -> bool {
        match self.race {
            Race::Redemption => true,
            Race::PublicRedemption => self.public.contains(&grant.client),
            Race::Refresh => self.live().get(&grant.id).is_some_and(|first| *first <= seen),
        }
    }

    fn live(&self) -> MutexGuard<'_, HashMap<GrantId, Version>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<GrantId, oneshot::Sender<()>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a load go that waits for this grant, or waits for the next load.
    async fn meet(&self, id: GrantId) {
        let wait = {
            let mut held = self.held();
            match held.remove(&id) {
                // The other load may have given up in this very moment: it then saw the same record all the
                // same.
                Some(other) => {
                    let _ = other.send(());
                    return;
                }
                None => {
                    let (let_go, wait) = oneshot::channel();
                    held.insert(id, let_go);
                    wait
                }
            }
        };
        if timeout(HOLD, wait).await.is_err() {
            self.held().remove(&id);
        }
    }
}

impl<S: Store> Store for Blind<S> {
    async fn session(&self, key: &Digest) -> Result<Option<SessionRecord>, StoreError> {
        self.inner.session(key).await
    }

    async fn insert_session(&self, session: SessionRecord) -> Result<Swap, StoreError> {
        self.inner.insert_session(session).await
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Stored>, StoreError> {
        let found = self.inner.grant(id).await?;
        if let Some(stored) = &found
            && self.race == Race::Refresh
            && matches!(stored.grant.phase, PhaseRecord::Live(_))
        {
            self.live().entry(id).or_insert(stored.version);
        }
        if found.as_ref().is_some_and(|stored| self.meets(&stored.grant)) {
            self.meet(id).await;
        }
        Ok(found)
    }

    async fn insert_grant(&self, grant: GrantRecord) -> Result<Swap, StoreError> {
        self.inner.insert_grant(grant).await
    }

    async fn client(&self, id: &str) -> Result<Option<Registration>, StoreError> {
        self.inner.client(id).await
    }

    async fn insert_client(&self, client: Registration, from: Registrar) -> Result<Swap, StoreError> {
        self.inner.insert_client(client, from).await
    }

    async fn insert_marker(&self, marker: Marker) -> Result<Swap, StoreError> {
        self.inner.insert_marker(marker).await
    }

    async fn swap_grant(&self, seen: Version, grant: GrantRecord) -> Result<Swap, StoreError> {
        if !self.is_blind(seen, &grant) {
            return self.inner.swap_grant(seen, grant).await;
        }
        while let Some(stored) = self.inner.grant(grant.id).await? {
            if self.inner.swap_grant(stored.version, grant.clone()).await? == Swap::Landed {
                return Ok(Swap::Landed);
            }
        }
        Ok(Swap::Lost)
    }
}
