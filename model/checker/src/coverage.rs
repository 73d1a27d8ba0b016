//! What a search reached: sets that only grow, so that they are the same for any order.

use oauth_core::client::refusal::ClientRefusal;
use oauth_core::grant::Phase;
use oauth_core::refusal::{Refusal, Refused};
use oauth_laws::fact::{Fact, What};
use oauth_world::scenario::{PhaseName, Reached};
use oauth_world::world::Next;

/// What was reached in any world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    refusals: [u64; 2],
    client: u64,
    phases: u64,
    served: bool,
    logged_in: bool,
}

impl Coverage {
    pub(super) fn refusals(&mut self, next: &Next) {
        if let Some(Refused::Step(refusal)) = next.refused
            && let Some(at) = Refusal::ALL.iter().position(|have| *have == refusal)
        {
            self.refusals[at / 64] |= 1 << (at % 64);
        }
        if let Some(refusal) = next.client_refused
            && let Some(at) = ClientRefusal::ALL.iter().position(|have| *have == refusal)
        {
            self.client |= 1 << at;
        }
    }

    pub(super) fn phase(&mut self, phase: Phase) {
        let name = PhaseName::of(&phase);
        if let Some(at) = PhaseName::ALL.iter().position(|have| *have == name) {
            self.phases |= 1 << at;
        }
    }

    pub(super) fn goals(&mut self, facts: &[Fact]) {
        for fact in facts {
            match fact.what {
                What::Resource(service) => self.served |= service.served,
                What::LoggedIn(_) => self.logged_in = true,
                _ => {}
            }
        }
    }

    /// Whether this was reached.
    #[must_use]
    pub fn has(&self, what: &Reached) -> bool {
        match what {
            Reached::Refused(refusal) => {
                let at = Refusal::ALL.iter().position(|have| have == refusal);
                at.is_some_and(|at| self.refusals[at / 64] & (1 << (at % 64)) != 0)
            }
            Reached::ClientRefused(refusal) => {
                let at = ClientRefusal::ALL.iter().position(|have| have == refusal);
                at.is_some_and(|at| self.client & (1 << at) != 0)
            }
            Reached::Phase(name) => {
                let at = PhaseName::ALL.iter().position(|have| have == name);
                at.is_some_and(|at| self.phases & (1 << at) != 0)
            }
            Reached::Served => self.served,
            Reached::LoggedIn => self.logged_in,
        }
    }
}
