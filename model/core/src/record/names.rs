//! From numbers to names and back.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;

use super::{AccessRecord, GrantRecord, LiveRecord, OwnerRecord, PhaseRecord, ResponseTarget, SessionRecord};
use crate::directory::{Directory, DirectoryError, Registration, UserNo};
use crate::grant::{Access, Grant, Live, Owner, Phase, Session, Terms};
use crate::text::{ResourceSet, ScopeSet};

/// What a record names and this process does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// No client has this id.
    Client(String),
    /// No user has this name.
    User(String),
    /// No client and no resource has this scope value.
    Scope(String),
    /// No resource has this identifier.
    Resource(String),
}

impl core::fmt::Display for Unknown {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (what, name, fix) = match self {
            Self::Client(id) => ("client", id, "a [[client]] or a registration"),
            Self::User(name) => ("user", name, "a [[user]]"),
            Self::Scope(value) => ("scope", value, "a [[resource]] or a [[client]] with it"),
            Self::Resource(identifier) => ("audience", identifier, "a [[resource]] of the same issuer"),
        };
        write!(f, "{what}: a record names {name:?}, which this server does not know; it needs {fix}")
    }
}

impl core::error::Error for Unknown {}

/// Why a client of a store cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAdmitted {
    /// Its record names what this process does not know.
    Unknown(Unknown),
    /// It could not have been registered here.
    Directory(DirectoryError),
}

impl core::fmt::Display for NotAdmitted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Unknown(unknown) => unknown.fmt(f),
            Self::Directory(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for NotAdmitted {}

impl Directory {
    /// The record of a grant; none where a number is not of this directory.
    #[must_use]
    pub fn grant_record(&self, grant: &Grant, response_target: ResponseTarget) -> Option<GrantRecord> {
        let Grant { id, terms, phase } = grant;
        let owner = match terms.owner {
            Some(Owner { user, session }) => Some(OwnerRecord { user: self.user(user)?.to_owned(), session }),
            None => None,
        };
        let phase = match *phase {
            Phase::Pushed(pushed) => PhaseRecord::Pushed(pushed),
            Phase::Asked(asked) => PhaseRecord::Asked(asked),
            Phase::Coded(coded) => PhaseRecord::Coded(coded),
            Phase::Live(Live { code, access, refresh }) => {
                let access = AccessRecord {
                    token: access.token,
                    scope: self.scope_record(access.scope)?,
                    audience: self.audience_record(access.audience)?,
                    key: access.key,
                    until: access.until,
                };
                PhaseRecord::Live(LiveRecord { code, access, refresh })
            }
            Phase::Dead(cause) => PhaseRecord::Dead(cause),
        };
        Some(GrantRecord {
            id: *id,
            client: self.client(terms.client)?.id.clone(),
            self_registered: terms.self_registered,
            owner,
            redirect: terms.redirect,
            scope: self.scope_record(terms.scope)?,
            audience: self.audience_record(terms.audience)?,
            challenge: terms.challenge,
            key: terms.key,
            phase,
            response_target,
        })
    }

    /// The grant of a record; what lies beside it stays there.
    ///
    /// # Errors
    /// What the record names and this directory does not know.
    pub fn grant_of(&self, record: &GrantRecord) -> Result<Grant, Unknown> {
        let client = self.find_client(&record.client);
        let client = client.ok_or_else(|| Unknown::Client(record.client.clone()))?.client.no;
        let owner = match &record.owner {
            Some(owner) => Some(Owner { user: self.user_of(&owner.user)?, session: owner.session }),
            None => None,
        };
        let phase = match &record.phase {
            PhaseRecord::Pushed(pushed) => Phase::Pushed(*pushed),
            PhaseRecord::Asked(asked) => Phase::Asked(*asked),
            PhaseRecord::Coded(coded) => Phase::Coded(*coded),
            PhaseRecord::Live(LiveRecord { code, access, refresh }) => {
                let access = Access {
                    token: access.token,
                    scope: self.scope_of(&access.scope)?,
                    audience: self.audience_of(&access.audience)?,
                    key: access.key,
                    until: access.until,
                };
                Phase::Live(Live { code: *code, access, refresh: *refresh })
            }
            PhaseRecord::Dead(cause) => Phase::Dead(*cause),
        };
        let terms = Terms {
            client,
            self_registered: record.self_registered,
            owner,
            redirect: record.redirect,
            scope: self.scope_of(&record.scope)?,
            audience: self.audience_of(&record.audience)?,
            challenge: record.challenge,
            key: record.key,
        };
        Ok(Grant { id: record.id, terms, phase })
    }

    /// The record of a login; none where its user is not of this directory.
    #[must_use]
    pub fn session_record(&self, session: &Session) -> Option<SessionRecord> {
        let Session { key, user, until } = *session;
        Some(SessionRecord { key, user: self.user(user)?.to_owned(), until })
    }

    /// The login of a record.
    ///
    /// # Errors
    /// [`Unknown::User`].
    pub fn session_of(&self, record: &SessionRecord) -> Result<Session, Unknown> {
        Ok(Session { key: record.key, user: self.user_of(&record.user)?, until: record.until })
    }

    /// Adds a client whose record a store has.
    ///
    /// # Errors
    /// What its record names and this directory does not know, or what else is wrong with it.
    pub fn admit(&mut self, record: &Registration) -> Result<(), NotAdmitted> {
        self.scope_of(&record.scope).map_err(NotAdmitted::Unknown)?;
        for path in &record.resource_server {
            self.resource_at(path).ok_or_else(|| NotAdmitted::Unknown(Unknown::Resource(path.clone())))?;
        }
        self.register(record).map_err(NotAdmitted::Directory)
    }

    fn user_of(&self, name: &str) -> Result<UserNo, Unknown> {
        self.find_user(name).ok_or_else(|| Unknown::User(name.to_owned()))
    }

    fn scope_record(&self, set: ScopeSet) -> Option<String> {
        let mut text = String::new();
        let mut bits = set.0;
        while bits != 0 {
            let value = self.scopes.get(bits.trailing_zeros() as usize)?;
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(value);
            bits &= bits - 1;
        }
        Some(text)
    }

    fn scope_of(&self, text: &str) -> Result<ScopeSet, Unknown> {
        if text.is_empty() {
            return Ok(ScopeSet::EMPTY);
        }
        let bit = |value: &str| self.find_scope(value).ok_or_else(|| Unknown::Scope(value.to_owned()));
        text.split(' ').try_fold(ScopeSet::EMPTY, |set, value| Ok(set.or(bit(value)?)))
    }

    fn audience_record(&self, set: ResourceSet) -> Option<Vec<String>> {
        self.all_resources().covers(set).then(|| self.resource_identifiers(set))
    }

    fn audience_of(&self, identifiers: &[String]) -> Result<ResourceSet, Unknown> {
        let bit = |name: &String| self.find_resource(name).ok_or_else(|| Unknown::Resource(name.clone()));
        identifiers.iter().try_fold(ResourceSet::EMPTY, |set, name| Ok(set.or(bit(name)?)))
    }
}
