//! What became of a fault: the findings that caught it, and those that accuse a server of more than it does wrong.

use std::collections::{BTreeMap, BTreeSet};

use oauth_faults::Fault;
use oauth_rules::RuleId;
use oauth_suite::outcome::{CaseOutcome, Verdict};
use oauth_suite::visible::Page;
use serde_json::{Value, json};

/// What became of a fault.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Caught {
    /// The fault.
    pub fault: Fault,
    /// For each rule that it breaks, the cases that fell.
    pub rules: BTreeMap<RuleId, Vec<By>>,
    /// Whether all cases ran under it.
    pub whole: bool,
    /// Where all cases ran: what failed under rules that the fault neither breaks nor brings with it.
    pub beyond: Vec<Beyond>,
    /// Why the run gave no results, if it gave none.
    pub halted: Option<String>,
}

/// A case that fell under a rule, by the gravest of its findings about that.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct By {
    /// The case.
    pub case: String,
    /// Under which variation of it.
    pub variant: Option<String>,
    /// Whether it failed or warned.
    pub verdict: Verdict,
    /// What was seen.
    pub saw: String,
}

/// A case that failed under a rule which the fault does not break.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Beyond {
    /// The rule.
    pub rule: RuleId,
    /// The case, and what it saw.
    pub by: By,
}

impl By {
    /// How a case fell under a rule; `None` if it did not.
    fn of(case: &CaseOutcome, rule: RuleId) -> Option<Self> {
        let breaks = case.findings.iter().filter(|finding| finding.verdict.is_break());
        let of_rule = breaks.filter(|finding| finding.rules.contains(&rule));
        let gravest = of_rule.min_by_key(|finding| finding.verdict.weight())?;
        Some(Self {
            case: case.id.clone(),
            variant: gravest.variant.clone(),
            verdict: gravest.verdict,
            saw: gravest.saw.clone().unwrap_or_default(),
        })
    }

    fn json(&self) -> Value {
        json!({ "case": self.case, "variant": self.variant, "verdict": self.verdict, "saw": self.saw })
    }
}

impl Caught {
    /// A fault under which nothing ran.
    pub(super) fn none(fault: Fault) -> Self {
        let rules = fault.rules().iter().map(|rule| (*rule, Vec::new())).collect();
        Self { fault, rules, whole: false, beyond: Vec::new(), halted: None }
    }

    /// Notes under which of these rules a case fell.
    pub(super) fn note(&mut self, here: &[RuleId], case: &CaseOutcome) {
        for (rule, by) in self.rules.iter_mut().filter(|(rule, _)| here.contains(rule)) {
            by.extend(By::of(case, *rule));
        }
    }

    /// Notes under which rules a case failed that the fault neither breaks nor brings with it.
    pub(super) fn look_beyond(&mut self, case: &CaseOutcome) {
        let follows: Vec<RuleId> = self.fault.consequences().map(|(rule, _)| rule).collect();
        for rule in case.broken() {
            if self.rules.contains_key(&rule) || follows.contains(&rule) {
                continue;
            }
            // A case that ran in two profiles is told of once.
            let is_told = self.beyond.iter().any(|known| known.rule == rule && known.by.case == case.id);
            let failed = By::of(case, rule).filter(|by| by.verdict == Verdict::Failed && !is_told);
            self.beyond.extend(failed.map(|by| Beyond { rule, by }));
        }
    }

    /// The cases that fell, each once.
    #[must_use]
    pub fn cases(&self) -> Vec<&str> {
        let mut cases: Vec<&str> = self.rules.values().flatten().map(|by| by.case.as_str()).collect();
        cases.sort_unstable();
        cases.dedup();
        cases
    }

    /// Whether a case fell.
    #[must_use]
    pub fn is_caught(&self) -> bool {
        self.rules.values().any(|cases| !cases.is_empty())
    }

    /// The rules for which no case fell.
    #[must_use]
    pub fn missed(&self) -> Vec<RuleId> {
        self.rules.iter().filter(|(_, cases)| cases.is_empty()).map(|(rule, _)| *rule).collect()
    }

