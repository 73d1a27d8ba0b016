//! What a run finds under servers that refuse what they ought to refuse, but in another form than the texts fix: the rules
//! of the form are broken, and no rule that forbids something.

use std::collections::BTreeSet;
use std::sync::Arc;

use oauth_conformance::{cases, reference};
use oauth_faults::{Fault, Faults, fault};
use oauth_rules::RuleId;
use oauth_suite::case::{Profile, RunState};
use oauth_suite::outcome::{CaseOutcome, Outcome, Verdict};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::discover;
use oauth_suite::wire::http::{Settings, Wire};

async fn whole_run(fault: Fault) -> Outcome {
    let mut reference = reference::start(Profile::Rfc9700, Faults::these(&[fault])).await.expect("it starts");
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut reference.target).await.expect("it publishes metadata");
    let (target, clock) = (reference.target.clone(), reference.clock.clone());
    let live = Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, 7));
    let all = cases(live.profile);
    run(&live, &all, &Selection::default(), false, &mut (), std::future::pending()).await.expect("it runs")
}

fn broken(outcome: &Outcome) -> BTreeSet<RuleId> {
    outcome.cases.iter().flat_map(CaseOutcome::broken).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_another_form_breaks_rules_of_the_form_alone() {
    for fault in [fault!("token-errors-wrong"), fault!("token-errors-200"), fault!("errors-on-page")] {
        let outcome = whole_run(fault).await;
        let found: Vec<&str> = broken(&outcome).iter().map(|rule| rule.id()).collect();
        insta::assert_snapshot!(format!("form-{}", fault.name()), found.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_granted_breaks_the_rule_that_forbids_it() {
    let outcome = whole_run(fault!("code-replayable")).await;
    let case = outcome.cases.iter().find(|case| case.id == "code/refused-the-second-time");
    let finding = case.and_then(|case| case.decides()).expect("the case ran");
    assert_eq!(finding.verdict, Verdict::Failed);
    assert_eq!(
        finding.rules.iter().map(|rule| rule.id()).collect::<Vec<_>>(),
        ["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"]
    );
    assert!(finding.evidence.is_some(), "{finding:?}");
}
