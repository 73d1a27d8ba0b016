//! Scenarios: bounded worlds, each with what it is for, what it must keep and what it must reach.
//!
//! Bounds are small on purpose: a scenario speaks of its own bounds only. A law that a scenario names must hold in every
//! state of it; whatever it must reach has to be found, so that nothing holds because nothing happens.

mod base;
mod bounds;
mod dpop;
mod failures;
mod large;
mod mixup;
mod odd_requests;
mod pushed;
mod refresh;
mod session_riding;
mod table;
mod tokens;
mod twin;

use crate::world::action::{ForItselfTry, Forgery, IntrospectOrRevokeTry, Lure, Redemption, RefreshTry};
use crate::world::{Action, Malicious, Powers};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::policy::Policy;
use oauth_core::refusal::Refusal;
use oauth_core::server::decide::Choice;
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_laws::fact::Fact;
use oauth_laws::law::{Facts, Law};
use oauth_rules::same;

pub use base::HONEST_PATH;
pub use odd_requests::Odd;
pub use table::SCENARIOS;

/// A bounded world.
#[derive(Debug)]
pub struct Scenario {
    /// Words.
    pub name: &'static str,
    /// What it is for.
    pub why: &'static str,
    /// How large it is without faults. Only a change of the logic, of the scenario or of what is seen may change it.
    pub size: Size,
    /// Whether the client has no secret.
    pub public: bool,
    /// Whether the client sends challenges.
    pub pkce: bool,
    /// Whether the client's requests name their redirect URI.
    pub names_redirect: bool,
    /// Whether the client's tokens are bound to a key of its own (RFC 9449).
    pub dpop: bool,
    /// Whether the client pushes its requests.
    pub pushed: bool,
    /// The scope that the client is registered for and asks for.
    pub client_scope: ScopeSet,
    /// The resource that the client's requests name; none leaves it to the server.
    pub resource: Option<ResourceSet>,
    /// The server's policy.
    pub policy: Policy,
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
    /// Whether clients repeat token requests.
    pub retries: bool,
    /// Whether clients get refresh tokens.
    pub refresh: bool,
    /// Refresh tokens that somebody shows besides the client's own refreshes.
    pub refreshes: &'static [RefreshTry],
    /// Requests of clients for themselves.
    pub for_itself: &'static [ForItselfTry],
    /// Requests that name a token.
    pub names: &'static [IntrospectOrRevokeTry],
    /// How many of these in all.
    pub namings: u8,
    /// Token requests in all.
    pub calls: u8,
    /// Grants in all.
    pub grants: u8,
    /// Steps of the clock.
    pub ticks: u8,
    /// How many seconds a step of the clock takes.
    pub tick: u16,
    /// How often an answer is lost, a server stops, or a process reads what had been replaced, in all.
    pub mishaps: u8,
    /// Whether answers get lost after the write.
    pub losses: bool,
    /// Whether the server stops between load and commit.
    pub stops: bool,
    /// Whether processes read grants one request late.
    pub stale_reads: bool,
    /// A malicious server that the client offers as well.
    pub malicious: Option<Malicious>,
    /// What the attacker does with all that it knows.
    pub powers: Powers,
    /// Modelled only: the client finds its sessions by the `state` of a response, in whatever browser.
    pub sessions_by_state: bool,
    /// Modelled only: the page at the client's redirect URI sends browsers on to where the attacker wants.
    pub forwards_responses: bool,
    /// Modelled only: the server's login form is the consent as well.
    pub login_answers: bool,
    /// What leaks to the attacker.
    pub leaks: Leaks,
    /// Token requests that somebody composes.
    pub redemptions: &'static [Redemption],
    /// What the attacker puts into the owner's browser.
    pub lures: &'static [Lure],
    /// Consent forms that the attacker forges.
    pub forgeries: &'static [Forgery],
    /// Whether tokens are made up.
    pub made_up_tokens: bool,
    /// How often the attacker does any of these.
    pub attempts: u8,
    /// Odd requests.
    pub odd: &'static [Odd],
    /// The laws that it keeps.
    pub laws: &'static [&'static Law],
    /// What it reaches.
    pub sometimes: &'static [Reached],
    /// A way from start to end that the checker has to find possible.
    pub honest: &'static [Action],
}

/// How many states a scenario has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Distinct states.
    pub distinct: usize,
    /// States that are made, those that are known already included.
    pub generated: usize,
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

/// Something that a scenario has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reached {
    /// The server refused for this reason.
    Refused(Refusal),
    /// The client refused for this reason.
    ClientRefused(ClientRefusal),
    /// A grant came this far.
    Phase(PhaseName),
    /// The resource was served to the client.
    Served,
    /// A client counts a browser as logged in.
    LoggedIn,
}

/// The phases of a grant, without what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the phase or the cause of its name")]
pub enum PhaseName {
    Pushed,
    Asked,
    Coded,
    Live,
    Denied,
    CodeReplayed,
    CodeBurnt,
    RefreshReplayed,
    Revoked,
}

impl PhaseName {
    /// Every phase and every cause.
    pub const ALL: &'static [Self] = &[
        Self::Pushed,
        Self::Asked,
        Self::Coded,
        Self::Live,
        Self::Denied,
        Self::CodeReplayed,
        Self::CodeBurnt,
        Self::RefreshReplayed,
        Self::Revoked,
    ];

    /// The phase of a grant.
    #[must_use]
    pub const fn of(phase: &oauth_core::grant::Phase) -> Self {
        use oauth_core::grant::{Cause, Phase};
        match phase {
            Phase::Pushed(_) => Self::Pushed,
            Phase::Asked(_) => Self::Asked,
            Phase::Coded(_) => Self::Coded,
            Phase::Live(_) => Self::Live,
            Phase::Dead(Cause::Denied) => Self::Denied,
            Phase::Dead(Cause::CodeReplayed) => Self::CodeReplayed,
            Phase::Dead(Cause::CodeBurnt) => Self::CodeBurnt,
            Phase::Dead(Cause::RefreshReplayed) => Self::RefreshReplayed,
            Phase::Dead(Cause::Revoked) => Self::Revoked,
        }
    }
}

impl Reached {
    /// The id in reports.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Refused(refusal) => format!("refused/{refusal:?}"),
            Self::ClientRefused(refusal) => format!("client-refused/{refusal:?}"),
            Self::Phase(phase) => format!("phase/{phase:?}"),
            Self::Served => "goal/Served".to_owned(),
            Self::LoggedIn => "goal/LoggedIn".to_owned(),
        }
    }
}

impl Scenario {
    /// Finds a scenario by its name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }

    /// What laws read in a world of this scenario.
    #[must_use]
    pub fn facts<'a>(&self, facts: &'a [Fact]) -> Facts<'a> {
        Facts {
            facts,
            code_lifetime: u64::from(self.policy.code_lifetime.0),
            refresh_grace: u64::from(self.policy.refresh_grace.0),
            proof_lifetime: u64::from(self.policy.proof_lifetime.0),
            refresh_lifetime: Some(u64::from(self.policy.refresh_lifetime.0)),
        }
    }
}

/// Names a scenario; a name that none has fails to compile.
///
/// # Panics
/// When called at run time with an unknown name; use [`Scenario::find`] for input.
#[must_use]
pub const fn scenario(name: &str) -> &'static Scenario {
    let mut at = 0;
    while at < SCENARIOS.len() {
        if same(SCENARIOS[at].name.as_bytes(), name.as_bytes()) {
            return &SCENARIOS[at];
        }
        at += 1;
    }
    panic!("there is no such scenario")
}
