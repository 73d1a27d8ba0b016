//! The ledger: every held rule has a law if it is about the order of messages, a fault, and a case (or a client's
//! test) that was seen to fall under that fault. Read off the registries and off a selftest, never off comments.

use std::collections::{BTreeMap, BTreeSet};

use oauth_conformance::selftest::{Wanted, selftest};
use oauth_faults::{Fault, Side};
use oauth_laws::law::LAWS;
use oauth_rules::{Kind, Role, RuleId, Status};
use oauth_suite::outcome::Verdict;

/// At least so many rules are held; the count cannot fall unnoticed.
const HELD_AT_LEAST: usize = 481;

/// What the client's hostile-server tests judge, which those tests keep true.
const CLIENT_CHECKS: &str = include_str!("../../../reference-client/tests/hostile/checks.txt");

fn held() -> impl Iterator<Item = RuleId> {
    RuleId::all().filter(|rule| rule.get().status == Status::Held)
}

fn faults_of(side: Side) -> BTreeSet<RuleId> {
    let of_side = Fault::ALL.iter().filter(|fault| fault.side() == side);
    of_side.flat_map(|fault| fault.rules().iter().copied()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_held_rule_of_a_server_has_a_case_that_falls_under_its_fault() {
    let seed = 9700;
    let told = |page| println!("{page}");
    let found =
        selftest(&Wanted::every_fault(), seed, told).await.expect("the reference server starts on loopback");
    println!("{}", found.summary(seed));

    let clean = found.clean.as_ref().expect("a selftest without named faults has a clean run");
    let listed: Vec<&str> = clean.cases.iter().map(|case| case.id.as_str()).collect();
    for law in LAWS.iter().filter(|law| law.observable) {
        assert!(
            listed.contains(&format!("laws/{}", law.id).as_str()),
            "a full run did not try law {}",
            law.id
        );
    }
    let unlike: Vec<&str> = clean
        .cases
        .iter()
        .filter(|report| report.verdict != Verdict::Held && report.verdict != Verdict::NotOffered)
        .map(|report| report.id.as_str())
        .collect();
    assert!(unlike.is_empty(), "the clean run did not hold in {unlike:?}");

    let mut caught: BTreeMap<RuleId, Vec<&str>> = BTreeMap::new();
    for fault in &found.faults {
        for (rule, by) in &fault.rules {
            caught.entry(*rule).or_default().extend(by.iter().map(|by| by.case.as_str()));
        }
    }
    let lacking: Vec<RuleId> = held()
        .filter(|rule| rule.get().role != Role::Client)
        .filter(|rule| caught.get(rule).is_none_or(Vec::is_empty))
        .collect();
    assert!(lacking.is_empty(), "no case falls under a fault of {lacking:?}");
    assert!(found.holds(), "the selftest does not hold");
}

#[test]
fn every_held_rule_about_the_order_of_messages_has_a_law() {
    let laws: BTreeSet<RuleId> = LAWS.iter().flat_map(|law| law.rules.iter().copied()).collect();
    let lacking: Vec<RuleId> =
        held().filter(|rule| rule.get().kind == Kind::Flow && !laws.contains(rule)).collect();
    assert!(lacking.is_empty(), "no law judges {lacking:?}");
}

#[test]
fn every_held_rule_of_a_client_has_a_fault_and_a_hostile_servers_check() {
    let faults = faults_of(Side::Client);
    let checked: BTreeSet<&str> = CLIENT_CHECKS
        .lines()
        .filter_map(|line| line.split_once(':'))
        .flat_map(|(_, rules)| rules.split_whitespace())
        .collect();
    let lacking: Vec<RuleId> = held()
        .filter(|rule| rule.get().role == Role::Client)
        .filter(|rule| !faults.contains(rule) || !checked.contains(rule.id()))
        .collect();
    assert!(lacking.is_empty(), "no fault and check for {lacking:?}");
}

#[test]
fn a_rule_that_a_fault_or_a_law_names_is_held() {
    let mut named = faults_of(Side::Server);
    named.extend(faults_of(Side::Client));
    named.extend(LAWS.iter().flat_map(|law| law.rules.iter().copied()));
    let unheld: Vec<RuleId> = named.into_iter().filter(|rule| rule.get().status != Status::Held).collect();
    assert!(unheld.is_empty(), "these have what it takes but are not called held: {unheld:?}");
}

#[test]
fn the_ledger_counts_what_is_held_planned_and_excepted() {
    let count = |status| RuleId::all().filter(|rule| rule.get().status == status).count();
    let (held, planned, excepted) = (count(Status::Held), count(Status::Planned), count(Status::Excepted));
    println!("rules: {held} held, {planned} planned, {excepted} excepted");
    assert!(held >= HELD_AT_LEAST, "{held} rules are held, and {HELD_AT_LEAST} were before");
}
