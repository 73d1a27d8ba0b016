//! `check`: scenarios, by one engine or by both.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::time::Instant;

use oauth_checker::{Engine, cores, side_by_side};
use oauth_model::report::{Report, scenario_text, scenarios_json};
use oauth_world::scenario::{SCENARIOS, Scenario};

use super::Failure;
use crate::cli::arguments::{Engines, Format};
use crate::cli::search::find_scenario;

/// Which scenarios, and how.
pub(crate) struct Check<'a> {
    pub(crate) scenarios: &'a [String],
    pub(crate) engine: Engines,
    pub(crate) below: Option<usize>,
    pub(crate) threads: Option<NonZeroUsize>,
    pub(crate) partition: Option<(usize, usize)>,
    pub(crate) format: Format,
}

impl Check<'_> {
    /// The scenarios, and those that are left out because they are too large.
    fn choose(&self) -> Result<(Vec<&'static Scenario>, Vec<&'static str>), Failure> {
        let named: Vec<&'static Scenario> = if self.scenarios.is_empty() {
            SCENARIOS.iter().collect()
        } else {
            self.scenarios.iter().map(|name| find_scenario(name)).collect::<Result<_, _>>()?
        };
        let here = |at: usize| self.partition.is_none_or(|(part, of)| at % of == part - 1);
        let part = named.into_iter().enumerate().filter(|(at, _)| here(*at)).map(|(_, scenario)| scenario);
        let below = |scenario: &&'static Scenario| {
            self.below.is_none_or(|below| scenario.expects.size.distinct < below)
        };
        let (chosen, left_out): (Vec<_>, Vec<_>) = part.partition(below);
        Ok((chosen, left_out.iter().map(|scenario| scenario.name).collect()))
    }
}

/// stateright's search beside others, in a thread of its own.
const STATERIGHT: Engine = Engine::Stateright { threads: NonZeroUsize::MIN };

pub(crate) fn check(asked: &Check<'_>) -> Result<bool, Failure> {
    let (scenarios, left_out) = asked.choose()?;
    let (engine, referee, how) = match asked.engine {
        Engines::Ours => (Engine::Ours, None, "each compared whole (collision probability 0)"),
        Engines::Stateright => (STATERIGHT, None, "each told apart by a fingerprint of 64 bits"),
        Engines::Both => (
            Engine::Ours,
            Some(STATERIGHT),
            "each compared whole (collision probability 0), with stateright as a referee",
        ),
    };
    let mut out = io::stdout().lock();
    let started = Instant::now();
    let (mut all, mut written) = (Vec::new(), Ok(()));
    let search = |scenario: &&'static Scenario| Report::of(scenario, engine, referee);
    side_by_side(asked.threads.unwrap_or_else(cores), &scenarios, search, |report| {
        if matches!(asked.format, Format::Text) && written.is_ok() {
            written = write!(out, "{}", scenario_text(&report));
        }
        all.push(report);
    });
    written?;
    let held = all.iter().all(Report::holds);
    if matches!(asked.format, Format::Json) {
        writeln!(out, "{}", scenarios_json(&all))?;
        return Ok(held);
    }
    let states: usize = all.iter().map(|report| report.explored.found.distinct).sum();
    let seconds = started.elapsed().as_secs_f64();
    let verdict = if held { "held" } else { "failed" };
    writeln!(
        out,
        "{verdict}: {} scenarios, {states} distinct states, {how}, {seconds:.1} s",
        scenarios.len()
    )?;
    if !left_out.is_empty() {
        writeln!(out, "left out as too large: {}", left_out.join(", "))?;
    }
    Ok(held)
}
