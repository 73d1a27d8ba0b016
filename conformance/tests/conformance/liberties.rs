//! What the registry of liberties says of each, and how they are drawn in groups.

use std::collections::BTreeSet;

use oauth_conformance::cases;
use oauth_conformance::liberties::{self, Liberty};
use oauth_suite::case::Profile;
use oauth_suite::outcome::Verdict;

#[test]
fn each_liberty_has_a_name_of_its_own_and_names_the_text_that_allows_it() {
    let mut names = BTreeSet::new();
    for liberty in liberties::all() {
        assert!(names.insert(liberty.name), "{} stands twice", liberty.name);
        let cites = ["RFC ", "HTML ", "OAuth 2.1 "].iter().any(|text| liberty.allowed.starts_with(text));
        assert!(cites, "{}: allowed by {:?}", liberty.name, liberty.allowed);
        for cost in liberty.costs {
            assert!(!cost.reason.is_empty(), "{} costs {} for no reason", liberty.name, cost.case);
        }
    }
}

#[test]
fn each_cost_is_of_cases_that_there_are_and_a_warning_of_rules_of_its_own() {
    let all = cases(Profile::Rfc9700);
    for liberty in liberties::all() {
        for cost in liberty.costs {
            let (name, case) = (liberty.name, cost.case);
            assert!(!case.is_empty(), "{name} costs any case");
            assert!(
                all.iter().any(|known| known.id.starts_with(case)),
                "{name} costs {case}, which is no case"
            );
            let warns = cost.verdict == Verdict::Warned;
            assert_eq!(warns, !cost.rules.is_empty(), "{name} costs {case}: a warning names its rules");
        }
    }
}

#[test]
fn groups_take_each_liberty_once_and_the_same_seed_draws_the_same() {
    let all: Vec<&'static Liberty> = liberties::all().collect();
    let names = |seed: u64| -> Vec<Vec<&str>> {
        let groups = liberties::groups(&all, 3, seed);
        groups.iter().map(|group| group.iter().map(|liberty| liberty.name).collect()).collect()
    };
    let drawn = names(7);
    assert_eq!(drawn, names(7));
    assert_ne!(drawn, names(8));
    assert!(drawn.iter().all(|group| group.len() <= 3));
    let mut once: Vec<&str> = drawn.concat();
    once.sort_unstable();
    let mut every: Vec<&str> = all.iter().map(|liberty| liberty.name).collect();
    every.sort_unstable();
    assert_eq!(once, every);
}
