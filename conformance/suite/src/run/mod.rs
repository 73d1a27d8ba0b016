//! Runs cases: preflight, the sanity case, the others, the laws, the sanity case once more.

mod error;
mod families;
mod preflight;
mod sanity;
mod select;

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Instant;

pub use error::RunError;
use families::Families;
pub use select::{NoMatch, Selection};

use crate::case::{Case, Context, Isolation, RunState};
use crate::case_end::{CaseEnd, Checked, EndKind, under_variant};
use crate::outcome::{CaseOutcome, Finding, Outcome, Verdict, overall};
use crate::report::{Event, RunBegan, RunReport, Sink};
use crate::secrets::keep;
use crate::subject::{Account, FileKey, Met, Need};
use crate::wire::{Exchange, NoAnswer, is_breakdown};

/// The honest flow, which runs once more after the last case.
pub const SANITY: &Case = &sanity::HONEST_FLOW;

/// Runs those of `all` that are selected; these are the cases of the profile in reading order, [`SANITY`] among them
/// or not. `sink` is told what happens; `interrupt` ends the run early when it completes.
///
/// # Errors
/// When nothing matches the selection, or the target cannot be tested.
pub async fn run(
    live: &Arc<RunState>,
    all: &[Case],
    selection: &Selection,
    strict: bool,
    sink: &mut dyn Sink,
    interrupt: impl Future<Output = ()> + Send,
) -> Result<Outcome, RunError> {
    let selection = Selection { slow: selection.slow || !live.clock.is_real(), ..selection.clone() };
    let mut chosen = selection.choose(live.profile, all)?;
    let slow_left_out = selection.slow_left_out(live.profile, all);
    if chosen.is_empty() && slow_left_out > 0 {
        return Err(RunError::usage(
            "the cases that are asked for wait on the clock; --slow runs them, and so does [clock] in the target file",
        ));
    }
    if chosen.is_empty() {
        let reason = "--only, --skip and --partition leave no case; see `oauth-conformance list`";
        return Err(RunError::usage(reason));
    }
    // What waits comes late: a login or a token that others still want may end meanwhile. The sort is stable: among
    // equals the reading order stays.
    chosen.sort_by_key(|case| (case.isolation == Isolation::Last, case.slow, case.isolation));

    let start = Instant::now();
    let mut runner = Runner { live, strict, repeats: REPEATS, interrupt: pin!(interrupt) };
    let mut interrupted = false;
    sink.tell(&Event::RunBegan(&RunBegan::new(live, chosen.len(), sink.wants())));
    runner.prepare(&chosen).await?;
    let (mut cases, mut families) = (Vec::new(), Families::of(&chosen));
    for (at, case) in chosen.iter().enumerate() {
        sink.tell(&Event::CaseBegan { number: at + 1, of: chosen.len(), id: case.id });
        let listed = match runner.one(case).await {
            Ended::With(ended) => {
                let CaseOutcome { id, verdict, seconds, .. } = &*ended;
                let listed = Some(*verdict);
                for finding in &ended.findings {
                    let (rules, verdict) = (&finding.rules, finding.verdict);
                    sink.tell(&Event::Finding { case: id, rules, verdict });
                }
                let broken = &ended.broken();
                sink.tell(&Event::CaseEnded { id, broken, verdict: *verdict, seconds: *seconds });
                cases.push(*ended);
                listed
            }
            Ended::Unlisted => None,
            Ended::Interrupted => {
                interrupted = true;
                break;
            }
        };
        if let Some(family) = families.count(case, listed) {
            sink.tell(&family.ended());
        }
    }
    for family in families.left() {
        sink.tell(&family.ended());
    }
    let mut unsound = None;
    if !interrupted {
        match runner.one(SANITY).await {
            Ended::With(last) if matches!(last.verdict, Verdict::Held | Verdict::NotOffered) => {}
            Ended::With(last) => unsound = last.decides().and_then(Finding::says),
            Ended::Unlisted => {}
            Ended::Interrupted => interrupted = true,
        }
    }
    cases.sort_by_key(|ended: &CaseOutcome| all.iter().position(|case| case.id == ended.id));
    let outcome = Outcome {
        overall: overall(judged(&cases), unsound.is_none()),
        interrupted,
        unsound,
        seconds: start.elapsed().as_secs_f64(),
        exchanges: live.recording().len(),
        slow_left_out,
        cases,
    };
    sink.tell(&Event::RunEnded(&RunReport::new(live, &outcome, sink.wants())));
    Ok(outcome)
}

/// The verdicts that decide about the run. A sanity case that held is left out unless it is the only case: it says
/// nothing about what the other cases left untested.
fn judged(cases: &[CaseOutcome]) -> impl Iterator<Item = Verdict> {
    let alone = cases.len() == 1;
    let counts = move |case: &&CaseOutcome| alone || case.id != SANITY.id || case.verdict != Verdict::Held;
    cases.iter().filter(counts).map(|case| case.verdict)
}

/// How many cases of a run come once more because something between the suite and the server was disturbed: where it is
/// always so, there is no end to it.
const REPEATS: usize = 20;

