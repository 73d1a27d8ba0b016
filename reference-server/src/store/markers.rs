//! The markers of used proofs: so many at most, and none forgotten that could let a proof in again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use oauth_model::policy::Time;
use oauth_model::secret::Digest;
use oauth_model::server::dpop::Marker;

use super::{StoreError, Swap};

/// Which part of the markers is forgotten at a time.
const PART: usize = 8;

/// The markers that are remembered, and the horizon: those that end before it are not, and cannot come again.
#[derive(Default)]
pub(super) struct Markers {
    until: HashMap<Digest, Time>,
    /// How many end when.
    ends: BTreeMap<Time, usize>,
    horizon: Time,
}

impl Markers {
    pub(super) fn len(&self) -> usize {
        self.until.len()
    }

    /// Inserts a marker that must be free; at the limit those go first that end first.
    pub(super) fn insert(&mut self, limit: usize, marker: Marker) -> Result<Swap, StoreError> {
        if self.len() >= limit && !self.until.contains_key(&marker.id) {
            self.forget(limit / PART);
        }
        if marker.until < self.horizon {
            let full = "so many proofs came that only the newest are taken".to_owned();
            return Err(StoreError::NothingHappened(full));
        }
        match self.until.entry(marker.id) {
            Entry::Occupied(_) => Ok(Swap::Lost),
            Entry::Vacant(free) => {
                free.insert(marker.until);
                *self.ends.entry(marker.until).or_default() += 1;
                Ok(Swap::Landed)
            }
        }
    }

    /// Forgets those whose time is over.
    pub(super) fn sweep(&mut self, now: Time) {
        self.keep_from(Time(now.0.saturating_add(1)));
    }

    /// Forgets so many at least, those that end first; the horizon goes behind them.
    fn forget(&mut self, number: usize) {
        let mut forgotten = 0;
        let last = self.ends.iter().find(|(_, ending)| {
            forgotten += **ending;
            forgotten > number
        });
        let Some(last) = last.map(|(end, _)| *end).or_else(|| self.ends.keys().next_back().copied()) else {
            return;
        };
        self.horizon = Time(last.0.saturating_add(1));
        self.keep_from(self.horizon);
    }

    fn keep_from(&mut self, first: Time) {
        self.until.retain(|_, until| *until >= first);
        self.ends = self.ends.split_off(&first);
    }
}
