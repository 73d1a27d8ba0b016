//! Runs cases: preflight, the sanity case, the others, the laws, the sanity case once more.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Instant;

use crate::case::{Case, Profile};
use crate::case_end::{CaseEnd, Checked, EndKind};
use crate::context::Context;
use crate::need::{Met, Need};
use crate::run_state::RunState;
use crate::select::{NoMatch, Selection};
use crate::subject::{Account, Endpoint};
use crate::verdict::{Overall, Report, Verdict, overall};
use crate::{driven, keep, laws, preflight, suite};

/// Why a run gives no results.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct RunError {
    /// 2 for usage and configuration, 3 for a target that cannot be tested.
    pub exit_code: u8,
    /// What is wrong and what to do.
    pub reason: String,
}

impl RunError {
    /// Bad usage or configuration.
    #[must_use]
    pub fn usage(reason: impl Into<String>) -> Self {
        Self { exit_code: 2, reason: reason.into() }
    }

    /// A target that cannot be tested.
    #[must_use]
    pub fn incomplete(reason: impl Into<String>) -> Self {
        Self { exit_code: 3, reason: reason.into() }
    }
}

impl From<NoMatch> for RunError {
    fn from(fault: NoMatch) -> Self {
        Self::usage(fault.to_string())
    }
}

/// What came of a run.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The cases that ran, in reading order.
    pub reports: Vec<Report>,
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
        self.reports.iter().filter(|report| report.verdict == verdict).count()
    }
}

/// Told what happens, while it happens.
pub trait Progress: Send {
    /// The run is about to begin, and will send what is secret to these endpoints.
    fn sends_to(&mut self, _endpoints: &[Endpoint]) {}
    /// A case starts: its number, how many there are, its id.
    fn starts(&mut self, number: usize, of: usize, id: &str);
    /// A case ended.
    fn ended(&mut self, report: &Report);
}

/// Every case of a profile, in reading order: the sanity case, those of the suite, the driven ones, the laws.
#[must_use]
pub fn cases(profile: Profile) -> Vec<Case> {
    let own = std::iter::once(suite::SANITY)
        .chain(suite::cases())
        .chain(driven::cases(profile))
        .chain(laws::cases(profile));
    own.copied().filter(|case| case.belongs_to(profile)).collect()
}

/// Runs the cases that are selected. `interrupt` ends the run early when it completes.
///
/// # Errors
/// When nothing matches the selection, or the target cannot be tested.
pub async fn run(
    live: &Arc<RunState>,
    selection: &Selection,
    strict: bool,
    progress: &mut dyn Progress,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Outcome, RunError> {
    let all = cases(live.profile);
    let selection = Selection { slow: selection.slow || !live.clock.is_real(), ..selection.clone() };
    let mut chosen = selection.choose(live.profile, &all)?;
    let slow_left_out = selection.slow_left_out(live.profile, &all);
    if chosen.is_empty() && slow_left_out > 0 {
        return Err(RunError::usage("the cases that are asked for wait on the clock; --slow runs them"));
    }
    if chosen.is_empty() {
        let reason = "--only, --skip and --partition leave no case; see `oauth-conformance list`";
        return Err(RunError::usage(reason));
    }
    // The sort is stable: among equals the reading order stays.
    chosen.sort_by_key(|case| case.isolation);

    let start = Instant::now();
    let mut runner = Runner { live, strict, interrupt: pin!(interrupt) };
    let mut interrupted = false;
    progress.sends_to(&live.target.secret_endpoints());
    runner.prepare(&chosen).await?;
    let mut reports = Vec::new();
    for (at, case) in chosen.iter().enumerate() {
        progress.starts(at + 1, chosen.len(), case.id);
        match runner.one(case).await {
            Ended::With(report) => {
                progress.ended(&report);
                reports.push(*report);
            }
            Ended::Unlisted => {}
            Ended::Interrupted => {
                interrupted = true;
                break;
            }
        }
    }
    let mut unsound = None;
    if !interrupted {
        match runner.one(suite::SANITY).await {
            Ended::With(last) if matches!(last.verdict, Verdict::Held | Verdict::NotOffered) => {}
            Ended::With(last) => unsound = last.reason.or(last.saw),
            Ended::Unlisted => {}
            Ended::Interrupted => interrupted = true,
        }
    }
    reports.sort_by_key(|report| all.iter().position(|case| case.id == report.id));
    Ok(Outcome {
        overall: overall(judged(&reports), unsound.is_none()),
        interrupted,
        unsound,
        seconds: start.elapsed().as_secs_f64(),
        exchanges: live.recording().len(),
        slow_left_out,
        reports,
    })
}

/// The verdicts that decide: the sanity case alone shows nothing about the others, so that it does not count as
/// held beside them.
fn judged(reports: &[Report]) -> impl Iterator<Item = Verdict> {
    let alone = reports.len() == 1;
    let counts =
        move |report: &&Report| alone || report.id != suite::SANITY.id || report.verdict != Verdict::Held;
    reports.iter().filter(counts).map(|report| report.verdict)
}

/// How a case came to its end.
enum Ended {
    With(Box<Report>),
    Unlisted,
    Interrupted,
}

struct Runner<'r, I> {
    live: &'r Arc<RunState>,
    strict: bool,
    interrupt: Pin<&'r mut I>,
}

