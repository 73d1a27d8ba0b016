//! One exploration, and what it found.

use std::time::Instant;

use super::search::{Search, Until};
use oauth_faults::Faults;
use oauth_laws::law::Law;
use oauth_world::scenario::Scenario;
use oauth_world::world::{Action, Universe};

/// What an exploration of a scenario found.
#[derive(Debug, Clone)]
pub struct Explored {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// Whether it is as large as the table says; a scenario under faults is in no table.
    pub has_its_size: bool,
    /// Distinct states.
    pub unique_states: usize,
    /// Generated states.
    pub states: usize,
    /// The longest shortest path, in actions.
    pub depth: usize,
    /// What the search kept, in bytes.
    pub bytes: usize,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Each law, and the trace under which it fell.
    pub laws: Vec<(&'static Law, Option<Vec<Action>>)>,
    /// What the scenario has to reach, and whether it was.
    pub sometimes: Vec<(String, bool)>,
}

impl Explored {
    /// Whether every law held, everything was reached, and as many states were met as the table says.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.has_its_size
            && self.laws.iter().all(|(_, trace)| trace.is_none())
            && self.sometimes.iter().all(|(_, found)| *found)
    }
}

/// The laws that a scenario names.
///
/// # Panics
/// If it names one that does not exist; a test holds the table to that.
#[must_use]
pub fn laws_of(scenario: &Scenario) -> Vec<&'static Law> {
    scenario
        .laws
        .iter()
        .map(|id| Law::find(id).expect("a test holds the scenarios to existing laws"))
        .collect()
}

/// Exhausts a scenario: its laws, and what it must reach.
#[must_use]
pub fn exhaust(scenario: &'static Scenario, faults: Faults) -> Explored {
    let started = Instant::now();
    let size = scenario.size().filter(|_| faults.is_empty());
    let (universe, laws) = (Universe::new(scenario, faults), laws_of(scenario));
    let search = Search::run(&universe, &laws, Until::Exhausted);
    Explored {
        scenario,
        has_its_size: size.is_none_or(|size| size == (search.distinct(), search.generated())),
        unique_states: search.distinct(),
        states: search.generated(),
        depth: search.depth(),
        bytes: search.bytes(),
        laws: laws.iter().enumerate().map(|(at, law)| (*law, search.fall(at))).collect(),
        sometimes: scenario.sometimes.iter().map(|what| (what.id(), search.coverage().has(what))).collect(),
        seconds: started.elapsed().as_secs_f64(),
    }
}

/// The shortest way to make one law fall in a scenario, if there is one.
#[must_use]
pub fn shortest(scenario: &'static Scenario, faults: Faults, law: &'static Law) -> Option<Vec<Action>> {
    let universe = Universe::new(scenario, faults);
    Search::run(&universe, &[law], Until::Fall).fall(0)
}
