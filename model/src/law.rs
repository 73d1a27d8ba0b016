//! Laws: what must hold over facts, whoever made them happen.
//!
//! The model checks each law in every state, the suite over all exchanges of a run. A law reads facts only, and
//! nothing of the server's or the client's logic. A law whose premise never occurred is silent, not kept.

use crate::fact::{Challenge, CodeIssued, Fact, Redemption, ResourceUse, SecretShown, What, Who};
use crate::rule::RuleId;
use crate::rules;

/// A property over facts.
#[derive(Debug, Clone, Copy)]
pub struct Law {
    /// Words.
    pub id: &'static str,
    /// The property, in one sentence.
    pub about: &'static str,
    /// The rules that it judges.
    pub rules: &'static [RuleId],
    /// Whether an outsider of a live server can judge it.
    pub observable: bool,
    judge: fn(&Facts<'_>) -> Judgement,
}

/// What a law reads.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The facts, in the order of their answers.
    pub facts: &'a [Fact],
    /// The longest that a code may live, in seconds.
    pub code_lifetime: u64,
}

/// A law's verdict.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Judgement {
    /// Its premise never occurred.
    Silent,
    /// Its premise occurred, and it held.
    Kept,
    /// The fact at this place broke it.
    Broken(usize),
}

impl Law {
    /// Judges the facts.
    pub fn judge(&self, facts: &Facts<'_>) -> Judgement {
        (self.judge)(facts)
    }

    /// Finds a law by its id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        LAWS.iter().find(|law| law.id == id)
    }
}

