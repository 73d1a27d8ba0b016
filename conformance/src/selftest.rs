//! The suite against the reference server: clean, under each of the server's faults, and under each liberty.
//!
//! A fault is caught when a finding of a case of `oauth-suite` says that one of its rules is broken; the runner makes a
//! case whose control did not hold `not-tested`, which counts for nothing here, nor do driven cases and laws, which
//! share the logic that the fault lies to.
//!
//! Under a fault the cases of its rules run. Where a selftest is whole, all of a run do, driven cases and laws too, and
//! none may fail under a rule that the fault does not break.

mod caught;

use std::collections::BTreeSet;
use std::num::NonZero;
use std::thread::available_parallelism;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use oauth_core::policy::Policy;
use oauth_faults::{Fault, Faults, Side};
use oauth_rules::RuleId;
use oauth_suite::case::Profile;
use oauth_suite::cases;
use oauth_suite::outcome::{Outcome, Overall, Verdict};
use oauth_suite::run::{RunError, Selection};
use oauth_suite::visible::Page;
use serde_json::{Value, json};

use crate::liberties::{self, Liberty, Trial};
use crate::reference;
use crate::whole::{PROFILE, under, whole_run};
pub use caught::{Beyond, By, Caught};

/// How many runs go on at once for each core.
const AT_ONCE: usize = 2;

/// The profile under which a fault of this rule is caught: that of the clean run, if the rule applies there.
fn profile_of(rule: RuleId) -> Profile {
    if PROFILE.applies(rule) { PROFILE } else { Profile::Oauth21 }
}

/// What a selftest runs.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Wanted {
    /// These faults.
    pub faults: Vec<Fault>,
    /// For each group the suite under its liberties, all of the group together.
    pub liberties: Vec<Vec<&'static Liberty>>,
    /// Whether the clean run is judged as well.
    pub clean: bool,
    /// Whether all cases run under each fault, and what fails beyond its rules is told.
    pub whole: bool,
}

impl Wanted {
    /// The clean run and every fault of the server.
    #[must_use]
    pub fn every_fault() -> Self {
        let faults = Fault::ALL.iter().copied().filter(|fault| fault.side() == Side::Server).collect();
        Self { faults, clean: true, ..Self::default() }
    }

    /// The clean run and every liberty, one at a time.
    #[must_use]
    pub fn every_liberty() -> Self {
        Self::liberties(liberties::all().map(|liberty| vec![liberty]).collect())
    }

    /// The clean run and these groups of liberties.
    #[must_use]
    pub fn liberties(liberties: Vec<Vec<&'static Liberty>>) -> Self {
        Self { liberties, clean: true, ..Self::default() }
    }

    /// The clean run, every fault of the server, and every liberty.
    #[must_use]
    pub fn everything() -> Self {
        Self { liberties: Self::every_liberty().liberties, ..Self::every_fault() }
    }

    /// These faults, without the clean run.
    #[must_use]
    pub fn faults(faults: Vec<Fault>) -> Self {
        Self { faults, ..Self::default() }
    }
}

/// What a selftest found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Selftest {
    /// The clean run; none if single faults were asked for.
    pub clean: Option<Outcome>,
    /// Each fault.
    pub faults: Vec<Caught>,
    /// Each run under liberties.
    pub trials: Vec<Trial>,
}

impl Selftest {
    /// Whether the clean run held with nothing warned, every fault was caught with nothing failed beyond it, and every
    /// liberty left alone.
    #[must_use]
    pub fn holds(&self) -> bool {
        let clean = self
            .clean
            .as_ref()
            .is_none_or(|clean| clean.overall == Overall::Held && clean.count(Verdict::Warned) == 0);
        let faults = self.faults.iter().all(|caught| caught.is_caught() && caught.beyond.is_empty());
        clean && faults && self.trials.iter().all(Trial::is_left_alone)
    }

    /// The report for programs. As a file it is what `specs/DETECTION.md` is written from.
    #[must_use]
    pub fn json(&self, seed: u64) -> Value {
        let failed = self.clean.as_ref().map_or(0, |clean| clean.count(Verdict::Failed));
        let faults: Vec<Value> = self.faults.iter().map(Caught::json).collect();
        let trials: Vec<Value> = self.trials.iter().map(Trial::json).collect();
        json!({
            "holds": self.holds(),
            "seed": seed,
            "clean": { "failed": failed },
            "faults": faults,
            "liberties": trials,
        })
    }

