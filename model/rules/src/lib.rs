//! The ledger of rules: what `specs/rules/*.toml` says, as constants.
//!
//! Everything that holds, judges or breaks a rule names it by id through [`rule`], which fails to compile for an
//! id that the ledger does not have. The text of a rule stands in the ledger only.
#![no_std]
#![forbid(unsafe_code)]

mod profile;
mod spec;

pub use profile::Profile;
pub use spec::Spec;

/// One normative statement of a specification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Words, never a position: `rfc6749-4.1.2-code-single-use`.
    pub id: &'static str,
    /// The document.
    pub spec: Spec,
    /// The document's title.
    pub title: &'static str,
    /// The section of the document, as `4.1.2`.
    pub section: &'static str,
    /// What kind of evidence holds this rule.
    pub kind: Kind,
    /// How strongly the document says it; negatives and synonyms are folded.
    pub level: Level,
    /// What it means that the rule is broken.
    pub broken: Broken,
    /// Who has to keep it.
    pub role: Role,
    /// The statement in this project's words.
    pub summary: &'static str,
    /// Whether this project holds it.
    pub status: Status,
    /// Why it is excepted, or what a planned rule waits for.
    pub reason: Option<&'static str>,
    /// Which refusals count, and how a contradiction between documents was settled.
    pub note: Option<&'static str>,
}

/// What kind of evidence holds a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// About the order of messages: has a law, a fault and a case.
    Flow,
    /// About one message: has a fault in codec or reply, and a case.
    Wire,
    /// About clients: has a fault of the client and a hostile server's test.
    Client,
}

/// How strongly a document says a rule, strictest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// MUST, REQUIRED, SHALL and their negatives.
    Must,
    /// SHOULD, RECOMMENDED and their negatives.
    Should,
    /// MAY and OPTIONAL.
    May,
    /// Said in plain words, without a keyword.
    Stated,
}

/// What it means that a rule is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Broken {
    /// MUST fails, the other levels warn.
    ByLevel,
    /// It fails, although the rule is only stated; the note says why.
    Fails,
}

/// Who has to keep a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The authorization server.
    AuthorizationServer,
    /// The resource server.
    ResourceServer,
    /// The client.
    Client,
}

/// Whether this project holds a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Logic, fault and case stand; the ledger test keeps it so.
    Held,
    /// In the catalogue, not yet held.
    Planned,
    /// Left out on purpose, with a reason.
    Excepted,
}

/// Every rule, in the order of the files and of their entries.
pub const RULES: &[Rule] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// A rule of the ledger, by its place in [`RULES`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(u16);

impl RuleId {
    /// The ledger's entry.
    #[must_use]
    pub const fn get(self) -> &'static Rule {
        &RULES[self.0 as usize]
    }

    /// The rule's id, as written in the ledger.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.get().id
    }

    /// Finds a rule by its exact id, for input that a person typed.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        let at = RULES.iter().position(|rule| rule.id == id)?;
        u16::try_from(at).ok().map(Self)
    }

    /// Every rule of the ledger.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..RULES.len()).filter_map(|at| u16::try_from(at).ok().map(Self))
    }
}

impl core::fmt::Debug for RuleId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

impl core::fmt::Display for RuleId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.id())
    }
}

/// Names a rule of the ledger; an id that the ledger does not have fails to compile.
///
/// # Panics
/// When called at run time with an unknown id; use [`RuleId::find`] for input.
#[must_use]
pub const fn rule(id: &str) -> RuleId {
    let mut at = 0;
    while at < RULES.len() {
        if same(RULES[at].id.as_bytes(), id.as_bytes()) {
            return RuleId(at as u16);
        }
        at += 1;
    }
    panic!("this rule is not in specs/rules")
}

/// Equality of ids, for constants.
#[must_use]
pub const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    // Ids share long prefixes, so the comparison runs from the end.
    let mut at = left.len();
    while at > 0 {
        at -= 1;
        if left[at] != right[at] {
            return false;
        }
    }
    true
}

/// A constant slice of rules: `rules!["rfc6749-4.1.2-code-single-use", ..]`.
#[macro_export]
macro_rules! rules {
    ($($id:literal),* $(,)?) => {{
        const RULES: &[$crate::RuleId] = &[$($crate::rule($id)),*];
        RULES
    }};
}
