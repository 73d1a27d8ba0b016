//! The registry of faults: name, what it does, the rules that it breaks.

#[macro_use]
mod server;
#[macro_use]
mod tokens;
#[macro_use]
mod published;
#[macro_use]
mod extensions;
#[macro_use]
mod client;

use oauth_rules::RuleId;
use oauth_rules::rules;

/// Whose logic a fault lies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The authorization and resource server's: `oauth-server --fault`.
    Server,
    /// The client's: `oauth-client --fault`.
    Client,
}

macro_rules! faults {
    ($($side:ident $variant:ident $name:literal: $about:literal, [$($rule:literal),* $(,)?];)*) => {
        /// A departure that nobody may choose.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault {
            $(#[doc = $about] $variant,)*
        }

        impl Fault {
            /// Every fault, in reading order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name on command lines and in reports.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What it does.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self { $(Self::$variant => $about),* }
            }

            /// Whose logic it lies to.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $(Self::$variant => Side::$side),* }
            }

            /// The rules that it breaks; for each a case falls under it.
            #[must_use]
            pub const fn rules(self) -> &'static [RuleId] {
                match self { $(Self::$variant => rules![$($rule),*]),* }
            }
        }
    };
}

impl Fault {
    /// Finds a fault by its name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }
}

server_faults! {}
