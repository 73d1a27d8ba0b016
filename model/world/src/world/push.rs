//! Authorization requests as the honest server gets them: spelt out, or pushed first (RFC 9126).

use super::parts::{Asking, ResponseTarget};
use super::symbols::{digest, key, proof_of_push, pushed, redirect};
use super::tries::CredentialsOf;
use super::tries::named;
use super::{OWNER, Universe, World};
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::authorize::{Ask, AskedScope, Authorize};
use oauth_core::server::dpop::DpopProof;
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
                scope: self.scenario.client.asks.map(|known| AskedScope { known, has_unknown: false }),
                challenge: asking.challenge,
                resources: self.scenario.client.resource.map(named),
                key: self.key_named(),
            }),
            session: None,
        }
    }

    /// The key that an authorization request names.
    pub(crate) fn key_named(&self) -> Option<Digest> {
        let client = self.scenario.client;
        (client.dpop && !client.key_by_proof).then(|| digest(key(true)))
    }

    /// The key that a code is bound to.
    pub(super) fn key_of_code(&self) -> Option<Digest> {
        let client = self.scenario.client;
        (client.dpop && (client.pushed || !client.key_by_proof)).then(|| digest(key(true)))
    }

    /// The proof that a client pushes its request with, if it names its key so.
    pub(crate) fn proof_of_push(&self, world: &World, place: usize) -> Option<DpopProof> {
        let proof = || self.proof(world, OWNER, proof_of_push(place), None);
        self.scenario.client.key_by_proof.then(proof)
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
        let proof = Ok(self.proof_of_push(world, place));
        let push = Request::Push(Push { by, request, has_request_uri: Ok(false), proof });
        let Reply::Pushed(taken) = self.serve(world, push, place, pushed(place))? else { return None };
        let to = asking.redirect.unwrap_or(redirect(asking.client.0)).exact;
        world.keep(place, ResponseTarget { redirect: to, state: asking.state, consented: None });
        self.observe_push(world, asking.client, &taken);
        let shown = Shown { grant: taken.handle.grant, digest: digest(taken.handle.secret.symbol()) };
        Some(Asking { pushed: Some((shown, None)), ..asking })
    }
}
