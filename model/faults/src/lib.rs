//! Faults: departures that nobody may choose, each a lie told to the logic from outside.
//!
//! A fault is a value; hooks apply it before a request is decoded, before a step, after it, on the encoded reply,
//! on the swap, and at the same places of the client. Neither the core nor the loops have an `if fault`: [`Faulty`] stands
//! in the logic's place there. Each fault names the rules that it breaks; the selftest demands that a case of each of them
//! falls.
#![forbid(unsafe_code)]

mod client;
mod client_dpop;
mod client_push;
mod discovery;
mod dpop;
mod edit;
mod extensions;
mod faulty;
mod introspect_revoke;
mod oauth21;
mod published;
mod push;
mod registration;
mod registry;
mod reply;
mod request;
mod step;
mod tokens;

pub use faulty::Faulty;
pub use registry::{Fault, Side};

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
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
