//! Requests about a token, and of a client for itself: revocation, introspection, client credentials.

use super::calls::sent;
use super::tries::{ForItselfTry, IntrospectOrRevokeTry, TokenOf, Wanted};
use super::{Next, Universe, World};
use oauth_core::server::Request;
use oauth_core::server::client_credentials::ClientCredentials;
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::redeem::{TokenAsk, TokenRequest};

impl Universe {
    /// Composes a request that names a token; `None` where the token is not at hand.
    pub(super) fn named(&self, world: &World, naming: &IntrospectOrRevokeTry) -> Option<IntrospectOrRevoke> {
        let token = match naming.token {
            TokenOf::Access => world.facts.access_tokens().next_back()?,
            TokenOf::Refresh(of) => world.refresh_token(of)?,
        };
        Some(IntrospectOrRevoke {
            by: Ok(self.presented(naming.client, naming.credentials)?),
            token: Ok(Some(token)),
        })
    }

    /// Somebody names a token; answered at once.
    pub(super) fn name(&self, mut world: World, naming: &IntrospectOrRevokeTry) -> Option<Next> {
        let request = self.named(&world, naming)?;
        world.namings += 1;
        let reply = match naming.what {
            Wanted::Revoke => self.serve(&mut world, Request::Revoke(request), 0, 0)?,
            Wanted::Introspect => self.serve(&mut world, Request::Introspect(request), 0, 0)?,
        };
        self.observe_naming(&mut world, naming, &request, &reply);
        Some(Next { world, refused: reply.refusal(), client_refused: None })
    }

    /// A client asks for itself.
    pub(super) fn for_itself(&self, world: World, request: &ForItselfTry) -> Option<Next> {
        let by = Ok(self.presented(request.client, request.credentials)?);
        let ask = Ok(TokenAsk::ClientCredentials(ClientCredentials { scope: None, resources: None }));
        Some(sent(world, request.by, TokenRequest { by, ask, proof: Ok(None) }))
    }
}
