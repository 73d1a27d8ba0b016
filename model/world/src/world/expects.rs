//! What is expected of a scenario: its size, its laws, what it reaches, and a way through it.

use super::Action;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::refusal::Refusal;
use oauth_laws::law::Law;

/// What is expected of a scenario.
#[derive(Debug, Clone, Copy)]
pub struct Expects {
    /// How large it is without faults. Only a change of the logic, of the scenario or of what is seen may change it.
    pub size: Size,
    /// The laws that it keeps.
    pub laws: &'static [&'static Law],
    /// What it reaches.
    pub sometimes: &'static [Reached],
    /// A way from start to end that the checker has to find possible.
    pub honest: &'static [Action],
}

impl Expects {
    /// Nothing.
    pub const DEFAULT: Self =
        Self { size: Size { distinct: 0, generated: 0 }, laws: &[], sometimes: &[], honest: &[] };
}

/// How many states a scenario has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Distinct states.
    pub distinct: usize,
    /// States that are made, those that are known already included.
    pub generated: usize,
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
