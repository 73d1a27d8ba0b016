//! Everything that a scope reaches, by a search of its own, each world in the words of the other description.

use std::collections::{BTreeMap, BTreeSet};

use oauth_model::fault::Faults;
use oauth_model::law::{Facts, Judgement, Law};
use oauth_model::scope::Scope;
use oauth_model::world::{Universe, World};

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

/// Everything that a scope reaches under faults.
pub(crate) fn explore(scope: &'static Scope, faults: Faults) -> Graph {
    let universe = Universe::new(scope, faults);
    let mut graph = Graph::default();
    let mut worlds = BTreeSet::from([universe.start()]);
    let mut front: Vec<World> = worlds.iter().cloned().collect();
    while !front.is_empty() {
        graph.sizes.push(front.len());
        for id in scope.laws {
            let law = Law::find(id).expect("scopes name laws that exist");
            let broken = front.iter().filter(|world| is_broken(scope, law, world)).count();
            graph.broken.entry(id).or_default().push(broken);
        }
        let mut next = Vec::new();
        for world in &front {
            let from = told(world);
            assert!(graph.states.insert(from.clone()), "two worlds have the same words: {from}");
            for action in universe.actions(world) {
                let Some(reached) = universe.next(world, &action).map(|next| next.world) else { continue };
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

fn is_broken(scope: &Scope, law: &Law, world: &World) -> bool {
    let judgement = law.judge(&Facts {
        facts: &world.facts,
        code_lifetime: u64::from(scope.policy.code_lifetime.0),
        refresh_grace: u64::from(scope.policy.refresh_grace.0),
        refresh_lifetime: Some(u64::from(scope.policy.refresh_lifetime.0)),
        proof_lifetime: u64::from(scope.policy.proof_lifetime.0),
    });
    matches!(judgement, Judgement::Broken(_))
}
