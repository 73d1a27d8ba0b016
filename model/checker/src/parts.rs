//! Interning: each distinct part of a state is stored once, under a number, and a state is a tuple of such numbers. Two
//! tuples are equal if and only if their states are, so that a search which compares tuples compares whole states.

use std::fmt::Debug;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::numbers::Numbers;

/// Where a search keeps the states that it has met.
pub trait Store: Default {
    /// What is kept.
    type State;
    /// A state as it is kept. Two are equal if and only if their states are.
    type Packed: Copy + Debug + Eq + Hash;

    /// A state as it is kept; `near` is a state that it came from.
    fn pack(&mut self, state: &Self::State, near: Option<&Self::Packed>) -> Self::Packed;

    /// The state that was kept.
    fn unpack(&self, packed: &Self::Packed) -> Self::State;

    /// Makes a state that which was kept; what the two share may stay in place.
    fn restore(&self, state: &mut Self::State, packed: &Self::Packed) {
        *state = self.unpack(packed);
    }

    /// The number of that part of a state which alone decides [`Model::judge`](crate::Model::judge). These numbers count up
    /// from 0 as new parts are packed, one at most for each state.
    fn judged(&self, packed: &Self::Packed) -> u32;

    /// About how much memory it takes, in bytes.
    fn bytes(&self) -> usize;
}

/// Parts of one kind, each under its number, counted from 0.
#[derive(Debug)]
pub struct Parts<T> {
    numbers: Numbers,
    parts: Vec<Arc<T>>,
    hasher: FixedState,
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { numbers: Numbers::default(), parts: Vec::new(), hasher: FixedState::default() }
    }
}

impl<T: Hash + Eq> Parts<T> {
    /// About how much memory they take, in bytes, what a part itself refers to left out.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.numbers.bytes() + self.parts.capacity() * size_of::<Arc<T>>() + self.parts.len() * size_of::<T>()
    }

    /// The part under a number.
    ///
    /// # Panics
    /// If no part has the number.
    #[must_use]
    pub fn part(&self, number: u32) -> &Arc<T> {
        &self.parts[number as usize]
    }

    /// The number of a part; `likely` is tried first, since most actions leave most parts as they are.
    ///
    /// # Panics
    /// If there are more parts than 32 bits can count.
    pub fn number(&mut self, part: &Arc<T>, likely: Option<u32>) -> u32 {
        if let Some(likely) = likely
            && Arc::ptr_eq(part, self.part(likely))
        {
            return likely;
        }
        self.number_of(part, || Arc::clone(part))
    }

    /// The number of a part, which is kept as this makes it if it is new.
    fn number_of(&mut self, part: &T, kept: impl FnOnce() -> Arc<T>) -> u32 {
        let hash = self.hasher.hash_one(part);
        if let Some(number) = self.numbers.find(hash, |number| *self.parts[number] == *part) {
            return number;
        }
        self.parts.push(kept());
        self.numbers.add(hash, self.parts.len() - 1)
    }
}

/// States that are kept whole, each once.
#[derive(Debug)]
pub struct Whole<S>(Parts<S>);

impl<S> Default for Whole<S> {
    fn default() -> Self {
        Self(Parts::default())
    }
}

impl<S: Clone + Eq + Hash> Store for Whole<S> {
    type State = S;
    type Packed = u32;

    fn pack(&mut self, state: &S, _near: Option<&u32>) -> u32 {
        self.0.number_of(state, || Arc::new(state.clone()))
    }

    fn unpack(&self, packed: &u32) -> S {
        self.0.part(*packed).as_ref().clone()
    }

    fn judged(&self, packed: &u32) -> u32 {
        *packed
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }
}
