//! What is told of a run, as it is told: each text was covered when it was put in, by the only functions that make these
//! values. A format gets nothing else.

use std::collections::BTreeMap;

use oauth_rules::{Level, Profile, RuleId};
use serde::{Serialize, Serializer};

use crate::case::RunState;
use crate::outcome::{CaseOutcome, Outcome, Overall, Verdict};
use crate::report::exchange_report::ExchangeReport;
use crate::report::veil::Veil;
use crate::report::{Exchanges, Wants};
use crate::subject::Endpoint;

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
    /// Whether it was interrupted: then cases are missing.
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
    /// How many cases came to each verdict.
    pub counts: BTreeMap<Verdict, usize>,
    /// How many exchanges there were.
    #[serde(skip)]
    pub exchanges: usize,
    /// The cases that ran, in reading order.
    pub cases: Vec<CaseReport>,
}

/// What came of a case.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct CaseReport {
    /// Its id.
    pub id: String,
    /// One sentence: what holds when the case holds.
    pub about: String,
    /// The rules that it judges and that apply.
    #[serde(serialize_with = "rules")]
    pub rules: Vec<RuleId>,
    /// The strictest level of these.
    #[serde(serialize_with = "level")]
    pub level: Level,
    /// What it found.
    #[serde(flatten)]
    pub finding: Finding,
    /// Remarks.
    pub notes: Vec<String>,
    /// How long it took.
    #[serde(serialize_with = "seconds")]
    pub seconds: f64,
    /// How many exchanges it had.
    #[serde(skip)]
    pub exchange_count: usize,
    /// All that it exchanged, in order, where the report has that.
    pub exchanges: Vec<ExchangeReport>,
}

/// What a case found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The verdict.
    pub verdict: Verdict,
    /// What was to be seen, for a broken expectation.
    pub expected: Option<String>,
    /// What was seen, for a broken expectation.
    pub saw: Option<String>,
    /// Why it was not offered, not tested, or errored.
    pub reason: Option<String>,
    /// The exchange that shows it, where the report has that.
    #[serde(skip)]
    pub evidence: Option<ExchangeReport>,
}

impl RunBegan {
    /// A run of so many cases.
    #[must_use]
    pub fn new(live: &RunState, cases: usize, wants: Wants) -> Self {
        let veil = Veil::new(live, wants.secrets);
        let target = &live.target;
        let covered = |endpoint: Endpoint| Endpoint { url: veil.text(&endpoint.url), ..endpoint };
        Self {
            target: veil.text(&target.name),
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
        let cases = &outcome.cases;
        Self {
            began: RunBegan::new(live, cases.len(), wants),
            verdict: if outcome.interrupted { Overall::Incomplete } else { outcome.overall },
            interrupted: outcome.interrupted,
            unsound: outcome.unsound.as_deref().map(|reason| veil.text(reason)),
            seconds: outcome.seconds,
            slow_left_out: outcome.slow_left_out,
            waived: cases.iter().filter(|case| case.waived).count(),
            counts: Verdict::ALL.iter().map(|verdict| (*verdict, outcome.count(*verdict))).collect(),
            exchanges: outcome.exchanges,
            cases: cases.iter().map(|case| CaseReport::new(veil, case, wants.exchanges)).collect(),
        }
    }

    /// How many rules held and how many were judged. A rule holds if a case of it held and none broke.
    #[must_use]
    pub fn rules(&self) -> (usize, usize) {
        let mut judged: BTreeMap<RuleId, bool> = BTreeMap::new();
        for case in &self.cases {
            let good = match case.finding.verdict {
                Verdict::Held => true,
                Verdict::Failed | Verdict::Warned => false,
                Verdict::NotOffered | Verdict::NotTested | Verdict::Errored => continue,
            };
            for rule in &case.rules {
                let so_far = judged.entry(*rule).or_insert(true);
                *so_far &= good;
            }
        }
        (judged.values().filter(|good| **good).count(), judged.len())
    }
}

impl CaseReport {
    fn new(veil: Veil<'_>, case: &CaseOutcome, exchanges: Exchanges) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(|text| veil.text(text));
        let shown = case.shown.as_ref().filter(|_| exchanges >= Exchanges::Shown);
        let all = case.exchanges.iter().filter(|_| exchanges == Exchanges::All);
        Self {
            id: case.id.clone(),
            about: case.about.clone(),
            rules: case.rules.clone(),
            level: case.level,
            finding: Finding {
                verdict: case.verdict,
                expected: text(&case.expected),
                saw: text(&case.saw),
                reason: text(&case.reason),
                evidence: shown.map(|exchange| ExchangeReport::new(veil, exchange)),
            },
            notes: case.notes.iter().map(|note| veil.text(note)).collect(),
            seconds: case.seconds,
            exchange_count: case.exchanges.len(),
            exchanges: all.map(|exchange| ExchangeReport::new(veil, exchange)).collect(),
        }
    }
}

/// The keyword of a level.
#[must_use]
pub const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
        Level::Stated => "STATED",
    }
}

fn level<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(level_word(*level))
}

fn profile<S: Serializer>(profile: &Profile, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(profile.name())
}

fn rules<S: Serializer>(rules: &[RuleId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rules.iter().map(|rule| rule.id()))
}

/// To the millisecond.
fn seconds<S: Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((seconds * 1000.0).round() / 1000.0)
}
