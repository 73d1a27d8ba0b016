//! What was seen, in order: a list that only grows, and shares what two worlds have both seen.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::Arc;

use foldhash::quality::FixedState;

use super::symbols::{digest, grant_id};
use oauth_core::secret::Shown;
use oauth_laws::fact::{Fact, Issued, Sym, What};

/// What was seen so far. It carries a digest of itself, so that histories are told apart without reading them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    digest: u64,
    len: u32,
    /// The latest fact, and what was seen before; none at the start.
    latest: Option<(Fact, Arc<History>)>,
}

impl History {
    /// The history in which this was seen next.
    #[must_use]
    pub fn then(self: &Arc<Self>, fact: Fact) -> Arc<Self> {
        let digest = FixedState::default().hash_one((self.digest, fact));
        Arc::new(Self { digest, len: self.len + 1, latest: Some((fact, Arc::clone(self))) })
    }

    /// How many facts there are.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether nothing was seen.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The facts, the latest first.
    pub fn backwards(&self) -> impl Iterator<Item = &Fact> {
        let mut at = self;
        std::iter::from_fn(move || {
            let (fact, before) = at.latest.as_ref()?;
            at = before;
            Some(fact)
        })
    }

    /// The facts, in order.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.backwards().copied().collect();
        facts.reverse();
        facts
    }

    /// The access tokens of the first grant, in the order in which they were issued.
    pub(super) fn access_tokens(&self) -> impl DoubleEndedIterator<Item = Shown> {
        self.tokens(|issued| Some(issued.token))
    }

    /// The refresh tokens of the first grant, in the order in which they were issued.
    pub(super) fn refresh_tokens(&self) -> impl DoubleEndedIterator<Item = Shown> {
        self.tokens(|issued| issued.refresh)
    }

    fn tokens(&self, of: fn(Issued) -> Option<Sym>) -> impl DoubleEndedIterator<Item = Shown> {
        self.facts().into_iter().filter_map(move |fact| {
            let issued = match fact.what {
                What::Redemption(redemption) => redemption.token?,
                What::Refresh(refresh) => refresh.issued?,
                _ => return None,
            };
            Some(Shown { grant: grant_id(0), digest: digest(u8::try_from(of(issued)?.0).ok()?) })
        })
    }
}

impl Hash for History {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest);
    }
}
