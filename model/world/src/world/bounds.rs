//! What a world is built from: a scenario's client, server, people and attacker, how much there is of all, and what is
//! expected of it. The table of scenarios stands above the worlds, in [`crate::scenario`].

use super::action::{ForItselfTry, Forgery, IntrospectOrRevokeTry, Lure, Redemption, RefreshTry};
use super::expects::Expects;
use super::odd_requests::Odd;
use super::{Malicious, PROFILE, Powers};
use oauth_core::policy::Policy;
use oauth_core::server::decide::Choice;
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_laws::fact::Fact;
use oauth_laws::law::Facts;

/// A bounded world.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// Words.
    pub name: &'static str,
    /// What it is for.
    pub why: &'static str,
    /// The client.
    pub client: ClientSetup,
    /// The honest server.
    pub server: ServerSetup,
    /// The owner, and what the attacker does like anybody.
    pub people: People,
    /// The attacker.
    pub attacker: Attacker,
    /// Further requests.
    pub tries: Tries,
    /// How much there is at most.
    pub bounds: Bounds,
    /// What goes wrong.
    pub mishaps: Mishaps,
    /// What has to come of it.
    pub expects: Expects,
}

/// The client that the people use.
#[derive(Debug, Clone, Copy)]
pub struct ClientSetup {
    /// Whether the client has no secret.
    pub public: bool,
    /// Whether it is registered to send its secret in the body, if it has one.
    pub post: bool,
    /// Whether the client sends challenges.
    pub pkce: bool,
    /// Whether the client's requests name their redirect URI.
    pub names_redirect: bool,
    /// Whether the client's tokens are bound to a key of its own (RFC 9449).
    pub dpop: bool,
    /// Whether its registration lets it have other tokens as well.
    pub unbound_too: bool,
    /// Whether the client pushes its requests.
    pub pushed: bool,
    /// Whether its requests name no key, and those that are pushed have a proof instead (RFC 9449 10.1).
    pub key_by_proof: bool,
    /// The scope that it is registered for.
    pub scope: ScopeSet,
    /// The scope that its requests name; none leaves it to the registration.
    pub asks: Option<ScopeSet>,
    /// The resource that the client's requests name; none leaves it to the server.
    pub resource: Option<ResourceSet>,
    /// Whether clients get refresh tokens.
    pub refresh: bool,
    /// Whether clients repeat token requests.
    pub retries: bool,
    /// Modelled only: the client finds its sessions by the `state` of a response, in whatever browser.
    pub sessions_by_state: bool,
    /// Modelled only: the page at the client's redirect URI sends browsers on to where the attacker wants.
    pub forwards_responses: bool,
}

impl ClientSetup {
    /// A confidential client with PKCE.
    pub const DEFAULT: Self = Self {
        public: false,
        post: false,
        pkce: true,
        names_redirect: true,
        dpop: false,
        unbound_too: false,
        pushed: false,
        key_by_proof: false,
        scope: PROFILE,
        asks: None,
        resource: None,
        refresh: false,
        retries: false,
        sessions_by_state: false,
        forwards_responses: false,
    };
}

/// The honest server.
#[derive(Debug, Clone, Copy)]
pub struct ServerSetup {
    /// The server's policy.
    pub policy: Policy,
    /// Modelled only: the server's login form is the consent as well.
    pub login_answers: bool,
}

impl ServerSetup {
    /// One that keeps RFC 9700, with lifetimes that no clock here reaches.
    pub const DEFAULT: Self = Self { policy: Policy::RFC9700, login_answers: false };
}

/// What the owner and the attacker do at the client.
#[derive(Debug, Clone, Copy)]
pub struct People {
    /// How often the owner and the attacker start a login.
    pub starts: [u8; 2],
    /// Wrong passwords a person tries.
    pub mistakes: u8,
    /// Answers to the consent page besides yes.
    pub choices: &'static [Choice],
    /// Whether the consent form is sent twice.
    pub double_submit: bool,
    /// How often a profile is opened.
    pub uses: u8,
}

impl People {
    /// The owner logs in once and opens the profile once.
    pub const DEFAULT: Self =
        Self { starts: [1, 0], mistakes: 0, choices: &[], double_submit: false, uses: 1 };
}

