//! One exploration, and what it found.

use std::time::Instant;

use stateright::{Checker, HasDiscoveries, Model};

use super::Checked;
use crate::fault::Faults;
use crate::law::Law;
use crate::scope::Scope;
use crate::world::Action;

/// What an exploration of a scope found.
#[derive(Debug, Clone)]
pub struct Explored {
    /// The scope.
    pub scope: &'static Scope,
    /// Distinct states.
    pub unique_states: usize,
    /// Generated states.
    pub states: usize,
    /// The longest shortest path, in actions.
    pub depth: usize,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Each law, and the trace under which it fell.
    pub laws: Vec<(&'static Law, Option<Vec<Action>>)>,
    /// What the scope has to reach, and whether it was.
    pub sometimes: Vec<(String, bool)>,
}

impl Explored {
    /// Whether every law held and everything was reached.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.laws.iter().all(|(_, trace)| trace.is_none()) && self.sometimes.iter().all(|(_, found)| *found)
    }
}

/// Exhausts a scope: its laws, and what it must reach.
#[must_use]
pub fn exhaust(scope: &'static Scope, faults: Faults, threads: usize) -> Explored {
    let started = Instant::now();
    let model = Checked::new(scope, faults, Checked::laws_of(scope));
    let laws = model.laws.clone();
    let checker = model.checker().threads(threads).spawn_bfs().join();
    let discoveries = checker.discoveries();
    Explored {
        scope,
        unique_states: checker.unique_state_count(),
        states: checker.state_count(),
        depth: checker.max_depth().saturating_sub(1),
        seconds: started.elapsed().as_secs_f64(),
        laws: laws
            .into_iter()
            .map(|law| (law, discoveries.get(law.id).map(|path| path.clone().into_actions())))
            .collect(),
        sometimes: scope
            .sometimes
            .iter()
            .map(|reached| (reached.id(), checker.model().reached(reached)))
            .collect(),
    }
}

/// The shortest way to make one law fall in a scope, if there is one, and the distinct states that were seen.
#[must_use]
pub fn shortest(scope: &'static Scope, faults: Faults, law: &'static Law) -> (Option<Vec<Action>>, usize) {
    let model = Checked::new(scope, faults, vec![law]);
    let checker = model.checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let path = checker.discovery(law.id).map(stateright::Path::into_actions);
    (path, checker.unique_state_count())
}

/// The laws of a scope that fall under faults, each with its shortest trace.
#[must_use]
pub fn fallen(scope: &'static Scope, faults: &Faults) -> Vec<(&'static Law, Vec<Action>)> {
    Checked::laws_of(scope)
        .into_iter()
        .filter_map(|law| shortest(scope, faults.clone(), law).0.map(|trace| (law, trace)))
        .collect()
}
