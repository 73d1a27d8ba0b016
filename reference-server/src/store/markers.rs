//! The markers of used proofs: so many at most, and none forgotten that could let a proof in again.

use std::collections::{BTreeMap, HashSet};

use oauth_core::policy::Time;
use oauth_core::record::Marker;
use oauth_core::secret::Digest;

use super::{StoreError, Swap};

/// Markers that end within so many seconds of each other are forgotten together, which costs nothing however many
/// there are.
const GENERATION: u64 = 10;

/// The markers that are remembered, by generation.
#[derive(Default)]
pub(super) struct Markers {
    generations: BTreeMap<u64, HashSet<Digest>>,
    len: usize,
    /// The horizon: no earlier generation is remembered, and none can come again.
    first: u64,
}

impl Markers {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Inserts a marker that must be free; at the limit the generation goes first that ends first.
    pub(super) fn insert(&mut self, limit: usize, marker: Marker) -> Result<Swap, StoreError> {
        if self.generations.values().any(|markers| markers.contains(&marker.id)) {
            return Ok(Swap::Lost);
        }
        if self.len >= limit {
            self.first = self.drop_first().map_or(self.first, |dropped| dropped + 1);
        }
        let generation = marker.until.0 / GENERATION;
        if generation < self.first {
            let full = "so many proofs came that only the newest are taken".to_owned();
            return Err(StoreError::NothingHappened(full));
        }
        self.generations.entry(generation).or_default().insert(marker.id);
        self.len += 1;
        Ok(Swap::Landed)
    }

    /// Forgets those whose time is over.
    pub(super) fn sweep(&mut self, now: Time) {
        let over = now.0 / GENERATION;
        while self.generations.first_key_value().is_some_and(|(generation, _)| *generation < over) {
            self.drop_first();
        }
    }

    fn drop_first(&mut self) -> Option<u64> {
        let (generation, markers) = self.generations.pop_first()?;
        self.len -= markers.len();
        Some(generation)
    }
}
