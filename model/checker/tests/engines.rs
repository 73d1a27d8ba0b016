//! The two engines over small models, and what tells them apart.

use std::hash::{Hash, Hasher};
use std::num::NonZeroUsize;

use oauth_checker::{Engine, Judgement, Model, Next, Search, Set, Until, Whole, exhaust};

const STATERIGHT: Engine = Engine::Stateright { threads: NonZeroUsize::MIN };

/// Two counters, each from 0 up to a bound.
#[derive(Clone)]
struct Counters {
    bound: u8,
    /// Whether the hash of a state leaves the second counter out.
    blind: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    counters: [u8; 2],
    blind: bool,
}

/// Equal states have equal hashes; where it is blind, some of the others as well.
impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.counters[0].hash(hasher);
        if !self.blind {
            self.counters[1].hash(hasher);
        }
    }
}

impl Model for Counters {
    type State = State;
    type Action = usize;
    type Store = Whole<State>;

    fn start(&self) -> State {
        State { counters: [0, 0], blind: self.blind }
    }

    fn actions(&self, _state: &State, actions: &mut Vec<usize>) {
        actions.extend([0, 1]);
    }

    fn next(&self, mut state: State, action: &usize) -> Option<Next<State>> {
        let counter = &mut state.counters[*action];
        if *counter == self.bound {
            return None;
        }
        *counter += 1;
        let full = *counter == self.bound;
        Some(Next { state, reached: Set::of([false, full]) })
    }

    fn always(&self) -> Vec<&'static str> {
        vec!["the sum is below three", "the second is not above the first by two", "there is no third"]
    }

    fn sometimes(&self) -> Vec<String> {
        ["both are two", "one is full", "nothing is"].map(str::to_owned).to_vec()
    }

    fn judge(&self, state: &State) -> Judgement {
        let [first, second] = state.counters;
        Judgement {
            broken: Set::of([first + second >= 3, second >= first + 2, false]),
            reached: Set::of([first == 2 && second == 2]),
        }
    }
}

#[test]
fn both_engines_find_the_same_counts_shortest_traces_and_goals() {
    let model = Counters { bound: 4, blind: false };
    let ours = exhaust(&model, Engine::Ours);
    assert_eq!((ours.distinct, ours.generated, ours.depth), (25, 41, 8));
    let lengths: Vec<_> = ours.always.iter().map(|(_, trace)| trace.as_ref().map(Vec::len)).collect();
    assert_eq!(lengths, [Some(3), Some(2), None]);
    let reached: Vec<bool> = ours.sometimes.iter().map(|(_, reached)| *reached).collect();
    assert_eq!(reached, [true, true, false]);

    assert_eq!(ours.differences(&exhaust(&model, STATERIGHT)), Vec::<String>::new());
    let two = Engine::Stateright { threads: NonZeroUsize::MIN.saturating_add(1) };
    let parallel = exhaust(&model, two);
    assert_eq!((parallel.distinct, parallel.generated), (ours.distinct, ours.generated));
}

#[test]
fn states_with_one_hash_are_lost_to_stateright_and_not_to_the_search() {
    let seeing = exhaust(&Counters { bound: 4, blind: false }, Engine::Ours);
    let blind = Counters { bound: 4, blind: true };
    let ours = exhaust(&blind, Engine::Ours);
    assert_eq!(ours.differences(&seeing), Vec::<String>::new());
    assert_eq!(
        ours.differences(&exhaust(&blind, STATERIGHT)),
        [
            "distinct states: 25 here, 5 there",
            "generated states: 41 here, 10 there",
            "depth: 8 here, 4 there",
            "the second is not above the first by two: fell after 2 actions here, held there",
            "both are two: reached here, never reached there",
        ]
    );
}

#[test]
fn a_search_until_a_fall_ends_early_with_the_same_trace() {
    let model = Counters { bound: 4, blind: false };
    let early = Search::run(&model, Until::Fall);
    let all = Search::run(&model, Until::Exhausted);
    assert_eq!(early.fall(1), Some(vec![1, 1]));
    assert_eq!(early.fall(1), all.fall(1));
    assert!(early.findings().distinct < all.findings().distinct);
}
