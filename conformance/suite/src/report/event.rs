//! What happens in a run, told while it happens.
//!
//! A run learns secrets until its end: what is drawn by lot when an answer first shows it, but a secret that looks like a
//! word only once it stands where secrets stand, and that may be in a later case than a text that repeats it. So
//! the events before the last say in our own words what came of a case, and nothing that a server said; texts and exchanges
//! come with [`Event::RunEnded`], covered by all that the run has learnt.

use std::collections::BTreeMap;

use oauth_rules::RuleId;

use crate::outcome::Verdict;
use crate::report::{RunBegan, RunReport, Wants};

/// What happens in a run. Formats name each variant: a new one breaks them.
#[derive(Debug, Clone, Copy)]
pub enum Event<'r> {
    /// The run is about to begin, and will send what is secret to the target's endpoints.
    RunBegan(&'r RunBegan),
    /// A case begins. One that has nothing to judge or is interrupted has no finding and no end.
    CaseBegan {
        /// Its number, from 1.
        number: usize,
        /// How many cases there are.
        of: usize,
        /// Its id.
        id: &'r str,
    },
    /// A case found that its rules are kept or broken, or why it cannot tell.
    Finding {
        /// The id of the case.
        case: &'r str,
        /// The rules that the finding is about.
        rules: &'r [RuleId],
        /// What was found.
        verdict: Verdict,
    },
    /// A case ended.
    CaseEnded {
        /// Its id.
        id: &'r str,
        /// The rules that it found broken.
        broken: &'r [RuleId],
        /// What its findings mean together.
        verdict: Verdict,
        /// How long it took.
        seconds: f64,
    },
    /// The last case of a family ended, or the run ended before it.
    FamilyEnded {
        /// What the ids of its cases have before the slash.
        family: &'r str,
        /// How many of its cases came to each verdict; without those to which none came.
        counts: &'r BTreeMap<Verdict, usize>,
    },
    /// The run ended, be it early.
    RunEnded(&'r RunReport),
}

/// Who is told what happens in a run.
pub trait Sink: Send {
    /// What the reports hold that it is told.
    fn wants(&self) -> Wants {
        Wants::default()
    }

    /// Is told of an event.
    fn tell(&mut self, event: &Event<'_>);
}

/// Nobody.
impl Sink for () {
    fn tell(&mut self, _event: &Event<'_>) {}
}
