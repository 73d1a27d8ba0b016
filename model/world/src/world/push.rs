//! Authorization requests as the honest server gets them: spelt out, or pushed first (RFC 9126).

use super::parts::{Asking, ResponseTarget};
use super::symbols::{digest, key, pushed, redirect};
use super::tries::CredentialsOf;
use super::tries::named;
use super::{Universe, World};
use oauth_core::secret::Shown;
use oauth_core::server::authorize::{Ask, Authorize};
use oauth_core::server::push::Push;
use oauth_core::server::{Reply, Request};

impl Universe {
    /// The authorization request, as a client pushes it or a browser brings it.
    pub(super) fn request(&self, asking: &Asking) -> Authorize {
        Authorize {
            client: Ok(Some(asking.client)),
            redirect: Ok(asking.redirect),
            ask: Ok(Ask {
                response_type_is_code: true,
                scope: None,
                challenge: asking.challenge,
                resources: self.scenario.client.resource.map(named),
                key: self.scenario.client.dpop.then(|| digest(key(true))),
            }),
            session: None,
        }
    }

    /// A request is pushed at the honest server; a browser can carry the name of it.
    pub(super) fn push(
        &self,
        world: &mut World,
        asking: Asking,
        credentials: CredentialsOf,
    ) -> Option<Asking> {
        let by = Ok(self.presented(asking.client.0, credentials)?);
        let request = self.request(&asking);
        let place = world.grants.len();
        let push = Request::Push(Push { by, request, has_request_uri: Ok(false), proof: Ok(None) });
        let Reply::Pushed(taken) = self.serve(world, push, place, pushed(place))? else { return None };
        let to = asking.redirect.unwrap_or(redirect(asking.client.0)).exact;
        world.keep(place, ResponseTarget { redirect: to, state: asking.state, consented: None });
        self.observe_push(world, asking.client, &taken);
        let shown = Shown { grant: taken.handle.grant, digest: digest(taken.handle.secret.symbol()) };
        Some(Asking { pushed: Some((shown, None)), ..asking })
    }
}
