//! A store through which each record goes as bytes, as through a store that outlives its process.

use std::fmt::Debug;
use std::sync::Arc;

use oauth_core::record::{GrantRecord, Marker, Record, Registration, SessionRecord, decode, encode};
use oauth_core::secret::{Digest, GrantId};
use oauth_reference_server::store::{Registrar, Store, StoreError, Stored, Swap, Version};

/// Encodes and decodes what goes into a store and what comes out of it.
pub(crate) struct Encoded<S>(pub(crate) S);

#[track_caller]
fn by_bytes<R: Record + PartialEq + Debug>(record: &R) -> R {
    let text = encode(record);
    let read = decode(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(&read, record, "{text}");
    read
}

impl<S: Store> Store for Encoded<S> {
    async fn session(&self, key: &Digest) -> Result<Option<SessionRecord>, StoreError> {
        Ok(self.0.session(key).await?.map(|session| by_bytes(&session)))
    }

    async fn insert_session(&self, session: SessionRecord) -> Result<Swap, StoreError> {
        self.0.insert_session(by_bytes(&session)).await
    }

    async fn grant(&self, id: GrantId) -> Result<Option<Stored>, StoreError> {
        let read = |stored: Stored| Stored { grant: Arc::new(by_bytes(&*stored.grant)), ..stored };
        Ok(self.0.grant(id).await?.map(read))
    }

    async fn insert_grant(&self, grant: GrantRecord) -> Result<Swap, StoreError> {
        self.0.insert_grant(by_bytes(&grant)).await
    }

    async fn swap_grant(&self, version: Version, grant: GrantRecord) -> Result<Swap, StoreError> {
        self.0.swap_grant(version, by_bytes(&grant)).await
    }

    async fn client(&self, id: &str) -> Result<Option<Registration>, StoreError> {
        Ok(self.0.client(id).await?.map(|client| by_bytes(&client)))
    }

    async fn insert_client(&self, client: Registration, from: Registrar) -> Result<Swap, StoreError> {
        self.0.insert_client(by_bytes(&client), from).await
    }

    async fn insert_marker(&self, marker: Marker) -> Result<Swap, StoreError> {
        self.0.insert_marker(by_bytes(&marker)).await
    }
}
