//! The causes that one defect may be behind: the last screen tells of them together. They met one answer to one kind of request,
//! or something was granted there against each; each names rules of its own.

use oauth_rules::RuleId;

use crate::outcome::Verdict;
use crate::report::alike::alike;
use crate::report::{Cause, RunReport};

/// Causes that look like one defect.
pub(super) struct Defect<'r> {
    /// The gravest of them.
    pub(super) worst: &'r Cause,
    /// The others, in their order.
    pub(super) further: Vec<&'r Cause>,
    /// What they have in common, if others can have it.
    pub(super) symptom: Option<Symptom<'r>>,
}

/// What is seen of a defect.
#[derive(PartialEq, Eq)]
pub(super) struct Symptom<'r> {
    verdict: Verdict,
    place: &'r str,
    grant_type: Option<&'r str>,
    pub(super) effect: Effect<'r>,
}

/// What a server does wrong.
#[derive(PartialEq, Eq)]
pub(super) enum Effect<'r> {
    /// It grants what has to be refused.
    Grants,
    /// It gives an answer that breaks rules, in these words.
    Breaks(String),
    /// It gives an answer after which nothing can be tested.
    Answers(&'r str),
}

impl<'r> Defect<'r> {
    /// All of a report, worst first, without those for which the target file lacks a key.
    pub(super) fn all(report: &'r RunReport) -> Vec<Self> {
        let mut defects: Vec<Self> = Vec::new();
        for cause in report.causes.iter().filter(|cause| !cause.lacks_key) {
            let symptom = Symptom::of(report, cause);
            let same = |defect: &&mut Self| symptom.is_some() && defect.symptom == symptom;
            match defects.iter_mut().find(same) {
                Some(defect) => defect.further.push(cause),
                None => defects.push(Self { worst: cause, further: Vec::new(), symptom }),
            }
        }
        defects
    }

    /// The rules of the further causes that the worst has not, each once.
    pub(super) fn further_rules(&self) -> Vec<RuleId> {
        let mut rules = Vec::new();
        for rule in self.further.iter().flat_map(|cause| &cause.rules) {
            if !self.worst.rules.contains(rule) && !rules.contains(rule) {
                rules.push(*rule);
            }
        }
        rules
    }

    /// The cases of the further causes, each once.
    pub(super) fn further_cases(&self) -> Vec<String> {
        let mut cases = Vec::new();
        for case in self.further.iter().flat_map(|cause| &cause.cases) {
            if !cases.contains(case) {
                cases.push(case.clone());
            }
        }
        cases
    }
}

impl<'r> Symptom<'r> {
    /// What is seen of a cause, by the first finding that tells of it.
    fn of(report: &'r RunReport, cause: &Cause) -> Option<Self> {
        let (_, finding) = report.first(cause)?;
        let effect = match cause.verdict {
            Verdict::Failed | Verdict::Warned if finding.granted => Effect::Grants,
            Verdict::Failed | Verdict::Warned => Effect::Breaks(alike(finding.saw.as_deref()?)),
            Verdict::NotTested | Verdict::Errored | Verdict::Held | Verdict::NotOffered => {
                Effect::Answers(finding.answer.as_deref()?)
            }
        };
        let (place, grant_type) = (finding.place.as_deref()?, finding.grant_type.as_deref());
        Some(Self { verdict: cause.verdict, place, grant_type, effect })
    }
}
