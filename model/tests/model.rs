//! The checker: what the scenarios hold and how large they are, the attacks and how long they take, and the faults
//! that make the laws fall.
#[path = "model/attacks.rs"]
mod attacks;
#[path = "model/engines.rs"]
mod engines;
#[path = "model/falls.rs"]
mod falls;
#[path = "model/mixup.rs"]
mod mixup;
#[path = "model/names.rs"]
mod names;
#[path = "model/scenarios.rs"]
mod scenarios;
#[path = "model/sizes.rs"]
mod sizes;

use oauth_faults::Faults;
use oauth_laws::law::{Judgement, Law};
use oauth_world::scenario::Scenario;
use oauth_world::world::{Action, Universe, World};

fn actions(universe: &Universe, world: &World) -> Vec<Action> {
    let mut actions = Vec::new();
    universe.actions(world, &mut actions);
    actions
}

fn scenario(name: &str) -> &'static Scenario {
    Scenario::find(name).expect("the tables name scenarios that exist")
}

/// Compares with a table; prints the actual rows where they differ.
#[track_caller]
fn same_rows(table: &[(&str, usize, usize)], actual: &[(&str, usize, usize)]) {
    let rows: String =
        actual.iter().map(|(name, one, two)| format!("    (\"{name}\", {one}, {two}),\n")).collect();
    assert!(table == actual, "the rows are\n{rows}");
}

/// The worlds of a scenario by their distance from the start, by a search of its own.
#[expect(clippy::disallowed_types, reason = "nothing is read off its order")]
fn each_world(scenario: &'static Scenario, faults: Faults, mut visit: impl FnMut(usize, &World) -> bool) {
    let universe = Universe::new(scenario, faults);
    let start = universe.start();
    let mut seen: std::collections::HashSet<World> = std::collections::HashSet::from([start.clone()]);
    let mut front = vec![start];
    let mut distance = 0;
    while !front.is_empty() {
        if front.iter().any(|world| visit(distance, world)) {
            return;
        }
        let mut next = Vec::new();
        for world in &front {
            for action in actions(&universe, world) {
                if let Some(reached) = universe.next(world, &action).map(|next| next.world)
                    && seen.insert(reached.clone())
                {
                    next.push(reached);
                }
            }
        }
        front = next;
        distance += 1;
    }
}

fn judge(scenario: &Scenario, law: &Law, world: &World) -> Judgement {
    law.judge(&scenario.facts(&world.facts.facts()))
}
