//! The resource servers: the honest ones, which judge by the model's logic, and what is shown to them.

use super::parts::Server;
use super::server::Read;
use super::{Next, PROFILE, Universe, World};
use oauth_core::refusal::Refused;
use oauth_core::secret::Shown;
use oauth_core::server::resource::{Bearer, Need, ResourceRequest, Scheme};
use oauth_core::server::{Reply, Request};
use oauth_core::text::ResourceSet;
use oauth_laws::fact::Sender;

impl Universe {
    /// Somebody shows a token to the resource.
    pub(super) fn show(
        &self,
        world: &mut World,
        by: Sender,
        shown: Shown,
        resource: ResourceSet,
    ) -> Option<(Reply, Option<Refused>)> {
        let need = Need { resource, scope: PROFILE };
        let request = ResourceRequest {
            bearer: Bearer::Shown(shown),
            scheme: Scheme::Bearer,
            hash: shown.digest,
            proof: Ok(None),
            need,
        };
        self.send_to_resource(world, by, None, request, Read::Fresh)
    }

    /// A request for a resource and its answer; `browser` is where the client shows it.
    pub(super) fn send_to_resource(
        &self,
        world: &mut World,
        by: Sender,
        browser: Option<usize>,
        request: ResourceRequest,
        read: Read,
    ) -> Option<(Reply, Option<Refused>)> {
        let reply = self.serve_reading(world, Request::Resource(request), (0, 0), read)?;
        self.observe_resource(world, by, browser, &request, &reply);
        Some((reply, reply.refusal()))
    }

    pub(super) fn show_token(&self, mut world: World, shown: Shown) -> Option<Next> {
        world.attempts += 1;
        let (_, refused) = self.show(&mut world, Sender::Thief, shown, ResourceSet::FIRST)?;
        Some(Next { world, refused, client_refused: None })
    }

    /// Whose endpoints a server's metadata names.
    pub(crate) fn endpoints(&self, server: Server) -> Endpoints {
        match (server, self.scenario.attacker.malicious) {
            (Server::Malicious, Some(malicious)) => malicious.endpoints,
            (Server::Honest | Server::Malicious, _) => Endpoints::all(Server::Honest),
        }
    }
}

/// Whose the endpoints are that the metadata of a server names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoints {
    /// Where requests are pushed.
    pub push: Server,
    /// Where browsers are sent.
    pub authorization: Server,
    /// Where codes are redeemed.
    pub token: Server,
    /// Where tokens are shown.
    pub resource: Server,
}

impl Endpoints {
    /// All of one server.
    #[must_use]
    pub const fn all(of: Server) -> Self {
        Self { push: of, authorization: of, token: of, resource: of }
    }
}
