//! The suite against the reference server: clean, and under each of the server's faults.
//!
//! A fault is caught when a finding of a case of `oauth-suite` says that one of its rules is broken; the runner makes a
//! case whose control did not hold `not-tested`, which counts for nothing here, nor do driven cases and laws, which
//! share the logic that the fault lies to.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use oauth_core::policy::Policy;
use oauth_faults::{Fault, Faults, Side};
use oauth_rules::RuleId;
use oauth_suite::case::{Profile, RunState};
use oauth_suite::cases;
use oauth_suite::outcome::{CaseOutcome, Outcome, Overall, Verdict};
use oauth_suite::run::{RunError, Selection, run};
use oauth_suite::subject::discover;
use oauth_suite::visible::Page;
use oauth_suite::wire::http::{Settings, Wire};
use serde_json::{Value, json};

use crate::reference::{self, Reference};

/// The profile of the clean run, under which most rules apply.
const PROFILE: Profile = Profile::Rfc9700;

/// The profile under which a fault of this rule is caught: that of the clean run, if the rule applies there.
fn profile_of(rule: RuleId) -> Profile {
    if PROFILE.applies(rule) { PROFILE } else { Profile::Oauth21 }
}

/// What became of a fault.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Caught {
    /// The fault.
    pub fault: Fault,
    /// For each rule that it breaks, the cases that fell.
    pub rules: BTreeMap<RuleId, Vec<String>>,
    /// Why the run gave no results, if it gave none.
    pub halted: Option<String>,
}

impl Caught {
    /// The cases that fell, each once.
    #[must_use]
    pub fn cases(&self) -> Vec<&str> {
        let mut cases: Vec<&str> = self.rules.values().flatten().map(String::as_str).collect();
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
}

/// What a selftest found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Selftest {
    /// The clean run; none if single faults were asked for.
    pub clean: Option<Outcome>,
    /// Each fault.
    pub faults: Vec<Caught>,
}

impl Selftest {
    /// Whether the clean run held with nothing warned, and every fault was caught.
    #[must_use]
    pub fn holds(&self) -> bool {
        let clean = self
            .clean
            .as_ref()
            .is_none_or(|clean| clean.overall == Overall::Held && clean.count(Verdict::Warned) == 0);
        clean && self.faults.iter().all(Caught::is_caught)
    }

    /// The report for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let failed = self.clean.as_ref().map_or(0, |clean| clean.count(Verdict::Failed));
        let faults: Vec<Value> = self
            .faults
            .iter()
            .map(|caught| {
                let rules: Vec<Value> = caught
                    .rules
                    .iter()
                    .map(|(rule, cases)| json!({ "id": rule.id(), "cases": cases }))
                    .collect();
                json!({
                    "id": caught.fault.name(),
                    "caught": caught.is_caught(),
                    "cases": caught.cases(),
                    "rules": rules,
                    "reason": caught.halted,
                })
            })
            .collect();
        json!({ "holds": self.holds(), "clean": { "failed": failed }, "faults": faults })
    }

    /// The report for people.
    #[must_use]
    pub fn text(&self) -> Page {
        let mut out = Page::new();
        for caught in &self.faults {
            let verdict = if caught.is_caught() { "caught" } else { "MISSED" };
            out.line(format_args!("{verdict}  {:<34} {}", caught.fault.name(), caught.fault.about()));
            match &caught.halted {
                Some(reason) => out.line(format_args!("        {reason}")),
                None => out.line(format_args!("        by {}", caught.cases().join(", "))),
            }
            for rule in caught.missed() {
                out.line(format_args!("        no case fell for {rule}"));
            }
        }
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
        let verdict = if self.holds() { "held" } else { "failed" };
        out.line(format_args!("{verdict}: {caught} of {} faults caught", self.faults.len()));
        out
    }
}

/// Runs the suite clean and under the server's faults; under these faults only, if some are named.
///
/// # Errors
/// When a named fault is the client's, or the reference server does not start.
pub async fn selftest(named: &[Fault], seed: u64) -> Result<Selftest, RunError> {
    let of_client: Vec<&str> =
        named.iter().filter(|fault| fault.side() == Side::Client).map(|fault| fault.name()).collect();
    if !of_client.is_empty() {
        return Err(RunError::usage(format!(
            "--fault {}: a fault of the client; its tests are `cargo test -p oauth-reference-client --test hostile`",
            of_client.join(", ")
        )));
    }
    let clean = match named {
        [] => Some(
            under(
                PROFILE,
                reference::start(PROFILE, Faults::none()).await,
                &Selection { slow: true, ..Selection::default() },
                seed,
            )
            .await?,
        ),
        [..] => None,
    };
    let wanted = |fault: &&Fault| fault.side() == Side::Server && (named.is_empty() || named.contains(fault));
    let mut faults = Vec::new();
    for fault in Fault::ALL.iter().filter(wanted) {
        faults.push(catch(*fault, seed).await);
    }
    Ok(Selftest { clean, faults })
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
/// long as one of them is not caught.
async fn catch(fault: Fault, seed: u64) -> Caught {
    let mut rules: BTreeMap<RuleId, Vec<String>> =
        fault.rules().iter().map(|rule| (*rule, Vec::new())).collect();
    let mut halted = None;
    for (profile, change) in [PROFILE, Profile::Oauth21]
        .into_iter()
        .flat_map(|profile| POLICIES.iter().map(move |change| (profile, change)))
    {
        let open = |(rule, cases): (&RuleId, &Vec<String>)| {
            (profile_of(*rule) == profile && cases.is_empty()).then_some(*rule)
        };
        let here: Vec<RuleId> = rules.iter().filter_map(open).collect();
        if here.is_empty() {
            continue;
        }
        let only: Vec<String> = cases::all()
            .filter(|case| case.belongs_to(profile) && case.rules.iter().any(|rule| here.contains(rule)))
            .map(|case| case.id.to_owned())
            .collect();
        if only.is_empty() {
            halted = Some("no case carries a rule of it".to_owned());
            continue;
        }
        let selection = Selection { only, slow: true, ..Selection::default() };
        let started = reference::start_with(change(reference::policy(profile)), Faults::these(&[fault]));
        match under(profile, started.await, &selection, seed).await {
            Err(halt) => halted = Some(halt.to_string()),
            Ok(outcome) => {
                for case in &outcome.cases {
                    note(&mut rules, &here, case);
                }
            }
        }
    }
    Caught { fault, rules, halted }
}

fn note(rules: &mut BTreeMap<RuleId, Vec<String>>, here: &[RuleId], case: &CaseOutcome) {
    for rule in case.broken().iter().filter(|rule| here.contains(rule)) {
        if let Some(cases) = rules.get_mut(rule) {
            cases.push(case.id.clone());
        }
    }
}

/// Runs a selection against a reference server of its own.
async fn under(
    profile: Profile,
    started: Result<Reference, RunError>,
    selection: &Selection,
    seed: u64,
) -> Result<Outcome, RunError> {
    let started = started?;
    let settings = Settings { timeout: Duration::from_secs(10), roots: Vec::new(), headers: Vec::new() };
    let wire = Wire::new(&settings).map_err(|error| RunError::usage(error.to_string()))?;
    let mut target = started.target.clone();
    // A fault may hide the metadata; the endpoints are in the target file.
    let _found = discover(&wire, &mut target).await;
    let live = Arc::new(RunState::new(target, wire, started.clock.clone(), profile, seed));
    run(&live, &crate::cases(profile), selection, false, &mut (), std::future::pending()).await
}
