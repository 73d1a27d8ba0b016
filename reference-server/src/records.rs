//! Between the store's records, which hold names, and what steps judge, which holds this process's numbers.
//!
//! A record that names whom this process does not know is as good as absent. A client may have registered at another
//! process of the same store, so before that it is looked for there.

use std::sync::{Arc, PoisonError};

use oauth_core::directory::Directory;
use oauth_core::grant::{Grant, Session};
use oauth_core::http::HttpRequest;
use oauth_core::record::{GrantRecord, ResponseTarget, SessionRecord, Unknown};
use oauth_core::secret::{Digest, GrantId};
use oauth_core::server::client_id::client_ids;
use oauth_core::server::received::Received;

use crate::host::Host;
use crate::store::{Store, StoreError, Stored};

/// A grant that was loaded.
pub(crate) struct Loaded {
    /// What a step judges.
    pub(crate) grant: Grant,
    /// The record that it was made from.
    pub(crate) stored: Stored,
}

impl Loaded {
    /// Where the authorization response goes.
    pub(crate) fn response_target(&self) -> &ResponseTarget {
        &self.stored.grant.response_target
    }
}

impl<S: Store> Host<S> {
    /// Reads a request; if it mentions clients that nobody here knows, and the store does, then again with these.
    pub(crate) async fn receive(
        &self,
        http: &HttpRequest,
        directory: &mut Arc<Directory>,
    ) -> Result<Received, StoreError> {
        let received = self.logic.receive(http, directory);
        if self.logic.locate(&received.request()).client.is_some() {
            return Ok(received);
        }
        let mut learnt = false;
        for id in client_ids(http) {
            learnt |= directory.find_client(&id).is_none() && self.learn(&id, directory).await?;
        }
        Ok(if learnt { self.logic.receive(http, directory) } else { received })
    }

    /// Loads a login.
    pub(crate) async fn load_session(
        &self,
        key: &Digest,
        directory: &Directory,
    ) -> Result<Option<Session>, StoreError> {
        let Some(record) = self.store.session(key).await? else { return Ok(None) };
        Ok(directory.session_of(&record).map_err(|unknown| warn(&unknown)).ok())
    }

    /// Loads a grant.
    pub(crate) async fn load_grant(
        &self,
        id: GrantId,
        directory: &mut Arc<Directory>,
    ) -> Result<Option<Loaded>, StoreError> {
        let Some(stored) = self.store.grant(id).await? else { return Ok(None) };
        let read = match directory.grant_of(&stored.grant) {
            Err(Unknown::Client(id)) if self.learn(&id, directory).await? => {
                directory.grant_of(&stored.grant)
            }
            read => read,
        };
        let grant = read.map_err(|unknown| warn(&unknown)).ok();
        Ok(grant.map(|grant| Loaded { grant, stored }))
    }

    /// Learns a client from the store; whether it is known afterwards.
    async fn learn(&self, id: &str, directory: &mut Arc<Directory>) -> Result<bool, StoreError> {
        // A store that takes two spellings for one would bring another client.
        let Some(client) = self.store.client(id).await?.filter(|client| client.id == id) else {
            return Ok(false);
        };
        let mut known = self.directory.write().unwrap_or_else(PoisonError::into_inner);
        if known.find_client(id).is_none() {
            let mut next = Directory::clone(&known);
            if let Err(error) = next.admit(&client) {
                tracing::warn!("a client of the store cannot be taken: {error}");
                return Ok(false);
            }
            *known = Arc::new(next);
        }
        *directory = Arc::clone(&known);
        Ok(true)
    }
}

/// The record of a grant.
pub(crate) fn of_grant(
    grant: &Grant,
    response_target: ResponseTarget,
    directory: &Directory,
) -> Result<GrantRecord, StoreError> {
    directory.grant_record(grant, response_target).ok_or_else(foreign)
}

/// The record of a login.
pub(crate) fn of_session(session: &Session, directory: &Directory) -> Result<SessionRecord, StoreError> {
    directory.session_record(session).ok_or_else(foreign)
}

fn foreign() -> StoreError {
    StoreError::NothingHappened("a number of another process was to be written".to_owned())
}

fn warn(unknown: &Unknown) {
    tracing::warn!("{unknown}");
}
