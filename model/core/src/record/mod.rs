//! What a store keeps: records with ids and names in place of a process's own numbers, so that any process can read them.
//!
//! | kind | record | key |
//! | --- | --- | --- |
//! | grant | [`GrantRecord`] | its `id` |
//! | session | [`SessionRecord`] | its `key` |
//! | client | [`Registration`] | its `id` |
//! | marker | [`Marker`] | its `id` |
//!
//! A [`Directory`](crate::directory::Directory) turns what steps judge into records and back (`names.rs`). The way back
//! refuses a record that names what this process does not know ([`Unknown`]): no name becomes another one's number.
//! [`encode`] and [`decode`] are for stores that keep bytes (decision 0017).

mod encoding;
mod names;
mod text;

pub use encoding::{DecodeError, Record, VERSION, decode, encode};
pub use names::{NotAdmitted, Unknown};

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

pub use crate::directory::Registration;
use crate::grant::{Asked, Cause, Coded, Pushed, Refresh};
use crate::policy::Time;
use crate::secret::{Digest, GrantId};
pub use crate::server::authorize::ResponseTarget;
pub use crate::server::dpop::Marker;
use crate::text::CodeChallenge;

/// A [`Grant`](crate::grant::Grant), with the texts that lie beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantRecord {
    /// The record's key.
    pub id: GrantId,
    /// The `client_id` of the client that asked.
    pub client: String,
    /// Whether nobody but the client itself vouches for it.
    pub self_registered: bool,
    /// The resource owner who was asked, if anybody was.
    pub owner: Option<OwnerRecord>,
    /// The digest of the redirect URI that the request named, if it named one.
    pub redirect: Option<Digest>,
    /// What may be used: scope values between single spaces.
    pub scope: String,
    /// The identifiers of the resources that tokens may be for (RFC 8707).
    pub audience: Vec<String>,
    /// The PKCE challenge, if one came.
    pub challenge: Option<CodeChallenge>,
    /// The thumbprint of the key whose holder alone may redeem the code (RFC 9449 10).
    pub key: Option<Digest>,
    /// How far it has come.
    pub phase: PhaseRecord,
    /// Where the authorization response goes.
    pub response_target: ResponseTarget,
}

/// A resource owner, where they were asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerRecord {
    /// The user's name.
    pub user: String,
    /// The browser session.
    pub session: Digest,
}

/// How far a grant has come: a [`Phase`](crate::grant::Phase).
#[expect(clippy::large_enum_variant, reason = "most grants that are kept are live")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhaseRecord {
    /// The client has pushed its request.
    Pushed(Pushed),
    /// The owner is being asked.
    Asked(Asked),
    /// The owner consented; a code is out.
    Coded(Coded),
    /// The code was redeemed; a token is out.
    Live(LiveRecord),
    /// It has ended.
    Dead(Cause),
}

/// A grant in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveRecord {
    /// The redeemed code; none where a client asked for itself.
    pub code: Option<Digest>,
    /// The access token.
    pub access: AccessRecord,
    /// The refresh token, for clients that get one.
    pub refresh: Option<Refresh>,
}

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRecord {
    /// The token.
    pub token: Digest,
    /// Its scope values, between single spaces.
    pub scope: String,
    /// The identifiers of the resources that it is for.
    pub audience: Vec<String>,
    /// The thumbprint of the key that it is bound to (RFC 9449 5).
    pub key: Option<Digest>,
    /// When it ends.
    pub until: Time,
}

/// A login: a [`Session`](crate::grant::Session).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRecord {
    /// The digest of the session cookie.
    pub key: Digest,
    /// The name of the user who logged in.
    pub user: String,
    /// When the login ends.
    pub until: Time,
}

impl GrantRecord {
    /// When nothing of it is good any more; none if it has ended already, whenever that was.
    #[must_use]
    pub fn until(&self) -> Option<Time> {
        match &self.phase {
            PhaseRecord::Pushed(pushed) => Some(pushed.until),
            PhaseRecord::Asked(asked) => Some(asked.until),
            PhaseRecord::Coded(coded) => Some(coded.until),
            PhaseRecord::Live(live) => {
                let access = live.access.until;
                Some(live.refresh.map_or(access, |refresh| access.max(refresh.until)))
            }
            PhaseRecord::Dead(_) => None,
        }
    }
}
