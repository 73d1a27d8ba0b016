//! Lies to the client about pushed requests and about taking tokens back.

use super::edit::Pairs;
use super::{Fault, Faults};
use oauth_core::client::call::HttpCall;
use oauth_core::client::{Channel, PushNeed, Revocation, Rules};

impl Faults {
    /// On the `request_uri` that a server gave.
    pub(crate) fn on_request_uri(&self, request_uri: &mut String) {
        if self.has(Fault::ClientRequestUriConstant) {
            "urn:ietf:params:oauth:request_uri:first".clone_into(request_uri);
        }
    }

    /// On the status with which a server answered that a token ended.
    pub(crate) fn on_revocation_answer(&self, status: &mut u16, body: &[u8]) {
        if self.has(Fault::ClientReadsRevocationBody) && *status == 200 && !body.is_empty() {
            *status = 400;
        }
        if self.has(Fault::ClientRevokedAnyway) && *status == 503 {
            *status = 200;
        }
    }
}

pub(super) fn lie_about_server(fault: Fault, rules: &mut Rules) {
    if fault == Fault::ClientSendsInClear {
        rules.channel = Channel::Private;
    }
    match (fault, rules.push, rules.revocation) {
        (Fault::ClientPushSkipped, PushNeed::Needed, _) => rules.push = PushNeed::Unneeded,
        (Fault::ClientRevokesInClear, _, Revocation::Unsafe) => rules.revocation = Revocation::Offered,
        _ => {}
    }
}

pub(super) fn lie_in_push(fault: Fault, call: &mut HttpCall) {
    let mut pairs = Pairs::of(&call.body);
    match fault {
        Fault::ClientPushNamesRequestUri => pairs.push("request_uri", "urn%3Aexample%3Aother"),
        Fault::ClientPushUntied => {
            for name in ["state", "code_challenge", "code_challenge_method"] {
                pairs.remove(name);
            }
        }
        _ => return,
    }
    call.body = pairs.text();
}

pub(super) fn lie_in_revocation(fault: Fault, call: &mut HttpCall) {
    if fault != Fault::ClientRevokesUnauthenticated {
        return;
    }
    call.headers.retain(|(name, _)| *name != "Authorization");
    let mut pairs = Pairs::of(&call.body);
    pairs.remove("client_id");
    pairs.remove("client_secret");
    call.body = pairs.text();
}
