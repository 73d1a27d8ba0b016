//! The search: breadth first, over whole states, in one thread, so that the first trace found is a shortest one.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::numbers::Numbers;
use crate::{Findings, Model, Set, Store};

/// When a search ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// Every state was visited.
    Exhausted,
    /// A law fell.
    Fall,
}

type Packed<M> = <<M as Model>::Store as Store>::Packed;

/// A search, and what it found.
pub struct Search<'a, M: Model> {
    model: &'a M,
    laws: Vec<&'static str>,
    store: M::Store,
    states: Vec<Packed<M>>,
    numbers: Numbers,
    /// For each state the one that it was reached from, and by which of its actions.
    came: Vec<(u32, u16)>,
    hasher: FixedState,
    /// For each part that is judged the laws that it breaks.
    broken: Vec<Set>,
    /// The laws that fell so far.
    fallen: Set,
    /// The first state that breaks each law.
    falls: Vec<Option<u32>>,
    reached: Set,
    generated: usize,
    depth: usize,
}

impl<'a, M: Model> Search<'a, M> {
    /// Searches the states of a model for those in which a law falls.
    ///
    /// # Panics
    /// If the model has more laws or goals than a [`Set`] has places, more than 65536 actions in a state, or more states
    /// than 32 bits can count.
    #[must_use]
    pub fn run(model: &'a M, until: Until) -> Self {
        let laws = model.always();
        let goals = model.sometimes().len();
        let most = Set::MOST;
        assert!(laws.len() <= most && goals <= most, "a search takes {most} laws and {most} goals");
        let mut search = Self {
            model,
            falls: vec![None; laws.len()],
            laws,
            store: M::Store::default(),
            states: Vec::new(),
            numbers: Numbers::default(),
            came: Vec::new(),
            hasher: FixedState::default(),
            broken: Vec::new(),
            fallen: Set::EMPTY,
            reached: Set::EMPTY,
            generated: 1,
            depth: 0,
        };
        search.meet(&model.start(), None, 0);
        search.explore(until);
        search
    }

    fn explore(&mut self, until: Until) {
        let (mut at, mut level) = (0, 1);
        let mut actions = Vec::new();
        // One state serves for all: what two states share stays in place.
        let mut state = self.model.start();
        while at < self.states.len() {
            if until == Until::Fall && !self.fallen.is_empty() {
                return;
            }
            if at == level {
                self.depth += 1;
                level = self.states.len();
            }
            let packed = self.states[at];
            self.store.restore(&mut state, &packed);
            actions.clear();
            self.model.actions(&state, &mut actions);
            for (nth, action) in actions.iter().enumerate() {
                self.store.restore(&mut state, &packed);
                let Some(next) = self.model.next(state, action) else {
                    state = self.store.unpack(&packed);
                    continue;
                };
                self.generated += 1;
                self.reached |= next.reached;
                self.meet(&next.state, Some((at, packed)), nth);
                state = next.state;
            }
            at += 1;
        }
    }

    /// Takes note of a state, if it is new.
    fn meet(&mut self, state: &M::State, from: Option<(usize, Packed<M>)>, nth: usize) {
        let packed = self.store.pack(state, from.as_ref().map(|(_, packed)| packed));
        let judged = self.store.judged(&packed) as usize;
        if judged == self.broken.len() {
            let judgement = self.model.judge(state);
            self.reached |= judgement.reached;
            self.broken.push(judgement.broken);
        }
        let hash = self.hasher.hash_one(packed);
        if self.numbers.find(hash, |number| self.states[number] == packed).is_some() {
            return;
        }
        let number = self.numbers.add(hash, self.states.len());
        self.states.push(packed);
        let from = from.map_or(0, |(from, _)| from);
        self.came.push((
            u32::try_from(from).expect("it has a number"),
            u16::try_from(nth).expect("a state has few actions"),
        ));
        let new = self.broken[judged].without(self.fallen);
        if !new.is_empty() {
            self.fallen |= new;
            for (_, fall) in self.falls.iter_mut().enumerate().filter(|(law, _)| new.has(*law)) {
                *fall = Some(number);
            }
        }
    }

    /// The shortest way to a state in which the law at this place falls, if there is one.
    ///
    /// # Panics
    /// If the model has no law at this place.
    #[must_use]
    pub fn fall(&self, law: usize) -> Option<Vec<M::Action>> {
        let mut at = self.falls[law]? as usize;
        let mut trace = Vec::new();
        let mut actions = Vec::new();
        while at != 0 {
            let (from, nth) = self.came[at];
            at = from as usize;
            actions.clear();
            self.model.actions(&self.store.unpack(&self.states[at]), &mut actions);
            trace.push(actions[usize::from(nth)].clone());
        }
        trace.reverse();
        Some(trace)
    }

    /// What was found, so far as the search went.
    #[must_use]
    pub fn findings(&self) -> Findings<M::Action> {
        Findings {
            distinct: self.states.len(),
            generated: self.generated,
            depth: self.depth,
            bytes: Some(self.bytes()),
            collision_probability: 0.0,
            always: self.laws.iter().enumerate().map(|(law, name)| (*name, self.fall(law))).collect(),
            sometimes: Findings::<M::Action>::goals(self.model.sometimes(), self.reached),
        }
    }

    /// What the search keeps of all states, in bytes, its tables and the parts included.
    fn bytes(&self) -> usize {
        self.states.capacity() * size_of::<Packed<M>>()
            + self.came.capacity() * size_of::<(u32, u16)>()
            + self.numbers.bytes()
            + self.store.bytes()
    }
}
