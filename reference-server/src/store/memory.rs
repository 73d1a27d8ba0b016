//! A store in this process's memory: three maps behind one lock. It forgets everything when the process ends.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oauth_model::grant::{Grant, Phase, Session};
use oauth_model::policy::{Lifetime, Time};
use oauth_model::secret::{Digest, GrantId};
use oauth_model::server::dpop::Marker;
use oauth_model::server::receive::Kept;

use super::{Store, StoreError, Stored, Swap, Version};
use crate::host::Clock;

/// How long a record stays after it has ended, so that a late request is still told precisely what is wrong.
const GRACE: Lifetime = Lifetime(600);

/// Below this many records nothing is swept.
const SWEEP_FLOOR: usize = 1024;

/// A store in memory. What has ended is swept whenever the records have doubled since the last sweep, so
/// there are never more than twice as many as were alive at one time, plus a floor.
pub struct Memory {
    clock: Arc<dyn Clock>,
    records: Mutex<Records>,
}

#[derive(Default)]
struct Records {
    sessions: HashMap<Digest, Session>,
    grants: HashMap<GrantId, Record>,
    markers: HashMap<Digest, Time>,
    after_sweep: usize,
}

struct Record {
    stored: Stored,
    written: Time,
}

impl Memory {
    /// An empty store; the clock says what has expired.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, records: Mutex::new(Records::default()) }
    }

    /// How many records there are, ended ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// No write leaves a record half done, so a lock that a panic poisoned still guards whole records.
    fn lock(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records {
    fn len(&self) -> usize {
        self.sessions.len() + self.grants.len() + self.markers.len()
    }

    fn sweep_if_doubled(&mut self, now: Time) {
        if self.len() < SWEEP_FLOOR.max(2 * self.after_sweep) {
            return;
        }
        self.sessions.retain(|_, session| now < session.until.after(GRACE));
        self.grants.retain(|_, record| now < record.end().after(GRACE));
        self.markers.retain(|_, until| now < *until);
        self.after_sweep = self.len();
    }
}

impl Record {
    /// When this record stops to matter.
    fn end(&self) -> Time {
        match self.stored.grant.phase {
            Phase::Pushed(pushed) => pushed.until,
            Phase::Asked(asked) => asked.until,
            Phase::Coded(coded) => coded.until,
            Phase::Live(live) => {
                live.refresh.map_or(live.access.until, |refresh| live.access.until.max(refresh.until))
            }
            Phase::Dead(_) => self.written,
        }
    }
}

impl Store for Memory {
    async fn session(&self, key: &Digest) -> Result<Option<Session>, StoreError> {
        Ok(self.lock().sessions.get(key).copied())
    }

    async fn insert_session(&self, session: Session) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        records.sweep_if_doubled(now);
        match records.sessions.entry(session.key) {
            Entry::Occupied(_) => Ok(Swap::Lost),
            Entry::Vacant(free) => {
                free.insert(session);
                Ok(Swap::Landed)
            }
        }
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Stored>, StoreError> {
        Ok(self.lock().grants.get(&id).map(|record| record.stored.clone()))
    }

    async fn insert_grant(&self, grant: Grant, kept: Kept) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        records.sweep_if_doubled(now);
        match records.grants.entry(grant.id) {
            Entry::Occupied(_) => Ok(Swap::Lost),
            Entry::Vacant(free) => {
                free.insert(Record { stored: Stored { grant, kept, version: Version(0) }, written: now });
                Ok(Swap::Landed)
            }
        }
    }

    async fn insert_marker(&self, marker: Marker) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        records.sweep_if_doubled(now);
        match records.markers.entry(marker.id) {
            Entry::Occupied(_) => Ok(Swap::Lost),
            Entry::Vacant(free) => {
                free.insert(marker.until);
                Ok(Swap::Landed)
            }
        }
    }

    async fn swap_grant(&self, version: Version, grant: Grant) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        match records.grants.get_mut(&grant.id) {
            Some(record) if record.stored.version == version => {
                record.stored.grant = grant;
                record.stored.version = Version(version.0 + 1);
                record.written = now;
                Ok(Swap::Landed)
            }
            Some(_) | None => Ok(Swap::Lost),
        }
    }
}
