//! What came of cases and of their run, as it was seen: with the secrets in it. What may be told of it is a
//! [`RunReport`](crate::report::RunReport).

mod finding;
mod verdict;

use std::sync::Arc;

use oauth_rules::{Level, RuleId};

pub use finding::Finding;
pub use verdict::{Overall, Verdict};
pub(crate) use verdict::{overall, verdict};

use crate::case::{Case, Profile, applying, strictest};
use crate::case_end::{CaseEnd, Checked};
use crate::wire::Exchange;

/// What came of a run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Outcome {
    /// The cases that ran, in reading order.
    pub cases: Vec<CaseOutcome>,
    /// What they mean together.
    pub overall: Overall,
    /// Whether it was interrupted: then `overall` speaks of what there is, and the exit code is 3.
    pub interrupted: bool,
    /// Why the last sanity run did not hold, if it did not.
    pub unsound: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// How many exchanges there were.
    pub exchanges: usize,
    /// How many cases were left out because they are slow.
    pub slow_left_out: usize,
}

impl Outcome {
    /// The exit code.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        if self.interrupted { 3 } else { self.overall.exit_code() }
    }

    /// The cases with a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.cases.iter().filter(|case| case.verdict == verdict).count()
    }
}

/// A case with what came of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CaseOutcome {
    /// The case's id.
    pub id: String,
    /// One sentence: what holds when the case holds.
    pub about: String,
    /// The rules that it judges and that apply.
    pub rules: Vec<RuleId>,
    /// The strictest level of these.
    pub level: Level,
    /// What came of it: what the gravest of its findings says.
    pub verdict: Verdict,
    /// What it found, in the order in which it was found; never empty.
    pub findings: Vec<Finding>,
    /// Whether the target file waives it.
    pub waived: bool,
    /// Remarks.
    pub notes: Vec<String>,
    /// How long it took.
    pub seconds: f64,
    /// All that was exchanged, in order.
    pub exchanges: Vec<Arc<Exchange>>,
}

impl CaseOutcome {
    /// What came of a case that told of `found` and ended so.
    #[must_use]
    pub fn of(case: &Case, profile: Profile, strict: bool, found: Vec<CaseEnd>, ending: Checked) -> Self {
        // A case that did not come to its end shows nothing of what it did not try.
        let held = ending.is_ok() && found.iter().all(|end| !end.rules.is_empty());
        let ends = found.into_iter().chain(ending.err());
        let mut findings: Vec<Finding> =
            ends.filter_map(|end| Finding::of(case, profile, strict, end)).collect();
        if held {
            findings.push(Finding::held(case, profile));
        }
        let verdict = findings.iter().map(|finding| finding.verdict).min_by_key(|verdict| verdict.weight());
        let rules = applying(case.rules, profile);
        Self {
            id: case.id.into(),
            about: case.about.into(),
            level: strictest(&rules),
            rules,
            verdict: verdict.unwrap_or(Verdict::Held),
            findings,
            waived: false,
            notes: Vec::new(),
            seconds: 0.0,
            exchanges: Vec::new(),
        }
    }

    /// The rules that a finding says are broken, each once.
    #[must_use]
    pub fn broken(&self) -> Vec<RuleId> {
        let mut broken = Vec::new();
        let breaks = self.findings.iter().filter(|finding| finding.verdict.is_break());
        for rule in breaks.flat_map(|finding| &finding.rules) {
            if !broken.contains(rule) {
                broken.push(*rule);
            }
        }
        broken
    }

    /// The finding that decides: the first of the gravest.
    #[must_use]
    pub fn decides(&self) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.verdict == self.verdict)
    }
}
