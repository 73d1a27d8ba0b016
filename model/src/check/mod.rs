//! The stateright adapter: scopes as models, laws as `always`, what must be reached gathered on the way.
//!
//! stateright is pinned to 0.30.2, whose breadth-first search gives shortest paths in one thread (decision 0004).

pub mod report;
pub mod run;
pub mod trace;

use std::sync::atomic::{AtomicU64, Ordering};

use stateright::{Model, Property};

use crate::client::refusal::ClientRefusal;
use crate::fact::What;
use crate::fault::Faults;
use crate::law::{Facts, Judgement, Law};
use crate::refusal::{Refusal, Refused};
use crate::scope::{PhaseName, Reached, Scope};
use crate::world::{Action, Next, Universe, World};

/// A scope under faults, held to some laws.
#[derive(Debug)]
pub struct Checked {
    /// The worlds.
    pub universe: Universe,
    /// The laws, at most [`LAWS_AT_ONCE`].
    pub laws: Vec<&'static Law>,
    seen: Seen,
}

/// What was reached in any world; a set that only grows, so that it is the same for any order of exploration.
#[derive(Debug, Default)]
struct Seen {
    refusals: [AtomicU64; 2],
    client: AtomicU64,
    others: AtomicU64,
}

/// How many laws one exploration takes.
pub const LAWS_AT_ONCE: usize = 32;

impl Checked {
    /// A scope under faults, held to these laws.
    #[must_use]
    pub fn new(scope: &'static Scope, faults: Faults, laws: Vec<&'static Law>) -> Self {
        assert!(laws.len() <= LAWS_AT_ONCE, "one exploration takes {LAWS_AT_ONCE} laws");
        Self { universe: Universe::new(scope, faults), laws, seen: Seen::default() }
    }

    /// The laws that a scope names.
    #[must_use]
    pub fn laws_of(scope: &Scope) -> Vec<&'static Law> {
        scope.laws.iter().map(|id| Law::find(id).expect("a test holds the scopes to existing laws")).collect()
    }

    /// Whether a law holds in a world.
    #[must_use]
    pub fn holds(&self, law: &Law, world: &World) -> bool {
        let facts = Facts {
            facts: &world.facts,
            code_lifetime: u64::from(self.universe.scope.policy.code_lifetime.0),
            refresh_grace: u64::from(self.universe.scope.policy.refresh_grace.0),
            proof_lifetime: u64::from(self.universe.scope.policy.proof_lifetime.0),
            refresh_lifetime: Some(u64::from(self.universe.scope.policy.refresh_lifetime.0)),
        };
        !matches!(law.judge(&facts), Judgement::Broken(_))
    }

    fn note(&self, next: &Next) {
        if let Some(Refused::Step(refusal)) = next.refused {
            let at = Refusal::ALL.iter().position(|have| *have == refusal);
            mark(&self.seen.refusals[at.unwrap_or(0) / 64], at.map(|at| at % 64));
        }
        if let Some(refusal) = next.client_refused {
            mark(&self.seen.client, ClientRefusal::ALL.iter().position(|have| *have == refusal));
        }
        for grant in &next.world.grants {
            let name = PhaseName::of(&grant.phase);
            mark(&self.seen.others, PhaseName::ALL.iter().position(|have| *have == name).map(|at| at + 2));
        }
        for fact in &next.world.facts {
            match fact.what {
                What::Resource(service) if service.served => mark(&self.seen.others, Some(0)),
                What::LoggedIn(_) => mark(&self.seen.others, Some(1)),
                _ => {}
            }
        }
    }

    /// Whether something was reached in what was explored so far.
    #[must_use]
    pub fn reached(&self, what: &Reached) -> bool {
        match what {
            Reached::Refused(refusal) => {
                let at = Refusal::ALL.iter().position(|have| have == refusal);
                marked(&self.seen.refusals[at.unwrap_or(0) / 64], at.map(|at| at % 64))
            }
            Reached::ClientRefused(refusal) => {
                marked(&self.seen.client, ClientRefusal::ALL.iter().position(|have| have == refusal))
            }
            Reached::Served => marked(&self.seen.others, Some(0)),
            Reached::LoggedIn => marked(&self.seen.others, Some(1)),
            Reached::Phase(name) => marked(
                &self.seen.others,
                PhaseName::ALL.iter().position(|have| have == name).map(|at| at + 2),
            ),
        }
    }
}

fn mark(set: &AtomicU64, at: Option<usize>) {
    if let Some(at) = at
        && set.load(Ordering::Relaxed) & (1 << at) == 0
    {
        set.fetch_or(1 << at, Ordering::Relaxed);
    }
}

fn marked(set: &AtomicU64, at: Option<usize>) -> bool {
    at.is_some_and(|at| set.load(Ordering::Relaxed) & (1 << at) != 0)
}

impl Model for Checked {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.universe.start()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        actions.extend(self.universe.actions(world));
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let next = self.universe.next(world, &action)?;
        self.note(&next);
        Some(next.world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let laws = self.laws.iter().zip(CONDITIONS);
        let mut properties: Vec<_> =
            laws.map(|(law, condition)| Property::always(law.id, *condition)).collect();
        // Without a property that stays open, a search ends at the first law that falls.
        properties.push(Property::sometimes("exhausted", |_, _| false));
        properties
    }

    fn format_action(&self, action: &Action) -> String {
        format!("{}: {action:?}", action.actor())
    }

    fn as_svg(&self, path: stateright::Path<World, Action>) -> Option<String> {
        let steps = path.into_vec();
        let actions: Vec<Action> = steps.into_iter().filter_map(|(_, action)| action).collect();
        Some(trace::svg(&trace::narrate(&self.universe, &actions)))
    }
}

type Condition = fn(&Checked, &World) -> bool;

/// stateright takes function pointers, so each place in the list of laws has one of its own.
fn law_at<const AT: usize>(model: &Checked, world: &World) -> bool {
    model.laws.get(AT).is_none_or(|law| model.holds(law, world))
}

macro_rules! conditions {
    ($($at:literal)*) => { &[$(law_at::<$at>),*] };
}

const CONDITIONS: &[Condition; LAWS_AT_ONCE] =
    conditions![0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31];
