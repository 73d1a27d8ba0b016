//! The checker: a search of our own for verdicts and traces (decision 0015), and the same worlds as a stateright model, for
//! its Explorer and as a referee.
#![forbid(unsafe_code)]

pub mod coverage;
pub mod document;
pub mod matrix;
mod numbers;
pub mod report;
pub mod run;
pub mod search;
pub mod side_by_side;
mod store;

use oauth_world::trace;
use stateright::{Model, Property};

use oauth_faults::Faults;
use oauth_laws::law::{Judgement, Law};
use oauth_world::scenario::Scenario;
use oauth_world::world::{Action, Universe, World};

/// A scenario under faults, held to some laws, as stateright sees it.
#[derive(Debug)]
pub struct Checked {
    /// The worlds.
    pub universe: Universe,
    /// The laws, at most [`LAWS_AT_ONCE`].
    pub laws: Vec<&'static Law>,
}

/// How many laws one exploration of stateright's takes.
pub const LAWS_AT_ONCE: usize = 32;

impl Checked {
    /// A scenario under faults, held to these laws.
    ///
    /// # Panics
    /// If there are more than [`LAWS_AT_ONCE`] laws.
    #[must_use]
    pub fn new(scenario: &'static Scenario, faults: Faults, laws: Vec<&'static Law>) -> Self {
        assert!(laws.len() <= LAWS_AT_ONCE, "one exploration takes {LAWS_AT_ONCE} laws");
        Self { universe: Universe::new(scenario, faults), laws }
    }

    /// Whether a law holds in a world.
    #[must_use]
    pub fn holds(&self, law: &Law, world: &World) -> bool {
        !matches!(law.judge(&self.universe.scenario.facts(&world.facts.facts())), Judgement::Broken(_))
    }
}

impl Model for Checked {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![self.universe.start()]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        self.universe.actions(world, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        self.universe.next(world, &action).map(|next| next.world)
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
        trace::in_words(action)
    }

    fn format_step(&self, world: &World, action: Action) -> Option<String> {
        trace::narrate_one(&self.universe, world, &action).map(|told| trace::text(&[told]))
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
