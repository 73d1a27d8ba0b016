//! The attacks: found with their mitigation off, absent with it on, by traces that nothing is shorter than.

use oauth_checker::{Search, Until};
use oauth_faults::Faults;
use oauth_laws::law::Judgement;
use oauth_model::Checked;
use oauth_model::report::{Mitigated, try_attack};
use oauth_model::run::shortest;
use oauth_world::attack::Attack;

use crate::sizes::LENGTHS;
use crate::{each_world, judge, same_rows};

#[test]
fn every_attack_is_found_with_its_faults_and_absent_without() {
    let mut mitigated = Mitigated::default();
    let mut actual = Vec::new();
    for attack in Attack::all() {
        let tried = try_attack(attack, &mut mitigated);
        assert!(tried.absent_when_mitigated, "{} is there without its faults", attack.id);
        let trace = tried.trace.as_deref().unwrap_or_default();
        actual.push((attack.id, trace.len(), trace.iter().filter(|action| action.counts_as_step()).count()));
    }
    same_rows(LENGTHS, &actual);
}

#[test]
fn no_attack_has_a_shorter_trace() {
    for attack in Attack::all() {
        let (scenario, law) = (attack.scenario, attack.law);
        let faults = || Faults::these(attack.faults);
        let alone = shortest(scenario, faults(), law).map(|trace| trace.len());
        let mut laws = scenario.expects.laws.to_vec();
        laws.push(law);
        let last = laws.len() - 1;
        let among_others = Search::run(&Checked::new(scenario, faults(), laws), Until::Exhausted).fall(last);
        assert_eq!(alone, among_others.as_ref().map(Vec::len), "{}: one law, all laws", attack.id);

        let mut distance = None;
        each_world(scenario, faults(), |at, world| {
            let broken = matches!(judge(scenario, law, world), Judgement::Broken(_));
            distance = broken.then_some(at);
            broken
        });
        assert_eq!(alone, distance, "{}: a search that keeps whole worlds", attack.id);
    }
}

#[test]
fn an_attack_has_the_steps_that_were_expected_or_says_why_not() {
    for attack in Attack::all() {
        let Some(expected) = attack.expected else { continue };
        let trace = shortest(attack.scenario, Faults::these(attack.faults), attack.law);
        let steps = trace.unwrap_or_default().iter().filter(|action| action.counts_as_step()).count();
        let explained = !expected.because.is_empty();
        assert_eq!(steps != usize::from(expected.steps), explained, "{}: {steps} steps", attack.id);
    }
}

#[test]
fn an_attack_needs_each_of_its_faults() {
    for attack in Attack::all().filter(|attack| attack.faults.len() > 1) {
        for left_out in attack.faults {
            let rest: Faults = attack.faults.iter().copied().filter(|fault| fault != left_out).collect();
            let found = shortest(attack.scenario, rest, attack.law);
            assert!(found.is_none(), "{} works without {}", attack.id, left_out.name());
        }
    }
}
