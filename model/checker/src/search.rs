//! The search: breadth first, over whole worlds, in one thread, so that the first trace found is a shortest one.

use std::hash::BuildHasher;

use super::coverage::Coverage;
use super::numbers::Numbers;
use super::store::{Packed, Store};
use foldhash::fast::FixedState;
use oauth_laws::law::{Judgement, Law};
use oauth_world::world::{Action, Universe, World};

/// When a search ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Every world was seen.
    Exhausted,
    /// A law fell.
    Fall,
}

/// A search, and what it found.
#[derive(Debug)]
pub struct Search<'a> {
    universe: &'a Universe,
    laws: &'a [&'static Law],
    store: Store,
    worlds: Vec<Packed>,
    numbers: Numbers,
    /// For each world the one that it was reached from, and by which of its actions.
    came: Vec<(u32, u16)>,
    hasher: FixedState,
    /// For each history the laws that it breaks, as bits.
    broken: Vec<u64>,
    /// The laws that fell so far, as bits.
    fallen: u64,
    falls: Vec<Option<u32>>,
    coverage: Coverage,
    generated: usize,
    depth: usize,
}

/// How many laws one search takes.
pub const LAWS_AT_ONCE: usize = 64;

impl<'a> Search<'a> {
    /// Searches the worlds of a universe for those in which a law falls.
    ///
    /// # Panics
    /// If there are more than [`LAWS_AT_ONCE`] laws.
    #[must_use]
    pub fn run(universe: &'a Universe, laws: &'a [&'static Law], until: Until) -> Self {
        assert!(laws.len() <= LAWS_AT_ONCE, "one search takes {LAWS_AT_ONCE} laws");
        let mut search = Self {
            universe,
            laws,
            store: Store::default(),
            worlds: Vec::new(),
            numbers: Numbers::default(),
            came: Vec::new(),
            hasher: FixedState::default(),
            broken: Vec::new(),
            fallen: 0,
            falls: vec![None; laws.len()],
            coverage: Coverage::default(),
            generated: 1,
            depth: 0,
        };
        search.meet(&universe.start(), None, 0);
        search.explore(until);
        search
    }

    fn explore(&mut self, until: Until) {
        let (mut at, mut level) = (0, 1);
        let mut actions = Vec::new();
        // One world serves for all: what two worlds share stays in place.
        let mut world = self.universe.start();
        while at < self.worlds.len() {
            if until == Until::Fall && self.fallen != 0 {
                return;
            }
            if at == level {
                self.depth += 1;
                level = self.worlds.len();
            }
            let packed = self.worlds[at];
            self.store.restore(&mut world, &packed);
            actions.clear();
            self.universe.actions(&world, &mut actions);
            for (nth, action) in actions.iter().enumerate() {
                self.store.restore(&mut world, &packed);
                let Some(next) = self.universe.take(world, action) else {
                    world = self.store.unpack(&packed);
                    continue;
                };
                self.generated += 1;
                self.coverage.refusals(&next);
                self.meet(&next.world, Some((at, packed)), nth);
                world = next.world;
            }
            at += 1;
        }
    }

    /// Takes note of a world, if it is new.
    fn meet(&mut self, world: &World, from: Option<(usize, Packed)>, nth: usize) {
        let grants = self.store.grants.len();
        let packed = self.store.pack(world, from.as_ref().map(|(_, packed)| packed));
        for number in grants..self.store.grants.len() {
            self.coverage.phase(self.store.grants.part(number as u32).grant.phase);
        }
        while self.broken.len() < self.store.histories.len() {
            let broken = self.judge(self.broken.len());
            self.broken.push(broken);
        }
        let hash = self.hasher.hash_one(packed);
        if self.numbers.find(hash, |number| self.worlds[number] == packed).is_some() {
            return;
        }
        let number = self.numbers.add(hash, self.worlds.len());
        self.worlds.push(packed);
        let from = from.map_or(0, |(from, _)| from);
        self.came.push((
            u32::try_from(from).expect("it has a number"),
            u16::try_from(nth).expect("a world has few actions"),
        ));
        let new = self.broken[packed.facts as usize] & !self.fallen;
        if new != 0 {
            self.fallen |= new;
            for (_, fall) in self.falls.iter_mut().enumerate().filter(|(law, _)| new & (1 << law) != 0) {
                *fall = Some(number);
            }
        }
    }

    /// The laws that a history breaks. Laws read nothing else, so each history is judged once.
    fn judge(&mut self, number: usize) -> u64 {
        let history = self.store.histories.part(number as u32);
        let seen = history.facts();
        self.coverage.goals(&seen);
        let facts = self.universe.scenario.facts(&seen);
        let broken = |law: &Law| matches!(law.judge(&facts), Judgement::Broken(_));
        self.laws.iter().enumerate().filter(|(_, law)| broken(law)).fold(0, |bits, (at, _)| bits | 1 << at)
    }

    /// How many worlds there are.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.worlds.len()
    }

    /// How many were made, those that were known already included.
    #[must_use]
    pub const fn generated(&self) -> usize {
        self.generated
    }

    /// The longest of the shortest ways, in actions.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// What was reached.
    #[must_use]
    pub const fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The shortest way to a world in which the law at this place falls, if there is one.
    #[must_use]
    pub fn fall(&self, law: usize) -> Option<Vec<Action>> {
        let mut at = self.falls[law]? as usize;
        let mut trace = Vec::new();
        let mut actions = Vec::new();
        while at != 0 {
            let (from, nth) = self.came[at];
            at = from as usize;
            actions.clear();
            self.universe.actions(&self.store.unpack(&self.worlds[at]), &mut actions);
            trace.push(actions[usize::from(nth)]);
        }
        trace.reverse();
        Some(trace)
    }

    /// What the search keeps of each world, in bytes, its share of the tables and of the parts included.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.worlds.capacity() * size_of::<Packed>()
            + self.came.capacity() * size_of::<(u32, u16)>()
            + self.numbers.bytes()
            + self.store.bytes()
    }
}
