//! Liberties: the dual of faults. Each is a lawful departure from the reference server's ways, which the suite has to leave
//! alone.
//!
//! A liberty stands in one place, by topic: its name, a sentence, the text that allows it, a public server that takes it, what
//! a relay around the reference server or its policy does, and what it costs: the cases that rightly say something else
//! then, each with the reason. `trial.rs` runs the suite under liberties and compares with the clean run; a liberty that
//! never acted is not left alone, since nothing was shown.

mod clients;
mod errors;
mod grants;
mod limits;
mod lookups;
mod message;
mod pages;
mod policy;
mod registration;
mod relay;
mod resources;
mod responses;
mod tokens;
mod trial;
mod wire;

use oauth_core::policy::Policy;
use oauth_rules::RuleId;
use oauth_suite::outcome::{CaseOutcome, Verdict};
use oauth_suite::subject::Target;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use message::{Answered, Asked};
use relay::Memory;
pub(crate) use relay::Relay;
pub use trial::{Disturbed, Trial, trial};

/// A lawful departure from the reference server's ways.
#[derive(Debug)]
#[non_exhaustive]
pub struct Liberty {
    /// The name on command lines and in reports.
    pub name: &'static str,
    /// What the server does.
    pub about: &'static str,
    /// The text that allows it, by document and section.
    pub allowed: &'static str,
    /// Public servers that take it, as their sources or documents say; `None` where nobody looked.
    pub seen_at: Option<&'static str>,
    /// What it is about, where only one liberty can be taken at a time: two that share a word are not taken together.
    apart: &'static [&'static str],
    /// How it is taken.
    acts: &'static [Act],
    /// What it costs.
    pub costs: &'static [Cost],
}

/// A case that rightly says something else under a liberty.
#[derive(Debug)]
#[non_exhaustive]
pub struct Cost {
    /// The case's id, or how it begins.
    pub case: &'static str,
    /// What it says: a warning where the text advises against the liberty, `not-tested` or `not-offered` where nothing is left
    /// to be tried.
    pub verdict: Verdict,
    /// The rules that a warning is of; none for another verdict.
    pub rules: &'static [RuleId],
    /// Why that is right.
    pub reason: &'static str,
}

impl Cost {
    /// Whether what a case says is this cost.
    fn explains(&self, case: &CaseOutcome) -> bool {
        let is_of_these =
            self.verdict != Verdict::Warned || case.broken().iter().all(|rule| self.rules.contains(rule));
        self.covers(&case.id, case.verdict) && is_of_these
    }

    /// Whether it is a cost of this case, by this verdict.
    fn covers(&self, id: &str, verdict: Verdict) -> bool {
        id.starts_with(self.case) && verdict == self.verdict
    }
}

/// How a liberty is taken. What it changes counts as a use where the function says so.
#[derive(Debug)]
enum Act {
    /// The server's policy is another.
    Policy(fn(&mut Policy)),
    /// Whoever runs the server writes something else into the target file.
    Target(fn(&mut Target)),
    /// A request is changed before the server sees it.
    Request(fn(&Memory, &mut Asked) -> bool),
    /// A request never reaches the server; this is the answer.
    Instead(fn(&Memory, &Asked) -> Option<Answered>),
    /// After this request and its answer another request is made, whose answer goes back.
    Follow(fn(&Memory, &Asked, &Answered) -> Option<Asked>),
    /// An answer is changed. The request is the one that the suite sent.
    Answer(fn(&Memory, &Asked, &mut Answered) -> bool),
    /// Nothing is changed; the function sees an exchange that the policy is about.
    Sign(fn(&Memory, &Asked, &Answered) -> bool),
}

impl Liberty {
    /// Changes a policy to that of a server which takes this liberty; `false` if the policy has it already, so that nothing
    /// is shown.
    pub(crate) fn on_policy(&self, policy: &mut Policy) -> bool {
        let before = *policy;
        let mut has_its_own = false;
        for act in self.acts {
            if let Act::Policy(change) = act {
                change(policy);
                has_its_own = true;
            }
        }
        !has_its_own || *policy != before
    }

    /// Its place among those that are taken together: what works on whole messages comes after what reads and writes their
    /// content, and their framing last.
    fn place(&self) -> usize {
        wire::LIBERTIES.iter().rev().position(|beneath| beneath.name == self.name).map_or(0, |at| at + 1)
    }

    /// Changes a target to what is written of a server which takes this liberty.
    pub(crate) fn on_target(&self, target: &mut Target) {
        for act in self.acts {
            if let Act::Target(change) = act {
                change(target);
            }
        }
    }
}

/// Every liberty, by topic.
pub fn all() -> impl Iterator<Item = &'static Liberty> {
    let beneath = [
        wire::LIBERTIES,
        responses::LIBERTIES,
        tokens::LIBERTIES,
        grants::LIBERTIES,
        errors::LIBERTIES,
        limits::LIBERTIES,
        lookups::LIBERTIES,
        resources::LIBERTIES,
        registration::LIBERTIES,
        clients::LIBERTIES,
        policy::LIBERTIES,
    ];
    beneath.into_iter().chain(pages::LIBERTIES).flatten()
}

/// Groups of these liberties, each of at most `size` that go together, drawn by a seed.
#[must_use]
pub fn groups(liberties: &[&'static Liberty], size: usize, seed: u64) -> Vec<Vec<&'static Liberty>> {
    let mut drawn = liberties.to_vec();
    drawn.shuffle(&mut StdRng::seed_from_u64(seed));
    let mut groups: Vec<Vec<&'static Liberty>> = Vec::new();
    for liberty in drawn {
        let fits = |group: &&mut Vec<&'static Liberty>| {
            let apart = |other: &&Liberty| other.apart.iter().any(|word| liberty.apart.contains(word));
            group.len() < size.max(1) && !group.iter().any(apart)
        };
        match groups.iter_mut().find(fits) {
            Some(group) => group.push(liberty),
            None => groups.push(vec![liberty]),
        }
    }
    groups
}

const fn cost(case: &'static str, verdict: Verdict, reason: &'static str) -> Cost {
    Cost { case, verdict, rules: &[], reason }
}

/// A warning under these rules and no others.
const fn warns(case: &'static str, rules: &'static [RuleId], reason: &'static str) -> Cost {
    Cost { case, verdict: Verdict::Warned, rules, reason }
}

#[cfg(test)]
mod near_misses;
