//! The room for grants that no token came of yet: whose they are, and which of them makes way.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use std::sync::Arc;

use oauth_core::grant::Cause;
use oauth_core::record::{GrantRecord, PhaseRecord, ResponseTarget};
use oauth_core::secret::GrantId;

use super::Limits;

/// What a record weighs without the texts of its response target, in bytes: about what it takes in memory, indices included.
const RECORD: usize = 1024;

/// Whose room a record takes: who could begin any number of grants without getting a token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Payer {
    /// The id of the client that pushed a request, or in whose name a stranger did: a public client's is no secret.
    Client(Arc<str>),
    /// The name of the user who is asked, or was and did not come to a token.
    User(Arc<str>),
}

impl Payer {
    /// Who pays for a grant; none once a token came of it.
    #[must_use]
    pub fn of(grant: &GrantRecord) -> Option<Self> {
        match grant.phase {
            PhaseRecord::Pushed(_) => Some(Self::Client(grant.client.as_str().into())),
            PhaseRecord::Asked(_)
            | PhaseRecord::Coded(_)
            | PhaseRecord::Dead(Cause::Denied | Cause::CodeBurnt) => {
                grant.owner.as_ref().map(|owner| Self::User(owner.user.as_str().into()))
            }
            PhaseRecord::Live(_)
            | PhaseRecord::Dead(Cause::CodeReplayed | Cause::RefreshReplayed | Cause::Revoked) => None,
        }
    }

    fn share(&self, limits: &Limits) -> usize {
        match self {
            Self::Client(_) => limits.client_share,
            Self::User(_) => limits.user_share,
        }
    }
}

/// What a record and the texts of its response target weigh, in bytes.
#[must_use]
pub fn weight(kept: &ResponseTarget) -> usize {
    RECORD + kept.redirect_uri.len() + kept.state.as_ref().map_or(0, String::len)
}

/// A record's place in the room.
#[derive(Debug, Clone)]
pub(super) struct Place {
    payer: Payer,
    number: u64,
}

/// Who has how much of the room.
#[derive(Default)]
pub(super) struct Room {
    accounts: HashMap<Payer, Account>,
    /// The accounts by what they weigh.
    by_weight: BTreeSet<(usize, Payer)>,
    weight: usize,
    next: u64,
}

#[derive(Default)]
struct Account {
    weight: usize,
    /// By when they came, the oldest first.
    records: BTreeMap<u64, (GrantId, usize)>,
}

impl Room {
    /// Takes a place for a grant, if anybody pays for it.
    pub(super) fn enter(&mut self, grant: &GrantRecord) -> Option<Place> {
        let payer = Payer::of(grant)?;
        let number = self.next;
        self.next += 1;
        let weight = weight(&grant.response_target);
        self.change(&payer, |account| {
            account.weight += weight;
            account.records.insert(number, (grant.id, weight));
        });
        Some(Place { payer, number })
    }

    /// Frees a place.
    pub(super) fn leave(&mut self, place: Option<Place>) {
        let Some(Place { payer, number }) = place else { return };
        self.change(&payer, |account| {
            if let Some((_, weight)) = account.records.remove(&number) {
                account.weight -= weight;
            }
        });
    }

    /// The record that has to make way, and makes it here: this payer's oldest if its share is full, or else the oldest
    /// of whoever has most if the whole room is.
    pub(super) fn make_way(&mut self, limits: &Limits, place: Option<&Place>) -> Option<GrantId> {
        let over = |payer: &Payer| {
            self.accounts.get(payer).is_some_and(|account| account.weight > payer.share(limits))
        };
        let heaviest = || {
            let (_, payer) = self.by_weight.last().filter(|_| self.weight > limits.room)?;
            Some(payer.clone())
        };
        let payer = place.map(|place| place.payer.clone()).filter(over).or_else(heaviest)?;
        let (number, (id, _)) = self.accounts.get(&payer)?.records.first_key_value()?;
        let (number, id) = (*number, *id);
        self.leave(Some(Place { payer, number }));
        Some(id)
    }

    /// Changes an account, and what is reckoned from it.
    fn change(&mut self, payer: &Payer, change: impl FnOnce(&mut Account)) {
        let account = self.accounts.entry(payer.clone()).or_default();
        let before = account.weight;
        change(account);
        let after = account.weight;
        if account.records.is_empty() {
            self.accounts.remove(payer);
        }
        self.by_weight.remove(&(before, payer.clone()));
        if after > 0 {
            self.by_weight.insert((after, payer.clone()));
        }
        self.weight = self.weight + after - before;
    }
}
