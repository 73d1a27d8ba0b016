//! A checker for models of one's own. It visits every state that a model can reach, breadth first, and tells which laws
//! fall, by which shortest trace, and what was never reached.
//!
//! Whoever has a [`Model`] has two engines for it ([`Engine`]): [`Search`], which compares whole states and keeps each part
//! of a state once, and stateright, which keeps a fingerprint of each state. Both hand over the same [`Findings`], so that
//! one can be held against the other ([`Findings::differences`]). `examples/two_phase_commit.rs` is a whole model.
#![forbid(unsafe_code)]

mod engine;
mod findings;
mod model;
mod numbers;
mod parts;
mod search;
mod set;
mod side_by_side;
mod stateright;

pub use engine::{Engine, exhaust};
pub use findings::Findings;
pub use model::{Judgement, Model, Next};
pub use parts::{Parts, Store, Whole};
pub use search::{Search, Until};
pub use set::Set;
pub use side_by_side::{cores, side_by_side};
pub use stateright::serve;