impl<I: Future<Output = ()> + Send> Runner<'_, I> {
    /// Logs in the users that the cases need.
    async fn prepare(&mut self, chosen: &[Case]) -> Result<(), RunError> {
        let context = Context::new(Arc::clone(self.live), "preflight");
        let needed = |need: Need| chosen.iter().any(|case| case.needs.contains(&need));
        let mut users = Vec::new();
        for (need, who) in [(Need::Login, Account::First), (Need::SecondUser, Account::Second)] {
            let wanted = needed(need) || who == Account::First;
            if wanted && need.met(&self.live.target) == Met::Yes {
                users.push(who);
            }
        }
        tokio::select! {
            biased;
            () = &mut self.interrupt => Err(RunError::incomplete("interrupted before the first case")),
            done = preflight::log_in(&context, &users) => done,
        }
    }

    async fn one(&mut self, case: &Case) -> Ended {
        let profile = self.live.profile;
        for need in case.needs {
            let (stop, waived) = match need.met(&self.live.target) {
                Met::Yes => continue,
                Met::NotOffered { reason, waived } => (CaseEnd::not_offered(reason), waived),
                Met::Missing(reason) => (CaseEnd::not_tested(reason), false),
            };
            let report = Report::of(case, profile, self.strict, Err(stop));
            return Ended::With(Box::new(Report { waived, ..report }));
        }
        let start = Instant::now();
        let context = Context::new(Arc::clone(self.live), case.id);
        let (own, run) = (context.clone(), case.run);
        // A task of its own, so that a panic ends the case and not the run.
        let mut task = tokio::spawn(async move { run(&own).await });
        let ending: Checked = tokio::select! {
            biased;
            () = &mut self.interrupt => {
                task.abort();
                return Ended::Interrupted;
            }
            ended = &mut task => ended.unwrap_or_else(|_| Err(CaseEnd::errored("the case itself failed; please report it"))),
        };
        if ending.as_ref().is_err_and(|stop| stop.kind == EndKind::Unlisted) {
            return Ended::Unlisted;
        }
        // Without what was not sent, an answer of the server was taken for another.
        let ending = ending.and_then(|()| context.all_sent());
        let mut report = Report::of(case, profile, self.strict, ending);
        report.shown = report.shown.map(|exchange| keep::shown(&exchange, &self.live.vault));
        let (seconds, notes, exchanges) =
            (start.elapsed().as_secs_f64(), context.notes(), context.recording());
        Ended::With(Box::new(Report { seconds, notes, exchanges, ..report }))
    }
}
