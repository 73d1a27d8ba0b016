//! The tables: names, and what a row has to say.

use std::collections::BTreeSet;

use oauth_faults::Fault;
use oauth_laws::law::LAWS;
use oauth_world::attack::Attack;
use oauth_world::mitigation::{GOALS, Goal, MITIGATIONS};
use oauth_world::scenario::SCENARIOS;

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
fn rows_are_complete() {
    for scenario in SCENARIOS {
        let distinct: BTreeSet<_> = scenario.expects.laws.iter().map(|law| law.id).collect();
        assert_eq!(distinct.len(), scenario.expects.laws.len(), "{} names a law twice", scenario.name);
    }
    for attack in Attack::all() {
        assert_eq!(attack.faults.is_empty(), !attack.is_mitigated(), "{}", attack.id);
    }
    let bear: BTreeSet<&str> = GOALS.iter().flat_map(Goal::ids).collect();
    for mitigation in MITIGATIONS {
        assert!(bear.contains(mitigation.id), "{} bears on no goal", mitigation.id);
    }
    for fault in Fault::ALL {
        assert_eq!(Fault::find(fault.name()), Some(*fault));
        assert!(!fault.rules().is_empty(), "{}", fault.name());
    }
}
