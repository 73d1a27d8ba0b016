//! Two-phase commit as a model of one's own: `cargo run -p oauth-checker --example two_phase_commit`.
//!
//! Participants get ready or give up; the coordinator commits once it has heard that all are ready, or aborts at any time;
//! everybody does what it says. The law: nobody commits while another aborts. A hasty coordinator breaks it.

use oauth_checker::{Engine, Findings, Judgement, Model, Next, Set, Whole, exhaust};

/// The protocol among so many participants.
#[derive(Clone)]
struct TwoPhaseCommit {
    participants: usize,
    /// Whether the coordinator commits without waiting for all.
    hasty: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Is {
    Working,
    Ready,
    Committed,
    Aborted,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    participants: Vec<Is>,
    /// What the coordinator decided: whether to commit.
    decided: Option<bool>,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    GetReady(usize),
    GiveUp(usize),
    Decide(bool),
    Obey(usize),
}

impl Model for TwoPhaseCommit {
    type State = State;
    type Action = Action;
    type Store = Whole<State>;

    fn start(&self) -> State {
        State { participants: vec![Is::Working; self.participants], decided: None }
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.decided.is_none() {
            let ready = |is: &Is| *is == Is::Ready;
            if self.hasty || state.participants.iter().all(ready) {
                actions.push(Action::Decide(true));
            }
            actions.push(Action::Decide(false));
        }
        for (at, is) in state.participants.iter().enumerate() {
            if *is == Is::Working {
                actions.extend([Action::GetReady(at), Action::GiveUp(at)]);
            }
            if *is == Is::Ready && state.decided.is_some() {
                actions.push(Action::Obey(at));
            }
        }
    }

    fn next(&self, mut state: State, action: &Action) -> Option<Next<State>> {
        match *action {
            Action::GetReady(at) => state.participants[at] = Is::Ready,
            Action::GiveUp(at) => state.participants[at] = Is::Aborted,
            Action::Decide(commit) => state.decided = Some(commit),
            Action::Obey(at) => {
                state.participants[at] = if state.decided? { Is::Committed } else { Is::Aborted };
            }
        }
        Some(state.into())
    }

    fn always(&self) -> Vec<&'static str> {
        vec!["nobody commits while another aborts"]
    }

    fn sometimes(&self) -> Vec<String> {
        vec!["all commit".to_owned(), "all abort".to_owned()]
    }

    fn judge(&self, state: &State) -> Judgement {
        let any = |wanted: Is| state.participants.contains(&wanted);
        let all = |wanted: Is| state.participants.iter().all(|is| *is == wanted);
        Judgement {
            broken: Set::of([any(Is::Committed) && any(Is::Aborted)]),
            reached: Set::of([all(Is::Committed), all(Is::Aborted)]),
        }
    }
}

fn both(hasty: bool) -> [Findings<Action>; 2] {
    let model = TwoPhaseCommit { participants: 3, hasty };
    let threads = std::num::NonZeroUsize::MIN;
    [exhaust(&model, Engine::Ours), exhaust(&model, Engine::Stateright { threads })]
}

fn main() {
    for hasty in [false, true] {
        let [ours, stateright] = both(hasty);
        println!(
            "hasty: {hasty}; {} states; stateright differs in {:?}",
            ours.distinct,
            ours.differences(&stateright)
        );
        for (law, trace) in &ours.always {
            println!(
                "    {law}: {}",
                trace.as_ref().map_or("holds".to_owned(), |trace| format!("falls by {trace:?}"))
            );
        }
    }
}

#[test]
fn both_engines_find_the_hasty_coordinator_and_no_other() {
    for (hasty, falls) in [(false, None), (true, Some(4))] {
        let [ours, stateright] = both(hasty);
        assert_eq!(ours.differences(&stateright), Vec::<String>::new());
        assert_eq!(ours.always[0].1.as_ref().map(Vec::len), falls);
        assert!(ours.sometimes.iter().all(|(_, reached)| *reached));
    }
}
