//! Mitigations as data, and the goals of attackers that they stand against: the rows of the matrix.
//!
//! A mitigation is off when its faults are on. The matrix takes every set of the mitigations that bear on a goal, and asks
//! the checker whether the goal can still be reached.

mod table;

use oauth_faults::Fault;

pub use table::{GOALS, MITIGATIONS};

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
    pub scenario: &'static str,
    /// The law that falls when it is reached.
    pub law: &'static str,
    /// The mitigations that bear on it, by their ids.
    pub mitigations: &'static [&'static str],
}

impl Mitigation {
    /// Finds a mitigation by its id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        MITIGATIONS.iter().find(|mitigation| mitigation.id == id)
    }
}
