//! Which documents a server is judged by: what `specs/profiles.toml` says, as constants.

use crate::{RuleId, Spec, rule};

/// The documents against which a server is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// What `specs/profiles.toml` says of a profile.
struct Entry {
    name: &'static str,
    about: &'static str,
    documents: &'static [Spec],
    drops: &'static [RuleId],
}

/// The entries, in the order of [`Profile::ALL`]; `build.rs` sees to it.
const ENTRIES: &[Entry] = include!(concat!(env!("OUT_DIR"), "/profiles.rs"));

impl Profile {
    /// Every profile, the strictest last.
    pub const ALL: &'static [Self] = &[Self::Documented, Self::Rfc6749, Self::Rfc9700, Self::Oauth21];

    /// Whether a rule of the ledger binds under this profile.
    #[must_use]
    pub fn applies(self, rule: RuleId) -> bool {
        let Entry { documents, drops, .. } = self.entry();
        documents.contains(&rule.get().spec) && !drops.contains(&rule)
    }

    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|profile| profile.name() == name)
    }

    /// The name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it judges by, for the command line.
    #[must_use]
    pub const fn about(self) -> &'static str {
        self.entry().about
    }

    const fn entry(self) -> &'static Entry {
        &ENTRIES[self as usize]
    }
}

impl core::fmt::Display for Profile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Profile;
    use crate::{RuleId, Spec, rule};

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
            let draft = rule.get().spec == Spec::Oauth21;
            assert!(Profile::ALL.iter().any(|profile| profile.applies(rule)), "{rule}");
            assert!(draft != Profile::Rfc9700.applies(rule), "{rule}");
            assert!(!draft || Profile::Oauth21.applies(rule), "{rule}");
        }
    }

    #[test]
    fn each_profile_has_the_entry_of_its_name() {
        let names = ["documented", "rfc6749", "rfc9700", "oauth21"];
        for (profile, name) in Profile::ALL.iter().zip(names) {
            assert_eq!(profile.name(), name);
            assert_eq!(Profile::named(name), Some(*profile));
        }
    }
}
