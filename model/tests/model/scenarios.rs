//! What the scenarios hold, how large they are, and what they reach.

use std::collections::BTreeSet;

use oauth_checker::Engine;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::refusal::{Field, Refusal};
use oauth_faults::Faults;
use oauth_laws::law::{Judgement, LAWS};
use oauth_model::run::exhaust;
use oauth_world::scenario::{PhaseName, Reached, SCENARIOS, Scenario};
use oauth_world::world::Universe;

use crate::falls::FALL_ON_THE_WIRE;
use crate::{actions, each_world, judge, same_rows};

/// Scenarios that take a while; `oauth-model check` exhausts them, optimised.
const LARGE: &[&str] = &["throng"];

/// Scenarios that are small enough to be searched by a search that hashes or keeps whole worlds.
pub(crate) fn small() -> impl Iterator<Item = &'static Scenario> {
    SCENARIOS.iter().filter(|scenario| scenario.expects.size.distinct < 1_000_000)
}

#[test]
fn every_scenario_holds_and_has_its_size() {
    let scenarios = || SCENARIOS.iter().filter(|scenario| !LARGE.contains(&scenario.name));
    let explored: Vec<_> =
        scenarios().map(|scenario| exhaust(scenario, Faults::none(), Engine::Ours)).collect();
    for scenario in &explored {
        let fell: Vec<_> = scenario.fallen().map(|(law, _)| law.id).collect();
        assert!(fell.is_empty(), "{}: {fell:?} fell", scenario.scenario.name);
        let missed: Vec<_> =
            scenario.found.sometimes.iter().filter(|(_, found)| !found).map(|(id, _)| id).collect();
        assert!(missed.is_empty(), "{}: {missed:?} was never reached", scenario.scenario.name);
    }
    let actual: Vec<_> = explored
        .iter()
        .map(|scenario| (scenario.scenario.name, scenario.found.distinct, scenario.found.generated))
        .collect();
    let table: Vec<_> = scenarios()
        .map(|scenario| (scenario.name, scenario.expects.size.distinct, scenario.expects.size.generated))
        .collect();
    same_rows(&table, &actual);
}

#[test]
fn every_refusal_and_every_phase_is_reached_in_some_scenario() {
    let reached: Vec<&Reached> = SCENARIOS.iter().flat_map(|scenario| scenario.expects.sometimes).collect();
    for refusal in Refusal::ALL {
        assert!(reached.contains(&&Reached::Refused(*refusal)), "no scenario reaches {refusal:?}");
    }
    for phase in PhaseName::ALL {
        assert!(reached.contains(&&Reached::Phase(*phase)), "no scenario reaches {phase:?}");
    }
}

/// Refusals of the client that no scenario reaches: they are about bytes, addresses and settings, which worlds have not, or
/// about answers that no server of a world gives. The client's own tests reach each of them.
const BEYOND_WORLDS: &[ClientRefusal] = &[
    ClientRefusal::Repeated(Field::State),
    ClientRefusal::IssMissing,
    ClientRefusal::IssUnadvertised,
    ClientRefusal::ServersAlike,
    ClientRefusal::InClear,
    ClientRefusal::NoSuchServer,
    ClientRefusal::ServerUnknown,
    ClientRefusal::PushUnavailable,
    ClientRefusal::PushRefused,
    ClientRefusal::PushUnanswered,
    ClientRefusal::LogOutForged,
    ClientRefusal::CodeMissing,
    ClientRefusal::CodeAndError,
    ClientRefusal::TokenAnswerMalformed,
    ClientRefusal::TokenTypeUnknown,
    ClientRefusal::ResourceFailed,
    ClientRefusal::Encoding,
    ClientRefusal::NoSuchPage,
    ClientRefusal::MethodNotAllowed("GET"),
];

#[test]
fn every_refusal_of_the_client_is_reached_in_some_scenario_or_beyond_worlds() {
    let reached: Vec<&Reached> = SCENARIOS.iter().flat_map(|scenario| scenario.expects.sometimes).collect();
    for refusal in ClientRefusal::ALL {
        let is_reached = reached.contains(&&Reached::ClientRefused(*refusal));
        assert!(is_reached != BEYOND_WORLDS.contains(refusal), "{refusal:?}");
    }
}

#[test]
fn every_honest_path_is_possible_and_ends_with_the_resource() {
    for scenario in SCENARIOS {
        assert!(!scenario.expects.honest.is_empty(), "{} has no honest path", scenario.name);
        let universe = Universe::new(scenario, Faults::none());
        let mut world = universe.start();
        for action in scenario.expects.honest {
            assert!(
                actions(&universe, &world).contains(action),
                "{}: {action:?} is not offered",
                scenario.name
            );
            let next = universe.next(&world, action);
            let next = next.unwrap_or_else(|| panic!("{}: {action:?} is not possible", scenario.name));
            assert_eq!((next.refused, next.client_refused), (None, None), "{}: {action:?}", scenario.name);
            world = next.world;
        }
        let last = world.facts.backwards().next().map(|fact| fact.what);
        let is_served = matches!(last, Some(oauth_laws::fact::What::Resource(service)) if service.served);
        assert!(is_served, "{}: {last:?}", scenario.name);
    }
}

#[test]
fn every_law_is_kept_in_some_scenario_and_not_only_silent() {
    let mut silent: BTreeSet<&str> =
        LAWS.iter().map(|law| law.id).filter(|id| !FALL_ON_THE_WIRE.contains(id)).collect();
    for scenario in small() {
        let laws = scenario.expects.laws;
        each_world(scenario, Faults::none(), |_, world| {
            for law in laws {
                if silent.contains(law.id) && judge(scenario, law, world) == Judgement::Holds {
                    silent.remove(law.id);
                }
            }
            !laws.iter().any(|law| silent.contains(law.id))
        });
    }
    assert!(silent.is_empty(), "the premise of {silent:?} never occurs where it is named");
}
