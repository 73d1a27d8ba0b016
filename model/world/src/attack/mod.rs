//! Attacks as data: a scenario, what has to be switched off for one, the law that falls.
//!
//! Each is found with its mitigation off and absent with it on, in every world of its scenario; the search's shortest
//! trace is the attack. Lengths are counted in steps ([`crate::world::Action::counts_as_step`]): a login with its consent is
//! one, a token request with its answer another.

mod code;
mod front;
mod mixup;
mod modelled;
mod token;

use modelled::MODELLED_ONLY;
use oauth_faults::Fault;

/// Id: what happens, source, scenario, faults, law, what stops it (nothing for the faults' absence), the steps that were
/// expected and why there are others.
macro_rules! attacks {
    (#[doc = $doc:literal] $name:ident:
     $($id:literal: $about:literal, $source:literal, $scenario:literal, [$($fault:literal),*], $law:literal,
       ($($kind:tt)*), ($($expected:tt)*);)*) => {
        #[doc = $doc]
        pub(super) const $name: &[$crate::attack::Attack] = &[$($crate::attack::Attack {
            id: $id,
            about: $about,
            source: $source,
            scenario: $scenario,
            faults: oauth_faults::faults![$($fault),*],
            law: $law,
            kind: $crate::attack::kind!($($kind)*),
            expected: $crate::attack::expected!($($expected)*),
        }),*];
    };
}

macro_rules! kind {
    () => {
        $crate::attack::Kind::Mitigated
    };
    (chosen $scenario:literal) => {
        $crate::attack::Kind::Chosen { absent: $scenario }
    };
    (residual $scenario:literal) => {
        $crate::attack::Kind::Residual { absent: $scenario }
    };
}

macro_rules! expected {
    () => {
        None
    };
    ($steps:literal) => {
        Some($crate::attack::Expected { steps: $steps, because: "" })
    };
    ($steps:literal, $because:literal) => {
        Some($crate::attack::Expected { steps: $steps, because: $because })
    };
}

use {attacks, expected, kind};

/// A known attack.
#[derive(Debug, Clone, Copy)]
pub struct Attack {
    /// Words.
    pub id: &'static str,
    /// What happens, in a sentence.
    pub about: &'static str,
    /// Where it is described.
    pub source: &'static str,
    /// The scenario in which it is looked for.
    pub scenario: &'static str,
    /// What has to be broken for it.
    pub faults: &'static [Fault],
    /// The law that falls.
    pub law: &'static str,
    /// What stops it.
    pub kind: Kind,
    /// The steps that were expected before the first run, by hand or by an earlier model, and why the search finds another
    /// number; none where nobody counted.
    pub expected: Option<Expected>,
}

/// What stops an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What the server and the client do unless a fault keeps them from it: absent without the faults.
    Mitigated,
    /// The same, or what a deployer may choose: absent in another scenario, which has chosen it.
    Chosen {
        /// The scenario.
        absent: &'static str,
    },
    /// Nothing that this server or client does: it is there with every mitigation on, and absent in the scenario in which
    /// nothing leaks.
    Residual {
        /// That scenario.
        absent: &'static str,
    },
}

/// A number of steps that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// How many.
    pub steps: u8,
    /// Why it is another; empty if it is not.
    pub because: &'static str,
}

impl Attack {
    /// Finds an attack by its id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::all().find(|attack| attack.id == id)
    }

    /// Every attack, those that are modelled only last.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [code::CODES, front::FRONT, token::TOKENS, mixup::SERVERS, MODELLED_ONLY].into_iter().flatten()
    }

    /// Whether neither the server nor the client here is built so that it could happen to them.
    #[must_use]
    pub fn is_modelled_only(&self) -> bool {
        MODELLED_ONLY.iter().any(|attack| attack.id == self.id)
    }

    /// The scenario in which it has to be absent.
    #[must_use]
    pub const fn absent_in(&self) -> &'static str {
        match self.kind {
            Kind::Mitigated => self.scenario,
            Kind::Chosen { absent } | Kind::Residual { absent } => absent,
        }
    }

    /// Whether it is there with every mitigation on.
    #[must_use]
    pub const fn is_residual(&self) -> bool {
        matches!(self.kind, Kind::Residual { .. })
    }
}
