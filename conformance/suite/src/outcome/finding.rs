//! What a case found, one thing at a time: under which rules, in which variation, and the exchange that shows it.

use std::sync::Arc;

use oauth_rules::RuleId;

use crate::case::{Case, Profile, Severity, applying, strictest};
use crate::case_end::{CaseEnd, EndKind, under_variant};
use crate::outcome::{Verdict, verdict};
use crate::subject::FileKey;
use crate::wire::Exchange;

/// One thing that a case found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Finding {
    /// The rules that it is about and that apply.
    pub rules: Vec<RuleId>,
    /// What it says of them.
    pub verdict: Verdict,
    /// Under which variation of the case.
    pub variant: Option<String>,
    /// What was to be seen, for a broken expectation.
    pub expected: Option<String>,
    /// What was seen, for a broken expectation.
    pub saw: Option<String>,
    /// Why it was not offered, not tested, or errored.
    pub reason: Option<String>,
    /// The exchange that decides.
    pub evidence: Option<Arc<Exchange>>,
    /// An earlier exchange without which that one is not understood: the authorization request that it answers, or what it
    /// stands against.
    pub before: Option<Arc<Exchange>>,
    /// Whether something was granted that had to be refused.
    pub granted: bool,
    /// The keys of the target file for want of which it stayed open.
    pub lacks: Vec<FileKey>,
}

impl Finding {
    /// That all held which the case is about.
    pub(crate) fn held(case: &Case, profile: Profile) -> Self {
        Self {
            rules: applying(case.rules, profile),
            verdict: Verdict::Held,
            variant: None,
            expected: None,
            saw: None,
            reason: None,
            evidence: None,
            before: None,
            granted: false,
            lacks: Vec::new(),
        }
    }

    /// What an end of a case says; `None` where the profile has none of the rules that the end is about.
    pub(crate) fn of(case: &Case, profile: Profile, strict: bool, end: CaseEnd) -> Option<Self> {
        let own = end.rules.is_empty();
        let rules = applying(if own { case.rules } else { end.rules }, profile);
        if rules.is_empty() && !own {
            return None;
        }
        let said = case.severity != Severity::ByLevel;
        let severity = if own && said { case.severity } else { Severity::of(&rules) };
        let verdict = verdict(end.kind, severity, strictest(&rules), strict);
        let (saw, reason) = match end.kind {
            EndKind::Broken | EndKind::Warned => (Some(end.saw), None),
            EndKind::NotOffered | EndKind::NotTested | EndKind::Errored | EndKind::Unlisted => {
                (None, Some(end.saw))
            }
        };
        let (variant, expected, evidence, before) = (end.variant, end.expected, end.exchange, end.before);
        let (granted, lacks) = (end.granted, end.lacks.into_iter().collect());
        Some(Self { rules, verdict, variant, expected, saw, reason, evidence, before, granted, lacks })
    }

    /// What it says, with the variation in front: what was seen, or why it was not tried.
    #[must_use]
    pub fn says(&self) -> Option<String> {
        let said = self.saw.as_ref().or(self.reason.as_ref())?;
        Some(under_variant(self.variant.as_deref(), said))
    }
}

#[cfg(test)]
mod tests {
    use oauth_rules::{Profile, RuleId, rules};

    use crate::case::{Case, Severity};
    use crate::case_end::{CaseEnd, Checked};
    use crate::outcome::{CaseOutcome, Verdict};

    const OWN: &[RuleId] = rules!["rfc6749-4.1.2-code-single-use"];
    const FORM: &[RuleId] = rules!["rfc6749-5.2-invalid-grant"];
    /// A SHOULD.
    const ADVICE: &[RuleId] = rules!["rfc7662-2.2-inactive-no-detail"];
    /// Of a document that the profile does not judge by.
    const ELSEWHERE: &[RuleId] = rules!["oauth21-2.3.1-complete-redirect-uri-registered"];

    fn broken() -> CaseEnd {
        CaseEnd::broken("a refusal", "a token")
    }

    fn outcome(severity: Severity, found: Vec<CaseEnd>, ending: Checked) -> CaseOutcome {
        let case = Case { id: "code/once", rules: OWN, severity, ..Case::DEFAULT };
        CaseOutcome::of(&case, Profile::Rfc9700, false, found, ending)
    }

    #[test]
    fn each_finding_is_judged_by_its_own_rules_and_the_gravest_decides() {
        use Verdict::{Failed, Held, NotTested, Warned};
        type Row = (Vec<CaseEnd>, Checked, Verdict, Vec<(&'static [RuleId], Verdict)>);
        let open = || CaseEnd::not_tested("the control failed");
        #[rustfmt::skip]
        let table: Vec<Row> = vec![
            (vec![], Ok(()), Held, vec![(OWN, Held)]),
            (vec![], Err(broken()), Failed, vec![(OWN, Failed)]),
            (vec![broken().under(FORM)], Ok(()), Failed, vec![(FORM, Failed), (OWN, Held)]),
            (vec![broken().under(ADVICE)], Ok(()), Warned, vec![(ADVICE, Warned), (OWN, Held)]),
            (vec![broken().under(ELSEWHERE)], Ok(()), Held, vec![(OWN, Held)]),
            (vec![broken().under(ADVICE)], Err(broken()), Failed, vec![(ADVICE, Warned), (OWN, Failed)]),
            (vec![broken().under(ADVICE)], Err(open()), NotTested, vec![(ADVICE, Warned), (OWN, NotTested)]),
        ];
        for (at, (found, ending, verdict, findings)) in table.into_iter().enumerate() {
            let outcome = outcome(Severity::ByLevel, found, ending);
            let told: Vec<_> =
                outcome.findings.iter().map(|finding| (finding.rules.as_slice(), finding.verdict)).collect();
            assert_eq!((outcome.verdict, told), (verdict, findings), "row {at}");
        }
    }

    #[test]
    fn what_a_case_says_of_its_own_rules_lifts_and_spares_no_other() {
        let told = |severity| {
            let outcome = outcome(severity, vec![broken().under(ADVICE)], Err(broken()));
            outcome.findings.iter().map(|finding| finding.verdict).collect::<Vec<_>>()
        };
        assert_eq!(told(Severity::Warns), [Verdict::Warned, Verdict::Warned]);
        assert_eq!(told(Severity::Fails), [Verdict::Warned, Verdict::Failed]);
    }
}
