//! What README.md and CHANGELOG.md count, held to the registries. `UPDATE=1` writes the numbers anew.

use std::path::Path;

use oauth_conformance::liberties;
use oauth_faults::{Fault, Side};
use oauth_rules::{Level, RuleId, Status};
use oauth_world::attack::Attack;
use oauth_world::mitigation::{GOALS, MITIGATIONS};
use oauth_world::scenario::SCENARIOS;

use super::LAWS;

/// A file, a piece of its text with `{}` for each number, and the numbers.
type Count = (&'static str, &'static str, Vec<usize>);

fn counts() -> Vec<Count> {
    let faults = |side: Side| Fault::ALL.iter().filter(|fault| fault.side() == side).count();
    let held = |all: &[RuleId]| all.iter().filter(|rule| rule.get().status == Status::Held).count();
    let rules: Vec<RuleId> = RuleId::all().collect();
    let musts: Vec<RuleId> = RuleId::all().filter(|rule| rule.get().level == Level::Must).collect();
    let (server, client) = (faults(Side::Server), faults(Side::Client));
    vec![
        ("README.md", "({} faults of the server)", vec![server]),
        ("README.md", "({} faults of the client)", vec![client]),
        ("README.md", "lists it: {} of {}\n", vec![held(&rules), rules.len()]),
        ("README.md", "of those with a MUST {} of {}.", vec![held(&musts), musts.len()]),
        ("README.md", "lists {} lawful departures", vec![liberties::all().count()]),
        ("CHANGELOG.md", "`--seed N`: {} lawful departures", vec![liberties::all().count()]),
        ("CHANGELOG.md", "`specs/`: {} rules of", vec![rules.len()]),
        ("CHANGELOG.md", "draft; {} of them held", vec![held(&rules)]),
        ("CHANGELOG.md", "`check` ({} scenarios)", vec![SCENARIOS.len()]),
        ("CHANGELOG.md", "`attacks` ({})", vec![Attack::all().count()]),
        ("CHANGELOG.md", "`matrix` ({} goals, {} mitigations)", vec![GOALS.len(), MITIGATIONS.len()]),
        ("CHANGELOG.md", "`faults` ({})", vec![server + client]),
        ("CHANGELOG.md", "`laws` ({})", vec![LAWS.len()]),
    ]
}

/// The text with these numbers in the place that the template names; `None` if there is no such place.
fn with(text: &str, template: &str, numbers: &[usize]) -> Option<String> {
    let mut pieces = template.split("{}");
    let first = pieces.next()?;
    text.match_indices(first).find_map(|(start, _)| {
        let (head, mut rest) = text.split_at(start + first.len());
        let mut out = head.to_owned();
        for (piece, number) in pieces.clone().zip(numbers) {
            let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
            rest = after.strip_prefix(piece).filter(|_| after.len() < rest.len())?;
            out += &format!("{number}{piece}");
        }
        Some(out + rest)
    })
}

#[test]
fn the_numbers_that_people_read_are_what_the_registries_count() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut wrong = Vec::new();
    for (file, template, numbers) in counts() {
        let stands = std::fs::read_to_string(root.join(file)).expect("the file is in the repository");
        match with(&stands, template, &numbers) {
            Some(written) if written == stands => {}
            Some(written) if std::env::var_os("UPDATE").is_some() => {
                std::fs::write(root.join(file), written).expect("the file can be written to");
            }
            Some(_) => wrong.push(format!("{file}: {template:?} is {numbers:?}; UPDATE=1 writes it")),
            None => wrong.push(format!("{file} has no {template:?} with numbers in it")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn numbers_are_put_where_the_template_has_them_and_nowhere_else() {
    let with = |text| with(text, "a {} of {}.", &[7, 12]);
    assert_eq!(with("a 1 of 3 b, a 1 of 20. a 3").as_deref(), Some("a 1 of 3 b, a 7 of 12. a 3"));
    assert_eq!(with("a b of 3."), None);
}
