//! Reports of the command line: text for people, JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::run::{Explored, exhaust, shortest};
use oauth_checker::Engine;
use oauth_faults::Faults;
use oauth_laws::law::Law;
use oauth_world::attack::{Attack, Kind};
use oauth_world::scenario::{Scenario, Size};
use oauth_world::trace::{narrate, steps, text};
use oauth_world::world::{Action, Universe};

/// A scenario that one engine explored, or both.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// What decides.
    pub explored: Explored,
    /// What stateright found besides, where it was asked as a referee.
    pub referee: Option<Explored>,
}

impl Report {
    /// Explores a scenario; `referee` lets stateright explore it as well.
    #[must_use]
    pub fn of(scenario: &'static Scenario, engine: Engine, referee: Option<Engine>) -> Self {
        let explored = exhaust(scenario, Faults::none(), engine);
        let referee = referee.map(|engine| exhaust(scenario, Faults::none(), engine));
        Self { explored, referee }
    }

    /// What the referee found otherwise, a line each.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let of = |referee: &Explored| self.explored.found.differences(&referee.found);
        self.referee.as_ref().map(of).unwrap_or_default()
    }

    /// Whether the scenario holds, and the referee found nothing else.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.explored.holds() && self.differences().is_empty()
    }
}

/// Explored scenarios, as JSON.
#[must_use]
pub fn scenarios_json(reports: &[Report]) -> Value {
    let of_report = |report: &Report| {
        let mut value = explored_json(&report.explored);
        if let Some(referee) = &report.referee {
            value["referee"] = explored_json(referee);
            value["differences"] = json!(report.differences());
        }
        value
    };
    json!({
        "holds": reports.iter().all(Report::holds),
        "scenarios": reports.iter().map(of_report).collect::<Vec<_>>(),
    })
}

fn explored_json(explored: &Explored) -> Value {
    let found = &explored.found;
    json!({
        "name": explored.scenario.name,
        "engine": engine_name(explored.engine),
        "unique_states": found.distinct,
        "states": found.generated,
        "depth": found.depth,
        "seconds": explored.seconds,
        "bytes_per_state": found.bytes.map(|bytes| bytes / found.distinct.max(1)),
        "collision_probability": found.collision_probability,
        "has_its_size": explored.has_its_size,
        "laws": found.always.iter().map(|(id, trace)| json!({"id": id, "holds": trace.is_none()})).collect::<Vec<_>>(),
        "sometimes": found.sometimes.iter().map(|(id, found)| json!({"id": id, "found": found})).collect::<Vec<_>>(),
    })
}

const fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Ours => "ours",
        Engine::Stateright { .. } => "stateright",
    }
}

/// An explored scenario, as text.
#[must_use]
pub fn scenario_text(report: &Report) -> String {
    let mut out = String::new();
    let (explored, found) = (&report.explored, &report.explored.found);
    let scenario = explored.scenario;
    let laws = explored.laws.len();
    let held = laws - explored.fallen().count();
    let reached = found.sometimes.iter().filter(|(_, reached)| *reached).count();
    let verdict = if report.holds() { "holds" } else { "FAILS" };
    let _ = writeln!(out, "{:<14} {verdict}  {}", scenario.name, scenario.why);
    let _ = writeln!(out, "               bounds: {}", scenario.in_words());
    let kept = found.bytes.map_or(String::new(), |bytes| {
        let each = bytes / found.distinct.max(1);
        format!(", {each} bytes a state")
    });
    let _ = writeln!(
        out,
        "               {} distinct states, {} generated, depth {}, {:.2} s{kept}; {held} of {laws} laws held, {reached} of {} reached",
        found.distinct,
        found.generated,
        found.depth,
        explored.seconds,
        found.sometimes.len(),
    );
    if !explored.has_its_size {
        let Size { distinct, generated } = scenario.expects.size;
        let _ =
            writeln!(out, "               its row says {distinct} distinct states, {generated} generated");
    }
    for (law, trace) in explored.fallen() {
        let _ = writeln!(out, "               law {} FELL: {}", law.id, law.about);
        let universe = Universe::new(scenario, Faults::none());
        let _ = write!(out, "{}", text(&narrate(&universe, trace)));
    }
    for (id, reached) in &found.sometimes {
        if !reached {
            let _ = writeln!(out, "               {id} was NEVER REACHED");
        }
    }
    if let Some(referee) = &report.referee {
        let (name, differences) = (engine_name(referee.engine), report.differences());
        if differences.is_empty() {
            let _ = writeln!(out, "               {name} finds the same, {:.2} s", referee.seconds);
        }
        for difference in differences {
            let _ = writeln!(out, "               {name} DIFFERS: {difference}");
        }
    }
    out
}