/// What disturbed a case, in words: a gateway's answer, one that asks for patience, or none at all kept it from its end, or a
/// server error is all that is broken. What comes by chance does not come again.
fn disturbance(found: &[CaseEnd], ending: &Checked) -> Option<String> {
    let mut ends = found.iter().chain(ending.as_ref().err());
    let by_chance = |end: &CaseEnd| {
        let Some(exchange) = &end.exchange else { return false };
        match end.kind {
            EndKind::Errored => match &exchange.answer {
                Ok(response) => matches!(response.status, 429 | 502..=504),
                Err(NoAnswer::Missing(_)) => true,
                Err(NoAnswer::TooLong(_)) => false,
            },
            EndKind::Broken | EndKind::Warned => exchange.status().is_some_and(is_breakdown),
            EndKind::NotOffered | EndKind::NotTested | EndKind::Unlisted => false,
        }
    };
    let is_broken = |end: &CaseEnd| end.kind == EndKind::Broken && !by_chance(end);
    if ends.clone().any(is_broken) {
        return None;
    }
    let end = ends.find(|&end| by_chance(end))?;
    Some(under_variant(end.variant.as_deref(), &end.saw))
}

/// How a case came to its end.
enum Ended {
    With(Box<CaseOutcome>),
    Unlisted,
    Interrupted,
}

struct Runner<'r, I> {
    live: &'r Arc<RunState>,
    strict: bool,
    /// How many cases may still come once more.
    repeats: usize,
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
            let (stop, waived, lacks) = match self.live.met(*need) {
                Met::Yes => continue,
                Met::NotOffered { reason, waived } => (CaseEnd::not_offered(reason), waived, Vec::new()),
                Met::Missing(reason) => (CaseEnd::not_tested(reason), false, self.lacking(case)),
            };
            let mut ended = CaseOutcome::of(case, profile, self.strict, Vec::new(), Err(stop));
            for finding in &mut ended.findings {
                finding.lacks.clone_from(&lacks);
            }
            return Ended::With(Box::new(CaseOutcome { waived, ..ended }));
        }
        let start = Instant::now();
        let mut context = Context::new(Arc::clone(self.live), case.id);
        let Some(mut ending) = self.attempt(case, &context).await else { return Ended::Interrupted };
        // What was spoilt comes once more together with its control.
        let disturbed = disturbance(&context.found(), &ending);
        if let Some(saw) = disturbed.filter(|_| !case.slow && self.repeats > 0) {
            self.repeats -= 1;
            context = Context::once_more(Arc::clone(self.live), case.id);
            context.note(format!("the case came once more, after this the first time: {saw}"));
            let Some(again) = self.attempt(case, &context).await else { return Ended::Interrupted };
            ending = again;
        }
        if ending.as_ref().is_err_and(|stop| stop.kind == EndKind::Unlisted) {
            return Ended::Unlisted;
        }
        // Without what was not sent, an answer of the server was taken for another.
        let ending = ending.and_then(|()| context.all_sent());
        let mut found = context.found();
        if context.some_held() {
            // A variation that is not offered is listed, and takes nothing from those that held.
            let unoffered = found.iter_mut().filter(|end| end.kind == EndKind::NotOffered);
            unoffered.filter(|end| end.rules.is_empty()).for_each(|end| end.rules = case.rules);
        }
        let mut ended = CaseOutcome::of(case, profile, self.strict, found, ending);
        let (seconds, notes, exchanges) =
            (start.elapsed().as_secs_f64(), context.notes(), context.recording());
        for finding in &mut ended.findings {
            let evidence = finding.evidence.as_deref();
            let asked = evidence.and_then(|evidence| self.asked(&exchanges, evidence));
            finding.before = finding.before.take().or(asked);
            for shown in [&mut finding.evidence, &mut finding.before].into_iter().flatten() {
                *shown = keep::shown(shown, &self.live.vault);
            }
        }
        Ended::With(Box::new(CaseOutcome { seconds, notes, exchanges, ..ended }))
    }

    /// Goes the steps of a case; none if the run was interrupted.
    async fn attempt(&mut self, case: &Case, context: &Context) -> Option<Checked> {
        let (own, run) = (context.clone(), case.run);
        // A task of its own, so that a panic ends the case and not the run.
        let mut task = tokio::spawn(async move { run(&own).await });
        tokio::select! {
            biased;
            () = &mut self.interrupt => {
                task.abort();
                None
            }
            ended = &mut task => {
                Some(ended.unwrap_or_else(|_| Err(CaseEnd::errored("the case itself failed; please report it"))))
            }
        }
    }

    /// The keys that the target file lacks for a case.
    fn lacking(&self, case: &Case) -> Vec<FileKey> {
        case.needs.iter().filter_map(|need| need.missing(&self.live.target)).collect()
    }

    /// The authorization request that a browser's later exchange belongs to.
    fn asked(&self, exchanges: &[Arc<Exchange>], later: &Exchange) -> Option<Arc<Exchange>> {
        let endpoint = &self.live.target.endpoints.authorization;
        // A form names the page that it was on; what the suite composed itself came from none.
        let asks = |Exchange { request, .. }: &Exchange| {
            let rest = request.url.strip_prefix(endpoint.as_str());
            let is_form = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("referer"));
            !is_form && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '&']))
        };
        let own = |exchange: &&Arc<Exchange>| later.browser.is_some() && exchange.browser == later.browser;
        let mut before = exchanges.iter().filter(own).filter(|exchange| exchange.number <= later.number);
        before.rfind(|exchange| asks(exchange)).filter(|asked| asked.number < later.number).cloned()
    }
}
