//! One exploration of a scenario, and what it found.

use std::time::Instant;

use oauth_checker::{Engine, Findings, Search, Until};
use oauth_faults::Faults;
use oauth_laws::law::Law;
use oauth_world::scenario::{Scenario, Size};
use oauth_world::world::Action;

use crate::Checked;

/// What an exploration of a scenario found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explored {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// What explored it.
    pub engine: Engine,
    /// Whether it is as large as its row says, which speaks of no faults.
    pub has_its_size: bool,
    /// The laws of the scenario, in the order of the findings.
    pub laws: Vec<&'static Law>,
    /// What was found.
    pub found: Findings<Action>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Explored {
    /// Whether every law held, everything was reached, and as many states were met as the table says.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.has_its_size
            && self.found.always.iter().all(|(_, trace)| trace.is_none())
            && self.found.sometimes.iter().all(|(_, reached)| *reached)
    }

    /// The laws that fell, and the trace under which each did.
    pub fn fallen(&self) -> impl Iterator<Item = (&'static Law, &[Action])> {
        let all = self.laws.iter().zip(&self.found.always);
        all.filter_map(|(law, (_, trace))| trace.as_deref().map(|trace| (*law, trace)))
    }
}

/// Exhausts a scenario: its laws, and what it must reach.
#[must_use]
pub fn exhaust(scenario: &'static Scenario, faults: Faults, engine: Engine) -> Explored {
    let started = Instant::now();
    let is_broken = !faults.is_empty();
    let laws = scenario.expects.laws.to_vec();
    let found = oauth_checker::exhaust(&Checked::new(scenario, faults, laws.clone()), engine);
    let size = Size { distinct: found.distinct, generated: found.generated };
    Explored {
        scenario,
        engine,
        has_its_size: is_broken || size == scenario.expects.size,
        laws,
        found,
        seconds: started.elapsed().as_secs_f64(),
    }
}

/// The shortest way to make one law fall in a scenario, if there is one.
#[must_use]
pub fn shortest(scenario: &'static Scenario, faults: Faults, law: &'static Law) -> Option<Vec<Action>> {
    Search::run(&Checked::new(scenario, faults, vec![law]), Until::Fall).fall(0)
}
