//! The same models in stateright: its breadth-first search as a second engine, and its Explorer.

use std::fmt::{Debug, Formatter};
use std::hash::{Hash, Hasher};
use std::net::ToSocketAddrs;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ::stateright::{Checker as _, Model as _, Path, Property};

use crate::{Findings, Model, Set};

/// Visits every state of a model with stateright, all its laws in one exploration.
pub(crate) fn exhaust<M: Model>(model: &M, threads: NonZeroUsize) -> Findings<M::Action> {
    let adapter = Adapter::new(model);
    let (laws, reached) = (adapter.laws.clone(), Arc::clone(&adapter.reached));
    let checker = adapter.checker().threads(threads.get()).spawn_bfs().join();
    let mut fell = checker.discoveries();
    let distinct = checker.unique_state_count();
    let pairs = distinct as f64 * (distinct as f64 - 1.0) / 2.0;
    Findings {
        distinct,
        generated: checker.state_count(),
        // stateright counts states on the way, the first included.
        depth: checker.max_depth().saturating_sub(1),
        bytes: None,
        // Of a fingerprint of 64 bits.
        collision_probability: -(-pairs / 2f64.powi(64)).exp_m1(),
        always: laws.into_iter().map(|law| (law, fell.remove(law).map(Path::into_actions))).collect(),
        sometimes: Findings::<M::Action>::goals(
            model.sometimes(),
            Set::of_bits(reached.load(Ordering::Relaxed)),
        ),
    }
}

/// Shows a model in a browser with stateright's Explorer, until the process ends.
///
/// # Panics
/// If the address cannot be bound.
pub fn serve<M: Model>(model: &M, address: impl ToSocketAddrs) {
    let _served = Adapter::new(model).checker().serve(address);
}

/// A model as stateright sees it.
struct Adapter<M> {
    model: M,
    laws: Vec<&'static str>,
    /// The goals that were reached so far. The order of exploration does not matter: nothing is ever taken out.
    reached: Arc<AtomicU64>,
}

/// A state with the laws that it breaks: stateright asks law by law, and they are judged once.
#[derive(Clone)]
struct Judged<S> {
    state: S,
    broken: Set,
}

impl<S: Hash> Hash for Judged<S> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.state.hash(hasher);
    }
}

impl<S: PartialEq> PartialEq for Judged<S> {
    fn eq(&self, other: &Self) -> bool {
        self.state == other.state
    }
}

impl<S: Debug> Debug for Judged<S> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        self.state.fmt(formatter)
    }
}

impl<M: Model> Adapter<M> {
    fn new(model: &M) -> Self {
        let laws = model.always();
        let most = Set::MOST;
        assert!(laws.len() <= most, "one exploration takes {most} laws");
        Self { model: model.clone(), laws, reached: Arc::default() }
    }

    fn judged(&self, state: M::State, on_the_way: Set) -> Judged<M::State> {
        let judgement = self.model.judge(&state);
        let reached = on_the_way | judgement.reached;
        self.reached.fetch_or(reached.bits(), Ordering::Relaxed);
        Judged { state, broken: judgement.broken }
    }
}

impl<M: Model> ::stateright::Model for Adapter<M> {
    type State = Judged<M::State>;
    type Action = M::Action;

    fn init_states(&self) -> Vec<Self::State> {
        vec![self.judged(self.model.start(), Set::EMPTY)]
    }

    fn actions(&self, judged: &Self::State, actions: &mut Vec<M::Action>) {
        self.model.actions(&judged.state, actions);
    }

    fn next_state(&self, judged: &Self::State, action: M::Action) -> Option<Self::State> {
        let next = self.model.next(judged.state.clone(), &action)?;
        Some(self.judged(next.state, next.reached))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let laws = self.laws.iter().zip(conditions::<M>());
        let mut properties: Vec<_> = laws.map(|(law, condition)| Property::always(law, condition)).collect();
        // Without a property that stays open, a search ends at the first law that falls.
        properties.push(Property::sometimes("exhausted", |_, _| false));
        properties
    }

    fn format_action(&self, action: &M::Action) -> String {
        self.model.say(action)
    }

    fn format_step(&self, judged: &Self::State, action: M::Action) -> Option<String> {
        self.model.say_next(&judged.state, &action)
    }

    fn as_svg(&self, path: Path<Self::State, M::Action>) -> Option<String> {
        self.model.draw(&path.into_actions())
    }
}

type Condition<M> = fn(&Adapter<M>, &Judged<<M as Model>::State>) -> bool;

/// stateright takes function pointers, so each place in the list of laws has one of its own.
fn holds<const PLACE: usize, M: Model>(_: &Adapter<M>, judged: &Judged<M::State>) -> bool {
    !judged.broken.has(PLACE)
}

macro_rules! each {
    ($($place:literal)*) => { [$(holds::<$place, M>),*] };
}

fn conditions<M: Model>() -> [Condition<M>; Set::MOST] {
    each![
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    ]
}
