//! stateright as a referee: it finds in each scenario what the search finds, and where a fault makes a law fall, so does it.

use std::num::NonZeroUsize;

use oauth_checker::Engine;
use oauth_faults::{Fault, Faults, faults};
use oauth_model::run::exhaust;

use crate::scenario;
use crate::scenarios::small;

const STATERIGHT: Engine = Engine::Stateright { threads: NonZeroUsize::MIN };

#[test]
fn stateright_finds_what_the_search_finds_in_one_thread_and_in_two() {
    for scenario in small() {
        let ours = exhaust(scenario, Faults::none(), Engine::Ours).found;
        let theirs = exhaust(scenario, Faults::none(), STATERIGHT).found;
        assert_eq!(ours.differences(&theirs), Vec::<String>::new(), "{}", scenario.name);

        // In two threads depths and traces need not be the shortest.
        let two = Engine::Stateright { threads: NonZeroUsize::MIN.saturating_add(1) };
        let theirs = exhaust(scenario, Faults::none(), two).found;
        let counts = [(ours.distinct, ours.generated), (theirs.distinct, theirs.generated)];
        assert_eq!(counts[0], counts[1], "{}, two threads", scenario.name);
        assert_eq!((&ours.always, &ours.sometimes), (&theirs.always, &theirs.sometimes), "{}", scenario.name);
    }
}

/// Faults, a scenario, a law that falls there, and after how many actions.
#[rustfmt::skip]
const FALLS: &[(&[Fault], &str, &str, usize)] = &[
    (faults!["code-replayable"], "replay", "code-redeemed-once", 11),
    (faults!["blind-write"], "replay", "code-redeemed-once", 11),
    (faults!["client-state-unchecked", "client-without-pkce", "challenge-not-required"], "csrf", "session-integrity", 9),
    (faults!["client-server-forgotten"], "mix-up-riding", "session-integrity", 10),
    (faults!["verifier-optional"], "interception", "thief-gains-nothing", 9),
];

#[test]
fn both_engines_find_the_laws_that_fall_by_traces_of_one_length() {
    for (faults, name, law, actions) in FALLS {
        let found = |engine| exhaust(scenario(name), Faults::these(faults), engine).found;
        let (ours, theirs) = (found(Engine::Ours), found(STATERIGHT));
        assert_eq!(ours.differences(&theirs), Vec::<String>::new(), "{name} under {faults:?}");
        for (engine, found) in [("ours", &ours), ("stateright", &theirs)] {
            let fell = found.always.iter().find(|(id, _)| id == law).and_then(|(_, trace)| trace.as_ref());
            assert_eq!(fell.map(Vec::len), Some(*actions), "{engine}: {law} in {name} under {faults:?}");
        }
    }
}

#[test]
fn a_fault_that_one_engine_does_not_see_is_a_difference() {
    let ours = exhaust(scenario("csrf"), Faults::none(), Engine::Ours).found;
    let faults = Faults::these(faults!["consent-forgeable"]);
    let differences = ours.differences(&exhaust(scenario("csrf"), faults, STATERIGHT).found);
    assert!(differences.iter().any(|line| line.starts_with("distinct states: 2358 here")), "{differences:?}");
    let fell = "code-after-consent: held here, fell after 5 actions there";
    assert!(differences.iter().any(|line| line == fell), "{differences:?}");
}
