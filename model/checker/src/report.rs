//! Reports of the command line: text for people, JSON for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::run::{Explored, exhaust, shortest};
use oauth_faults::Faults;
use oauth_laws::law::Law;
use oauth_world::attack::{Attack, Kind};
use oauth_world::scenario::Scenario;
use oauth_world::trace::{narrate, text};
use oauth_world::world::action::steps;
use oauth_world::world::{Action, Universe};

/// Explored scenarios, as JSON.
#[must_use]
pub fn scenarios_json(explored: &[Explored]) -> Value {
    let scenarios: Vec<Value> = explored
        .iter()
        .map(|scenario| {
            json!({
                "name": scenario.scenario.name,
                "unique_states": scenario.unique_states,
                "states": scenario.states,
                "depth": scenario.depth,
                "seconds": scenario.seconds,
                "bytes_per_state": scenario.bytes / scenario.unique_states.max(1),
                "collision_probability": 0.0,
                "has_its_size": scenario.has_its_size,
                "laws": scenario.laws.iter().map(|(law, trace)| json!({"id": law.id, "holds": trace.is_none()})).collect::<Vec<_>>(),
                "sometimes": scenario.sometimes.iter().map(|(id, found)| json!({"id": id, "found": found})).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "holds": explored.iter().all(Explored::holds), "scenarios": scenarios })
}

/// An explored scenario, as text.
#[must_use]
pub fn scenario_text(explored: &Explored) -> String {
    let mut out = String::new();
    let scenario = explored.scenario;
    let held = explored.laws.iter().filter(|(_, trace)| trace.is_none()).count();
    let found = explored.sometimes.iter().filter(|(_, found)| *found).count();
    let verdict = if explored.holds() { "holds" } else { "FAILS" };
    let _ = writeln!(out, "{:<14} {verdict}  {}", scenario.name, scenario.why);
    let _ = writeln!(out, "               bounds: {}", scenario.bounds());
    let _ = writeln!(
        out,
        "               {} distinct states, {} generated, depth {}, {:.2} s, {} bytes a state; {held} of {} laws held, {found} \
         of {} reached",
        explored.unique_states,
        explored.states,
        explored.depth,
        explored.seconds,
        explored.bytes / explored.unique_states.max(1),
        explored.laws.len(),
        explored.sometimes.len(),
    );
    if let (false, Some((distinct, generated))) = (explored.has_its_size, scenario.size()) {
        let _ =
            writeln!(out, "               the table says {distinct} distinct states, {generated} generated");
    }
    for (law, trace) in &explored.laws {
        if let Some(trace) = trace {
            let _ = writeln!(out, "               law {} FELL: {}", law.id, law.about);
            let universe = Universe::new(scenario, Faults::none());
            let _ = write!(out, "{}", text(&narrate(&universe, trace)));
        }
    }
    for (id, found) in &explored.sometimes {
        if !found {
            let _ = writeln!(out, "               {id} was NEVER REACHED");
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
        let explored = self.0.entry(scenario.name).or_insert_with(|| exhaust(scenario, Faults::none()));
        match explored.laws.iter().find(|(have, _)| have.id == law.id) {
            Some((_, trace)) => trace.is_none(),
            None => shortest(scenario, Faults::none(), law).is_none(),
        }
    }
}

/// Tries an attack with its faults on and off.
///
/// # Panics
/// If the attack names a scenario or a law that does not exist; a test holds the table to that.
#[must_use]
pub fn try_attack(attack: &'static Attack, mitigated: &mut Mitigated) -> Tried {
    let scenario = |name| Scenario::find(name).expect("a test holds attacks to existing scenarios");
    let law = Law::find(attack.law).expect("a test holds attacks to existing laws");
    let trace = shortest(scenario(attack.scenario), Faults::these(attack.faults), law);
    Tried { attack, trace, absent_when_mitigated: mitigated.holds(scenario(attack.absent_in()), law) }
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
                "law": tried.attack.law,
                "scenario": tried.attack.scenario,
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
        Kind::Chosen { absent } => format!("in {absent}, which has chosen so"),
        Kind::Residual { absent } => format!("in {absent}, where nothing leaks: nothing else stops it"),
    };
    let only = if attack.is_modelled_only() { "; modelled only" } else { "" };
    format!(
        "{:<32} {verdict}  {found} with {off}, {absent} {on}; breaks {} in {} ({}){only}",
        attack.id, attack.law, attack.scenario, attack.source
    )
}

/// An attack's trace, told.
#[must_use]
pub fn told(tried: &Tried) -> Vec<oauth_world::trace::Narrated> {
    let scenario = Scenario::find(tried.attack.scenario).expect("a test holds attacks to existing scenarios");
    let universe = Universe::new(scenario, Faults::these(tried.attack.faults));
    narrate(&universe, tried.trace.as_deref().unwrap_or_default())
}
