//! What was seen, in order: a list that only grows.

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;

use foldhash::quality::FixedState;

use crate::fact::Fact;

/// The facts of a world. It carries a digest of itself, so that worlds are told apart without reading it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    digest: u64,
    facts: Vec<Fact>,
}

impl History {
    /// Adds what was just seen.
    pub fn push(&mut self, fact: Fact) {
        self.digest = FixedState::default().hash_one((self.digest, fact));
        self.facts.push(fact);
    }

    /// How much memory the facts take, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.facts.capacity() * size_of::<Fact>()
    }
}

impl Deref for History {
    type Target = [Fact];

    fn deref(&self) -> &[Fact] {
        &self.facts
    }
}

impl Hash for History {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest);
    }
}
