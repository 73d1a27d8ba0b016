//! What came of cases and of their run, as it was seen: with the secrets in it. What may be told of it is a
//! [`RunReport`](crate::report::RunReport).

mod verdict;

use std::sync::Arc;

use oauth_rules::{Level, RuleId};

pub use verdict::{Overall, Verdict};
pub(crate) use verdict::{overall, verdict};

use crate::case::{Case, Profile};
use crate::case_end::Checked;
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
    /// What came of it.
    pub verdict: Verdict,
    /// What was to be seen, for a broken expectation.
    pub expected: Option<String>,
    /// What was seen, for a broken expectation.
    pub saw: Option<String>,
    /// Why it was not offered, not tested, or errored.
    pub reason: Option<String>,
    /// Whether the target file waives it.
    pub waived: bool,
    /// Remarks.
    pub notes: Vec<String>,
    /// How long it took.
    pub seconds: f64,
    /// All that was exchanged, in order.
    pub exchanges: Vec<Arc<Exchange>>,
    /// The exchange that shows the break.
    pub shown: Option<Arc<Exchange>>,
}

impl CaseOutcome {
    /// What came of a case that ended so.
    #[must_use]
    pub fn of(case: &Case, profile: Profile, strict: bool, ending: Checked) -> Self {
        let level = case.level(profile);
        let mut outcome = Self {
            id: case.id.into(),
            about: case.about.into(),
            rules: case.rules.iter().copied().filter(|rule| profile.applies(*rule)).collect(),
            level,
            verdict: Verdict::Held,
            expected: None,
            saw: None,
            reason: None,
            waived: false,
            notes: Vec::new(),
            seconds: 0.0,
            exchanges: Vec::new(),
            shown: None,
        };
        if let Err(stop) = ending {
            outcome.verdict = verdict(stop.kind, case.severity(profile), level, strict);
            outcome.expected = stop.expected;
            match outcome.verdict {
                Verdict::Failed | Verdict::Warned => outcome.saw = Some(stop.saw),
                Verdict::Held | Verdict::NotOffered | Verdict::NotTested | Verdict::Errored => {
                    outcome.reason = Some(stop.saw);
                }
            }
            outcome.shown = stop.exchange;
        }
        outcome
    }
}
