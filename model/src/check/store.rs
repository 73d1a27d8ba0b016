//! Each part of a world once, under a number: worlds become a few numbers, and nothing of them is lost.
//!
//! Two worlds are equal if and only if their numbers are, so that a search over numbers compares whole worlds: no two
//! of them can be taken for one.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use crate::grant::Session;
use crate::policy::Time;
use crate::secret::Digest;
use crate::world::{Browser, Call, Held, History, Known, MOST_CALLS, MOST_GRANTS, Visit, World};

/// Parts of one kind.
#[derive(Debug)]
pub(super) struct Parts<T> {
    numbers: HashTable<u32>,
    parts: Vec<Arc<T>>,
    hasher: FixedState,
}

impl<T> Default for Parts<T> {
    fn default() -> Self {
        Self { numbers: HashTable::new(), parts: Vec::new(), hasher: FixedState::default() }
    }
}

impl<T: Hash + Eq> Parts<T> {
    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.parts.len()
    }

    fn bytes(&self) -> usize {
        self.numbers.allocation_size()
            + self.parts.capacity() * size_of::<Arc<T>>()
            + self.len() * size_of::<T>()
    }

    /// The part under a number.
    pub(super) fn part(&self, number: u32) -> &Arc<T> {
        &self.parts[number as usize]
    }

    /// The number of a part; `likely` is tried first, since most actions leave most parts as they are.
    fn number(&mut self, part: &Arc<T>, likely: Option<u32>) -> u32 {
        if let Some(likely) = likely
            && Arc::ptr_eq(part, self.part(likely))
        {
            return likely;
        }
        let hash = self.hasher.hash_one(part);
        if let Some(number) = self.numbers.find(hash, |number| self.parts[*number as usize] == *part) {
            return *number;
        }
        let number = u32::try_from(self.parts.len()).expect("memory ends long before");
        self.parts.push(Arc::clone(part));
        let (parts, hasher) = (&self.parts, &self.hasher);
        self.numbers.insert_unique(hash, number, |number| hasher.hash_one(&parts[*number as usize]));
        number
    }
}

/// A world as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Packed {
    pub(super) facts: u32,
    now: u8,
    attempts: u8,
    namings: u8,
    mishaps: u8,
    grants: [u16; MOST_GRANTS],
    calls: [u16; MOST_CALLS],
    browsers: [u16; 2],
    visits: [u16; 2],
    logins: u16,
    marks: u16,
    known: u16,
}

/// No part is here.
const NONE: u16 = u16::MAX;

/// The parts of all worlds that a search has met.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) grants: Parts<Held>,
    pub(super) histories: Parts<History>,
    calls: Parts<Call>,
    browsers: Parts<Browser>,
    visits: Parts<Visit>,
    logins: Parts<Vec<Session>>,
    marks: Parts<BTreeSet<Digest>>,
    known: Parts<BTreeSet<Known>>,
}

fn short(number: u32) -> u16 {
    u16::try_from(number).ok().filter(|number| *number != NONE).expect("a scope has few parts of each kind")
}

fn likely(number: Option<u16>) -> Option<u32> {
    number.filter(|number| *number != NONE).map(u32::from)
}

impl Store {
    /// A world's numbers; `near` is a world that it came from.
    pub(super) fn pack(&mut self, world: &World, near: Option<&Packed>) -> Packed {
        let mut grants = [NONE; MOST_GRANTS];
        for (at, held) in world.grants.iter().enumerate() {
            grants[at] = short(self.grants.number(held, likely(near.map(|near| near.grants[at]))));
        }
        let mut calls = [NONE; MOST_CALLS];
        for (at, call) in world.calls.iter().enumerate() {
            calls[at] = short(self.calls.number(call, likely(near.map(|near| near.calls[at]))));
        }
        let mut browsers = [NONE; 2];
        let mut visits = [NONE; 2];
        for at in 0..2 {
            let seats = near.map(|near| (near.browsers[at], near.visits[at]));
            let (browser, visit) = (seats.map(|seats| seats.0), seats.map(|seats| seats.1));
            browsers[at] = short(self.browsers.number(&world.browsers[at], likely(browser)));
            visits[at] = short(self.visits.number(&world.visits[at], likely(visit)));
        }
        Packed {
            facts: self.histories.number(&world.facts, near.map(|near| near.facts)),
            now: u8::try_from(world.now.0).expect("a scope's clock makes few steps"),
            attempts: world.attempts,
            namings: world.namings,
            mishaps: world.mishaps,
            grants,
            calls,
            browsers,
            visits,
            logins: short(self.logins.number(&world.logins, likely(near.map(|near| near.logins)))),
            marks: short(self.marks.number(&world.marks, likely(near.map(|near| near.marks)))),
            known: short(self.known.number(&world.known, likely(near.map(|near| near.known)))),
        }
    }

    /// About how much memory the parts take, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let histories: usize = self.histories.parts.iter().map(|part| part.bytes()).sum();
        self.grants.bytes()
            + self.histories.bytes()
            + histories
            + self.calls.bytes()
            + self.browsers.bytes()
            + self.visits.bytes()
            + self.logins.bytes()
            + self.marks.bytes()
            + self.known.bytes()
    }

    /// The world of some numbers.
    pub(super) fn unpack(&self, packed: &Packed) -> World {
        let part = u32::from;
        let here = |number: &&u16| **number != NONE;
        World {
            now: Time(u64::from(packed.now)),
            grants: packed
                .grants
                .iter()
                .take_while(here)
                .map(|at| Arc::clone(self.grants.part(part(*at))))
                .collect(),
            logins: Arc::clone(self.logins.part(part(packed.logins))),
            marks: Arc::clone(self.marks.part(part(packed.marks))),
            browsers: packed.browsers.map(|at| Arc::clone(self.browsers.part(part(at)))),
            visits: packed.visits.map(|at| Arc::clone(self.visits.part(part(at)))),
            calls: packed
                .calls
                .iter()
                .take_while(here)
                .map(|at| Arc::clone(self.calls.part(part(*at))))
                .collect(),
            known: Arc::clone(self.known.part(part(packed.known))),
            attempts: packed.attempts,
            namings: packed.namings,
            mishaps: packed.mishaps,
            facts: Arc::clone(self.histories.part(packed.facts)),
        }
    }
}
