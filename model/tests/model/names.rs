//! The tables: names, and what they name.

use std::collections::BTreeSet;

use oauth_faults::Fault;
use oauth_laws::law::LAWS;
use oauth_laws::law::Law;
use oauth_world::attack::{Attack, Kind};
use oauth_world::mitigation::{GOALS, MITIGATIONS, Mitigation};
use oauth_world::scenario::{SCENARIOS, Scenario};

#[test]
fn names_are_unique_and_words() {
    let lists: [(&str, Vec<&str>); 6] = [
        ("goal", GOALS.iter().map(|goal| goal.id).collect()),
        ("mitigation", MITIGATIONS.iter().map(|mitigation| mitigation.id).collect()),
        ("scenario", SCENARIOS.iter().map(|scenario| scenario.name).collect()),
        ("attack", Attack::all().map(|attack| attack.id).collect()),
        ("law", LAWS.iter().map(|law| law.id).collect()),
        ("fault", Fault::ALL.iter().map(|fault| fault.name()).collect()),
    ];
    for (what, names) in lists {
        let distinct: BTreeSet<&&str> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "a {what} stands there twice");
        for name in names {
            let words =
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
            assert!(words && !name.is_empty(), "{what} {name:?}");
        }
    }
}

#[test]
fn tables_name_what_exists() {
    for scenario in SCENARIOS {
        assert!(scenario.laws.iter().all(|id| Law::find(id).is_some()), "{}", scenario.name);
        let distinct: BTreeSet<_> = scenario.laws.iter().collect();
        assert_eq!(distinct.len(), scenario.laws.len(), "{} names a law twice", scenario.name);
    }
    for attack in Attack::all() {
        assert!(
            Scenario::find(attack.scenario).is_some() && Law::find(attack.law).is_some(),
            "{}",
            attack.id
        );
        assert!(Scenario::find(attack.absent_in()).is_some(), "{}", attack.id);
        assert_eq!(attack.faults.is_empty(), attack.kind != Kind::Mitigated, "{}", attack.id);
    }
    for goal in GOALS {
        assert!(Scenario::find(goal.scenario).is_some() && Law::find(goal.law).is_some(), "{}", goal.id);
        assert!(goal.mitigations.iter().all(|id| Mitigation::find(id).is_some()), "{}", goal.id);
    }
    let bear: BTreeSet<&str> = GOALS.iter().flat_map(|goal| goal.mitigations).copied().collect();
    for mitigation in MITIGATIONS {
        assert!(bear.contains(mitigation.id), "{} bears on no goal", mitigation.id);
    }
    for fault in Fault::ALL {
        assert_eq!(Fault::find(fault.name()), Some(*fault));
        assert!(!fault.rules().is_empty(), "{}", fault.name());
    }
}
