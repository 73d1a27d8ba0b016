//! What a run finds under servers that refuse what they ought to refuse, but in another form than the texts fix: the rules
//! of the form are broken, and no rule that forbids something.

use std::collections::BTreeSet;
use std::sync::Arc;

use oauth_conformance::{cases, reference};
use oauth_faults::{Fault, Faults, fault};
use oauth_rules::{RuleId, rules};
use oauth_suite::case::{Case, Context, Profile, RunState};
use oauth_suite::case_end::{CaseEnd, Checked};
use oauth_suite::outcome::{CaseOutcome, Outcome, Verdict};
use oauth_suite::run::{Selection, run};
use oauth_suite::subject::discover;
use oauth_suite::wire::http::{Settings, Wire};

use crate::common::script::{self, Script};

async fn whole_run(fault: Fault) -> Outcome {
    run_of(&cases(Profile::Rfc9700), Faults::these(&[fault])).await
}

async fn run_of(all: &[Case], faults: Faults) -> Outcome {
    let mut reference = reference::start(Profile::Rfc9700, faults).await.expect("it starts");
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut reference.target).await.expect("it publishes metadata");
    let (target, clock) = (reference.target.clone(), reference.clock.clone());
    let live = Arc::new(RunState::new(target, wire, clock, Profile::Rfc9700, 7));
    run(&live, all, &Selection::default(), false, &mut (), std::future::pending()).await.expect("it runs")
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

/// A case of which one variation is not offered, and another comes to this.
fn in_part(ctx: &Context, other: Checked) -> Checked {
    ctx.tried("one is not offered", Err::<(), _>(CaseEnd::not_offered("there is no such thing")));
    ctx.tried("another is", other);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variation_that_is_not_offered_takes_nothing_from_one_that_held() {
    const CASE: Case = Case { rules: rules!["rfc6749-4.1.2-code-single-use"], ..Case::DEFAULT };
    let all = [
        Case { id: "own/held", run: |ctx| Box::pin(std::future::ready(in_part(ctx, Ok(())))), ..CASE },
        Case {
            id: "own/broken",
            run: |ctx| {
                Box::pin(std::future::ready(in_part(ctx, Err(CaseEnd::broken("a refusal", "a token")))))
            },
            ..CASE
        },
        Case {
            id: "own/not-offered",
            run: |ctx| Box::pin(std::future::ready(in_part(ctx, Err(CaseEnd::not_offered("nor is this"))))),
            ..CASE
        },
    ];
    let outcome = run_of(&all, Faults::none()).await;
    let told: Vec<(Verdict, usize)> =
        outcome.cases.iter().map(|case| (case.verdict, case.findings.len())).collect();
    assert_eq!(told, [(Verdict::Held, 2), (Verdict::Failed, 2), (Verdict::NotOffered, 2)]);
}

/// What the case about the metadata's issuer comes to, where the documents at both addresses name these.
async fn of_issuers(told: &str, of_another: &str) -> Verdict {
    const ID: &str = "metadata/issuer-is-the-one-asked-for";
    let document = |issuer: &str| {
        format!(
            "200 OK\nContent-Type: application/json\n\n{{\"issuer\":\"{issuer}\",\"authorization_endpoint\":\
             \"BASE/a\",\"token_endpoint\":\"BASE/t\",\"response_types_supported\":[\"code\"]}}"
        )
    };
    let well_known = "GET /.well-known/oauth-authorization-server";
    let unknown = format!("{well_known}/suite-unknown");
    let server = Script::start(&[(well_known, &document(told)), (&unknown, &document(of_another))]).await;
    let text = format!(
        "issuer = \"{}\"\n[public_client]\nid = \"c\"\nredirect_uri = \"http://c.example/cb\"\n",
        server.base
    );
    let mut target = script::target(&text);
    let wire = Wire::new(&Settings::default()).expect("HTTP works");
    discover(&wire, &mut target).await.expect("it publishes metadata");
    let live = script::live(target);
    let selection = Selection { only: vec![ID.into()], ..Selection::default() };
    let outcome = run(&live, &cases(live.profile), &selection, false, &mut (), std::future::pending()).await;
    let outcome = outcome.expect("it runs");
    outcome.cases.iter().find(|case| case.id == ID).expect("the case ran").verdict
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_of_another_issuer_than_the_one_asked_for_fails_be_it_for_a_slash() {
    assert_eq!(of_issuers("BASE", "BASE/suite-unknown").await, Verdict::Held);
    assert_eq!(of_issuers("BASE/", "BASE/suite-unknown").await, Verdict::Failed);
    assert_eq!(of_issuers("BASE", "BASE").await, Verdict::Failed);
}
