//! What is behind the findings: those that saw the same and break the same rules are one cause, and so are those that
//! stayed open for the same reason.

use oauth_rules::RuleId;
use serde::Serialize;

use crate::outcome::Verdict;
use crate::report::case_report::{CaseReport, FindingReport, rules};

/// One thing that is wrong or stayed open.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// What it means for the rules.
    pub verdict: Verdict,
    /// The rules that it is about.
    #[serde(serialize_with = "rules")]
    pub rules: Vec<RuleId>,
    /// What was seen, or why it stayed open.
    pub says: String,
    /// The findings that tell of it, in the order in which they were found; never empty.
    #[serde(skip)]
    pub findings: Vec<Place>,
    /// The cases that they are of, each once.
    pub cases: Vec<String>,
}

/// Where a finding stands in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// The place of its case among the cases.
    pub case: usize,
    /// Its place among the findings of the case.
    pub finding: usize,
}

impl Cause {
    /// The causes behind what these cases found: the gravest first, and of these what was found first.
    pub(super) fn all(cases: &[CaseReport]) -> Vec<Self> {
        let mut causes: Vec<Self> = Vec::new();
        for (case, of) in cases.iter().enumerate() {
            for (finding, found) in of.findings.iter().enumerate() {
                if matches!(found.verdict, Verdict::Held | Verdict::NotOffered) {
                    continue;
                }
                let at = Place { case, finding };
                let says = found.saw.as_ref().or(found.reason.as_ref()).cloned().unwrap_or_default();
                let same = |cause: &&mut Self| {
                    let rules = !found.verdict.is_break() || cause.rules == found.rules;
                    cause.verdict == found.verdict && cause.says == says && rules
                };
                match causes.iter_mut().find(same) {
                    Some(cause) => cause.add(at, found, &of.id),
                    None => causes.push(Self {
                        verdict: found.verdict,
                        rules: found.rules.clone(),
                        says,
                        findings: vec![at],
                        cases: vec![of.id.clone()],
                    }),
                }
            }
        }
        // What is wrong comes before what stayed open.
        causes.sort_by_key(|cause| (!cause.verdict.is_break(), cause.verdict.weight()));
        causes
    }

    fn add(&mut self, at: Place, found: &FindingReport, case: &str) {
        self.findings.push(at);
        for rule in &found.rules {
            if !self.rules.contains(rule) {
                self.rules.push(*rule);
            }
        }
        if !self.cases.iter().any(|known| known == case) {
            self.cases.push(case.to_owned());
        }
    }
}
