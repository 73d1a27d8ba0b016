//! The registry of faults, by topic.

use oauth_rules::{RuleId, same};

use crate::entry::{Entry, Lies};
use crate::{client, consequences, server};

const TOPICS: &[&[Entry]] = &[
    server::authorize::FAULTS,
    server::redirect_uri::FAULTS,
    server::authorization_response::FAULTS,
    server::consent::FAULTS,
    server::pages::FAULTS,
    server::pkce::FAULTS,
    server::near_challenge::FAULTS,
    server::code::FAULTS,
    server::client_authentication::FAULTS,
    server::token_request::FAULTS,
    server::token_response::FAULTS,
    server::refresh::FAULTS,
    server::resource::FAULTS,
    server::audience::FAULTS,
    server::revoke::FAULTS,
    server::revoke_kinds::FAULTS,
    server::introspect::FAULTS,
    server::metadata::FAULTS,
    server::resource_metadata::FAULTS,
    server::push::FAULTS,
    server::push_beside::FAULTS,
    server::push_identity::FAULTS,
    server::dpop::FAULTS,
    server::dpop_nonce::FAULTS,
    server::register::FAULTS,
    server::register_effect::FAULTS,
    server::one_parameter::FAULTS,
    server::one_kind::FAULTS,
    server::later::FAULTS,
    server::oauth21::FAULTS,
    client::login::FAULTS,
    client::response::FAULTS,
    client::token::FAULTS,
    client::resource::FAULTS,
    client::pages::FAULTS,
    client::discovery::FAULTS,
    client::push_revoke::FAULTS,
    client::dpop::FAULTS,
];

const COUNT: usize = {
    let (mut topic, mut count) = (0, 0);
    while topic < TOPICS.len() {
        count += TOPICS[topic].len();
        topic += 1;
    }
    count
};

/// Every entry, in reading order.
const ENTRIES: &[&Entry; COUNT] = &{
    let mut all = [&TOPICS[0][0]; COUNT];
    let (mut topic, mut next) = (0, 0);
    while topic < TOPICS.len() {
        let mut at = 0;
        while at < TOPICS[topic].len() {
            all[next] = &TOPICS[topic][at];
            at += 1;
            next += 1;
        }
        topic += 1;
    }
    all
};

/// Whose logic a fault lies to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The authorization and resource server's: `oauth-server --fault`.
    Server,
    /// The client's: `oauth-client --fault`.
    Client,
}

/// A departure that nobody may choose, by its place in the registry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fault(u16);

impl Fault {
    /// Every fault, in reading order.
    pub const ALL: &'static [Self] = &{
        let mut all = [Self(0); COUNT];
        let mut at = 0;
        while at < COUNT {
            all[at] = Self(at as u16);
            at += 1;
        }
        all
    };

    /// Finds a fault by its name, for input that a person typed.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }

    /// The name on command lines and in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.entry().name
    }

    /// What it does.
    #[must_use]
    pub const fn about(self) -> &'static str {
        self.entry().about
    }

    /// Whose logic it lies to.
    #[must_use]
    pub const fn side(self) -> Side {
        match self.entry().lies {
            Lies::OfServer(_) => Side::Server,
            Lies::OfClient(_) => Side::Client,
        }
    }

    /// The rules that it breaks; for each a case falls under it.
    #[must_use]
    pub const fn rules(self) -> &'static [RuleId] {
        self.entry().rules
    }

    /// The rules that break by themselves where it is on, though it is not about them, each with the reason.
    pub fn consequences(self) -> impl Iterator<Item = (RuleId, &'static str)> {
        consequences::of(self.name())
    }

    /// What it tells the server.
    pub(crate) const fn server_lies(self) -> &'static [server::Lie] {
        match self.entry().lies {
            Lies::OfServer(lies) => lies,
            Lies::OfClient(_) => &[],
        }
    }

    /// What it tells the client.
    pub(crate) const fn client_lies(self) -> &'static [client::Lie] {
        match self.entry().lies {
            Lies::OfClient(lies) => lies,
            Lies::OfServer(_) => &[],
        }
    }

    const fn entry(self) -> &'static Entry {
        ENTRIES[self.0 as usize]
    }
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Names a fault; a name that the registry does not have fails to compile where a constant is asked for, as `fault!`
/// does.
///
/// # Panics
/// When called at run time with an unknown name; use [`Fault::find`] for input.
#[must_use]
pub const fn fault(name: &str) -> Fault {
    let mut at = 0;
    while at < COUNT {
        if same(ENTRIES[at].name.as_bytes(), name.as_bytes()) {
            return Fault(at as u16);
        }
        at += 1;
    }
    panic!("no fault has this name")
}

/// A fault by its name, which is looked up when compiled.
///
/// ```
/// assert_eq!(oauth_faults::fault!("code-replayable").name(), "code-replayable");
/// ```
/// ```compile_fail
/// let _ = oauth_faults::fault!("nothing-like-it");
/// ```
#[macro_export]
macro_rules! fault {
    ($name:literal) => {
        const { $crate::fault($name) }
    };
}

/// A constant slice of faults: `faults!["code-replayable", ..]`.
#[macro_export]
macro_rules! faults {
    ($($name:literal),* $(,)?) => {{
        const FAULTS: &[$crate::Fault] = &[$($crate::fault($name)),*];
        FAULTS
    }};
}

#[cfg(test)]
mod tests {
    use super::{COUNT, Fault, fault};
    use crate::entry::Lies;

    #[test]
    fn each_fault_is_found_by_its_name_and_no_two_have_one() {
        assert_eq!(Fault::ALL.len(), COUNT);
        for known in Fault::ALL {
            assert_eq!(fault(known.name()), *known);
            assert_eq!(Fault::find(known.name()), Some(*known));
        }
        assert_eq!(Fault::find("nothing-like-it"), None);
    }

    #[test]
    fn each_fault_lies_and_breaks_a_rule() {
        for fault in Fault::ALL {
            let lies = match fault.entry().lies {
                Lies::OfServer(lies) => lies.len(),
                Lies::OfClient(lies) => lies.len(),
            };
            assert!(lies > 0 && !fault.rules().is_empty() && !fault.about().is_empty(), "{fault:?}");
        }
    }
}
