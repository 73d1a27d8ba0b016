//! Scenarios: bounded worlds, each with what it is for, what it must keep and what it must reach.
//!
//! Bounds are small on purpose: a scenario speaks of its own bounds only. A law that a scenario names must hold in every
//! state of it; whatever it must reach has to be found, so that nothing holds because nothing happens.

mod base;
mod codes;
mod dpop;
mod failures;
mod large;
mod mixup;
mod pushed;
mod refresh;
mod session_riding;
mod table;
mod tokens;
mod twin;
mod words;

use oauth_rules::same;

pub use crate::world::bounds::{
    Attacker, Bounds, ClientSetup, Leaks, Mishaps, People, Scenario, ServerSetup, Tries,
};
pub use crate::world::expects::{Expects, PhaseName, Reached, Size};
pub use crate::world::odd_requests::{Odd, ProofFor};
pub use base::HONEST_PATH;
pub use table::SCENARIOS;

impl Scenario {
    /// Finds a scenario by its name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }
}

/// Names a scenario; a name that none has fails to compile.
///
/// # Panics
/// When called at run time with an unknown name; use [`Scenario::find`] for input.
#[must_use]
pub const fn scenario(name: &str) -> &'static Scenario {
    let mut at = 0;
    while at < SCENARIOS.len() {
        if same(SCENARIOS[at].name.as_bytes(), name.as_bytes()) {
            return &SCENARIOS[at];
        }
        at += 1;
    }
    panic!("there is no such scenario")
}
