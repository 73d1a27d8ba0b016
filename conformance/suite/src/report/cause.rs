//! What is behind the findings: those that saw the same and break one rule are one cause, and so are those that stayed open
//! for the same reason. Which error code came at one place is no difference, and no more is what came with something that was
//! granted there.

use std::cmp::Reverse;

use oauth_rules::{Kind, Level, RuleId};
use serde::Serialize;

use crate::case_end::under_variant;
use crate::outcome::Verdict;
use crate::report::alike::{alike, without_codes};
use crate::report::case_report::{CaseReport, FindingReport, rules};

/// One thing that is wrong or stayed open.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Cause {
    /// What it means for the rules.
    pub verdict: Verdict,
    /// The rules that it is about; none for what the server could not answer, which is no rule's matter.
    #[serde(serialize_with = "rules")]
    pub rules: Vec<RuleId>,
    /// What was seen, or why it stayed open, with the variation in front under which it was met first.
    pub says: String,
    /// What was to be seen instead, by the same finding.
    pub expected: Option<String>,
    /// What was seen without the variation: what the findings have in common.
    #[serde(skip)]
    saw: String,
    /// The same without what is no difference at one place.
    #[serde(skip)]
    common: String,
    /// Where it was met first.
    #[serde(skip)]
    place: Option<String>,
    /// Whether something was granted that had to be refused.
    #[serde(skip)]
    granted: bool,
    /// Whether all that it takes to try it is a key of the target file, of which the table of missing keys tells.
    #[serde(skip)]
    pub lacks_key: bool,
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
    /// The causes behind what these cases found: the gravest first, of these what was granted against a rule before what was
    /// only worded otherwise, then a MUST before what is stated, then what touches more cases, then what was found first.
    pub(super) fn all(cases: &[CaseReport]) -> Vec<Self> {
        let mut causes: Vec<Self> = Vec::new();
        for (case, of) in cases.iter().enumerate() {
            for (finding, found) in of.findings.iter().enumerate() {
                if matches!(found.verdict, Verdict::Held | Verdict::NotOffered) {
                    continue;
                }
                let at = Place { case, finding };
                let saw = found.said().unwrap_or_default().to_owned();
                let common = without_codes(&alike(&saw));
                let same = |cause: &&mut Self| cause.is_behind(found, &saw, &common);
                match causes.iter_mut().find(same) {
                    Some(cause) => cause.add(at, found, &of.id),
                    None => causes.push(Self {
                        verdict: found.verdict,
                        rules: found.rules.clone(),
                        says: under_variant(found.variant.as_deref(), &saw),
                        expected: found.expected.clone(),
                        saw,
                        common,
                        place: found.place.clone(),
                        granted: found.granted,
                        lacks_key: !found.lacks.is_empty(),
                        findings: vec![at],
                        cases: vec![of.id.clone()],
                    }),
                }
            }
        }
        // What is wrong comes before what stayed open.
        for cause in causes.iter_mut().filter(|cause| cause.verdict == Verdict::Errored) {
            cause.rules.clear();
        }
        causes.sort_by_key(Self::weight);
        causes
    }

    /// Whether a finding tells of this cause too.
    fn is_behind(&self, found: &FindingReport, saw: &str, common: &str) -> bool {
        if self.verdict != found.verdict {
            return false;
        }
        if !found.verdict.is_break() {
            return self.saw == saw;
        }
        let one_rule = self.rules == found.rules || self.rules.iter().any(|rule| found.rules.contains(rule));
        // What comes with a token that had to be refused makes no other defect of it.
        let one_answer = self.common == common || (self.granted && found.granted);
        one_rule && (self.saw == saw || (self.place == found.place && one_answer))
    }

    /// Its place among the causes.
    fn weight(&self) -> (bool, u8, bool, Option<Level>, Reverse<usize>) {
        let granted = self.granted || self.rules.iter().any(|rule| rule.get().kind == Kind::Flow);
        let level = self.rules.iter().map(|rule| rule.get().level).min().filter(|_| self.verdict.is_break());
        (!self.verdict.is_break(), self.verdict.weight(), !granted, level, Reverse(self.cases.len()))
    }

    fn add(&mut self, at: Place, found: &FindingReport, case: &str) {
        self.findings.push(at);
        self.granted |= found.granted;
        self.lacks_key &= !found.lacks.is_empty();
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
