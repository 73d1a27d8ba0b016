//! The suite under liberties, compared with the clean run.

use std::collections::{BTreeMap, BTreeSet};

use oauth_core::policy::Policy;
use oauth_rules::RuleId;
use oauth_suite::outcome::{CaseOutcome, Outcome, Verdict};
use oauth_suite::run::RunError;
use oauth_suite::visible::Page;

use serde_json::{Value, json};

use super::Liberty;
use crate::reference;
use crate::whole::{PROFILE, whole_run};

/// What a run under liberties showed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Trial {
    /// The liberties that were taken together, each with how often it acted.
    pub taken: Vec<(&'static Liberty, usize)>,
    /// What was not left alone: the case, what it said in the clean run and under the liberties, and its words.
    pub disturbed: Vec<Disturbed>,
    /// The rules that the run called broken, each once.
    pub broken: BTreeSet<RuleId>,
    /// Why the run gave no results, if it gave none.
    pub halted: Option<String>,
}

/// A case that says something else under a liberty, and that no liberty which was taken explains.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Disturbed {
    /// The case.
    pub case: String,
    /// What it said in the clean run.
    pub clean: Verdict,
    /// What it said under the liberty.
    pub verdict: Verdict,
    /// In its words.
    pub says: String,
}

impl Trial {
    /// The liberties that never acted, by name.
    #[must_use]
    pub fn idle(&self) -> Vec<&'static str> {
        self.taken.iter().filter(|(_, uses)| *uses == 0).map(|(liberty, _)| liberty.name).collect()
    }

    /// The names of the liberties, joined.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.taken.iter().map(|(liberty, _)| liberty.name).collect();
        names.join(" + ")
    }

    /// The report for programs.
    pub(crate) fn json(&self) -> Value {
        let taken: Vec<Value> = self
            .taken
            .iter()
            .map(|(liberty, uses)| json!({ "id": liberty.name, "about": liberty.about, "uses": uses }))
            .collect();
        let disturbed: Vec<Value> = self
            .disturbed
            .iter()
            .map(|case| {
                json!({
                    "case": case.case,
                    "clean": case.clean,
                    "verdict": case.verdict,
                    "says": case.says,
                })
            })
            .collect();
        json!({
            "taken": taken,
            "left_alone": self.is_left_alone(),
            "disturbed": disturbed,
            "reason": self.halted,
        })
    }

    /// The report for people.
    pub(crate) fn told(&self) -> Page {
        let mut out = Page::new();
        let verdict = if self.is_left_alone() { "left alone" } else { "DISTURBED" };
        out.line(format_args!("{verdict}  {}", self.names()));
        for (liberty, uses) in &self.taken {
            out.line(format_args!("        {} ({}); acted {uses} times", liberty.about, liberty.allowed));
        }
        if let Some(reason) = &self.halted {
            out.line(format_args!("        {reason}"));
        }
        for case in &self.disturbed {
            let (clean, verdict) = (case.clean.word(), case.verdict.word());
            out.line(format_args!("        {clean} -> {verdict}  {}: {}", case.case, case.says));
        }
        out
    }

    /// Whether the suite left alone what was taken, and all of that acted.
    #[must_use]
    pub fn is_left_alone(&self) -> bool {
        self.halted.is_none() && self.disturbed.is_empty() && self.idle().is_empty()
    }
}

/// Runs the whole suite under these liberties, all together, and compares with the clean run.
///
/// # Errors
/// When the reference server does not start.
pub async fn trial(liberties: &[&'static Liberty], clean: &Outcome, seed: u64) -> Result<Trial, RunError> {
    let before: BTreeMap<&str, Verdict> =
        clean.cases.iter().map(|case| (case.id.as_str(), case.verdict)).collect();
    let mut liberties = liberties.to_vec();
    liberties.sort_by_key(|liberty| liberty.place());
    let mut policy: Policy = reference::policy(PROFILE);
    let differs: Vec<bool> = liberties.iter().map(|liberty| liberty.on_policy(&mut policy)).collect();
    let (reference, relay) = reference::start_at_liberty(policy, &liberties).await?;
    let (mut disturbed, mut broken) = (Vec::new(), BTreeSet::new());
    let halted = match whole_run(&reference, seed).await {
        Err(halt) => Some(halt.to_string()),
        Ok(outcome) => {
            disturbed.extend(outcome.cases.iter().filter_map(|case| unlike(&liberties, &before, case)));
            disturbed.extend(silent(&liberties, &before, &outcome));
            broken.extend(outcome.cases.iter().flat_map(CaseOutcome::broken));
            outcome.unsound
        }
    };
    let uses = relay.uses().into_iter().zip(differs).map(|(uses, differs)| if differs { uses } else { 0 });
    let taken = liberties.into_iter().zip(uses).collect();
    Ok(Trial { taken, disturbed, broken, halted })
}

/// What a case says that it did not say in the clean run, and that no liberty explains. A law that was silent in the clean
/// run may hold or be not-offered.
fn unlike(
    liberties: &[&'static Liberty],
    before: &BTreeMap<&str, Verdict>,
    case: &CaseOutcome,
) -> Option<Disturbed> {
    let clean = before.get(case.id.as_str()).copied().unwrap_or(Verdict::NotOffered);
    let is_better = case.verdict == Verdict::Held;
    if case.verdict == clean || is_better {
        return None;
    }
    if liberties.iter().any(|liberty| liberty.costs.iter().any(|cost| cost.explains(case))) {
        return None;
    }
    let says = case.decides().and_then(|finding| {
        let says = finding.says()?;
        let rules: Vec<&str> = finding.rules.iter().map(|rule| rule.id()).collect();
        Some(format!("{says} [{}]", rules.join(", ")))
    });
    Some(Disturbed { case: case.id.clone(), clean, verdict: case.verdict, says: says.unwrap_or_default() })
}

/// The laws that held in the clean run and found nothing to judge here: they are not listed.
fn silent(
    liberties: &[&'static Liberty],
    before: &BTreeMap<&str, Verdict>,
    outcome: &Outcome,
) -> Vec<Disturbed> {
    let listed: BTreeSet<&str> = outcome.cases.iter().map(|case| case.id.as_str()).collect();
    let held = before.iter().filter(|(_, clean)| **clean == Verdict::Held).map(|(id, _)| *id);
    let costs = || liberties.iter().flat_map(|liberty| liberty.costs);
    let is_explained = |id: &&str| costs().any(|cost| cost.covers(id, Verdict::NotOffered));
    held.filter(|id| !listed.contains(*id) && !is_explained(id))
        .map(|id| Disturbed {
            case: id.to_owned(),
            clean: Verdict::Held,
            verdict: Verdict::NotOffered,
            says: "there was nothing to judge".to_owned(),
        })
        .collect()
}
