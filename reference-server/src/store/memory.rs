//! A store in this process's memory: maps behind one lock. It forgets everything when the process ends.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oauth_core::policy::{Lifetime, Time};
use oauth_core::record::{GrantRecord, Marker, Registration, SessionRecord};
use oauth_core::secret::{Digest, GrantId};

use super::markers::Markers;
use super::registrar::Registrars;
use super::room::{Place, Room};
use super::{Limits, Registrar, Store, StoreError, Stored, Swap, Version};
use crate::host::Clock;

/// How long a record stays after it has ended, so that a late request is still told precisely what is wrong.
const GRACE: Lifetime = Lifetime(600);

/// Below this many records nothing is swept.
const SWEEP_FLOOR: usize = 1024;

/// A store in memory. What has ended is swept whenever the records have doubled since the last sweep, so
/// there are never more than twice as many as were alive at one time, plus a floor; and every ten minutes, so that what
/// has ended takes no room from what lives.
pub struct Memory {
    clock: Arc<dyn Clock>,
    limits: Limits,
    records: Mutex<Records>,
}

#[derive(Default)]
struct Records {
    sessions: HashMap<Digest, SessionRecord>,
    grants: HashMap<GrantId, Record>,
    clients: HashMap<String, Registration>,
    registrars: Registrars,
    room: Room,
    markers: Markers,
    after_sweep: usize,
    next_sweep: Time,
}

struct Record {
    stored: Stored,
    written: Time,
    place: Option<Place>,
}

impl Memory {
    /// An empty store; the clock says what has expired.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::bounded(clock, Limits::default())
    }

    /// An empty store with limits of one's own.
    #[must_use]
    pub fn bounded(clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self { clock, limits, records: Mutex::new(Records::default()) }
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
        self.sessions.len() + self.grants.len() + self.clients.len() + self.markers.len()
    }

    fn sweep_if_due(&mut self, now: Time) {
        if self.len() < SWEEP_FLOOR.max(2 * self.after_sweep) && now < self.next_sweep {
            return;
        }
        self.sessions.retain(|_, session| now < session.until.after(GRACE));
        self.grants.retain(|_, record| {
            let stays = now < record.end().after(GRACE);
            if !stays {
                self.room.leave(record.place.take());
            }
            stays
        });
        self.markers.sweep(now);
        self.after_sweep = self.len();
        self.next_sweep = now.after(GRACE);
    }

    /// Drops what has to make way for a record.
    fn make_way(&mut self, limits: &Limits, place: Option<&Place>) {
        while let Some(id) = self.room.make_way(limits, place) {
            self.grants.remove(&id);
        }
    }
}

impl Record {
    /// When this record stops to matter.
    fn end(&self) -> Time {
        self.stored.grant.until().unwrap_or(self.written)
    }
}

impl Store for Memory {
    async fn session(&self, key: &Digest) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.lock().sessions.get(key).cloned())
    }

    async fn insert_session(&self, session: SessionRecord) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        records.sweep_if_due(now);
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

    async fn insert_grant(&self, grant: GrantRecord) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        let records = &mut *records;
        records.sweep_if_due(now);
        match records.grants.entry(grant.id) {
            Entry::Occupied(_) => Ok(Swap::Lost),
            Entry::Vacant(free) => {
                let place = records.room.enter(&grant);
                let stored = Stored { grant: Arc::new(grant), version: Version(0) };
                free.insert(Record { stored, written: now, place: place.clone() });
                records.make_way(&self.limits, place.as_ref());
                Ok(Swap::Landed)
            }
        }
    }

    async fn swap_grant(&self, version: Version, grant: GrantRecord) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let grant = Arc::new(grant);
        let mut records = self.lock();
        let Records { grants, room, .. } = &mut *records;
        match grants.get_mut(&grant.id) {
            Some(record) if record.stored.version == version => {
                room.leave(record.place.take());
                let place = room.enter(&grant);
                let stored = Stored { grant, version: Version(version.0 + 1) };
                *record = Record { stored, written: now, place: place.clone() };
                records.make_way(&self.limits, place.as_ref());
                Ok(Swap::Landed)
            }
            Some(_) | None => Ok(Swap::Lost),
        }
    }

    async fn client(&self, id: &str) -> Result<Option<Registration>, StoreError> {
        Ok(self.lock().clients.get(id).cloned())
    }

    async fn insert_client(&self, client: Registration, from: Registrar) -> Result<Swap, StoreError> {
        let mut records = self.lock();
        let Records { clients, registrars, .. } = &mut *records;
        match clients.entry(client.id.clone()) {
            Entry::Occupied(_) => Ok(Swap::Lost),
            Entry::Vacant(free) => {
                registrars.take(from, self.limits.clients).map_err(StoreError::NothingHappened)?;
                free.insert(client);
                Ok(Swap::Landed)
            }
        }
    }

    async fn insert_marker(&self, marker: Marker) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        records.sweep_if_due(now);
        records.markers.insert(self.limits.markers, marker)
    }
}
