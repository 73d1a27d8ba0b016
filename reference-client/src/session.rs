//! The browser sessions, in memory: bounded in age and number.
//!
//! Each lies under the digest of its cookie, together with the texts that the model leaves beside it. What
//! becomes of a session is the model's decision; this map only keeps it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use oauth_core::client::Session;
use oauth_core::client::settings::Settings;
use oauth_core::policy::{Lifetime, Time};
use oauth_core::secret::Digest;

use crate::dpop::DpopKey;

/// How long a session is kept, whatever happens in it.
const LIFETIME: Lifetime = Lifetime(24 * 3600);

/// How many sessions are kept of those in which somebody is logged in, and as many of the others: who only opens logins
/// cannot drive out who has one.
const CAPACITY: usize = 10_000;

/// A session and what lies beside it.
#[derive(Clone)]
pub(crate) struct StoredSession {
    /// What the model folds over.
    pub(crate) session: Session,
    /// The access token of its login.
    pub(crate) token: Option<String>,
    /// The refresh token of its login.
    pub(crate) refresh: Option<String>,
    /// What was known of the server when the login began, so that one flow keeps to one server.
    pub(crate) settings: Arc<Settings>,
    /// The key that its tokens get bound to, if they are.
    pub(crate) proof_key: Option<Arc<DpopKey>>,
}

struct Entry {
    kept: StoredSession,
    number: u64,
    /// Whether it came in with a login; a session that gets one moves to a new id.
    logged_in: bool,
}

/// Sessions by the digest of their cookie.
#[derive(Default)]
pub(crate) struct Sessions {
    entries: HashMap<Digest, Entry>,
    /// When each was put in, oldest first; those without a login, then those with one.
    order: [BTreeMap<u64, (Time, Digest)>; 2],
    next: u64,
}

impl Sessions {
    pub(crate) fn find(&self, key: &Digest) -> Option<&StoredSession> {
        self.entries.get(key).map(|entry| &entry.kept)
    }

    pub(crate) fn find_mut(&mut self, key: &Digest) -> Option<&mut StoredSession> {
        self.entries.get_mut(key).map(|entry| &mut entry.kept)
    }

    pub(crate) fn remove(&mut self, key: &Digest) {
        if let Some(entry) = self.entries.remove(key) {
            self.order[usize::from(entry.logged_in)].remove(&entry.number);
        }
    }

    /// Puts a session in, and drops those that are too old or too many.
    pub(crate) fn insert(&mut self, now: Time, key: Digest, kept: StoredSession) {
        self.remove(&key);
        let number = self.next;
        self.next += 1;
        let logged_in = kept.session.login.is_some();
        self.entries.insert(key, Entry { kept, number, logged_in });
        self.order[usize::from(logged_in)].insert(number, (now, key));
        self.sweep(now);
    }

    /// Drops those that are too old or too many.
    pub(crate) fn sweep(&mut self, now: Time) {
        for order in &mut self.order {
            while let Some((number, (since, key))) = order.first_key_value().map(|(n, v)| (*n, *v)) {
                if order.len() <= CAPACITY && now < since.after(LIFETIME) {
                    break;
                }
                order.remove(&number);
                self.entries.remove(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Registration;

    fn kept() -> StoredSession {
        let settings = Registration::built_in().settings("http://localhost:8000");
        StoredSession {
            session: Session::default(),
            token: None,
            refresh: None,
            settings: Arc::new(settings),
            proof_key: None,
        }
    }

    fn key(number: usize) -> Digest {
        Digest::of(&number.to_string())
    }

    #[test]
    fn the_oldest_sessions_give_way_when_there_are_too_many() {
        let mut sessions = Sessions::default();
        for number in 0..CAPACITY + 3 {
            sessions.insert(Time(0), key(number), kept());
        }
        assert_eq!(sessions.entries.len(), CAPACITY);
        assert_eq!(sessions.order[0].len(), CAPACITY);
        assert!(sessions.find(&key(2)).is_none() && sessions.find(&key(3)).is_some());
    }

    #[test]
    fn a_session_older_than_a_day_is_dropped() {
        let mut sessions = Sessions::default();
        sessions.insert(Time(0), key(0), kept());
        sessions.insert(Time(10), key(1), kept());
        sessions.insert(Time(24 * 3600), key(2), kept());
        assert!(sessions.find(&key(0)).is_none());
        assert!(sessions.find(&key(1)).is_some());
    }

    #[test]
    fn a_removed_session_leaves_nothing_behind() {
        let mut sessions = Sessions::default();
        sessions.insert(Time(0), key(0), kept());
        sessions.insert(Time(0), key(0), kept());
        sessions.remove(&key(0));
        assert!(sessions.entries.is_empty() && sessions.order.iter().all(BTreeMap::is_empty));
    }
}
