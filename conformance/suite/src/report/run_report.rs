//! What is told of a run, as it is told: each text was covered when it was put in, by the only functions that make these
//! values. A format gets nothing else.

use std::collections::BTreeMap;

use oauth_configuration::cut;
use oauth_rules::{Profile, RuleId};
use serde::{Serialize, Serializer};

use crate::case::RunState;
use crate::outcome::{Outcome, Overall, Verdict};
use crate::probe::Probed;
use crate::report::case_report::{CaseReport, FindingReport, seconds};
use crate::report::cause::{Cause, Place};
use crate::report::missing_key::MissingKey;
use crate::report::veil::Veil;
use crate::report::{Exchanges, Wants};
use crate::subject::Endpoint;

/// The most characters of a target's name that are told.
const LONGEST_NAME: usize = 200;

/// A run that is about to begin.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RunBegan {
    /// The name of the target.
    pub target: String,
    /// Where it is: its issuer, or else its authorization endpoint.
    #[serde(skip)]
    pub address: String,
    /// The documents to judge by.
    #[serde(serialize_with = "profile")]
    pub profile: Profile,
    /// What fresh values are drawn from.
    pub seed: u64,
    /// Where secrets will be sent.
    #[serde(skip)]
    pub secret_endpoints: Vec<Endpoint>,
    /// How many cases will run.
    #[serde(skip)]
    pub cases: usize,
}

/// What came of a run. As JSON its members may grow and never change.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct RunReport {
    /// How it began.
    #[serde(flatten)]
    pub began: RunBegan,
    /// What the verdicts mean together; incomplete if it was interrupted.
    pub verdict: Overall,
    /// Whether it was interrupted: then cases are missing, and of the others the exchanges that show nothing.
    pub interrupted: bool,
    /// Why the sanity case did not hold after the last case, if it did not.
    pub unsound: Option<String>,
    /// How long it took.
    #[serde(serialize_with = "seconds")]
    pub seconds: f64,
    /// How many cases were left out because they are slow.
    pub slow_left_out: usize,
    /// How many cases the target file waives.
    pub waived: usize,
    /// What the run settled of the server.
    pub probed: Probed,
    /// How many cases came to each verdict.
    pub counts: BTreeMap<Verdict, usize>,
    /// How many rules came to each verdict.
    pub rule_counts: BTreeMap<Verdict, usize>,
    /// What is wrong or stayed open, worst first, each once with all cases that tell of it.
    pub causes: Vec<Cause>,
    /// The keys of the target file for want of which something was not tested.
    pub missing_keys: Vec<MissingKey>,
    /// How many exchanges there were.
    #[serde(skip)]
    pub exchanges: usize,
    /// The cases that ran, in reading order.
    pub cases: Vec<CaseReport>,
}

impl RunBegan {
    /// A run of so many cases.
    #[must_use]
    pub fn new(live: &RunState, cases: usize, wants: Wants) -> Self {
        let veil = Veil::new(live, wants.secrets);
        let target = &live.target;
        let covered = |endpoint: Endpoint| Endpoint { url: veil.text(&endpoint.url), ..endpoint };
        Self {
            target: cut(veil.text(&target.name), LONGEST_NAME),
            address: veil.text(target.issuer.as_deref().unwrap_or(&target.endpoints.authorization)),
            profile: live.profile,
            seed: live.seed,
            secret_endpoints: target.secret_endpoints().into_iter().map(covered).collect(),
            cases,
        }
    }
}

impl RunReport {
    /// The report of a run, by all that it has learnt so far.
    #[must_use]
    pub fn new(live: &RunState, outcome: &Outcome, wants: Wants) -> Self {
        let veil = Veil::new(live, wants.secrets);
        // Who interrupts a run does not wait until thousands of exchanges are covered.
        let most = if outcome.interrupted { Exchanges::Shown } else { Exchanges::All };
        let exchanges = wants.exchanges.min(most);
        let cases: Vec<CaseReport> =
            outcome.cases.iter().map(|case| CaseReport::new(veil, case, exchanges)).collect();
        let rules = verdicts_of_rules(&cases);
        let rules_with = |verdict: Verdict| rules.values().filter(|found| **found == verdict).count();
        Self {
            began: RunBegan::new(live, cases.len(), wants),
            verdict: if outcome.interrupted { Overall::Incomplete } else { outcome.overall },
            interrupted: outcome.interrupted,
            unsound: outcome.unsound.as_deref().map(|reason| veil.text(reason)),
            seconds: outcome.seconds,
            slow_left_out: outcome.slow_left_out,
            waived: outcome.cases.iter().filter(|case| case.waived).count(),
            probed: live.probed(),
            counts: Verdict::ALL.iter().map(|verdict| (*verdict, outcome.count(*verdict))).collect(),
            rule_counts: Verdict::ALL.iter().map(|verdict| (*verdict, rules_with(*verdict))).collect(),
            causes: Cause::all(&cases),
            missing_keys: MissingKey::all(&cases),
            exchanges: outcome.exchanges,
            cases,
        }
    }

    /// How many rules held and how many were judged. A rule holds if a finding says so and none says otherwise.
    #[must_use]
    pub fn rules(&self) -> (usize, usize) {
        let with = |verdict: Verdict| self.rule_counts.get(&verdict).copied().unwrap_or(0);
        let held = with(Verdict::Held);
        (held, held + with(Verdict::Failed) + with(Verdict::Warned))
    }

    /// How many rules stayed open: of them something was not tested or errored, and nothing failed.
    pub(super) fn rules_left_open(&self) -> usize {
        let with = |verdict: Verdict| self.rule_counts.get(&verdict).copied().unwrap_or(0);
        with(Verdict::NotTested) + with(Verdict::Errored)
    }

    /// Whether the run is incomplete although nothing stayed open: none of its cases held, the honest flow aside.
    pub(super) fn shows_nothing(&self) -> bool {
        let is_none = |verdict: Verdict| self.counts.get(&verdict).is_none_or(|count| *count == 0);
        self.verdict == Overall::Incomplete
            && !self.interrupted
            && self.unsound.is_none()
            && is_none(Verdict::NotTested)
            && is_none(Verdict::Errored)
    }

    /// The case and the finding at a place.
    #[must_use]
    pub fn find(&self, at: Place) -> Option<(&CaseReport, &FindingReport)> {
        let case = self.cases.get(at.case)?;
        Some((case, case.findings.get(at.finding)?))
    }

    /// The first finding that tells of a cause, and its case.
    #[must_use]
    pub fn first(&self, cause: &Cause) -> Option<(&CaseReport, &FindingReport)> {
        self.find(*cause.findings.first()?)
    }
}

/// What all findings say of each rule: what the gravest of them says.
fn verdicts_of_rules(cases: &[CaseReport]) -> BTreeMap<RuleId, Verdict> {
    let mut rules: BTreeMap<RuleId, Verdict> = BTreeMap::new();
    for finding in cases.iter().flat_map(|case| &case.findings) {
        for rule in &finding.rules {
            let so_far = rules.entry(*rule).or_insert(finding.verdict);
            if finding.verdict.weight() < so_far.weight() {
                *so_far = finding.verdict;
            }
        }
    }
    rules
}

fn profile<S: Serializer>(profile: &Profile, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(profile.name())
}
