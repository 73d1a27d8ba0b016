//! Runs cases: preflight, the sanity case, the others, the laws, the sanity case once more.

mod error;
mod preflight;
mod sanity;
mod select;
mod verdict;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Instant;

pub use error::RunError;
pub use select::{NoMatch, Selection};
use verdict::overall;
pub use verdict::{Overall, Report, Verdict};

use crate::case::{Case, Context, RunState};
use crate::case_end::{CaseEnd, Checked, EndKind};
use crate::secrets::keep;
use crate::subject::{Account, Endpoint, Met, Need};

/// The honest flow, which runs once more after the last case.
pub const SANITY: &Case = &sanity::HONEST_FLOW;

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

/// Runs those of `all` that are selected; these are the cases of the profile in reading order, [`SANITY`] among them
/// or not. `interrupt` ends the run early when it completes.
///
/// # Errors
/// When nothing matches the selection, or the target cannot be tested.
pub async fn run(
    live: &Arc<RunState>,
    all: &[Case],
    selection: &Selection,
    strict: bool,
    progress: &mut dyn Progress,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Outcome, RunError> {
    let selection = Selection { slow: selection.slow || !live.clock.is_real(), ..selection.clone() };
    let mut chosen = selection.choose(live.profile, all)?;
    let slow_left_out = selection.slow_left_out(live.profile, all);
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
        match runner.one(SANITY).await {
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

/// The verdicts that decide about the run. A sanity case that held is left out unless it is the only case: it says
/// nothing about what the other cases left untested.
fn judged(reports: &[Report]) -> impl Iterator<Item = Verdict> {
    let alone = reports.len() == 1;
    let counts = move |report: &&Report| alone || report.id != SANITY.id || report.verdict != Verdict::Held;
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
