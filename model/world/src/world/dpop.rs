//! Proofs of possession: those of the client, and what the attacker has in their place.

use super::symbols::{NONCES, client_key, digest, key, proof_of_call, proof_of_use};
use super::{Known, Next, OWNER, PROFILE, Universe, World};
use oauth_core::refusal::Malformed;
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::Request;
use oauth_core::server::dpop::{DpopProof, Signature, Use};
use oauth_core::server::resource::{Bearer, Need, ResourceRequest, Scheme};
use oauth_core::text::ResourceSet;
use oauth_laws::fact::Sender;

/// What the attacker shows a token with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShownWith {
    /// No proof.
    Nothing,
    /// A proof by its own key.
    OwnKey,
    /// A proof that names the client's key, and that its own key signed.
    Forged,
    /// A proof that leaked, once more.
    Leaked,
}

impl Universe {
    /// A good proof by the client's key.
    pub(super) fn proof(&self, world: &World, browser: usize, id: u8, token: Option<Digest>) -> DpopProof {
        DpopProof {
            key: digest(client_key(browser)),
            id: digest(id),
            made: world.now,
            fits_method: true,
            fits_target: true,
            token,
            nonce: Some(digest(NONCES[0])),
            signature: Signature::Right,
            used: Use::Again,
        }
    }

    /// A proof by the attacker's key.
    pub(super) fn own_proof(&self, world: &World) -> DpopProof {
        let id = proof_of_call(world.calls.len());
        DpopProof { key: digest(key(false)), ..self.proof(world, OWNER, id, None) }
    }

    /// The proof of the client's next token request, for the login in a browser.
    pub(super) fn proof_of_call(
        &self,
        world: &World,
        browser: usize,
    ) -> Result<Option<DpopProof>, Malformed> {
        let id = proof_of_call(world.calls.len());
        Ok(self.scenario.client.dpop.then(|| self.proof(world, browser, id, None)))
    }

    /// The client's request for a resource, with its proof if the token is bound.
    pub(super) fn resource_request(
        &self,
        world: &World,
        browser: usize,
        shown: Shown,
        need: Need,
    ) -> ResourceRequest {
        let id = proof_of_use(browser, world.browsers[browser].uses);
        let scheme = if self.scenario.client.dpop { Scheme::Dpop } else { Scheme::Bearer };
        let proof = self.scenario.client.dpop.then(|| self.proof(world, browser, id, Some(shown.digest)));
        ResourceRequest { bearer: Bearer::Shown(shown), scheme, hash: shown.digest, proof: Ok(proof), need }
    }

    /// The last proof that the client sent to the resource, where the scenario lets it leak.
    pub(super) fn leaked_proof(&self, world: &World) -> Option<DpopProof> {
        let uses = world.browsers[super::OWNER].uses;
        let token = world.visits[super::OWNER].session.login?.token;
        let sent = self.scenario.client.dpop && self.scenario.attacker.leaks.proofs && uses > 0;
        sent.then(|| self.proof(world, OWNER, proof_of_use(super::OWNER, uses), Some(token)))
    }

    /// The proof that the attacker shows a token with, if any; `None` if it has none of this kind.
    pub(crate) fn proof_shown(
        &self,
        world: &World,
        shown: Shown,
        with: ShownWith,
    ) -> Option<Option<DpopProof>> {
        let made =
            || self.proof(world, OWNER, proof_of_use(super::ATTACKER, world.attempts), Some(shown.digest));
        match with {
            ShownWith::Nothing => Some(None),
            ShownWith::OwnKey => Some(Some(DpopProof { key: digest(key(false)), ..made() })),
            ShownWith::Forged => Some(Some(DpopProof { signature: Signature::Wrong, ..made() })),
            ShownWith::Leaked => world.known.iter().find_map(|known| match known {
                Known::Proof(proof) => Some(Some(*proof)),
                _ => None,
            }),
        }
    }

    /// The attacker shows a token behind `DPoP`.
    pub(super) fn show_bound(&self, mut world: World, shown: Shown, with: ShownWith) -> Option<Next> {
        let proof = self.proof_shown(&world, shown, with)?;
        world.attempts += 1;
        let need = Need { resource: ResourceSet::FIRST, scope: PROFILE };
        let bearer = Bearer::Shown(shown);
        let request =
            ResourceRequest { bearer, scheme: Scheme::Dpop, hash: shown.digest, proof: Ok(proof), need };
        let reply = self.serve(&mut world, Request::Resource(request), 0, 0)?;
        self.observe_resource(&mut world, Sender::Thief, None, &request, &reply);
        Some(Next { world, refused: reply.refusal(), client_refused: None })
    }
}