/// Every law, in reading order.
pub const LAWS: &[Law] = &[
    Law {
        id: "code-after-login",
        about: "A code is issued only in a browser in which a right password was shown.",
        rules: rules!["rfc6749-3.1-owner-authenticated-first", "rfc6749-3.1-owner-wrong-password-refused"],
        observable: true,
        judge: |facts| facts.each_code(|_, issued| issued.password_shown),
    },
    Law {
        id: "code-after-consent",
        about: "A code is issued only when the owner said yes to this very request.",
        rules: rules!["rfc6749-4.1.1-owner-decision-obtained"],
        observable: true,
        judge: |facts| facts.each_code(|_, issued| issued.consented),
    },
    Law {
        id: "consent-is-the-owners",
        about: "No code answers a decision that another sent in the owner's browser.",
        rules: rules!["rfc6749-10.12-authorization-endpoint-csrf-protected"],
        observable: true,
        judge: |facts| facts.each_code(|fact, _| fact.by != Who::Thief),
    },
    Law {
        id: "code-to-registered-uri",
        about: "A code is sent only to a redirect URI that is registered for its client.",
        rules: rules![
            "rfc6749-3.1.2.2-public-client-registered-uri",
            "rfc6749-3.1.2.3-registered-uris-compared",
            "rfc6749-3.1.2.4-no-redirect-to-invalid-uri",
            "rfc9700-2.1-redirect-uri-exact-match",
        ],
        observable: true,
        judge: |facts| facts.each_code(|_, issued| issued.registered),
    },
    Law {
        id: "state-returned",
        about: "A code comes back with the state that its request had, and with none if it had none.",
        rules: rules!["rfc6749-4.1.2-state-returned-exactly", "rfc6749-4.1.1-state-absent-accepted"],
        observable: true,
        judge: |facts| facts.each_code(|_, issued| issued.state.0 == issued.state.1),
    },
    Law {
        id: "code-redeemed-once",
        about: "Of all redemptions of one code at most one gives a token, at the same moment or not.",
        rules: rules![
            "rfc6749-4.1.2-code-single-use",
            "rfc6749-4.1.2-code-single-use-concurrent",
            "rfc9700-4.2.4-code-single-use",
        ],
        observable: true,
        judge: code_redeemed_once,
    },
    Law {
        id: "replay-ends-grant",
        about: "Once a redemption was repeated in full, no token of its code opens the resource.",
        rules: rules!["rfc6749-4.1.2-code-reuse-revokes-tokens", "rfc9700-4.2.4-code-replay-revokes-tokens"],
        observable: true,
        judge: replay_ends_grant,
    },
    Law {
        id: "code-redeemed-in-time",
        about: "A code is redeemed within its lifetime only.",
        rules: rules!["rfc6749-4.1.2-code-expires-shortly", "rfc6749-4.1.2-code-lifetime-10-minutes"],
        observable: true,
        judge: |facts| {
            facts.each_redeemed_code(|issue, _, redeem, _| {
                redeem.sent_at < issue.answered_at.saturating_add(facts.code_lifetime)
            })
        },
    },
    Law {
        id: "code-redeemed-by-its-client",
        about: "A code is redeemed by the client that it was issued to.",
        rules: rules!["rfc6749-4.1.3-code-bound-to-client", "rfc6749-4.1.3-code-bound-to-public-client-id",],
        observable: true,
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| issued.client == redemption.client)
        },
    },
    Law {
        id: "code-redeemed-with-its-redirect-uri",
        about: "A code whose request named a redirect URI is redeemed with the same one.",
        rules: rules!["rfc6749-4.1.3-redirect-uri-present", "rfc6749-4.1.3-redirect-uri-identical"],
        observable: true,
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| {
                issued.redirect_uri.is_none() || issued.redirect_uri == redemption.redirect_uri
            })
        },
    },
    Law {
        id: "code-redeemed-with-its-verifier",
        about: "A code that was asked for with a challenge is redeemed with the verifier that made it.",
        rules: rules![
            "rfc7636-4.5-verifier-required",
            "rfc7636-4.6-mismatch-invalid-grant",
            "rfc7636-4.4-challenge-bound-to-code",
            "rfc7636-4.5-method-bound-to-code",
            "rfc9700-2.1.1-as-enforces-verifier",
            "rfc9700-4.5.3-code-bound-to-transaction",
        ],
        observable: true,
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| {
                match (issued.challenge, redemption.verifier) {
                    (Some(Challenge::Plain(challenge)), Some((text, _))) => challenge == text,
                    (Some(Challenge::S256(challenge)), Some((_, hashed))) => challenge == hashed,
                    (Some(_), None) => false,
                    (None, _) => true,
                }
            })
        },
    },
    Law {
        id: "no-verifier-without-challenge",
        about: "A code that was asked for without a challenge is not redeemed with a verifier.",
        rules: rules!["rfc9700-4.8.2-pkce-downgrade-rejected"],
        observable: true,
        judge: |facts| {
            facts.each_redeemed_code(|_, issued, _, redemption| {
                issued.challenge.is_some() || redemption.verifier.is_none()
            })
        },
    },
    Law {
        id: "confidential-client-authenticated",
        about: "A code of a client that has a secret is redeemed only with that secret.",
        rules: rules![
            "rfc6749-2.2-client-id-alone-no-auth",
            "rfc6749-4.1.3-client-auth-required",
            "rfc6749-4.1.3-client-auth-checked-if-included",
            "rfc9700-2.5-client-authentication-enforced",
        ],
        observable: true,
        judge: |facts| {
            facts.each_redemption(|_, redemption| {
                redemption.token.is_none() || redemption.secret != SecretShown::WrongOrMissing
            })
        },
    },
    Law {
        id: "token-within-consent",
        about: "A token's scope has no more than what the owner consented to.",
        rules: rules!["rfc6749-5.2-scope-not-beyond-grant"],
        observable: true,
        judge: |facts| {
            facts
                .each_redemption(|_, redemption| redemption.token.is_none_or(|issued| !issued.beyond_consent))
        },
    },
    Law {
        id: "code-was-issued",
        about: "Only a code that was issued is redeemed.",
        rules: rules!["rfc6749-4.1.3-code-valid"],
        observable: true,
        judge: code_was_issued,
    },
    Law {
        id: "served-token-was-issued",
        about: "The resource is served only for a token that was issued.",
        rules: rules!["rfc6749-10.3-access-token-not-forgeable"],
        observable: true,
        judge: |facts| facts.each_service(|_, service| facts.issue_of(service.token).is_some()),
    },
    Law {
        id: "served-token-in-time",
        about: "The resource is served within the token's lifetime only.",
        rules: rules!["rfc6749-7-expired-token-refused", "rfc6750-5.2-token-lifetime-limited"],
        observable: true,
        judge: |facts| {
            facts.each_service(|served, service| match facts.issue_of(service.token) {
                Some((issue, Some(expires_in))) => {
                    served.sent_at < issue.answered_at.saturating_add(expires_in)
                }
                Some((_, None)) | None => true,
            })
        },
    },
    Law {
        id: "served-token-covers-resource",
        about: "The resource is served only for a token whose scope covers it.",
        rules: rules!["rfc6749-7-scope-covers-resource"],
        observable: true,
        judge: |facts| facts.each_service(|_, service| service.covered != Some(false)),
    },
    Law {
        id: "thief-gains-nothing",
        about: "Nobody but the client that asked gets a token or the resource of an owner's grant.",
        rules: rules![],
        observable: false,
        judge: thief_gains_nothing,
    },
    Law {
        id: "session-integrity",
        about: "A browser that a client counts as logged in holds the account of the person who sits there.",
        rules: rules!["rfc6749-10.12-client-csrf-protected", "rfc9700-2.1-client-csrf-protected"],
        observable: false,
        judge: session_integrity,
    },
];

impl<'a> Facts<'a> {
    fn codes(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a CodeIssued)> {
        self.facts.iter().enumerate().filter_map(|(at, fact)| match &fact.what {
            What::CodeIssued(issued) => Some((at, fact, issued)),
            What::Redemption(_) | What::Resource(_) | What::LoggedIn(_) => None,
        })
    }

    fn redemptions(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a Redemption)> {
        self.facts.iter().enumerate().filter_map(|(at, fact)| match &fact.what {
            What::Redemption(redemption) => Some((at, fact, redemption)),
            What::CodeIssued(_) | What::Resource(_) | What::LoggedIn(_) => None,
        })
    }

