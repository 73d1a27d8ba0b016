//! Laws: what must hold over facts, whoever made them happen.
//!
//! The model checks each law in every state, the suite over all exchanges of a run. A law reads facts only, and
//! nothing of the server's or the client's logic. A law whose premise never occurred is silent, not kept; and whoever
//! trusts a server for having kept one asks whether it was tried.

mod code;
mod dpop;
mod facts;
mod introspect_revoke;
mod lasting;
mod login;
mod refresh;
mod table;
mod tried;

use crate::fact::Fact;
use oauth_rules::{RuleId, same};

pub use table::LAWS;

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
    /// Whether what could break it occurred; none where its premise is just that.
    tried: Option<fn(&Facts<'_>) -> bool>,
    judge: fn(&Facts<'_>) -> Judgement,
}

/// What a law reads.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The facts, in the order of their answers.
    pub facts: &'a [Fact],
    /// The longest that a code may live, in seconds.
    pub code_lifetime: u64,
    /// For how long after its use a refresh token may be used again, in seconds.
    pub refresh_grace: u64,
    /// The longest that a refresh token may lie unused, in seconds, if that is known.
    pub refresh_lifetime: Option<u64>,
    /// The longest that a proof of possession may be taken after it was made, in seconds.
    pub proof_lifetime: u64,
    /// Within how many seconds the end of a token is known everywhere.
    pub revocation_delay: u64,
}

/// A law's verdict.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Judgement {
    /// Its premise never occurred.
    Silent,
    /// Its premise occurred, and it held.
    Holds,
    /// The fact at this place broke it.
    Broken(usize),
}

impl Law {
    /// Judges the facts.
    pub fn judge(&self, facts: &Facts<'_>) -> Judgement {
        (self.judge)(facts)
    }

    /// Whether the facts put the law to trial: somebody asked for what it forbids, in a request that is good otherwise.
    #[must_use]
    pub fn is_tried(&self, facts: &Facts<'_>) -> bool {
        match self.tried {
            Some(tried) => tried(facts),
            None => self.judge(facts) != Judgement::Silent,
        }
    }

    /// Finds a law by its id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        LAWS.iter().find(|law| law.id == id)
    }
}

/// Names a law; an id that no law has fails to compile.
///
/// # Panics
/// When called at run time with an unknown id; use [`Law::find`] for input.
#[must_use]
pub const fn law(id: &str) -> &'static Law {
    let mut at = 0;
    while at < LAWS.len() {
        if same(LAWS[at].id.as_bytes(), id.as_bytes()) {
            return &LAWS[at];
        }
        at += 1;
    }
    panic!("there is no such law")
}

/// A constant slice of laws: `laws!["code-redeemed-once", ..]`.
#[macro_export]
macro_rules! laws {
    ($($id:literal),* $(,)?) => {{
        const LAWS: &[&$crate::law::Law] = &[$($crate::law::law($id)),*];
        LAWS
    }};
}