/// What the attacker can do, and how often.
#[derive(Debug, Clone, Copy)]
pub struct Attacker {
    /// What the attacker does with all that it knows.
    pub powers: Powers,
    /// What leaks to the attacker.
    pub leaks: Leaks,
    /// A malicious server that the client offers as well.
    pub malicious: Option<Malicious>,
    /// What the attacker puts into the owner's browser.
    pub lures: &'static [Lure],
    /// Forms that the attacker forges.
    pub forgeries: &'static [Forgery],
    /// Whether tokens are made up.
    pub made_up_tokens: bool,
    /// How often the attacker acts on its own, in all.
    pub attempts: u8,
}

impl Attacker {
    /// It does nothing.
    pub const DEFAULT: Self = Self {
        powers: Powers::NONE,
        leaks: Leaks::NONE,
        malicious: None,
        lures: &[],
        forgeries: &[],
        made_up_tokens: false,
        attempts: 0,
    };
}

/// Requests that somebody sends besides those of the client and the browsers, each at any moment.
#[derive(Debug, Clone, Copy)]
pub struct Tries {
    /// Token requests that somebody composes.
    pub redemptions: &'static [Redemption],
    /// Refresh tokens that somebody shows besides the client's own refreshes.
    pub refreshes: &'static [RefreshTry],
    /// Requests of clients for themselves.
    pub for_itself: &'static [ForItselfTry],
    /// Requests that name a token.
    pub names: &'static [IntrospectOrRevokeTry],
    /// How many requests that name a token, in all.
    pub names_at_most: u8,
    /// Odd requests.
    pub odd: &'static [Odd],
}

impl Tries {
    /// None.
    pub const DEFAULT: Self =
        Self { redemptions: &[], refreshes: &[], for_itself: &[], names: &[], names_at_most: 0, odd: &[] };
}

/// How much there is at most.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Token requests in all.
    pub calls: u8,
    /// Grants in all.
    pub grants: u8,
    /// Steps of the clock.
    pub ticks: u8,
    /// How many seconds a step of the clock takes.
    pub tick: u16,
}

impl Bounds {
    /// One login and what belongs to it, without a clock.
    pub const DEFAULT: Self = Self { calls: 1, grants: 1, ticks: 0, tick: 1 };
}

/// What goes wrong without anybody's ill will.
#[derive(Debug, Clone, Copy)]
pub struct Mishaps {
    /// How often any of these happens, in all.
    pub at_most: u8,
    /// Whether answers get lost after the write.
    pub losses: bool,
    /// Whether the server stops between load and commit.
    pub stops: bool,
    /// Whether processes read grants one request late.
    pub stale_reads: bool,
}

impl Mishaps {
    /// Nothing.
    pub const DEFAULT: Self = Self { at_most: 0, losses: false, stops: false, stale_reads: false };
}

/// What leaks to the attacker (RFC 9700 3: A3 reads responses, A4 requests, A5 tokens).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaks {
    /// Authorization responses.
    pub responses: bool,
    /// The address of a page of the client's that came under the address of the response.
    pub referrer: bool,
    /// Authorization requests.
    pub requests: bool,
    /// Access tokens (A5).
    pub tokens: bool,
    /// The first refresh token.
    pub refresh: bool,
    /// Proofs of possession that went to the resource.
    pub proofs: bool,
}

impl Leaks {
    /// Nothing.
    pub const NONE: Self = Self {
        responses: false,
        referrer: false,
        requests: false,
        tokens: false,
        refresh: false,
        proofs: false,
    };
}

impl Scenario {
    /// What laws read in a world of this scenario.
    #[must_use]
    pub fn facts<'a>(&self, facts: &'a [Fact]) -> Facts<'a> {
        Facts {
            facts,
            code_lifetime: u64::from(self.server.policy.code_lifetime.0),
            refresh_grace: u64::from(self.server.policy.refresh_grace.0),
            proof_lifetime: u64::from(self.server.policy.proof_lifetime.0),
            refresh_lifetime: Some(u64::from(self.server.policy.refresh_lifetime.0)),
            // One store knows of each end as soon as that is written.
            revocation_delay: 0,
        }
    }
}
