//! Lies about pushed requests (RFC 9126) and proofs of possession (RFC 9449).

use super::Fault;
use super::step::NEVER;
use oauth_core::grant::{Phase, Pushed};
use oauth_core::policy::Lifetime;
use oauth_core::server::authenticate::Credentials;
use oauth_core::server::dpop::{Signature, Use};
use oauth_core::server::push::{AuthorizePushed, Push};
use oauth_core::server::redeem::{TokenAsk, TokenRequest};
use oauth_core::server::resource::{ResourceRequest, Scheme};
use oauth_core::server::{Found, Inputs, Request};

/// About the proof of a request, before it is marked and before it is judged.
pub(super) fn before_proof(fault: Fault, at: &mut Inputs, request: &mut Request) {
    let nonce = at.nonces.current;
    let Some(proof) = request.proof() else { return };
    match fault {
        Fault::ProofSignatureUnchecked | Fault::ProofAlgorithmUnchecked => {
            proof.signature = Signature::Right;
        }
        Fault::ProofMethodUnchecked => proof.fits_method = true,
        Fault::ProofTargetUnchecked => proof.fits_target = true,
        Fault::ProofUnexpiring => {
            proof.made = proof.made.min(at.now);
            at.policy.proof_lifetime = Lifetime(u32::MAX);
        }
        Fault::ProofReplayable => proof.used = Use::First,
        Fault::ProofNonceUnchecked | Fault::NonceCounted | Fault::NonceUnquotable
            if proof.nonce.is_some() =>
        {
            proof.nonce = Some(nonce);
        }
        Fault::ProofNonceOptional if proof.nonce.is_none() => proof.nonce = Some(nonce),
        _ => {}
    }
}

/// About what the proof of a token request has to fit.
pub(super) fn before_token(fault: Fault, found: &mut Found<'_>, token: &TokenRequest) {
    let Some(grant) = &mut found.grant else { return };
    match (fault, token.ask, &mut grant.phase) {
        (Fault::CodeOfAnyKey, Ok(TokenAsk::Redeem(_)), _) => grant.terms.key = None,
        (Fault::RefreshOfOneKey, Ok(TokenAsk::Refresh(_)), Phase::Live(live)) => {
            if let Some(refresh) = &mut live.refresh {
                refresh.key = live.access.key;
            }
        }
        (Fault::RefreshOfAnyKey, Ok(TokenAsk::Refresh(_)), Phase::Live(live)) => {
            if let Some(refresh) = &mut live.refresh {
                refresh.key = None;
            }
        }
        _ => {}
    }
}

/// About what the proof of a request for a resource has to fit.
pub(super) fn before_resource(fault: Fault, found: &mut Found<'_>, request: &mut ResourceRequest) {
    let hash = request.hash;
    let proof = request.proof.as_mut().ok().and_then(Option::as_mut);
    match (fault, found.grant.as_mut().map(|grant| &mut grant.phase)) {
        (Fault::ProofOfAnyToken, _) => {
            if let Some(proof) = proof {
                proof.token = Some(hash);
            }
        }
        (Fault::ProofOfAnyKey, Some(Phase::Live(live))) if live.access.key.is_some() => {
            live.access.key = proof.map(|proof| proof.key).or(live.access.key);
        }
        (Fault::BoundTokenAsBearerTaken, Some(Phase::Live(live))) if request.scheme == Scheme::Bearer => {
            live.access.key = None;
        }
        _ => {}
    }
}

/// Before a client's request is judged.
pub(super) fn before_push(fault: Fault, found: &Found<'_>, push: &mut Push) {
    let Some(client) = found.client else { return };
    match (fault, &mut push.by, client.secret) {
        (Fault::PushUnauthenticated, Ok(by), Some(secret)) => by.credentials = Credentials::Basic(secret),
        (Fault::PushClientAssumed, ..) if push.request.client.is_err() => {
            push.request.client = Ok(Some(client.no));
        }
        (Fault::PushUnjudged, ..) => {
            if let Ok(ask) = &mut push.request.ask {
                ask.response_type_is_code = true;
            }
        }
        _ => {}
    }
}

/// Before a browser's request is judged.
pub(super) fn before_pushed(fault: Fault, found: &mut Found<'_>, request: &AuthorizePushed) {
    let (Some(grant), Some(shown)) = (&mut found.grant, request.pushed) else { return };
    match (fault, &mut grant.phase) {
        (Fault::RequestUriOfAnyClient, Phase::Pushed(_)) => {
            if let Some(client) = found.client {
                grant.terms.client = client.no;
            }
        }
        (Fault::RequestUriReusable, Phase::Coded(_) | Phase::Live(_)) => {
            grant.phase = Phase::Pushed(Pushed { secret: shown.digest, until: NEVER });
        }
        (Fault::RequestUriUnexpiring, Phase::Pushed(pushed)) => pushed.until = NEVER,
        _ => {}
    }
}
