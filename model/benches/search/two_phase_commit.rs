//! Two-phase commit, the model that stateright itself is measured with, in our words: participants get
//! ready or give up, a coordinator hears of it and decides, and everybody obeys.
//!
//! Its states come in two kinds. [`Plain`] is what one writes at first, a few collections, and what
//! stateright's own example does; [`Bits`] is one number, so that a state costs as little as it can. What
//! may happen is said once for both, and for both searches.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::marker::PhantomData;

use oauth_checker::{Judgement, Next, Set, Whole};
use stateright::Property;

/// How many participants there are.
pub(crate) const PARTICIPANTS: usize = 7;

/// Distinct and generated states, as stateright's example has them for seven.
pub(crate) const SIZE: (usize, usize) = (296_448, 2_744_706);

/// How far a participant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Participant {
    Working,
    Ready,
    Committed,
    Aborted,
}

/// What the coordinator said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Decision {
    Open,
    Commit,
    Abort,
}

/// What was said; a message stays, and is heard at any time and as often as one likes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Message {
    Ready(usize),
    Commit,
    Abort,
}

/// A step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    GetReady(usize),
    GiveUp(usize),
    HearReady(usize),
    DecideToCommit,
    DecideToAbort,
    ObeyCommit(usize),
    ObeyAbort(usize),
}

/// What a state has to tell and to change.
pub(crate) trait State: Debug + Clone + Eq + Hash + Send + Sync + 'static {
    fn start() -> Self;
    fn participant(&self, at: usize) -> Participant;
    fn decision(&self) -> Decision;
    fn heard(&self, from: usize) -> bool;
    fn said(&self, message: Message) -> bool;
    fn put(&mut self, at: usize, participant: Participant);
    fn decide(&mut self, decision: Decision);
    fn hear(&mut self, from: usize);
    fn say(&mut self, message: Message);

    fn everybody(&self, is: Participant) -> bool {
        (0..PARTICIPANTS).all(|at| self.participant(at) == is)
    }

    fn somebody(&self, is: Participant) -> bool {
        (0..PARTICIPANTS).any(|at| self.participant(at) == is)
    }
}

/// The model over one kind of states.
pub(crate) struct TwoPhaseCommit<S>(pub(crate) PhantomData<fn() -> S>);

impl<S> Clone for TwoPhaseCommit<S> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

impl<S: State> TwoPhaseCommit<S> {
    fn steps(state: &S, steps: &mut Vec<Step>) {
        let open = state.decision() == Decision::Open;
        if open && (0..PARTICIPANTS).all(|at| state.heard(at)) {
            steps.push(Step::DecideToCommit);
        }
        if open {
            steps.push(Step::DecideToAbort);
        }
        for at in 0..PARTICIPANTS {
            if open && state.said(Message::Ready(at)) {
                steps.push(Step::HearReady(at));
            }
            if state.participant(at) == Participant::Working {
                steps.push(Step::GetReady(at));
                steps.push(Step::GiveUp(at));
            }
            if state.said(Message::Commit) {
                steps.push(Step::ObeyCommit(at));
            }
            if state.said(Message::Abort) {
                steps.push(Step::ObeyAbort(at));
            }
        }
    }

    fn after(mut state: S, step: Step) -> S {
        match step {
            Step::GetReady(at) => {
                state.put(at, Participant::Ready);
                state.say(Message::Ready(at));
            }
            Step::GiveUp(at) | Step::ObeyAbort(at) => state.put(at, Participant::Aborted),
            Step::ObeyCommit(at) => state.put(at, Participant::Committed),
            Step::HearReady(from) => state.hear(from),
            Step::DecideToCommit => {
                state.decide(Decision::Commit);
                state.say(Message::Commit);
            }
            Step::DecideToAbort => {
                state.decide(Decision::Abort);
                state.say(Message::Abort);
            }
        }
        state
    }

    fn is_inconsistent(state: &S) -> bool {
        state.somebody(Participant::Committed) && state.somebody(Participant::Aborted)
    }
}

impl<S: State> stateright::Model for TwoPhaseCommit<S> {
    type State = S;
    type Action = Step;

    fn init_states(&self) -> Vec<S> {
        vec![S::start()]
    }

    fn actions(&self, state: &S, steps: &mut Vec<Step>) {
        Self::steps(state, steps);
    }

