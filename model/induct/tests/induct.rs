//! The induction over one grant: each step keeps the invariant and the laws, and each fault breaks one.

use oauth_core::policy::WrongVerifier;
use oauth_faults::Faults;
use oauth_induct::property::{LEFT_OUT, PROPERTIES};
use oauth_induct::{Part, Report, prove};
use oauth_laws::law::LAWS;

mod induct {
    pub(crate) mod domain;
    pub(crate) mod faults;
    pub(crate) mod path;
}

/// Part, records that the invariant allows, steps, writes, steps that told something new.
#[rustfmt::skip]
const COUNTS: &[(Part, u64, u64, u64, u64)] = &[
    (Part::Nothing, 4, 224_500, 16_800, 16_800),
    (Part::Pushed, 512, 7_633_920, 352, 352),
    (Part::Asked, 2048, 30_535_680, 3200, 3200),
    (Part::Coded, 2400, 35_784_000, 84_480, 7680),
    (Part::Redeemed, 3840, 28_800_000, 48_000, 3840),
    (Part::Refreshed, 672, 4_200_000, 80_064, 80_064),
    (Part::Tokens, 21_504, 24_944_640, 72_704, 72_704),
    (Part::ForItself, 1024, 15_267_840, 1024, 1024),
    (Part::Dead, 1440, 21_470_400, 0, 165_600),
];

#[track_caller]
fn check(parts: &[Part], wrong_verifier: WrongVerifier) -> Report {
    let report = prove(parts, wrong_verifier, &Faults::none());
    println!("{report}");
    assert!(report.broken.is_none(), "{report}");
    for tally in &report.parts {
        let count = (tally.part, tally.records, tally.pairs, tally.writes, tally.told);
        let expected = COUNTS.iter().find(|(part, ..)| *part == tally.part);
        // Where a wrong verifier keeps the code, less is written.
        if wrong_verifier == WrongVerifier::BurnsCode {
            assert_eq!(Some(&count), expected);
        }
    }
    report
}

#[test]
fn each_step_of_a_grant_without_code_keeps_the_laws() {
    check(&[Part::Nothing, Part::Pushed, Part::Asked], WrongVerifier::BurnsCode);
}

#[test]
fn each_step_of_a_code_keeps_the_laws() {
    check(&[Part::Coded], WrongVerifier::BurnsCode);
}

#[test]
fn each_step_of_a_code_that_outlives_a_wrong_verifier_keeps_the_laws() {
    let report = check(&[Part::Coded], WrongVerifier::KeepsCode);
    let burnt = COUNTS.iter().find(|(part, ..)| *part == Part::Coded).map(|(_, _, _, writes, _)| *writes);
    assert!(report.parts.first().map(|tally| tally.writes) < burnt);
}

#[test]
fn each_step_after_the_redemption_keeps_the_laws() {
    check(&[Part::Redeemed, Part::Refreshed], WrongVerifier::BurnsCode);
}

#[test]
fn each_step_of_tokens_and_of_the_dead_keeps_the_laws() {
    check(&[Part::Tokens, Part::ForItself, Part::Dead], WrongVerifier::BurnsCode);
}

#[test]
fn the_readme_counts_laws_records_and_steps_as_they_are() {
    let sum = |of: fn(&(Part, u64, u64, u64, u64)) -> u64| COUNTS.iter().map(of).sum::<u64>();
    let (records, steps) = (sum(|count| count.1), sum(|count| count.2));
    let thousands = |number: u64| {
        let digits = number.to_string();
        let groups =
            digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits"));
        groups.collect::<Vec<_>>().join(",")
    };
    let readme = include_str!("../../../README.md");
    let counted = format!("{} records, {} steps.", thousands(records), thousands(steps));
    assert!(readme.contains(&counted), "README.md does not say \"{counted}\"");
    let laws = format!("breaks one of {} laws.", PROPERTIES.len());
    assert!(readme.contains(&laws), "README.md does not say \"{laws}\"");
}

#[test]
fn each_law_is_covered_or_left_out_for_a_reason() {
    let covered = PROPERTIES.iter().map(|property| property.law);
    let mut known: Vec<&str> = covered.chain(LEFT_OUT.iter().map(|(law, _)| *law)).collect();
    let mut laws: Vec<&str> = LAWS.iter().map(|law| law.id).collect();
    known.sort_unstable();
    laws.sort_unstable();
    assert_eq!(known, laws);
}
