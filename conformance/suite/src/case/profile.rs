//! Which documents a server is judged by.

use oauth_rules::{RuleId, rule};

/// The documents against which a server is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

    /// The profile of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|profile| profile.name() == name)
    }

    /// What it judges by, for the command line.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Documented => "The documented sequence alone: whether each of the 17 steps takes place",
            Self::Rfc6749 => "RFC 6749 as published, with the extensions that the server claims",
            Self::Rfc9700 => "RFC 6749 as hardened by RFC 9700",
            Self::Oauth21 => "The OAuth 2.1 draft, which takes in both and drops some of them",
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
