//! Each part of a world once, under a number: worlds become a few numbers, and nothing of them is lost.
//!
//! Two worlds are equal if and only if their numbers are, so that a search over numbers compares whole worlds: no two
//! of them can be taken for one.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use arrayvec::ArrayVec;
use foldhash::fast::FixedState;

use super::numbers::Numbers;
use oauth_core::grant::Session;
use oauth_core::policy::Time;
use oauth_core::secret::Digest;
use oauth_world::world::{Browser, Call, Held, History, Known, MOST_CALLS, MOST_GRANTS, Visit, World};

/// Parts of one kind.
#[derive(Debug)]
pub(super) struct Parts<T> {
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
    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.parts.len()
    }

    fn bytes(&self) -> usize {
        self.numbers.bytes() + self.parts.capacity() * size_of::<Arc<T>>() + self.len() * size_of::<T>()
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
        if let Some(number) = self.numbers.find(hash, |number| self.parts[number] == *part) {
            return number;
        }
        self.parts.push(Arc::clone(part));
        self.numbers.add(hash, self.parts.len() - 1)
    }
}

/// A world as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Packed {
    pub(super) facts: u32,
    now: u16,
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
    u16::try_from(number)
        .ok()
        .filter(|number| *number != NONE)
        .expect("a scenario has few parts of each kind")
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
            now: u16::try_from(world.now.0).expect("a scenario's clock makes few steps"),
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
        self.grants.bytes()
            + self.histories.bytes()
            + self.calls.bytes()
            + self.browsers.bytes()
            + self.visits.bytes()
            + self.logins.bytes()
            + self.marks.bytes()
            + self.known.bytes()
    }

    /// The world of some numbers.
    pub(super) fn unpack(&self, packed: &Packed) -> World {
        let mut world = World::empty();
        self.restore(&mut world, packed);
        world
    }

    /// Makes a world that of some numbers; what it has of that world already is left alone.
    pub(super) fn restore(&self, world: &mut World, packed: &Packed) {
        world.now = Time(u64::from(packed.now));
        world.attempts = packed.attempts;
        world.namings = packed.namings;
        world.mishaps = packed.mishaps;
        several(&mut world.grants, &self.grants, &packed.grants);
        several(&mut world.calls, &self.calls, &packed.calls);
        for at in 0..2 {
            one(&mut world.browsers[at], &self.browsers, packed.browsers[at].into());
            one(&mut world.visits[at], &self.visits, packed.visits[at].into());
        }
        one(&mut world.logins, &self.logins, packed.logins.into());
        one(&mut world.marks, &self.marks, packed.marks.into());
        one(&mut world.known, &self.known, packed.known.into());
        one(&mut world.facts, &self.histories, packed.facts);
    }
}

fn one<T: Hash + Eq>(part: &mut Arc<T>, parts: &Parts<T>, number: u32) {
    let wanted = parts.part(number);
    if !Arc::ptr_eq(part, wanted) {
        *part = Arc::clone(wanted);
    }
}

fn several<T: Hash + Eq, const MOST: usize>(
    own: &mut ArrayVec<Arc<T>, MOST>,
    parts: &Parts<T>,
    numbers: &[u16; MOST],
) {
    let many = numbers.iter().take_while(|number| **number != NONE).count();
    own.truncate(many);
    for (part, number) in own.iter_mut().zip(numbers) {
        one(part, parts, u32::from(*number));
    }
    for number in &numbers[own.len()..many] {
        own.push(Arc::clone(parts.part(u32::from(*number))));
    }
}
