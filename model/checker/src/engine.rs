//! Which search explores a model.

use std::num::NonZeroUsize;

use crate::{Findings, Model, Search, Until, stateright};

/// A search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The search of this crate: exact, in one thread.
    Ours,
    /// stateright's breadth-first search. It keeps 64 bits of each state, so that two states may be taken for one; in more
    /// than one thread its traces need not be the shortest, and its depth need not be the longest of the shortest ways.
    Stateright {
        /// In how many threads.
        threads: NonZeroUsize,
    },
}

/// Visits every state of a model.
///
/// # Panics
/// If the model has more laws or goals than a [`Set`](crate::Set) has places.
#[must_use]
pub fn exhaust<M: Model>(model: &M, engine: Engine) -> Findings<M::Action> {
    match engine {
        Engine::Ours => Search::run(model, Until::Exhausted).findings(),
        Engine::Stateright { threads } => stateright::exhaust(model, threads),
    }
}