    /// What is told at the end.
    #[must_use]
    pub fn summary(&self, seed: u64) -> Page {
        let mut out = Page::new();
        if let Some(clean) = &self.clean {
            out.line(format_args!(
                "clean run: {}, {} held, {} failed, {} warned",
                clean.overall.word(),
                clean.count(Verdict::Held),
                clean.count(Verdict::Failed),
                clean.count(Verdict::Warned)
            ));
        }
        let caught = self.faults.iter().filter(|caught| caught.is_caught()).count();
        let left_alone = self.trials.iter().filter(|trial| trial.is_left_alone()).count();
        let mut counts = Vec::new();
        if !self.faults.is_empty() {
            counts.push(format!("{caught} of {} faults caught", self.faults.len()));
        }
        let whole: Vec<&Caught> = self.faults.iter().filter(|caught| caught.whole).collect();
        if !whole.is_empty() {
            let accused = whole.iter().filter(|caught| !caught.beyond.is_empty()).count();
            let rules: usize = whole.iter().map(|caught| caught.rules_beyond().len()).sum();
            let runs = whole.len();
            counts.push(format!("{rules} rules failed beyond {accused} of {runs} faults that ran whole"));
        }
        if !self.trials.is_empty() {
            let runs = self.trials.len();
            counts.push(format!("left alone in {left_alone} of {runs} runs with liberties"));
        }
        let verdict = if self.holds() { "held" } else { "failed" };
        out.line(format_args!("{verdict}: {} (seed {seed})", counts.join(", ")));
        out
    }
}

/// Runs the suite clean, under faults of the server, and under liberties.
///
/// `tell` hears of each fault and of each run under liberties as soon as its result stands.
///
/// # Errors
/// When a named fault is the client's, or the reference server does not start.
pub async fn selftest(wanted: &Wanted, seed: u64, mut tell: impl FnMut(Page)) -> Result<Selftest, RunError> {
    let of_client: Vec<&str> =
        wanted.faults.iter().filter(|fault| fault.side() == Side::Client).map(|fault| fault.name()).collect();
    if !of_client.is_empty() {
        return Err(RunError::usage(format!(
            "--fault {}: a fault of the client; its tests are `cargo test -p oauth-reference-client --test hostile`",
            of_client.join(", ")
        )));
    }
    let clean = if wanted.clean {
        Some(whole_run(&reference::start(PROFILE, Faults::none()).await?, seed).await?)
    } else {
        None
    };
    // A run waits half of its time. Each has a server of its own, so that no run knows of another.
    let at_once = AT_ONCE * available_parallelism().map_or(1, NonZero::get);
    let caught =
        stream::iter(&wanted.faults).map(|fault| catch(*fault, wanted.whole, seed)).buffered(at_once);
    let faults: Vec<Caught> = caught.inspect(|caught| tell(caught.told())).collect().await;
    let groups = clean.iter().flat_map(|clean| wanted.liberties.iter().map(move |group| (group, clean)));
    let trials = stream::iter(groups)
        .map(|(group, clean)| liberties::trial(group, clean, seed))
        .buffered(at_once)
        .inspect_ok(|trial| tell(trial.told()));
    let trials: Vec<Trial> = trials.try_collect().await?;
    Ok(Selftest { clean, faults, trials })
}

/// How the reference server is started for a fault: as a run starts it; without DPoP nonces, since a nonce also shows that a
/// proof is fresh, and would hide a server that does not check `iat`; and so that token requests have to name the
/// redirect URI, by which a server of OAuth 2.1 shows that it reads the parameter.
const POLICIES: &[fn(Policy) -> Policy] = &[
    |policy| policy,
    |policy| Policy { dpop_nonce: false, ..policy },
    |policy| Policy { redirect_uri_optional: false, ..policy },
];

/// Runs the cases of a fault's rules under it, in each profile that one of the rules needs, and under each policy as
/// long as one of them is not caught. With `whole` all cases run first, in each of these profiles.
async fn catch(fault: Fault, whole: bool, seed: u64) -> Caught {
    let mut caught = Caught::none(fault);
    for profile in [PROFILE, Profile::Oauth21] {
        let first = whole.then_some((true, &POLICIES[0]));
        for (all, change) in first.into_iter().chain(POLICIES.iter().map(|change| (false, change))) {
            let open = |(rule, by): (&RuleId, &Vec<By>)| {
                (profile_of(*rule) == profile && by.is_empty()).then_some(*rule)
            };
            let here: Vec<RuleId> = caught.rules.iter().filter_map(open).collect();
            if here.is_empty() {
                continue;
            }
            let judging: BTreeSet<&str> = cases::all()
                .filter(|case| case.belongs_to(profile) && case.rules.iter().any(|rule| here.contains(rule)))
                .map(|case| case.id)
                .collect();
            if judging.is_empty() && !all {
                caught.halted = Some("no case carries a rule of it".to_owned());
                continue;
            }
            let only = if all { Vec::new() } else { judging.iter().map(|id| (*id).to_owned()).collect() };
            let selection = Selection { only, slow: true, ..Selection::default() };
            let policy = change(reference::policy(profile));
            let ran = async {
                let started = reference::start_with(policy, Faults::these(&[fault])).await?;
                under(profile, &started, &selection, seed).await
            };
            match ran.await {
                Err(halt) => caught.halted = Some(halt.to_string()),
                Ok(outcome) => {
                    for case in outcome.cases.iter().filter(|case| judging.contains(case.id.as_str())) {
                        caught.note(&here, case);
                    }
                    if all {
                        caught.whole = true;
                        outcome.cases.iter().for_each(|case| caught.look_beyond(case));
                    }
                }
            }
        }
    }
    caught
}
