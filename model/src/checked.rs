//! A scenario as a model for the checker.

use oauth_checker::{Judgement, Model, Next, Set};
use oauth_core::refusal::Refused;
use oauth_faults::Faults;
use oauth_laws::fact::What;
use oauth_laws::law::{self, Law};
use oauth_world::scenario::{PhaseName, Reached, Scenario};
use oauth_world::trace;
use oauth_world::world::{Action, Universe, World};

use crate::packed::Worlds;

/// A scenario under faults, held to some laws.
#[derive(Debug, Clone)]
pub struct Checked {
    universe: Universe,
    laws: Vec<&'static Law>,
    /// For each phase its place among the goals.
    phases: [Set; PhaseName::ALL.len()],
    served: Set,
    logged_in: Set,
}

impl Checked {
    /// A scenario under faults, held to these laws.
    #[must_use]
    pub fn new(scenario: &'static Scenario, faults: Faults, laws: Vec<&'static Law>) -> Self {
        let goal = |wanted| goal(scenario, &wanted);
        let mut phases = [Set::EMPTY; PhaseName::ALL.len()];
        for (place, name) in phases.iter_mut().zip(PhaseName::ALL) {
            *place = goal(Reached::Phase(*name));
        }
        Self {
            universe: Universe::new(scenario, faults),
            laws,
            phases,
            served: goal(Reached::Served),
            logged_in: goal(Reached::LoggedIn),
        }
    }

    fn goal(&self, wanted: &Reached) -> Set {
        goal(self.universe.scenario, wanted)
    }
}

/// The place of a goal among those of a scenario.
fn goal(scenario: &Scenario, wanted: &Reached) -> Set {
    Set::of(scenario.expects.sometimes.iter().map(|have| have == wanted))
}

impl Model for Checked {
    type State = World;
    type Action = Action;
    type Store = Worlds;

    fn start(&self) -> World {
        self.universe.start()
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        self.universe.actions(world, actions);
    }

    fn next(&self, world: World, action: &Action) -> Option<Next<World>> {
        let next = self.universe.take(world, action)?;
        let mut reached = Set::EMPTY;
        if let Some(Refused::Step(refusal)) = next.refused {
            reached |= self.goal(&Reached::Refused(refusal));
        }
        if let Some(refusal) = next.client_refused {
            reached |= self.goal(&Reached::ClientRefused(refusal));
        }
        for held in &next.world.grants {
            reached |= self.phases[PhaseName::of(&held.grant.phase) as usize];
        }
        Some(Next { state: next.world, reached })
    }

    fn always(&self) -> Vec<&'static str> {
        self.laws.iter().map(|law| law.id).collect()
    }

    fn sometimes(&self) -> Vec<String> {
        self.universe.scenario.expects.sometimes.iter().map(Reached::id).collect()
    }

    fn judge(&self, world: &World) -> Judgement {
        let history = world.facts.facts();
        let facts = self.universe.scenario.facts(&history);
        let is_broken = |law: &&Law| matches!(law.judge(&facts), law::Judgement::Broken(_));
        let mut reached = Set::EMPTY;
        for fact in &history {
            if matches!(fact.what, What::Resource(service) if service.served) {
                reached |= self.served;
            } else if matches!(fact.what, What::LoggedIn(_)) {
                reached |= self.logged_in;
            }
        }
        Judgement { broken: Set::of(self.laws.iter().map(is_broken)), reached }
    }

    fn say(&self, action: &Action) -> String {
        trace::in_words(action)
    }

    fn say_next(&self, world: &World, action: &Action) -> Option<String> {
        trace::narrate_one(&self.universe, world, action).map(|told| trace::text(&[told]))
    }

    fn draw(&self, actions: &[Action]) -> Option<String> {
        Some(trace::svg(&trace::narrate(&self.universe, actions)))
    }
}
