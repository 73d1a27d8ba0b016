//! What a case is: an id, the rules it judges, what it needs, and the steps to take.
//!
//! Which level a case has under a profile is decided here; what its outcome means for the run, in `verdict.rs`.

use std::future::Future;
use std::pin::Pin;

use oauth_rules::{Level, RuleId, rule};

use crate::case_end::Checked;
use crate::context::Context;
use crate::need::Need;

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
    /// It warns, for a MUST of which this case shows only the weaker half.
    Warns,
}

/// The documents against which a server is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Profile {
    /// The documented sequence alone: whether each of the 17 steps takes place.
    Documented,
    /// RFC 6749 as published, with the extensions that the server claims.
    Rfc6749,
    /// RFC 6749 as hardened by RFC 9700.
    Rfc9700,
    /// The OAuth 2.1 draft, which takes in both and drops some of them.
    Oauth21,
}

/// The ledger's name for the OAuth 2.1 draft.
const OAUTH21: &str = "OAuth 2.1 draft";

/// What the OAuth 2.1 draft asks otherwise, or no more.
const SUPERSEDED: &[RuleId] = &[
    // Sections 2.4.1: the secret in the body has to work, Basic may.
    rule("rfc6749-2.3.1-basic-supported"),
    // Section 10.2: the verifier does what it was for.
    rule("rfc6749-4.1.3-redirect-uri-present"),
    // Section 3.2.3: Cache-Control is enough.
    rule("rfc6749-5.1-pragma-no-cache"),
];

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

    /// What a broken expectation means under a profile: a rule's note can say that it fails although the rule is
    /// only stated.
    #[must_use]
    pub fn severity(&self, profile: Profile) -> Severity {
        let fails = |rule: &&RuleId| {
            let rule = rule.get();
            rule.level == Level::Stated && rule.note.is_some_and(|note| note.starts_with("Fails"))
        };
        let mut applying = self.rules.iter().filter(|rule| profile.applies(**rule));
        match self.severity {
            Severity::ByLevel if applying.any(|rule| fails(&rule)) => Severity::Fails,
            severity => severity,
        }
    }

    /// The strictest level of the rules that apply under a profile; MUST for a case without rules.
    #[must_use]
    pub fn level(&self, profile: Profile) -> Level {
        let applying = self.rules.iter().filter(|rule| profile.applies(**rule));
        applying.map(|rule| rule.get().level).min().unwrap_or(Level::Must)
    }
}

impl Profile {
    /// Every profile, the strictest last.
    pub const ALL: &'static [Self] = &[Self::Documented, Self::Rfc6749, Self::Rfc9700, Self::Oauth21];

    /// Whether a rule of the ledger binds under this profile.
    #[must_use]
    pub fn applies(self, rule: RuleId) -> bool {
        match self {
            Self::Documented => false,
            Self::Rfc6749 => !matches!(rule.get().spec, "RFC 9700" | OAUTH21),
            Self::Rfc9700 => rule.get().spec != OAUTH21,
            Self::Oauth21 => !SUPERSEDED.contains(&rule),
        }
    }

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Rfc6749 => "rfc6749",
            Self::Rfc9700 => "rfc9700",
            Self::Oauth21 => "oauth21",
        }
    }
}

impl std::fmt::Display for Profile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use oauth_rules::{RuleId, rule};

    use super::{OAUTH21, Profile, SUPERSEDED};

    #[test]
    fn where_documents_contradict_each_other_one_profile_asks_for_one() {
        const PRESENT: RuleId = rule("rfc6749-4.1.3-redirect-uri-present");
        const NOT_NEEDED: RuleId = rule("oauth21-10.2-redirect-uri-not-needed-in-token-request");
        for profile in [Profile::Rfc6749, Profile::Rfc9700] {
            assert!(profile.applies(PRESENT) && !profile.applies(NOT_NEEDED));
        }
        assert!(!Profile::Oauth21.applies(PRESENT) && Profile::Oauth21.applies(NOT_NEEDED));
    }

    #[test]
    fn every_rule_applies_in_some_profile_and_the_drafts_only_in_its_own() {
        for rule in RuleId::all() {
            let draft = rule.get().spec == OAUTH21;
            assert!(Profile::ALL.iter().any(|profile| profile.applies(rule)), "{rule}");
            assert!(draft != Profile::Rfc9700.applies(rule), "{rule}");
            assert!(!(draft && SUPERSEDED.contains(&rule)), "{rule}");
        }
    }
}
