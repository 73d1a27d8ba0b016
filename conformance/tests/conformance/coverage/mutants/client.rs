//! The part of `specs/DETECTION.md` about mutants of the client, which its own tests judge.

use std::fmt::Write as _;

use serde::Deserialize;

use super::{CAUGHT, CLASSES, Draw, LEFT, Mutant, SEED, not_yet, share};
use crate::coverage::cell;

const HEAD: &str = "\
## Sensitivity: the client's hostile tests

Mutants of the reference client's logic and edge, drawn as those of the server are, and judged by the client's own tests: the checks of the hostile
server, and after them what the client is asked from outside. One is caught when a test fails, or does not end in two minutes. The test
that sees checks fall under faults does not run. What does not count is as above.

";

/// What of the tests told of a mutant.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Seen {
    /// A check of the hostile server fell.
    Check,
    /// None fell, but a control failed or a check could not go on.
    Control,
    /// All checks held, and a test from outside failed.
    Test,
}

fn told(draw: &Draw) -> String {
    let caught = draw.of_outcomes(&CAUGHT);
    let counted = draw.of_outcomes(&[&CAUGHT[..], &LEFT[..]].concat());
    let seen = |by: Seen| caught.iter().filter(|mutant| mutant.seen == Some(by)).count();
    let mut out = "| mutants | caught |\n|---|---|\n".to_owned();
    let _ = writeln!(out, "| all | {} |", share(caught.len(), counted.len()));
    let _ = writeln!(
        out,
        "\nOf those caught, {} make a check fall, {} only break a control or leave a check unfinished, {} are seen from outside \
         alone, and {} never end. {}",
        seen(Seen::Check),
        seen(Seen::Control),
        seen(Seen::Test),
        draw.of_outcomes(&["endless"]).len(),
        draw.drawn()
    );
    let survivors = draw.judged_by_hand();
    out.push_str("\n| survivors, by hand | missed |\n|---|---|\n");
    for class in CLASSES {
        let of_class = survivors.iter().filter(|(_, verdict, _)| *verdict == class);
        let _ = writeln!(out, "| {class} | {} |", of_class.count());
    }
    out.push_str("\n| survivor | by hand | why |\n|---|---|---|\n");
    for (Mutant { key, .. }, verdict, why) in survivors {
        let _ = writeln!(out, "| `{}` | {verdict} | {} |", cell(key), cell(why));
    }
    out
}

/// What the page says of the published draw of the client's mutants.
pub(in crate::coverage) fn section() -> String {
    let draw = Draw::recorded(&format!("client-{SEED}.jsonl"));
    HEAD.to_owned() + &draw.map_or_else(|| not_yet("--of client "), |draw| told(&draw))
}

#[test]
fn mutants_of_the_client_are_told_by_what_saw_them() {
    let results = [
        ("a", "\"caught\",\"seen\":\"check\""),
        ("b", "\"caught\",\"seen\":\"control\""),
        ("c", "\"caught\",\"seen\":\"test\""),
        ("d", "\"endless\""),
        ("e", "\"missed\""),
        ("f", "\"missed\""),
        ("g", "\"unviable\""),
    ]
    .map(|(key, outcome)| format!("{{\"key\":\"{key}\",\"commit\":\"c1\",\"outcome\":{outcome}}}\n"))
    .concat();
    let told = told(&Draw::of(&results, "[f]\nverdict = \"equivalent\"\nwhy = \"x || y\"\n"));
    for part in [
        "| all | 4 of 5: 80 %",
        "1 make a check fall, 1 only break a control or leave a check unfinished, 1 are seen from outside alone, and 1 never end.",
        "Drawn were 7 at commit c1; not counted are 1 unviable, 0 absent, 1 equivalent",
        "| not judged yet | 1 |",
        "| `e` | not judged yet |  |",
        "| `f` | equivalent | x \\|\\| y |",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
}
