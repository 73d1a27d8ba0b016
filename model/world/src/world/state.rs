//! The whole of a world.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrayvec::ArrayVec;

use super::parts::{At, Browser, Call, Held, Known, ResponseTarget, Visit};
use super::{History, symbols};
use oauth_core::grant::{Grant, Session};
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, GrantId};

/// The most grants of a world.
pub const MOST_GRANTS: usize = 3;
/// The most token requests of a world.
pub const MOST_CALLS: usize = 6;

/// Everything that is. Its parts are shared between worlds: an action replaces those that it changes, and the search
/// keeps each part once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// The clock.
    pub now: Time,
    /// The server's grants; the key is the place.
    pub grants: ArrayVec<Arc<Held>, MOST_GRANTS>,
    /// The server's logins.
    pub logins: Arc<Vec<Session>>,
    /// The proofs that the server has marked as used.
    pub marks: Arc<BTreeSet<Digest>>,
    /// The two browsers.
    pub browsers: [Arc<Browser>; 2],
    /// Their visits at the client.
    pub visits: [Arc<Visit>; 2],
    /// Requests to token endpoints.
    pub calls: ArrayVec<Arc<Call>, MOST_CALLS>,
    /// What the attacker learnt.
    pub known: Arc<BTreeSet<Known>>,
    /// How often the attacker acted on its own.
    pub attempts: u8,
    /// How often somebody named a token.
    pub namings: u8,
    /// How often an answer was lost, a server stopped, or a process read what had been replaced.
    pub mishaps: u8,
    /// What was seen.
    pub facts: Arc<History>,
}

impl World {
    /// The world before anything happened.
    #[must_use]
    pub fn empty() -> Self {
        let browser = Browser {
            at: At::Elsewhere,
            starts: 0,
            password_shown: None,
            cookie: None,
            mistakes: 0,
            uses: 0,
        };
        Self {
            now: Time(0),
            grants: ArrayVec::new(),
            logins: Arc::default(),
            marks: Arc::default(),
            browsers: [Arc::new(browser), Arc::new(browser)],
            visits: [Arc::default(), Arc::default()],
            calls: ArrayVec::new(),
            known: Arc::default(),
            attempts: 0,
            namings: 0,
            mishaps: 0,
            facts: Arc::default(),
        }
    }

    /// The grant under this key.
    #[must_use]
    pub fn grant(&self, id: GrantId) -> Option<Grant> {
        self.grants.get(symbols::grant_at(id)).map(|held| held.grant)
    }

    /// What lies beside the grant at this place.
    #[must_use]
    pub fn kept(&self, place: usize) -> Option<ResponseTarget> {
        self.grants.get(place)?.kept
    }

    pub(super) fn hold(&mut self, grant: Grant) {
        self.grants.push(Arc::new(Held { grant, kept: None, before: None }));
    }

    /// Puts the next version of a grant in place; what it replaces can be seen a little longer where the scenario says so.
    pub(super) fn swap(&mut self, next: Grant, keeps_before: bool) -> Option<()> {
        let held = Arc::make_mut(self.grants.get_mut(symbols::grant_at(next.id))?);
        held.before = keeps_before.then_some(held.grant);
        held.grant = next;
        Some(())
    }

    /// Lays this beside the grant at this place, if there is one.
    pub(super) fn keep(&mut self, place: usize, kept: ResponseTarget) {
        if let Some(held) = self.grants.get_mut(place) {
            Arc::make_mut(held).kept = Some(kept);
        }
    }

    pub(super) fn send(&mut self, call: Call) {
        self.calls.push(Arc::new(call));
    }

    pub(super) fn call_mut(&mut self, at: usize) -> &mut Call {
        Arc::make_mut(&mut self.calls[at])
    }

    pub(super) fn browser_mut(&mut self, at: usize) -> &mut Browser {
        Arc::make_mut(&mut self.browsers[at])
    }

    pub(super) fn visit_mut(&mut self, at: usize) -> &mut Visit {
        Arc::make_mut(&mut self.visits[at])
    }

    pub(super) fn log_in(&mut self, session: Session) {
        let logins = Arc::make_mut(&mut self.logins);
        logins.retain(|login| login.key != session.key);
        logins.push(session);
        logins.sort_unstable();
    }

    /// Adds to what the attacker knows; whether that is new.
    pub(super) fn learn(&mut self, known: Known) -> bool {
        !self.known.contains(&known) && Arc::make_mut(&mut self.known).insert(known)
    }
}