    fn services(&self) -> impl Iterator<Item = (usize, &'a Fact, &'a ResourceUse)> {
        self.facts.iter().enumerate().filter_map(|(at, fact)| match &fact.what {
            What::Resource(service) if service.served => Some((at, fact, service)),
            What::Resource(_) | What::CodeIssued(_) | What::Redemption(_) | What::LoggedIn(_) => None,
        })
    }

    /// The redemption that issued a token, with the lifetime that it told.
    fn issue_of(&self, token: crate::fact::Sym) -> Option<(&'a Fact, Option<u64>)> {
        self.redemptions().find_map(|(_, fact, redemption)| {
            redemption.token.filter(|issued| issued.token == token).map(|issued| (fact, issued.expires_in))
        })
    }

    fn code(&self, code: crate::fact::Sym) -> Option<(&'a Fact, &'a CodeIssued)> {
        self.codes().find(|(_, _, issued)| issued.code == code).map(|(_, fact, issued)| (fact, issued))
    }

    fn each_code(&self, holds: impl Fn(&Fact, &CodeIssued) -> bool) -> Judgement {
        every(self.codes().map(|(at, fact, issued)| (at, holds(fact, issued))))
    }

    fn each_redemption(&self, holds: impl Fn(&Fact, &Redemption) -> bool) -> Judgement {
        every(self.redemptions().map(|(at, fact, redemption)| (at, holds(fact, redemption))))
    }

    /// Every redemption that gave a token for a code whose issue was seen.
    fn each_redeemed_code(
        &self,
        holds: impl Fn(&Fact, &CodeIssued, &Fact, &Redemption) -> bool,
    ) -> Judgement {
        every(self.redemptions().filter(|(_, _, redemption)| redemption.token.is_some()).filter_map(
            |(at, fact, redemption)| {
                let (issue, issued) = self.code(redemption.code)?;
                Some((at, holds(issue, issued, fact, redemption)))
            },
        ))
    }

    fn each_service(&self, holds: impl Fn(&Fact, &ResourceUse) -> bool) -> Judgement {
        every(self.services().map(|(at, fact, service)| (at, holds(fact, service))))
    }
}

/// The first that does not hold, or whether there was any.
fn every(instances: impl Iterator<Item = (usize, bool)>) -> Judgement {
    let mut judgement = Judgement::Silent;
    for (at, holds) in instances {
        if !holds {
            return Judgement::Broken(at);
        }
        judgement = Judgement::Kept;
    }
    judgement
}

fn code_redeemed_once(facts: &Facts<'_>) -> Judgement {
    every(facts.redemptions().filter(|(_, _, redemption)| redemption.token.is_some()).map(
        |(at, _, redemption)| {
            let before = |&(earlier, _, other): &(usize, &Fact, &Redemption)| {
                earlier < at && other.code == redemption.code && other.token.is_some()
            };
            (at, facts.redemptions().find(before).is_none())
        },
    ))
}

/// A repetition in full: the same code, client, redirect URI and verifier, refused, after the first was answered.
fn replay_ends_grant(facts: &Facts<'_>) -> Judgement {
    let replays = || {
        facts.redemptions().filter(|(_, _, redemption)| redemption.token.is_none()).filter_map(
            |(_, replay, refused)| {
                let first = facts.redemptions().find(|(_, first, redeemed)| {
                    redeemed.token.is_some()
                        && Redemption { token: None, ..**redeemed } == *refused
                        && replay.is_after(first)
                })?;
                Some((replay, first.2.token?.token))
            },
        )
    };
    let mut judgement = Judgement::Silent;
    for (replay, token) in replays() {
        for (at, fact) in facts.facts.iter().enumerate() {
            let What::Resource(service) = &fact.what else { continue };
            if service.token == token && fact.is_after(replay) {
                if service.served {
                    return Judgement::Broken(at);
                }
                judgement = Judgement::Kept;
            }
        }
    }
    judgement
}

/// Silent as long as no issue of a code was seen: then the observer joined too late to know.
fn code_was_issued(facts: &Facts<'_>) -> Judgement {
    if facts.codes().next().is_none() {
        return Judgement::Silent;
    }
    every(
        facts
            .redemptions()
            .filter(|(_, _, redemption)| redemption.token.is_some())
            .map(|(at, _, redemption)| (at, facts.code(redemption.code).is_some())),
    )
}

fn thief_gains_nothing(facts: &Facts<'_>) -> Judgement {
    every(facts.facts.iter().enumerate().filter_map(|(at, fact)| match &fact.what {
        What::Redemption(redemption) => Some((at, fact.by != Who::Thief || redemption.token.is_none())),
        What::Resource(service) => Some((at, fact.by != Who::Thief || !service.served)),
        What::CodeIssued(_) | What::LoggedIn(_) => None,
    }))
}

fn session_integrity(facts: &Facts<'_>) -> Judgement {
    every(facts.facts.iter().enumerate().filter_map(|(at, fact)| {
        let What::LoggedIn(login) = &fact.what else { return None };
        let redemption = facts
            .redemptions()
            .find(|(_, _, redemption)| redemption.token.is_some_and(|issued| issued.token == login.token))?;
        let owner = facts.code(redemption.2.code)?.1.owner?;
        Some((at, owner == login.person))
    }))
}
