//! Mitigations as data, and the goals of attackers that they stand against: the rows of the matrix.
//!
//! A mitigation is off when its faults are on. The matrix takes every set of the mitigations that bear on a goal, and asks
//! the checker whether the goal can still be reached.

mod goals;
mod table;

use crate::scenario::Scenario;
use oauth_faults::Fault;
use oauth_laws::law::Law;
use oauth_rules::same;

pub use goals::GOALS;
pub use table::MITIGATIONS;

/// Something that servers and clients do against attackers.
#[derive(Debug, Clone, Copy)]
pub struct Mitigation {
    /// Words.
    pub id: &'static str,
    /// What is done, in a sentence.
    pub about: &'static str,
    /// Where it is demanded.
    pub source: &'static str,
    /// The faults under which nobody does it.
    pub faults: &'static [Fault],
}

/// What an attacker wants.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// Words.
    pub id: &'static str,
    /// What is reached, in a sentence.
    pub about: &'static str,
    /// What the attacker can do, in words.
    pub attacker: &'static str,
    /// The scenario in which it is looked for.
    pub scenario: &'static Scenario,
    /// The law that falls when it is reached.
    pub law: &'static Law,
    /// The mitigations that bear on it.
    pub mitigations: &'static [&'static Mitigation],
}

impl Goal {
    /// The ids of the mitigations that bear on it.
    #[must_use]
    pub fn ids(&self) -> Vec<&'static str> {
        self.mitigations.iter().map(|mitigation| mitigation.id).collect()
    }

    /// Whether the mitigation bears on it.
    #[must_use]
    pub fn has(&self, mitigation: &Mitigation) -> bool {
        self.mitigations.iter().any(|have| have.id == mitigation.id)
    }
}

/// Names a mitigation; an id that none has fails to compile.
const fn mitigation(id: &str) -> &'static Mitigation {
    let mut at = 0;
    while at < MITIGATIONS.len() {
        if same(MITIGATIONS[at].id.as_bytes(), id.as_bytes()) {
            return &MITIGATIONS[at];
        }
        at += 1;
    }
    panic!("there is no such mitigation")
}