/// What became of an attack.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The attack.
    pub attack: &'static Attack,
    /// Its shortest trace with its faults on.
    pub trace: Option<Vec<Action>>,
    /// Whether its law holds in the whole scenario with its faults off.
    pub absent_when_mitigated: bool,
}

impl Tried {
    /// Whether it was found with its mitigation off and is absent with it on.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.trace.is_some() && self.absent_when_mitigated
    }
}

/// The laws that hold in scenarios without faults; each scenario is exhausted once, when first asked for.
#[derive(Debug, Default)]
pub struct Mitigated(BTreeMap<&'static str, Explored>);

impl Mitigated {
    fn holds(&mut self, scenario: &'static Scenario, law: &'static Law) -> bool {
        let explored =
            self.0.entry(scenario.name).or_insert_with(|| exhaust(scenario, Faults::none(), Engine::Ours));
        match explored.found.always.iter().find(|(have, _)| *have == law.id) {
            Some((_, trace)) => trace.is_none(),
            None => shortest(scenario, Faults::none(), law).is_none(),
        }
    }
}

/// Tries an attack with its faults on and off.
#[must_use]
pub fn try_attack(attack: &'static Attack, mitigated: &mut Mitigated) -> Tried {
    let trace = shortest(attack.scenario, Faults::these(attack.faults), attack.law);
    Tried { attack, trace, absent_when_mitigated: mitigated.holds(attack.absent_in(), attack.law) }
}

/// Tried attacks, as JSON.
#[must_use]
pub fn attacks_json(tried: &[Tried]) -> Value {
    let attacks: Vec<Value> = tried
        .iter()
        .map(|tried| {
            let trace = tried.trace.as_deref().unwrap_or_default();
            json!({
                "id": tried.attack.id,
                "source": tried.attack.source,
                "faults": tried.attack.faults.iter().map(|fault| fault.name()).collect::<Vec<_>>(),
                "law": tried.attack.law.id,
                "scenario": tried.attack.scenario.name,
                "found": tried.trace.is_some(),
                "steps": steps(trace),
                "actions": trace.len(),
                "absent_when_mitigated": tried.absent_when_mitigated,
                "residual": tried.attack.is_residual(),
                "modelled_only": tried.attack.is_modelled_only(),
            })
        })
        .collect();
    json!({ "holds": tried.iter().all(Tried::holds), "attacks": attacks })
}

/// A tried attack, as one line.
#[must_use]
pub fn attack_text(tried: &Tried) -> String {
    let verdict = if tried.holds() { "holds" } else { "FAILS" };
    let attack = tried.attack;
    let found = match &tried.trace {
        Some(trace) => format!("found in {} steps ({} actions)", steps(trace), trace.len()),
        None => "NOT FOUND".to_owned(),
    };
    let faults: Vec<&str> = attack.faults.iter().map(|fault| fault.name()).collect();
    let off = if faults.is_empty() { "everything on".to_owned() } else { faults.join(" + ") };
    let absent = if tried.absent_when_mitigated { "absent" } else { "STILL THERE" };
    let on = match attack.kind {
        Kind::Mitigated => "without".to_owned(),
        Kind::Chosen { absent } => format!("in {}, which has chosen so", absent.name),
        Kind::Residual { absent } => {
            format!("in {}, where nothing leaks: nothing else stops it", absent.name)
        }
    };
    let only = if attack.is_modelled_only() { "; modelled only" } else { "" };
    format!(
        "{:<32} {verdict}  {found} with {off}, {absent} {on}; breaks {} in {} ({}){only}",
        attack.id, attack.law.id, attack.scenario.name, attack.source
    )
}

/// An attack's trace, told.
#[must_use]
pub fn told(tried: &Tried) -> Vec<oauth_world::trace::Narrated> {
    let universe = Universe::new(tried.attack.scenario, Faults::these(tried.attack.faults));
    narrate(&universe, tried.trace.as_deref().unwrap_or_default())
}
