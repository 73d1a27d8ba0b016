//! The part of `specs/DETECTION.md` about mutants: what the published draws of `specs/mutants/` come to, together with the
//! verdicts by hand. `conformance/mutants/results.py` shows the survivors of any draw, and counts none of this.

pub(super) mod client;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{cell, in_specs};

/// The seed whose rates are published, of the server and of the client: drawn after the last case and check were written.
const SEED: &str = "C";

const PROFILES: [&str; 3] = ["rfc6749", "rfc9700", "oauth21"];
/// A finding that is none without the mutant, or a test of the client that fails; a server that does not start; a suite that ends
/// without a report and says why; a suite or tests that do not end in many times their time.
const CAUGHT: [&str; 4] = ["caught", "dead", "halted", "endless"];
const LEFT: [&str; 2] = ["warned", "missed"];
const NOT_COUNTED: [&str; 2] = ["unviable", "absent"];
/// What a verdict by hand may say of a survivor, beside `real`.
const EXCUSED: [&str; 3] = ["equivalent", "lawful", "out-of-reach"];
const NOT_JUDGED: &str = "not judged yet";
/// What the page may have of a survivor, the gravest first.
const CLASSES: [&str; 5] = ["real", NOT_JUDGED, EXCUSED[0], EXCUSED[1], EXCUSED[2]];

/// A line of the results.
#[derive(Deserialize)]
struct Mutant {
    key: String,
    /// By which the suite judged it; tests of the client know none.
    #[serde(default)]
    profile: String,
    outcome: String,
    commit: String,
    honest_flow_breaks: Option<bool>,
    /// What of the client's tests told of it.
    seen: Option<client::Seen>,
}

/// What was judged of a survivor by hand.
#[derive(Deserialize)]
struct ByHand {
    verdict: String,
    why: String,
}

/// The results of a draw by key; where a mutant was judged twice, the later one.
struct Draw {
    mutants: BTreeMap<String, Mutant>,
    by_hand: BTreeMap<String, ByHand>,
}

impl Draw {
    /// The draw whose results lie in this file; `None` if there are none.
    fn recorded(file: &str) -> Option<Self> {
        let read = |name: &str| std::fs::read_to_string(in_specs("mutants").join(name)).unwrap_or_default();
        let results = read(file);
        (!results.is_empty()).then(|| Self::of(&results, &read("verdicts.toml")))
    }

    /// A draw by the lines of its results, and the file of verdicts.
    fn of(results: &str, verdicts: &str) -> Self {
        let mutants = results.lines().map(|line| {
            let mutant: Mutant = serde_json::from_str(line).expect("a result is as measure.py writes it");
            let outcome = mutant.outcome.as_str();
            let is_known =
                CAUGHT.contains(&outcome) || LEFT.contains(&outcome) || NOT_COUNTED.contains(&outcome);
            assert!(is_known, "{}: the page knows no outcome {outcome}", mutant.key);
            (mutant.key.clone(), mutant)
        });
        let mutants: BTreeMap<String, Mutant> = mutants.collect();
        let by_hand: BTreeMap<String, ByHand> =
            toml::from_str(verdicts).expect("the verdicts are as CONTRIBUTING.md has them");
        for (key, ByHand { verdict, why }) in &by_hand {
            assert!(!why.is_empty(), "{key}: say why it is {verdict}");
            let is_excused = EXCUSED.contains(&verdict.as_str());
            assert!(is_excused || verdict == "real", "{key}: there is no verdict {verdict}");
            let is_caught = mutants.get(key).is_some_and(|mutant| CAUGHT.contains(&mutant.outcome.as_str()));
            assert!(!is_excused || !is_caught, "{key}: {verdict}, and yet caught");
        }
        Self { mutants, by_hand }
    }

    /// What a mutant came to: what was judged by hand, where that excuses it.
    fn outcome<'a>(&'a self, mutant: &'a Mutant) -> &'a str {
        let by_hand = self.by_hand.get(&mutant.key).map(|by_hand| by_hand.verdict.as_str());
        by_hand.filter(|verdict| EXCUSED.contains(verdict)).unwrap_or(&mutant.outcome)
    }

    /// The mutants that came to one of these.
    fn of_outcomes(&self, outcomes: &[&str]) -> Vec<&Mutant> {
        self.mutants.values().filter(|mutant| outcomes.contains(&self.outcome(mutant))).collect()
    }

    fn rates(&self) -> String {
        let caught = self.of_outcomes(&CAUGHT);
        let counted = self.of_outcomes(&[&CAUGHT[..], &LEFT[..]].concat());
        let warned = self.of_outcomes(&["warned"]);
        let mut out = "| mutants | caught |\n|---|---|\n".to_owned();
        let _ = writeln!(out, "| all | {} |", share(caught.len(), counted.len()));
        let told = caught.len() + warned.len();
        let _ = writeln!(out, "| all, with those that only warn | {} |", share(told, counted.len()));
        for profile in PROFILES {
            let of = |mutants: &[&Mutant]| mutants.iter().filter(|mutant| mutant.profile == profile).count();
            let _ = writeln!(out, "| judged by `{profile}` | {} |", share(of(&caught), of(&counted)));
        }
        let blatant = caught.iter().filter(|mutant| mutant.honest_flow_breaks.unwrap_or(true)).count();
        let _ = writeln!(
            out,
            "\nOf those caught, {blatant} break the honest flow or the start, and {} do not. {}",
            caught.len() - blatant,
            self.drawn()
        );
        out
    }

