//! The client credentials grant (RFC 6749 4.4): a client gets a token for itself. No owner, no refresh token.

use super::audience::{AskedResources, asked_for};
use super::authorize::AskedScope;
use super::issue::{Issue, issue};
use super::{Inputs, Outcome, Write};
use crate::directory::{Client, Directory};
use crate::form::Params;
use crate::grant::Terms;
use crate::refusal::{Field, Malformed, Refusal};
use crate::secret::Digest;

/// A client asks for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientCredentials {
    /// The scope; none leaves it to the registration.
    pub scope: Option<AskedScope>,
    /// The resources.
    pub resources: Option<AskedResources>,
}

impl ClientCredentials {
    pub(super) fn parse(params: &Params, directory: &Directory) -> Result<Self, Malformed> {
        Ok(Self {
            scope: params.one(Field::Scope)?.map(|text| AskedScope::parse(text, directory)),
            resources: AskedResources::parse(params, directory)?,
        })
    }

    pub(super) fn step(&self, at: &Inputs, client: &Client, key: Option<Digest>) -> Result<Outcome, Refusal> {
        let scope = match self.scope {
            None => client.scope,
            Some(asked) => asked.allowed(at, client).ok_or(Refusal::ScopeNotForClient)?,
        };
        let audience = asked_for(self.resources, Refusal::ResourceNotGranted)?;
        let terms = Terms {
            client: client.no,
            self_registered: client.self_registered,
            owner: None,
            redirect: None,
            scope,
            audience,
            challenge: None,
            key,
        };
        // rfc6749-4.4.3-client-credentials-no-refresh-token
        let of = Issue { code: None, scope, audience, key, refresh: None };
        Ok(issue(at, at.fresh.grant, terms, of, Write::InsertGrant))
    }
}
