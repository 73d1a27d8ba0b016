//! What is told of a case and of what it found.

use std::collections::BTreeMap;
use std::sync::Arc;

use oauth_rules::{Level, RuleId};
use serde::{Serialize, Serializer};

use crate::case_end::under_variant;
use crate::expect::describe;
use crate::outcome::{CaseOutcome, Finding, Verdict};
use crate::report::Exchanges;
use crate::report::alike::undrawn;
use crate::report::exchange_report::ExchangeReport;
use crate::report::veil::Veil;
use crate::subject::FileKey;
use crate::wire::{Exchange, Params};

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
    /// What the gravest of its findings says.
    pub verdict: Verdict,
    /// What was to be seen, by that finding.
    pub expected: Option<String>,
    /// What was seen, by that finding.
    pub saw: Option<String>,
    /// Why it was not offered, not tested, or errored, by that finding.
    pub reason: Option<String>,
    /// What it found.
    pub findings: Vec<FindingReport>,
    /// Remarks.
    pub notes: Vec<String>,
    /// How long it took.
    #[serde(serialize_with = "seconds")]
    pub seconds: f64,
    /// How many exchanges it had.
    #[serde(skip)]
    pub exchange_count: usize,
    /// All that it exchanged, in order, or what of it shows why, as the report has it.
    pub exchanges: Vec<ExchangeReport>,
}

/// One thing that a case found.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct FindingReport {
    /// The rules that it is about.
    #[serde(serialize_with = "rules")]
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
    /// The number of the exchange that decides.
    pub exchange: Option<u64>,
    /// The number of an earlier exchange without which that one is not understood: the authorization request that it
    /// answers, or what it stands against.
    pub before: Option<u64>,
    /// Where it was seen: the address of the exchange that decides, without its query and what is drawn by lot.
    #[serde(skip)]
    pub place: Option<String>,
    /// Which grant type was asked for there, if one was.
    #[serde(skip)]
    pub grant_type: Option<String>,
    /// What was answered there, in a few words.
    #[serde(skip)]
    pub answer: Option<String>,
    /// Whether something was granted that had to be refused.
    #[serde(skip)]
    pub granted: bool,
    /// The keys of the target file for want of which it stayed open.
    #[serde(skip)]
    pub lacks: Vec<FileKey>,
    /// The exchange that decides, where the report has that.
    #[serde(skip)]
    pub evidence: Option<ExchangeReport>,
    /// The earlier one, where the report has that.
    #[serde(skip)]
    pub understood_by: Option<ExchangeReport>,
}

impl FindingReport {
    /// What was seen, or why it stayed open.
    pub(super) fn said(&self) -> Option<&str> {
        self.saw.as_deref().or(self.reason.as_deref())
    }
}

impl CaseReport {
    pub(super) fn new(veil: Veil<'_>, case: &CaseOutcome, exchanges: Exchanges) -> Self {
        let finding = |finding: &Finding| {
            let text = |text: &Option<String>| text.as_deref().map(|text| veil.text(text));
            let number = |exchange: &Option<Arc<Exchange>>| exchange.as_ref().map(|exchange| exchange.number);
            let shown = |exchange: &Option<Arc<Exchange>>| {
                let exchange = exchange.as_ref().filter(|_| exchanges >= Exchanges::Shown);
                exchange.map(|exchange| ExchangeReport::new(veil, exchange))
            };
            FindingReport {
                rules: finding.rules.clone(),
                verdict: finding.verdict,
                variant: text(&finding.variant),
                expected: text(&finding.expected),
                saw: text(&finding.saw),
                reason: text(&finding.reason),
                exchange: number(&finding.evidence),
                before: number(&finding.before),
                place: finding.evidence.as_ref().map(|exchange| {
                    undrawn(&veil.text(exchange.request.url.split(['?', '#']).next().unwrap_or_default()))
                }),
                grant_type: finding.evidence.as_ref().and_then(|exchange| {
                    Some(veil.text(Params::decode(&exchange.request.text()).first("grant_type")?))
                }),
                answer: finding
                    .evidence
                    .as_ref()
                    .and_then(|exchange| Some(veil.text(&describe(exchange.answer.as_ref().ok()?)))),
                granted: finding.granted,
                lacks: finding.lacks.clone(),
                evidence: shown(&finding.evidence),
                understood_by: shown(&finding.before),
            }
        };
        let findings: Vec<FindingReport> = case.findings.iter().map(finding).collect();
        let decides = findings.iter().find(|finding| finding.verdict == case.verdict);
        let says = |broken: bool| {
            decides
                .filter(|_| case.verdict.is_break() == broken)
                .and_then(|finding| Some(under_variant(finding.variant.as_deref(), finding.said()?)))
        };
        let exchanges = match exchanges {
            Exchanges::All => {
                case.exchanges.iter().map(|exchange| ExchangeReport::new(veil, exchange)).collect()
            }
            Exchanges::Shown | Exchanges::None => {
                let shown = findings.iter().flat_map(|finding| [&finding.understood_by, &finding.evidence]);
                let by_number: BTreeMap<u64, _> =
                    shown.flatten().map(|exchange| (exchange.number, exchange.clone())).collect();
                by_number.into_values().collect()
            }
        };
        Self {
            id: case.id.clone(),
            about: case.about.clone(),
            rules: case.rules.clone(),
            level: case.level,
            verdict: case.verdict,
            expected: decides.and_then(|finding| finding.expected.clone()),
            saw: says(true),
            reason: says(false),
            findings,
            notes: case.notes.iter().map(|note| veil.text(note)).collect(),
            seconds: case.seconds,
            exchange_count: case.exchanges.len(),
            exchanges,
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

pub(super) fn rules<S: Serializer>(rules: &[RuleId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(rules.iter().map(|rule| rule.id()))
}

/// To the millisecond.
pub(super) fn seconds<S: Serializer>(seconds: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((seconds * 1000.0).round() / 1000.0)
}
