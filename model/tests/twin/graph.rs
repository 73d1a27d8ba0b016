//! Everything that a scenario reaches, by a search of its own, each world in the words of the other description.

#![expect(clippy::disallowed_types, reason = "nothing is read off the order of worlds")]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use oauth_faults::Faults;
use oauth_laws::law::{Judgement, Law};
use oauth_world::scenario::Scenario;
use oauth_world::world::{Universe, World};

use crate::told::told;

/// States and the steps between them.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// The states.
    pub(crate) states: BTreeSet<String>,
    /// From which state to which.
    pub(crate) steps: BTreeSet<(String, String)>,
    /// How many states there are at each distance from the start.
    pub(crate) sizes: Vec<usize>,
    /// In how many of them each law is broken.
    pub(crate) broken: BTreeMap<&'static str, Vec<usize>>,
}

impl Graph {
    /// The laws that fall, and the distance of the nearest state in which they do.
    pub(crate) fn shortest(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let nearest = |broken: &Vec<usize>| broken.iter().position(|states| *states > 0);
        self.broken.iter().filter_map(move |(law, broken)| nearest(broken).map(|distance| (*law, distance)))
    }
}

/// Everything that a scenario reaches under faults.
pub(crate) fn explore(scenario: &'static Scenario, faults: Faults) -> Graph {
    let universe = Universe::new(scenario, faults);
    let mut graph = Graph::default();
    let mut front: Vec<World> = vec![universe.start()];
    let mut worlds: HashSet<World> = front.iter().cloned().collect();
    let mut actions = Vec::new();
    while !front.is_empty() {
        graph.sizes.push(front.len());
        for law in scenario.expects.laws {
            let broken = front.iter().filter(|world| is_broken(scenario, law, world)).count();
            graph.broken.entry(law.id).or_default().push(broken);
        }
        let mut next = Vec::new();
        for world in &front {
            let from = told(world);
            assert!(graph.states.insert(from.clone()), "two worlds have the same words: {from}");
            actions.clear();
            universe.actions(world, &mut actions);
            for action in &actions {
                let Some(reached) = universe.next(world, action).map(|next| next.world) else { continue };
                graph.steps.insert((from.clone(), told(&reached)));
                if worlds.insert(reached.clone()) {
                    next.push(reached);
                }
            }
        }
        front = next;
    }
    graph
}

fn is_broken(scenario: &Scenario, law: &Law, world: &World) -> bool {
    let judgement = law.judge(&scenario.facts(&world.facts.facts()));
    matches!(judgement, Judgement::Broken(_))
}
