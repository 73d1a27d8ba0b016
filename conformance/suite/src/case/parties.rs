//! The parties of a case: the target's clients and resources, each `not-tested` where the target names none.

use std::sync::Arc;

use crate::case_end::{CaseEnd, Checked};
use crate::subject::{Client, ClientRole, Met, Need, Resource, Target};

/// The parties of a case.
#[derive(Clone, Copy)]
pub struct Parties<'t>(&'t Target);

impl<'t> Parties<'t> {
    pub(super) const fn of(target: &'t Target) -> Self {
        Self(target)
    }

    /// The client for cases that need no particular one: the confidential one, or the public one.
    ///
    /// # Errors
    /// `not-tested` if the target names no client.
    pub fn client(self) -> Checked<Arc<Client>> {
        let client = self.0.client().cloned();
        client.ok_or_else(|| self.lacking(Need::ConfidentialClient, "the target names no client"))
    }

    /// The client of a role.
    ///
    /// # Errors
    /// `not-tested` if the target names none.
    pub fn client_of(self, role: ClientRole) -> Checked<Arc<Client>> {
        let need = match role {
            ClientRole::First => Need::ConfidentialClient,
            ClientRole::Second => Need::SecondClient,
            ClientRole::Public => Need::PublicClient,
            ClientRole::SecondPublic => Need::SecondPublicClient,
            ClientRole::Special => Need::SpecialClient,
            ClientRole::Service => Need::ServiceClient,
            ClientRole::Resource => Need::ResourceClient,
            ClientRole::SecondResource => Need::SecondResourceClient,
            ClientRole::Dpop => Need::DpopClient,
            ClientRole::Push => Need::PushClient,
        };
        let client = self.0.registered().find(|client| client.role == role).cloned();
        client.ok_or_else(|| self.lacking(need, format!("the target names no [{}]", need.key())))
    }

    /// `[client]`: confidential.
    ///
    /// # Errors
    /// `not-tested` if the target names none.
    pub fn confidential(self) -> Checked<Arc<Client>> {
        self.client_of(ClientRole::First)
    }

    /// `[second_client]`.
    ///
    /// # Errors
    /// `not-tested` if the target names none.
    pub fn second(self) -> Checked<Arc<Client>> {
        self.client_of(ClientRole::Second)
    }

    /// `[public_client]`.
    ///
    /// # Errors
    /// `not-tested` if the target names none.
    pub fn public(self) -> Checked<Arc<Client>> {
        self.client_of(ClientRole::Public)
    }

    /// The first client that fits, in the order of the roles: `client_where(Need::OtherRedirectUri, |client|
    /// client.other_redirect_uri.is_some())`.
    ///
    /// # Errors
    /// `not-tested` if none does.
    pub fn client_where(self, need: Need, fits: impl Fn(&Client) -> bool) -> Checked<Arc<Client>> {
        let found = self.0.clients.values().find(|client| fits(client)).cloned();
        found.ok_or_else(|| {
            self.lacking(need, format!("no client of the target has what {} stands for", need.key()))
        })
    }

    /// The URL of the protected resource.
    ///
    /// # Errors
    /// `not-tested` if the target names none.
    pub fn resource_url(self) -> Checked<&'t str> {
        self.0.endpoints.resource.as_deref().ok_or_else(|| self.no_resource())
    }

    /// The protected resource under `[endpoints]`.
    ///
    /// # Errors
    /// `not-tested` if the target names none.
    pub fn first_resource(self) -> Checked<Resource> {
        self.0.resource().ok_or_else(|| self.no_resource())
    }

    /// The second protected resource, for cases that ask for it only once the server was seen to tell resources
    /// apart.
    ///
    /// # Errors
    /// `not-tested` if the target names none, `not-offered` if it says why there is none.
    pub fn second_resource(self) -> Checked<Resource> {
        match (Need::SecondResource.met(self.0), &self.0.second_resource) {
            (Met::NotOffered { reason, .. }, _) => Err(CaseEnd::not_offered(reason)),
            (Met::Missing(reason), _) => Err(self.lacking(Need::SecondResource, reason)),
            (Met::Yes, resource) => {
                resource.clone().ok_or_else(|| CaseEnd::not_tested("the target names no [second_resource]"))
            }
        }
    }

    /// `not-tested` for this reason, with the key of the target file that would meet the need, where the file lacks it.
    #[must_use]
    pub fn lacking(self, need: Need, reason: impl Into<String>) -> CaseEnd {
        CaseEnd::not_tested(reason).lacks(need.missing(self.0))
    }

    fn no_resource(self) -> CaseEnd {
        self.lacking(Need::ResourceServer, "the target names no resource under [endpoints]")
    }
}
