//! The matrix: which mitigations stop which goals, alone and together.

use std::fmt::Write as _;
use std::num::NonZeroUsize;

use serde_json::{Value, json};

use crate::run::shortest;
use oauth_checker::side_by_side;
use oauth_faults::{Fault, Faults};
use oauth_world::mitigation::{GOALS, Goal, MITIGATIONS, Mitigation};
use oauth_world::trace::steps;
use oauth_world::world::Action;

/// What stops a goal.
#[derive(Debug, Clone)]
pub struct Row {
    /// The goal.
    pub goal: &'static Goal,
    /// The smallest sets of mitigations that stop it whatever else is off, each by ids in the order of the goal.
    pub stopped_by: Vec<Vec<&'static str>>,
    /// The steps and actions of the shortest trace with any of the goal's mitigations off.
    pub easiest: Option<(usize, usize)>,
    /// The steps and actions of the shortest trace with every mitigation on: a goal that nothing here stops.
    pub residual: Option<(usize, usize)>,
}

impl Row {
    /// The mitigations that stop the goal alone.
    #[must_use]
    pub fn alone(&self) -> Vec<&'static str> {
        self.stopped_by.iter().filter(|set| set.len() == 1).map(|set| set[0]).collect()
    }

    /// The sets of mitigations that stop the goal only together.
    #[must_use]
    pub fn together(&self) -> Vec<&[&'static str]> {
        self.stopped_by.iter().filter(|set| set.len() > 1).map(Vec::as_slice).collect()
    }

    /// The mitigations that change nothing, alone or beside others.
    #[must_use]
    pub fn useless(&self) -> Vec<&'static str> {
        let used = |id: &&str| !self.stopped_by.iter().any(|set| set.contains(id));
        self.goal.ids().into_iter().filter(used).collect()
    }
}

/// Every set of the mitigations that bear on a goal: the goal, and which of its mitigations are on, as bits.
fn sets() -> Vec<(&'static Goal, u32)> {
    GOALS.iter().flat_map(|goal| (0..1 << goal.mitigations.len()).map(move |on| (goal, on))).collect()
}

/// The trace that reaches a goal while only these of its mitigations are on.
fn reach(goal: &Goal, on: u32) -> Option<Vec<Action>> {
    let off = goal.mitigations.iter().enumerate().filter(|(at, _)| on & (1 << at) == 0);
    let faults: Vec<Fault> = off.flat_map(|(_, mitigation)| mitigation.faults).copied().collect();
    shortest(goal.scenario, Faults::these(&faults), goal.law)
}

/// Computes the matrix, with so many searches at once.
#[must_use]
pub fn matrix(threads: NonZeroUsize) -> Vec<Row> {
    let sets = sets();
    let mut reached = Vec::new();
    side_by_side(threads, &sets, |(goal, on)| reach(goal, *on), |trace| reached.push(trace));
    let mut rows = Vec::new();
    let mut reached = reached.into_iter();
    for goal in GOALS {
        let all = 1u32 << goal.mitigations.len();
        let traces: Vec<Option<Vec<Action>>> = reached.by_ref().take(all as usize).collect();
        rows.push(row(goal, &traces));
    }
    rows
}

fn row(goal: &'static Goal, traces: &[Option<Vec<Action>>]) -> Row {
    let length = |trace: &Option<Vec<Action>>| trace.as_ref().map(|trace| (steps(trace), trace.len()));
    // A set stops the goal if no larger one lets it through.
    let stops = |set: usize| (0..traces.len()).all(|more| more & set != set || traces[more].is_none());
    let mut stopping: Vec<usize> = (0..traces.len()).filter(|set| stops(*set)).collect();
    let smaller = stopping.clone();
    stopping.retain(|set| !smaller.iter().any(|other| other != set && other & set == *other));
    stopping.sort_by_key(|set| (set.count_ones(), *set));
    let ids = |set: &usize| {
        let on = goal.mitigations.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
        on.map(|(_, mitigation)| mitigation.id).collect()
    };
    Row {
        goal,
        stopped_by: stopping.iter().map(ids).collect(),
        easiest: traces.iter().filter_map(length).min(),
        residual: traces.last().and_then(length),
    }
}

/// The matrix, as JSON.
#[must_use]
pub fn json(rows: &[Row]) -> Value {
    let length = |length: Option<(usize, usize)>| match length {
        Some((steps, actions)) => json!({"steps": steps, "actions": actions}),
        None => Value::Null,
    };
    let of_row = |row: &Row| {
        json!({
            "id": row.goal.id, "about": row.goal.about, "attacker": row.goal.attacker,
            "scenario": row.goal.scenario.name, "law": row.goal.law.id, "mitigations": row.goal.ids(),
            "alone": row.alone(), "together": row.together(), "no_difference": row.useless(),
            "easiest": length(row.easiest), "with_all": length(row.residual),
        })
    };
    let of_mitigation = |mitigation: &Mitigation| {
        json!({
            "id": mitigation.id, "about": mitigation.about, "source": mitigation.source,
            "faults": mitigation.faults.iter().map(|fault| fault.name()).collect::<Vec<_>>(),
        })
    };
    json!({
        "goals": rows.iter().map(of_row).collect::<Vec<_>>(),
        "mitigations": MITIGATIONS.iter().map(of_mitigation).collect::<Vec<_>>(),
    })
}

/// What stops a goal, in words.
#[must_use]
pub fn words(row: &Row) -> String {
    if row.residual.is_some() {
        return "nothing here".to_owned();
    }
    let sets: Vec<String> = row.stopped_by.iter().map(|set| set.join(" + ")).collect();
    sets.join(", or ")
}

/// The matrix, as text.
#[must_use]
pub fn text(rows: &[Row]) -> String {
    let mut out = String::new();
    for row in rows {
        let _ = writeln!(out, "{}: {}", row.goal.id, row.goal.about);
        let _ = writeln!(out, "    attacker      {}", row.goal.attacker);
        let _ = writeln!(out, "    stopped by    {}", words(row));
        let useless = row.useless();
        if !useless.is_empty() && row.residual.is_none() {
            let _ = writeln!(out, "    not by        {}", useless.join(", "));
        } else if row.residual.is_some() {
            let _ = writeln!(out, "    not even by   {}", row.goal.ids().join(", "));
        }
        if let Some((steps, actions)) = row.easiest {
            let _ = writeln!(
                out,
                "    otherwise     {steps} steps, {actions} actions, in scenario {}",
                row.goal.scenario.name
            );
        }
    }
    out
}
