//! What a model has to say of itself.

use std::fmt::Debug;
use std::hash::Hash;

use crate::{Set, Store};

/// Something that starts in a state and goes on by actions, with laws for every state and goals for some.
pub trait Model: Clone + Send + Sync + 'static {
    /// A state. Two that are equal have the same actions, successors and judgement.
    type State: Clone + Debug + Eq + Hash + Send + Sync + 'static;
    /// What leads from one state to the next.
    type Action: Clone + Debug + PartialEq + Send + Sync + 'static;
    /// How the search keeps states; [`Whole`](crate::Whole) for those that are not worth taking apart.
    type Store: Store<State = Self::State>;

    /// The state before anything happened.
    fn start(&self) -> Self::State;

    /// Adds what may happen in a state, always in the same order: traces are kept as places in this list.
    fn actions(&self, state: &Self::State, actions: &mut Vec<Self::Action>);

    /// The state after an action; `None` where the action is not possible after all.
    fn next(&self, state: Self::State, action: &Self::Action) -> Option<Next<Self::State>>;

    /// The names of what must hold in every state, at most [`Set::MOST`].
    fn always(&self) -> Vec<&'static str>;

    /// The names of what some state or some action must reach, at most [`Set::MOST`].
    fn sometimes(&self) -> Vec<String>;

    /// What a state breaks and reaches. The search asks once for each [`Store::judged`].
    fn judge(&self, state: &Self::State) -> Judgement;

    /// An action in words, for stateright's Explorer.
    fn say(&self, action: &Self::Action) -> String {
        format!("{action:?}")
    }

    /// What an action does in a state, in words, for stateright's Explorer.
    fn say_next(&self, state: &Self::State, action: &Self::Action) -> Option<String> {
        self.next(state.clone(), action).map(|next| format!("{:#?}", next.state))
    }

    /// A trace as a picture (SVG), for stateright's Explorer.
    fn draw(&self, _trace: &[Self::Action]) -> Option<String> {
        None
    }
}

/// Where an action led.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next<S> {
    /// The state after it.
    pub state: S,
    /// The goals that the action itself reached, by their places in [`Model::sometimes`].
    pub reached: Set,
}

impl<S> From<S> for Next<S> {
    fn from(state: S) -> Self {
        Self { state, reached: Set::EMPTY }
    }
}

/// What a state is to the laws and the goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Judgement {
    /// The laws that it breaks, by their places in [`Model::always`].
    pub broken: Set,
    /// The goals that it reaches, by their places in [`Model::sometimes`].
    pub reached: Set,
}
