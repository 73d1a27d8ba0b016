//! Lies to the client about its proofs, its nonces, and the tokens that are bound to its key.

use serde_json::json;

use super::{Fault, Faults};
use oauth_core::client::auth_challenge::AuthChallenge;
use oauth_core::client::call::HttpCall;
use oauth_core::client::dpop::{Attempt, Nonces, Peer, Place, Proof};

const CHALLENGE_PARAMETERS: &[&str] = &["realm", "scope", "algs", "error", "error_description"];

impl Faults {
    /// On a proof before it is signed.
    pub(crate) fn on_proof(&self, attempt: Attempt, proof: &mut Proof) {
        for fault in self.iter() {
            match fault {
                Fault::ClientProofUntyped => {
                    proof.header.insert("typ".to_owned(), json!("JWT"));
                }
                Fault::ClientProofShowsKey => {
                    if let Some(jwk) = proof.header.get_mut("jwk").and_then(|jwk| jwk.as_object_mut()) {
                        jwk.insert("d".to_owned(), json!("AQ"));
                    }
                }
                Fault::ClientJtiConstant => {
                    proof.claims.insert("jti".to_owned(), json!("1"));
                }
                Fault::ClientAthOmitted => {
                    proof.claims.remove("ath");
                }
                Fault::ClientNonceForgotten if attempt == Attempt::First => {
                    proof.claims.remove("nonce");
                }
                _ => {}
            }
        }
    }

    /// On a request with its proof.
    pub(crate) fn on_proved_call(&self, peer: Peer, call: &mut HttpCall) {
        let drop_proof = |call: &mut HttpCall| call.headers.retain(|(name, _)| *name != "DPoP");
        if self.has(Fault::ClientRefreshUnproved) && call.body.contains("grant_type=refresh_token") {
            drop_proof(call);
        }
        if self.has(Fault::ClientBoundTokenAsBearer) && peer == Peer::ResourceServer {
            drop_proof(call);
            for (name, value) in &mut call.headers {
                if *name == "Authorization" {
                    *value = value.replacen("DPoP", "Bearer", 1);
                }
            }
        }
    }

    /// On where a nonce belongs.
    pub(crate) fn on_nonce_place(&self, place: &mut Place) {
        if self.has(Fault::ClientNonceShared) {
            place.0 = Peer::AuthorizationServer;
            place.1.clear();
        }
    }

    /// On a nonce that came, with those that came before.
    pub(crate) fn on_given_nonce(&self, known: &Nonces, place: &Place, given: &mut Option<String>) {
        if self.has(Fault::ClientNonceKept) && known.latest(place).is_some() {
            *given = None;
        }
    }

    /// On whether a request is sent again with a nonce.
    pub(crate) fn on_nonce_asked(&self, challenges: &[AuthChallenge], asked: &mut bool) {
        let known = |name: &String| CHALLENGE_PARAMETERS.contains(&name.as_str());
        let odd = challenges.iter().any(|challenge| !challenge.params.iter().all(|(name, _)| known(name)));
        if self.has(Fault::ClientNonceNotFollowed) || (self.has(Fault::ClientUnknownChallengeRefused) && odd)
        {
            *asked = false;
        }
    }
}
