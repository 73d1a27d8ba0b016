//! Worlds as the search keeps them: each part once, under a number.

use std::collections::BTreeSet;
use std::hash::Hash;
use std::sync::Arc;

use arrayvec::ArrayVec;
use oauth_checker::{Parts, Store};
use oauth_core::grant::Session;
use oauth_core::policy::Time;
use oauth_core::secret::Digest;
use oauth_world::world::{Browser, Call, Held, History, Known, MOST_CALLS, MOST_GRANTS, Visit, World};

/// A world as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Packed {
    facts: u32,
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
pub struct Worlds {
    grants: Parts<Held>,
    histories: Parts<History>,
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

impl Store for Worlds {
    type State = World;
    type Packed = Packed;

    fn pack(&mut self, world: &World, near: Option<&Packed>) -> Packed {
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

    /// Laws and goals read the history and nothing else; what is reached besides, actions tell.
    fn judged(&self, packed: &Packed) -> u32 {
        packed.facts
    }

    fn bytes(&self) -> usize {
        self.grants.bytes()
            + self.histories.bytes()
            + self.calls.bytes()
            + self.browsers.bytes()
            + self.visits.bytes()
            + self.logins.bytes()
            + self.marks.bytes()
            + self.known.bytes()
    }

    fn unpack(&self, packed: &Packed) -> World {
        let mut world = World::empty();
        self.restore(&mut world, packed);
        world
    }

    fn restore(&self, world: &mut World, packed: &Packed) {
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