    /// The rules under which something failed beyond the fault, each once.
    #[must_use]
    pub fn rules_beyond(&self) -> BTreeSet<RuleId> {
        self.beyond.iter().map(|beyond| beyond.rule).collect()
    }

    /// The report for programs.
    pub(super) fn json(&self) -> Value {
        let rules: Vec<Value> = self
            .rules
            .iter()
            .map(|(rule, by)| {
                let cases: Vec<&str> = by.iter().map(|by| by.case.as_str()).collect();
                json!({ "id": rule.id(), "cases": cases, "by": by.first().map(By::json) })
            })
            .collect();
        let beyond: Vec<Value> = self
            .beyond
            .iter()
            .map(|beyond| json!({ "rule": beyond.rule.id(), "by": beyond.by.json() }))
            .collect();
        json!({
            "id": self.fault.name(),
            "caught": self.is_caught(),
            "cases": self.cases(),
            "rules": rules,
            "whole": self.whole,
            "beyond": beyond,
            "reason": self.halted,
        })
    }

    /// The report for people.
    pub(super) fn told(&self) -> Page {
        let mut out = Page::new();
        let verdict = if self.is_caught() { "caught" } else { "MISSED" };
        out.line(format_args!("{verdict}  {:<34} {}", self.fault.name(), self.fault.about()));
        match &self.halted {
            Some(reason) => out.line(format_args!("        {reason}")),
            None => out.line(format_args!("        by {}", self.cases().join(", "))),
        }
        for rule in self.missed() {
            out.line(format_args!("        no case fell for {rule}"));
        }
        for Beyond { rule, by } in &self.beyond {
            out.line(format_args!("        BEYOND IT: {rule} failed in {}: {}", by.case, by.saw));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use oauth_faults::fault;
    use oauth_rules::{Profile, rules};
    use oauth_suite::case::Case;
    use oauth_suite::case_end::CaseEnd;

    use super::*;

    const OWN: &[RuleId] = rules!["rfc6749-4.1.2-code-single-use"];
    const FORM: &[RuleId] = rules!["rfc6749-5.2-invalid-grant"];
    /// A SHOULD.
    const ADVICE: &[RuleId] = rules!["rfc7662-2.2-inactive-no-detail"];

    fn outcome(found: Vec<CaseEnd>) -> CaseOutcome {
        let case = Case { id: "code/once", rules: OWN, ..Case::DEFAULT };
        CaseOutcome::of(&case, Profile::Rfc9700, false, found, Err(CaseEnd::broken("a refusal", "a token")))
    }

    #[test]
    fn a_fault_is_caught_under_its_own_rules_and_what_fails_under_others_is_beyond_it() {
        let mut caught = Caught::none(fault!("code-replayable"));
        let own: Vec<RuleId> = caught.rules.keys().copied().collect();
        assert!(own.contains(&OWN[0]) && !own.contains(&FORM[0]) && !own.contains(&ADVICE[0]));
        let broken = || CaseEnd::broken("a form", "another form");
        let case = outcome(vec![broken().under(FORM), broken().under(ADVICE)]);
        caught.note(&own, &case);
        caught.look_beyond(&case);

        assert_eq!((caught.is_caught(), caught.cases()), (true, vec!["code/once"]));
        let by = &caught.rules[&OWN[0]][0];
        assert_eq!((by.verdict, by.saw.as_str()), (Verdict::Failed, "a token"));
        let beyond: Vec<(RuleId, &str)> =
            caught.beyond.iter().map(|beyond| (beyond.rule, beyond.by.saw.as_str())).collect();
        assert_eq!(beyond, [(FORM[0], "another form")], "advice warns, and accuses nobody");
    }

    #[test]
    fn a_rule_that_no_run_was_about_is_not_noted() {
        let mut caught = Caught::none(fault!("code-replayable"));
        caught.note(FORM, &outcome(Vec::new()));
        assert!(!caught.is_caught());
    }
}