    /// How many were drawn, where, and how many of them do not count.
    fn drawn(&self) -> String {
        let left_out = [&NOT_COUNTED[..], &EXCUSED[..]].concat();
        let left_out: Vec<String> = left_out
            .iter()
            .map(|outcome| format!("{} {outcome}", self.of_outcomes(&[*outcome]).len()))
            .collect();
        let mut commits: Vec<&str> = self.mutants.values().map(|mutant| mutant.commit.as_str()).collect();
        commits.sort_unstable();
        commits.dedup();
        format!(
            "Drawn were {} at commit {}; not counted are {}.",
            self.mutants.len(),
            commits.join(", "),
            left_out.join(", ")
        )
    }

    /// What was not caught, with the verdict by hand and its reason.
    fn judged_by_hand(&self) -> Vec<(&Mutant, &str, &str)> {
        let left = self.mutants.values().filter(|mutant| LEFT.contains(&mutant.outcome.as_str()));
        left.map(|mutant| match self.by_hand.get(&mutant.key) {
            Some(ByHand { verdict, why }) => (mutant, verdict.as_str(), why.as_str()),
            None => (mutant, NOT_JUDGED, ""),
        })
        .collect()
    }

    fn survivors(&self) -> String {
        let survivors = self.judged_by_hand();
        let mut out = "\n| survivors, by hand | missed | warned |\n|---|---|---|\n".to_owned();
        for class in CLASSES {
            let count = |outcome: &str| {
                let of_class = survivors.iter().filter(|(_, verdict, _)| *verdict == class);
                of_class.filter(|(mutant, ..)| mutant.outcome == outcome).count()
            };
            let _ = writeln!(out, "| {class} | {} | {} |", count("missed"), count("warned"));
        }
        out.push_str("\n| survivor | judged by | came to | by hand | why |\n|---|---|---|---|---|\n");
        for (Mutant { key, profile, outcome, .. }, verdict, why) in survivors {
            let _ =
                writeln!(out, "| `{}` | `{profile}` | {outcome} | {verdict} | {} |", cell(key), cell(why));
        }
        out
    }
}

/// Whether an outcome of the measurement says that the suite saw the mutant.
pub(super) fn is_caught(outcome: &str) -> bool {
    CAUGHT.contains(&outcome)
}

/// The share of a part in percent, with Wilson's interval of 95 %.
pub(super) fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return "none".to_owned();
    }
    let (part_f, whole_f, z) = (part as f64, whole as f64, 1.96_f64);
    let share = part_f / whole_f;
    let scale = 1.0 + z * z / whole_f;
    let middle = (share + z * z / (2.0 * whole_f)) / scale;
    let width = z * (share * (1.0 - share) / whole_f + z * z / (4.0 * whole_f * whole_f)).sqrt() / scale;
    let (low, high) = (100.0 * (middle - width).max(0.0), 100.0 * (middle + width));
    format!("{part} of {whole}: {:.0} %, with 95 % between {low:.0} and {high:.0} %", 100.0 * share)
}

/// What the page says of the published draw of the server's mutants.
pub(super) fn section() -> String {
    match Draw::recorded(&format!("{SEED}.jsonl")) {
        Some(draw) => draw.rates() + &draw.survivors(),
        None => not_yet(""),
    }
}

/// That there is no record of the published draw, and how it is made.
fn not_yet(of: &str) -> String {
    format!("Not yet recorded; `python3 conformance/mutants/measure.py run {of}--seed {SEED}` does that.\n")
}

#[test]
fn a_share_has_the_interval_that_the_measurement_tells() {
    assert_eq!(share(85, 100), "85 of 100: 85 %, with 95 % between 77 and 91 %");
    assert_eq!(share(0, 10), "0 of 10: 0 %, with 95 % between 0 and 28 %");
    assert_eq!(share(0, 0), "none");
}

#[test]
fn what_is_excused_by_hand_does_not_count_and_the_later_of_two_results_does() {
    let line = |key: &str, outcome: &str| {
        format!("{{\"key\":\"{key}\",\"profile\":\"oauth21\",\"outcome\":\"{outcome}\",\"commit\":\"c1\"}}\n")
    };
    let results =
        [("a", "missed"), ("b", "caught"), ("c", "missed"), ("d", "missed"), ("e", "absent"), ("d", "dead")]
            .map(|(key, outcome)| line(key, outcome))
            .concat();
    let verdicts = "[a]\nverdict = \"equivalent\"\nwhy = \"x || y\"\n[z]\nverdict = \"real\"\nwhy = \"w\"\n";
    let draw = Draw::of(&results, verdicts);
    let rates = draw.rates();
    assert!(rates.contains("| all | 2 of 3: 67 %"), "{rates}");
    assert!(rates.contains("| judged by `rfc9700` | none |"), "{rates}");
    assert!(
        rates.contains("Drawn were 5 at commit c1; not counted are 0 unviable, 1 absent, 1 equivalent"),
        "{rates}"
    );
    let survivors = draw.survivors();
    assert!(survivors.contains("| `a` | `oauth21` | missed | equivalent | x \\|\\| y |"), "{survivors}");
    assert!(survivors.contains("| not judged yet | 1 | 0 |"), "{survivors}");
}