    fn next_state(&self, state: &S, step: Step) -> Option<S> {
        Some(Self::after(state.clone(), step))
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::sometimes("all commit", |_, state: &S| state.everybody(Participant::Committed)),
            Property::sometimes("all abort", |_, state: &S| state.everybody(Participant::Aborted)),
            Property::always(CONSISTENT, |_, state: &S| !Self::is_inconsistent(state)),
        ]
    }
}

impl<S: State> oauth_checker::Model for TwoPhaseCommit<S> {
    type State = S;
    type Action = Step;
    type Store = Whole<S>;

    fn start(&self) -> S {
        S::start()
    }

    fn actions(&self, state: &S, steps: &mut Vec<Step>) {
        Self::steps(state, steps);
    }

    fn next(&self, state: S, step: &Step) -> Option<Next<S>> {
        Some(Self::after(state, *step).into())
    }

    fn always(&self) -> Vec<&'static str> {
        vec![CONSISTENT]
    }

    fn sometimes(&self) -> Vec<String> {
        vec!["all commit".to_owned(), "all abort".to_owned()]
    }

    fn judge(&self, state: &S) -> Judgement {
        Judgement {
            broken: Set::of([Self::is_inconsistent(state)]),
            reached: Set::of([Participant::Committed, Participant::Aborted].map(|is| state.everybody(is))),
        }
    }
}

const CONSISTENT: &str = "nobody commits while another aborts";

/// A state of collections.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Plain {
    participants: Vec<Participant>,
    decision: Decision,
    heard: Vec<bool>,
    said: BTreeSet<Message>,
}

impl State for Plain {
    fn start() -> Self {
        Self {
            participants: vec![Participant::Working; PARTICIPANTS],
            decision: Decision::Open,
            heard: vec![false; PARTICIPANTS],
            said: BTreeSet::new(),
        }
    }

    fn participant(&self, at: usize) -> Participant {
        self.participants[at]
    }

    fn decision(&self) -> Decision {
        self.decision
    }

    fn heard(&self, from: usize) -> bool {
        self.heard[from]
    }

    fn said(&self, message: Message) -> bool {
        self.said.contains(&message)
    }

    fn put(&mut self, at: usize, participant: Participant) {
        self.participants[at] = participant;
    }

    fn decide(&mut self, decision: Decision) {
        self.decision = decision;
    }

    fn hear(&mut self, from: usize) {
        self.heard[from] = true;
    }

    fn say(&mut self, message: Message) {
        self.said.insert(message);
    }
}

/// A state of bits: two for each participant, one for each that was heard, one for each message, two for the
/// decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Bits(u64);

const HEARD: usize = 16;
const READY: usize = 24;
const COMMIT: usize = 32;
const ABORT: usize = 33;
const DECISION: usize = 34;

impl Bits {
    const fn two(self, at: usize) -> u64 {
        self.0 >> at & 0b11
    }

    const fn has(self, at: usize) -> bool {
        self.0 >> at & 1 == 1
    }

    const fn set_two(&mut self, at: usize, bits: u64) {
        self.0 = self.0 & !(0b11 << at) | bits << at;
    }
}

const fn place(message: Message) -> usize {
    match message {
        Message::Ready(from) => READY + from,
        Message::Commit => COMMIT,
        Message::Abort => ABORT,
    }
}

impl State for Bits {
    fn start() -> Self {
        Self(0)
    }

    fn participant(&self, at: usize) -> Participant {
        match self.two(2 * at) {
            0 => Participant::Working,
            1 => Participant::Ready,
            2 => Participant::Committed,
            _ => Participant::Aborted,
        }
    }

    fn decision(&self) -> Decision {
        match self.two(DECISION) {
            0 => Decision::Open,
            1 => Decision::Commit,
            _ => Decision::Abort,
        }
    }

    fn heard(&self, from: usize) -> bool {
        self.has(HEARD + from)
    }

    fn said(&self, message: Message) -> bool {
        self.has(place(message))
    }

    fn put(&mut self, at: usize, participant: Participant) {
        self.set_two(2 * at, participant as u64);
    }

    fn decide(&mut self, decision: Decision) {
        self.set_two(DECISION, decision as u64);
    }

    fn hear(&mut self, from: usize) {
        self.0 |= 1 << (HEARD + from);
    }

    fn say(&mut self, message: Message) {
        self.0 |= 1 << place(message);
    }
}
