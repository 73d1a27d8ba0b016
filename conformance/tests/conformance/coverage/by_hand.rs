//! The part of `specs/DETECTION.md` about defects that somebody made by hand: what was seen of each when it was met, and
//! what is seen now.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::mutants::{is_caught, share};
use super::{cell, in_specs};

const HEAD: &str = "\
## Sensitivity: defects made by hand

Defects of the reference server that break a MUST, made by somebody who had not read the suite. *At first* is what the suite made of a defect when
it met it; *now*, what it made of it at the last measurement, after the cases that were written for what had been missed. A defect is caught when a
run fails that does not fail without it.

";

/// A line of the results.
#[derive(Deserialize)]
struct Defect {
    key: String,
    about: String,
    outcome: String,
    /// The case, the variant and the rules of each finding that tells of the defect, and what it saw.
    #[serde(default)]
    by: Vec<[String; 4]>,
}

impl Defect {
    /// The finding that the page names.
    fn seen_by(&self) -> &str {
        self.by.first().filter(|_| self.outcome != "missed").map_or("-", |[case, ..]| case)
    }
}

/// What the page says of these results.
fn table(results: &str) -> String {
    let mut defects: BTreeMap<String, (Defect, Option<Defect>)> = BTreeMap::new();
    for line in results.lines() {
        let defect: Defect = serde_json::from_str(line).expect("a result is as measure.py writes it");
        match defects.get_mut(&defect.key) {
            Some((_, now)) => *now = Some(defect),
            None => {
                defects.insert(defect.key.clone(), (defect, None));
            }
        }
    }
    let latest = |(first, now): &(Defect, Option<Defect>)| is_caught(&now.as_ref().unwrap_or(first).outcome);
    let at_first = defects.values().filter(|(first, _)| is_caught(&first.outcome)).count();
    let now = defects.values().filter(|both| latest(both)).count();
    let mut out = format!(
        "Caught at first: {}. Caught now: {}.\n\n| defect | at first | now | by |\n|---|---|---|---|\n",
        share(at_first, defects.len()),
        share(now, defects.len()),
    );
    for (first, now) in defects.values() {
        let now = now.as_ref().unwrap_or(first);
        let Defect { about, outcome, .. } = first;
        let _ = writeln!(out, "| {} | {outcome} | {} | `{}` |", cell(about), now.outcome, now.seen_by());
    }
    out
}

/// What the page says of the defects that were made by hand.
pub(super) fn section() -> String {
    let results = std::fs::read_to_string(in_specs("mutants").join("by-hand.jsonl")).unwrap_or_default();
    let told = if results.is_empty() { "Not yet recorded.\n".to_owned() } else { table(&results) };
    HEAD.to_owned() + &told
}

#[test]
fn a_defect_that_was_missed_at_first_and_is_caught_now_says_both() {
    let line = |key: &str, outcome: &str, case: &str| {
        format!(
            "{{\"key\":\"{key}\",\"about\":\"{key} | is wrong\",\"outcome\":\"{outcome}\",\"by\":[[\"{case}\",\"\",\"\",\"\"]]}}\n"
        )
    };
    let told =
        table(&[line("a", "missed", "x"), line("b", "caught", "y"), line("a", "caught", "z")].concat());
    assert!(told.contains("Caught at first: 1 of 2: 50 %"), "{told}");
    assert!(told.contains("Caught now: 2 of 2: 100 %"), "{told}");
    assert!(told.contains("| a \\| is wrong | missed | caught | `z` |"), "{told}");
    assert!(told.contains("| b \\| is wrong | caught | caught | `y` |"), "{told}");
}
