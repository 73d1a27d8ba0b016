//! `specs/COVERAGE.md`: what holds each rule. Written from the registries, and held to them here.
//!
//! `UPDATE=1 cargo test -p oauth-conformance --test conformance coverage::` writes it anew, and the other pages that are
//! made here.

mod by_hand;
mod detection;
mod liberties;
mod mutants;
mod numbers;
mod records;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use oauth_faults::Fault;
use oauth_laws::law::LAWS;
use oauth_rules::{Kind, Level, Role, RuleId, Status};
use oauth_suite::cases;

/// What the client's hostile-server tests judge.
const CLIENT_CHECKS: &str = include_str!("../../../reference-client/tests/hostile/checks.txt");

const HEAD: &str = "\
# What holds each rule

Written by `UPDATE=1 cargo test -p oauth-conformance --test conformance coverage::` from the rules in `rules/`, the laws
and faults in `model/` and the cases in `conformance/`; the same test without `UPDATE` fails when this page is not what
they say.

A rule is *held* when its logic stands, and what guards it was seen to fall under its faults: a case of the suite for
a server, a check of the hostile server for a client, and a law if the rule is about the order of messages. It is
*planned* when it is in the catalogue only, and *excepted* when it is left out on purpose; the reason stands behind it.
";

/// What lies in `specs/` under this name.
fn in_specs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs").join(name)
}

/// Panics unless the page stands in `specs/` as it is written here; with `UPDATE` writes it there first.
#[track_caller]
fn hold(name: &str, written: &str) {
    let path = in_specs(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, written).expect("specs/ can be written to");
    }
    let stands = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = stands.lines().zip(written.lines()).find(|(stands, written)| stands != written);
    assert!(
        stands == written,
        "specs/{name} is stale; write it anew with UPDATE=1. The first difference: {differs:?}"
    );
}

/// A text in one cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[test]
fn the_page_of_what_holds_each_rule_is_what_the_registries_say() {
    hold("COVERAGE.md", &page());
}

#[test]
fn nine_in_ten_of_what_must_be_and_can_be_seen_are_held_and_every_exception_has_a_reason() {
    let is_must = |rule: &RuleId| rule.get().level == Level::Must && rule.get().status != Status::Excepted;
    let musts: Vec<RuleId> = RuleId::all().filter(is_must).collect();
    let held = musts.iter().filter(|rule| rule.get().status == Status::Held).count();
    println!("{held} of {} rules with a MUST are held", musts.len());
    assert!(held * 10 >= musts.len() * 9, "{held} of {}", musts.len());
    let mute: Vec<RuleId> = RuleId::all()
        .filter(|rule| rule.get().status != Status::Held && rule.get().reason.is_none())
        .collect();
    assert!(mute.is_empty(), "not held, and nobody says why: {mute:?}");
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| document | held | of which MUST | planned | excepted |\n|---|---|---|---|---|\n");
    let all: Vec<RuleId> = RuleId::all().collect();
    for spec in specs() {
        let rules: Vec<RuleId> = all.iter().copied().filter(|rule| rule.get().spec.name() == spec).collect();
        page.push_str(&counts(spec, &rules));
    }
    page.push_str(&counts("all", &all));
    for spec in specs() {
        let rules: Vec<RuleId> = all.iter().copied().filter(|rule| rule.get().spec.name() == spec).collect();
        let _ = write!(page, "\n## {spec}: {}\n\n", rules.first().map_or("", |rule| rule.get().title));
        page.push_str("| rule | kind | level | who | status | laws | faults | cases |\n");
        page.push_str("|---|---|---|---|---|---|---|---|\n");
        rules.iter().for_each(|rule| page.push_str(&row(*rule)));
    }
    page
}

fn specs() -> Vec<&'static str> {
    let mut specs: Vec<&'static str> = Vec::new();
    for rule in RuleId::all() {
        if !specs.contains(&rule.get().spec.name()) {
            specs.push(rule.get().spec.name());
        }
    }
    specs
}

fn counts(name: &str, rules: &[RuleId]) -> String {
    let count = |status| rules.iter().filter(|rule| rule.get().status == status).count();
    let must = |status: Option<Status>| {
        let musts = rules.iter().map(|rule| rule.get()).filter(|rule| rule.level == Level::Must);
        musts.filter(|rule| status.is_none_or(|status| rule.status == status)).count()
    };
    format!(
        "| {name} | {} of {} | {} of {} | {} | {} |\n",
        count(Status::Held),
        rules.len(),
        must(Some(Status::Held)),
        must(None),
        count(Status::Planned),
        count(Status::Excepted)
    )
}

fn row(id: RuleId) -> String {
    let rule = id.get();
    let kind = match rule.kind {
        Kind::Flow => "flow",
        Kind::Wire => "wire",
        Kind::Client => "client",
    };
    let level = match rule.level {
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::May => "MAY",
        Level::Stated => "stated",
    };
    let who = match rule.role {
        Role::AuthorizationServer => "authorization server",
        Role::ResourceServer => "resource server",
        Role::Client => "client",
    };
    let reason = cell(rule.reason.unwrap_or_default());
    let status = match rule.status {
        Status::Held => "held".to_owned(),
        Status::Planned => format!("planned: {reason}"),
        Status::Excepted => format!("excepted: {reason}"),
    };
    let laws = LAWS.iter().filter(|law| law.rules.contains(&id)).map(|law| law.id);
    let faults = Fault::ALL.iter().filter(|fault| fault.rules().contains(&id)).map(|fault| fault.name());
    let judged = cases::all().filter(|case| case.rules.contains(&id)).map(|case| case.id);
    let judged = judged.chain(checks(id));
    format!(
        "| `{}` | {kind} | {level} | {who} | {status} | {} | {} | {} |\n",
        rule.id,
        list(laws),
        list(faults),
        list(judged)
    )
}

/// The checks of the hostile server that judge a rule of clients.
fn checks(id: RuleId) -> impl Iterator<Item = &'static str> {
    let lines = CLIENT_CHECKS.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(move |(_, rules)| rules.split_whitespace().any(|rule| rule == id.id()))
        .map(|(check, _)| check)
}

fn list(names: impl Iterator<Item = &'static str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
}
