//! `specs/DETECTION.md`: what the suite sees, what it leaves alone, and how much it decides. Written from the records in
//! `specs/detection/` and `specs/mutants/`; what the registries have and no record tells of is said to be not yet recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use oauth_conformance::cases;
use oauth_conformance::liberties;
use oauth_faults::{Fault, Side};
use oauth_rules::{Role, RuleId};
use oauth_suite::case::{Case, Profile};
use serde_json::{Value, json};

use super::records::{Beyond, By, Disturbed, OfFault, OfLiberties, Record, Recorded, Run, Taken};
use super::{by_hand, cell, checks, hold, list, mutants};

const HEAD: &str = "\
# What the suite sees, and what it leaves alone

Written by `UPDATE=1 cargo test -p oauth-conformance --test conformance coverage::` from what was recorded in `detection/` and `mutants/`,
beside the registries of faults, liberties and cases. CONTRIBUTING.md (\"Records of detection\") says how each record is made anew.
";

const MUTANTS: &str = "\
## Sensitivity: defects that nobody thought of

Mutants of the reference server's logic, codecs and edge, drawn by a seed at the commit that is named, after the last case of that. One is
caught when a finding fails or errors in a run that does not without it; driven cases do not run. Not counted are those that do not compile or
change nothing in the program, and survivors that were judged by hand to be equivalent, lawful, or out of an outsider's reach.

";

const SPECIFICITY: &str = "\
## Specificity: what is lawful

Runs of the whole suite under liberties, alone or several together in groups that a seed draws. A run is left alone if nothing fails, warns or
goes untested that did not in the clean run, but for what [LIBERTIES.md](LIBERTIES.md) has under *costs*, and if each liberty acted.

";

const DECIDED: &str = "\
## Decided share

Of the rules for servers that a profile has, less those about what the server does not offer: how many a run decides. *Held* is what was put to
trial and held.

";

const BEYOND: &str = "\
## Accused of more than the fault

Runs of all cases under one fault each. Listed is what failed there under a rule that is neither the fault's nor follows from it.

";

const FAULTS: &str = "\
## Each fault of the server

The first finding that tells of each rule which the fault breaks.

";

const CLIENT_FAULTS: &str = "\
## Each fault of the client

The checks of the hostile server for each rule that the fault breaks; `cargo test -p oauth-reference-client --test hostile` sees one of them fall.

| fault | rule | checks |
|---|---|---|
";

const LIBERTIES: &str = "\
## Each liberty

*Fell by it* is what an earlier version of the suite got wrong there; a dash means that none is known to have.

| liberty | alone | in groups | fell by it |
|---|---|---|---|
";

const NOT_YET: &str = "not yet recorded";

impl Recorded {
    fn page(&self) -> String {
        [
            HEAD.to_owned(),
            MUTANTS.to_owned() + &mutants::section(),
            by_hand::section(),
            mutants::client::section(),
            self.specificity(),
            self.decided(),
            self.beyond(),
            self.faults(),
            client_faults(),
            self.liberties(),
        ]
        .join("\n")
    }

    fn specificity(&self) -> String {
        let mut out = SPECIFICITY.to_owned();
        out.push_str(
            "| record | seed | runs | liberties | most together | left alone |\n|---|---|---|---|---|---|\n",
        );
        for (name, Record { seed, liberties, .. }) in &self.selftests {
            let runs = liberties.len();
            if runs > 0 {
                let taken: usize = liberties.iter().map(|trial| trial.taken.len()).sum();
                let most = liberties.iter().map(|trial| trial.taken.len()).max().unwrap_or(0);
                let alone = liberties.iter().filter(|trial| trial.left_alone).count();
                let _ = writeln!(out, "| {name} | {seed} | {runs} | {taken} | {most} | {alone} of {runs} |");
            }
        }
        if self.trials().next().is_none() {
            let _ = writeln!(out, "| {NOT_YET} | | | | | |");
        }
        let mut disturbed = self.trials().filter(|trial| !trial.left_alone).peekable();
        if disturbed.peek().is_some() {
            out.push_str("\n| not left alone | case | clean | under it | says |\n|---|---|---|---|---|\n");
        }
        for trial in disturbed {
            let taken: Vec<&str> = trial.taken.iter().map(|taken| taken.id.as_str()).collect();
            let taken = taken.join(" + ");
            let idle = trial.taken.iter().filter(|taken| taken.uses == 0);
            idle.for_each(|Taken { id, .. }| {
                let _ = writeln!(out, "| {taken} | - | - | - | {id} never acted |");
            });
            for Disturbed { case, clean, verdict, says } in &trial.disturbed {
                let _ = writeln!(out, "| {taken} | `{case}` | {clean} | {verdict} | {} |", shown(says));
            }
        }
        out
    }

    fn decided(&self) -> String {
        let mut out = DECIDED.to_owned();
        out.push_str(
            "| run | profile | apply | held | failed | warned | decided |\n|---|---|---|---|---|---|---|\n",
        );
        for (name, Run { profile, rule_counts }) in &self.runs {
            let judged = Profile::named(profile).expect("a run was by a profile that there is");
            let all = RuleId::all().filter(|rule| rule.get().role != Role::Client && judged.applies(*rule));
            let count = |verdict: &str| rule_counts.get(verdict).copied().unwrap_or(0);
            let apply = all.count().saturating_sub(count("not-offered"));
            let [held, failed, warned] = ["held", "failed", "warned"].map(count);
            let decided = held + failed + warned;
            let percent = (decided * 100 + apply / 2).checked_div(apply).unwrap_or(0);
            let _ = writeln!(
                out,
                "| {name} | `{profile}` | {apply} | {held} | {failed} | {warned} | {decided} of {apply}: {percent} % |"
            );
        }
        if self.runs.is_empty() {
            let _ = writeln!(out, "| {NOT_YET} | | | | | | |");
        }
        out
    }

    fn beyond(&self) -> String {
        let mut rows = String::new();
        let (mut runs, mut accused, mut rules) = (0, 0, 0);
        for fault in of(Side::Server) {
            let Some(recorded) = self.fault(fault).filter(|recorded| recorded.whole) else { continue };
            runs += 1;
            let mut known: Vec<&str> = fault.rules().iter().map(|rule| rule.id()).collect();
            known.extend(fault.consequences().map(|(rule, _)| rule.id()));
            let mut told: Vec<&str> = Vec::new();
            // What was listed as a consequence since is none of these.
            for Beyond { rule, by } in
                recorded.beyond.iter().filter(|beyond| !known.contains(&beyond.rule.as_str()))
            {
                told.push(rule);
                let (name, saw) = (fault.name(), shown(&by.saw));
                let _ = writeln!(rows, "| `{name}` | `{rule}` | `{}` | {saw} |", by.case);
            }
            told.sort_unstable();
            told.dedup();
            accused += usize::from(!told.is_empty());
            rules += told.len();
        }
        let mut out = BEYOND.to_owned();
        let all = of(Side::Server).count();
        let _ = writeln!(
            out,
            "{runs} of {all} faults ran so; under {accused} of them something failed beyond the fault, under {rules} rules in all."
        );
        if !rows.is_empty() {
            let _ = write!(out, "\n| fault | rule | case | saw |\n|---|---|---|---|\n{rows}");
        }
        let mut follows = String::new();
        for fault in Fault::ALL {
            for (rule, because) in fault.consequences() {
                let _ = writeln!(follows, "| `{}` | `{rule}` | {} |", fault.name(), cell(because));
            }
        }
        if !follows.is_empty() {
            let _ = write!(out, "\n| fault | what follows from it | since |\n|---|---|---|\n{follows}");
        }
        out
    }

    fn faults(&self) -> String {
        let mut out = FAULTS.to_owned();
        let recorded: Vec<&OfFault> = of(Side::Server).filter_map(|fault| self.fault(fault)).collect();
        let caught = recorded.iter().filter(|fault| fault.rules.iter().any(|rule| rule.by.is_some())).count();
        let (recorded, all) = (recorded.len(), of(Side::Server).count());
        let _ =
            writeln!(out, "{recorded} of {all} faults are recorded, and {caught} of these were caught.\n");
        out.push_str("| fault | rule | verdict | case | variant |\n|---|---|---|---|---|\n");
        let cases: Vec<Case> = Profile::ALL.iter().flat_map(|profile| cases(*profile)).collect();
        let known: BTreeSet<&str> = cases.iter().map(|case| case.id).collect();
        for fault in of(Side::Server) {
            let recorded = self.fault(fault);
            for rule in fault.rules() {
                let of_rule =
                    recorded.and_then(|recorded| recorded.rules.iter().find(|of| of.id == rule.id()));
                let by = match of_rule.map(|of_rule| &of_rule.by) {
                    None => format!("{NOT_YET} | |"),
                    Some(None) => "MISSED | |".to_owned(),
                    Some(Some(By { case, .. })) if !known.contains(case.as_str()) => {
                        format!("{NOT_YET}: there is no case `{case}` any more | |")
                    }
                    Some(Some(By { case, variant, verdict, .. })) => {
                        format!("{verdict} | `{case}` | {}", shown(variant.as_deref().unwrap_or_default()))
                    }
                };
                let _ = writeln!(out, "| `{}` | `{rule}` | {by} |", fault.name());
            }
        }
        out
    }

    fn liberties(&self) -> String {
        let mut out = LIBERTIES.to_owned();
        for liberty in liberties::all() {
            let (alone, groups): (Vec<&OfLiberties>, Vec<&OfLiberties>) = self
                .trials()
                .filter(|trial| trial.has(liberty.name))
                .partition(|trial| trial.taken.len() == 1);
            let alone = match alone.last() {
                None => NOT_YET.to_owned(),
                Some(trial) => {
                    let verdict = if trial.left_alone { "left alone" } else { "NOT LEFT ALONE" };
                    let uses: usize = trial.taken.iter().map(|taken| taken.uses).sum();
                    format!("{verdict}, acted {uses} times")
                }
            };
            let left = groups.iter().filter(|trial| trial.left_alone).count();
            let groups = match groups.len() {
                0 => NOT_YET.to_owned(),
                all => format!("left alone in {left} of {all}"),
            };
            let fell = self.fell.get(liberty.name).map_or("-".to_owned(), |fell| cell(fell));
            let _ = writeln!(out, "| `{}` | {alone} | {groups} | {fell} |", liberty.name);
        }
        out
    }
}

fn of(side: Side) -> impl Iterator<Item = Fault> {
    Fault::ALL.iter().copied().filter(move |fault| fault.side() == side)
}

fn client_faults() -> String {
    let mut out = CLIENT_FAULTS.to_owned();
    for fault in of(Side::Client) {
        for rule in fault.rules() {
            let _ = writeln!(out, "| `{}` | `{rule}` | {} |", fault.name(), list(checks(*rule)));
        }
    }
    out
}

/// What was seen or said, in a cell and not too long.
fn shown(text: &str) -> String {
    const LONGEST: usize = 160;
    let begin: String = text.chars().take(LONGEST).collect();
    let rest = if begin.len() < text.len() { "…" } else { "" };
    cell(&(begin + rest))
}

#[test]
fn the_page_of_detection_is_what_the_records_and_the_registries_say() {
    hold("DETECTION.md", &Recorded::read().page());
}

#[test]
fn what_fell_by_a_liberty_is_told_of_liberties_that_there_are() {
    let recorded = Recorded::read();
    let unknown: Vec<&String> =
        recorded.fell.keys().filter(|name| !liberties::all().any(|liberty| liberty.name == **name)).collect();
    assert!(unknown.is_empty(), "specs/detection/fell.toml tells of {unknown:?}, which are no liberties");
}

/// A record of one fault with two rules, of which this case caught the first, and of one liberty in two runs.
fn record(case: &str) -> Recorded {
    let by = json!({ "case": case, "variant": "a | b", "verdict": "failed", "saw": "a token" });
    let rules = json!([
        { "id": "rfc6749-4.1.2-code-single-use", "by": by },
        { "id": "rfc9700-4.2.4-code-single-use", "by": null },
    ]);
    let beyond = json!([{ "rule": "rfc6749-5.1-no-store", "by": by }]);
    let taken = |id: &str, uses: usize| json!({ "id": id, "uses": uses });
    let trial =
        |taken: Vec<Value>, is_left: bool| json!({ "taken": taken, "left_alone": is_left, "disturbed": [] });
    let trials = [
        trial(vec![taken("answers-in-chunks", 5)], true),
        trial(vec![taken("answers-in-chunks", 0), taken("connections-close", 3)], false),
    ];
    let record = json!({
        "seed": 7,
        "faults": [{ "id": "code-replayable", "rules": rules, "whole": true, "beyond": beyond }],
        "liberties": trials,
    });
    let record: Record = serde_json::from_value(record).expect("it is as a selftest writes it");
    let counts =
        [("held", 20), ("failed", 3), ("not-offered", 4)].map(|(word, count)| (word.to_owned(), count));
    let run = Run { profile: "rfc9700".to_owned(), rule_counts: counts.into_iter().collect() };
    let selftests = vec![("first".to_owned(), record)];
    Recorded { selftests, runs: vec![("server".to_owned(), run)], fell: BTreeMap::new() }
}

#[test]
fn the_page_tells_what_caught_each_fault_and_what_no_record_tells_of() {
    let page = record("code/refused-the-second-time").page();
    for row in [
        "| `code-replayable` | `rfc6749-4.1.2-code-single-use` | failed | `code/refused-the-second-time` | a \\| b |",
        "| `code-replayable` | `rfc9700-4.2.4-code-single-use` | MISSED | | |",
        " faults are recorded, and 1 of these were caught.",
        "| `code-replayable` | `rfc6749-5.1-no-store` | `code/refused-the-second-time` | a token |",
        "under 1 of them something failed beyond the fault, under 1 rules in all.",
        "| first | 7 | 2 | 3 | 2 | 1 of 2 |",
        "| answers-in-chunks + connections-close | - | - | - | answers-in-chunks never acted |",
        "| `answers-in-chunks` | left alone, acted 5 times | left alone in 0 of 1 | - |",
        "| `gzip-unasked` | not yet recorded | not yet recorded | - |",
        "| 20 | 3 | 0 | 23 of ",
    ] {
        assert!(page.contains(row), "{row} is not in {page}");
    }
    let stale = record("code/no-such-case").page();
    assert!(stale.contains("not yet recorded: there is no case `code/no-such-case` any more"), "{stale}");
    let empty = Recorded::default().page();
    assert!(
        empty.contains("| `code-replayable` | `rfc6749-4.1.2-code-single-use` | not yet recorded | | |"),
        "{empty}"
    );
}
