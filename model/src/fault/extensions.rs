//! Lies about pushed requests (RFC 9126).

use super::Fault;
use super::step::NEVER;
use crate::grant::{Phase, Pushed};
use crate::server::Found;
use crate::server::authenticate::Proof;
use crate::server::push::{AuthorizePushed, Push};

/// Before a client's request is judged.
pub(super) fn before_push(fault: Fault, found: &Found<'_>, push: &mut Push) {
    let Some(client) = found.client else { return };
    match (fault, &mut push.by, client.secret) {
        (Fault::PushUnauthenticated, Ok(by), Some(secret)) => by.proof = Proof::Basic(secret),
        (Fault::PushClientAssumed, ..) if push.request.client.is_err() => {
            push.request.client = Ok(Some(client.no));
        }
        (Fault::PushUnjudged, ..) => {
            if let Ok(ask) = &mut push.request.ask {
                ask.response_type_is_code = true;
            }
        }
        (Fault::RedirectUriUnchecked, ..) => {
            if let (Ok(Some(uri)), Some(registered)) = (&mut push.request.redirect, client.redirects.first())
            {
                *uri = *registered;
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
