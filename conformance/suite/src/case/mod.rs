//! What a case is: an id, the rules it judges, what it needs, and the steps to take.
//!
//! Which level a case has under a profile is decided here; what its outcome means for the run, in `outcome/`.

mod context;
mod parties;
mod run_state;

use std::future::Future;
use std::pin::Pin;

use oauth_rules::{Broken, Level, RuleId};

pub use context::Context;
pub use oauth_rules::Profile;
pub use parties::Parties;
pub(crate) use run_state::Recorded;
pub use run_state::RunState;

use crate::case_end::Checked;
use crate::subject::Need;

/// The future that a case's steps are.
pub type Steps<'a> = Pin<Box<dyn Future<Output = Checked> + Send + 'a>>;

/// One conformance test over HTTP.
#[derive(Clone, Copy)]
pub struct Case {
    /// Words: `area/what-holds`.
    pub id: &'static str,
    /// The rules that it judges.
    pub rules: &'static [RuleId],
    /// One sentence: what holds when the case holds.
    pub about: &'static str,
    /// What it cannot do without.
    pub needs: &'static [Need],
    /// The profiles that it belongs to; empty for every profile under which one of its rules applies.
    pub profiles: &'static [Profile],
    /// Whether it may disturb others.
    pub isolation: Isolation,
    /// Whether it waits on the clock.
    pub slow: bool,
    /// What a broken expectation means, where the level of the rules does not decide.
    pub severity: Severity,
    /// The steps: `|ctx| Box::pin(code_is_redeemed_once(ctx))`.
    pub run: for<'a> fn(&'a Context) -> Steps<'a>,
}

/// Whether a case may disturb others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Isolation {
    /// It leaves the server as it found it, but for grants of its own.
    Shared,
    /// It may revoke, lock or throttle: it runs after the others, alone.
    Alone,
    /// It judges what the others exchanged: it runs after all of them.
    Last,
}

/// What a broken expectation means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// MUST fails, the other levels warn.
    ByLevel,
    /// It fails, for a STATED rule whose note says why.
    Fails,
    /// It warns: the rule is a MUST, but the case can only show an indication that the rule is broken.
    Warns,
}

impl Severity {
    /// What a break of rules means: the ledger can say that a rule fails although it is only stated.
    pub(crate) fn of(rules: &[RuleId]) -> Self {
        let fails = rules.iter().any(|rule| rule.get().broken == Broken::Fails);
        if fails { Self::Fails } else { Self::ByLevel }
    }
}

/// The family of a case: what its id has before the slash.
#[must_use]
pub fn family(id: &str) -> &str {
    id.split('/').next().unwrap_or_default()
}

impl Case {
    /// What a case has unless it says otherwise: `..Case::DEFAULT`.
    pub const DEFAULT: Self = Self {
        id: "",
        rules: &[],
        about: "",
        needs: &[],
        profiles: &[],
        isolation: Isolation::Shared,
        slow: false,
        severity: Severity::ByLevel,
        run: |_| Box::pin(std::future::ready(Ok(()))),
    };

    /// Whether the case belongs to a profile.
    #[must_use]
    pub fn belongs_to(&self, profile: Profile) -> bool {
        if profile == Profile::Documented {
            return self.profiles.contains(&profile);
        }
        if !self.profiles.is_empty() && !self.profiles.contains(&profile) {
            return false;
        }
        self.rules.is_empty() || self.rules.iter().any(|rule| profile.applies(*rule))
    }

    /// The strictest level of the rules that apply under a profile; MUST for a case without rules.
    #[must_use]
    pub fn level(&self, profile: Profile) -> Level {
        strictest(&applying(self.rules, profile))
    }
}

/// Those of these rules that a profile judges by.
pub(crate) fn applying(rules: &[RuleId], profile: Profile) -> Vec<RuleId> {
    rules.iter().copied().filter(|rule| profile.applies(*rule)).collect()
}

/// The strictest level of rules; MUST without any.
pub(crate) fn strictest(rules: &[RuleId]) -> Level {
    rules.iter().map(|rule| rule.get().level).min().unwrap_or(Level::Must)
}
