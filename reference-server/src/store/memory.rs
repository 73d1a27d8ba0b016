//! A store in this process's memory: three maps behind one lock. It forgets everything when the process ends.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oauth_core::grant::{Grant, Phase, Session};
use oauth_core::policy::{Lifetime, Time};
use oauth_core::secret::{Digest, GrantId};
use oauth_core::server::dpop::Marker;
use oauth_core::server::receive::ResponseTarget;

use super::markers::Markers;
use super::room::{Place, Room};
use super::{Limits, Store, StoreError, Stored, Swap, Version};
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
    sessions: HashMap<Digest, Session>,
    /// Boxed, so that a map that grows moves little while everybody waits.
    grants: HashMap<GrantId, Box<Record>>,
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
        self.sessions.len() + self.grants.len() + self.markers.len()
    }

    fn sweep_if_due(&mut self, now: Time) {
        if self.len() < SWEEP_FLOOR.max(2 * self.after_sweep) && now < self.next_sweep {
            return;
        }
        self.sessions.retain(|_, session| now < session.until.after(GRACE));
        self.grants.retain(|_, record| {
            let stays = now < record.end().after(GRACE);
            if !stays {
                self.room.leave(record.place);
            }
            stays
        });
        self.markers.sweep(now);
        self.after_sweep = self.len();
        self.next_sweep = now.after(GRACE);
    }

    /// Drops what has to make way for a record.
    fn make_way(&mut self, limits: &Limits, place: Option<Place>) {
        while let Some(id) = self.room.make_way(limits, place) {
            self.grants.remove(&id);
        }
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

    async fn insert_grant(&self, grant: Grant, kept: ResponseTarget) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        let records = &mut *records;
        records.sweep_if_due(now);
        match records.grants.entry(grant.id) {
            Entry::Occupied(_) => Ok(Swap::Lost),
            Entry::Vacant(free) => {
                let place = records.room.enter(&grant, &kept);
                let stored = Stored { grant, kept, version: Version(0) };
                free.insert(Box::new(Record { stored, written: now, place }));
                records.make_way(&self.limits, place);
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

    async fn swap_grant(&self, version: Version, grant: Grant) -> Result<Swap, StoreError> {
        let now = self.clock.now();
        let mut records = self.lock();
        let Records { grants, room, .. } = &mut *records;
        match grants.get_mut(&grant.id) {
            Some(record) if record.stored.version == version => {
                record.stored.grant = grant;
                record.stored.version = Version(version.0 + 1);
                record.written = now;
                room.leave(record.place);
                record.place = room.enter(&grant, &record.stored.kept);
                let place = record.place;
                records.make_way(&self.limits, place);
                Ok(Swap::Landed)
            }
            Some(_) | None => Ok(Swap::Lost),
        }
    }
}
