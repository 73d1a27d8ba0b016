//! Faults: departures that nobody may choose, each told to the logic as lies from outside.
//!
//! Each fault stands in one place, by topic: its name, a sentence, the rules that it breaks, and its lies. A lie is data:
//! the place where it is told, and a function. Neither the core nor the loops have an `if fault`: [`Faulty`] stands in the
//! logic's place there. The selftest demands that a case of each rule of a fault falls.
#![forbid(unsafe_code)]

mod client;
mod consequences;
mod edit;
mod entry;
mod faulty;
mod registry;
mod server;

pub use faulty::Faulty;
pub use registry::{Fault, Side, fault};
pub use server::Race;

/// The faults that are on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// None.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// These.
    #[must_use]
    pub fn these(faults: &[Fault]) -> Self {
        Self(faults.to_vec())
    }

    /// Whether a fault is on.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.0.contains(&fault)
    }

    /// Whether none is on.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults that are on.
    pub fn iter(&self) -> impl Iterator<Item = Fault> {
        self.0.iter().copied()
    }

    fn server_lies(&self) -> impl Iterator<Item = server::Lie> {
        self.0.iter().flat_map(|fault| fault.server_lies()).copied()
    }

    fn client_lies(&self) -> impl Iterator<Item = client::Lie> {
        self.0.iter().flat_map(|fault| fault.client_lies()).copied()
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
