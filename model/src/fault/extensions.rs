//! Lies about pushed requests (RFC 9126).

use super::Fault;
use super::step::NEVER;
use crate::grant::{Phase, Pushed};
use crate::server::Found;
use crate::server::authenticate::Proof;
use crate::server::push::{AuthorizePushed, Push};

/// Before a client's request is judged.
pub(super) fn before_push(fault: Fault, found: &Found<'_>, push: &mut Push) {
    if let (Ok(by), Some(secret)) = (&mut push.by, found.client.and_then(|client| client.secret))
        && fault == Fault::PushUnauthenticated
    {
        by.proof = Proof::Basic(secret);
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
