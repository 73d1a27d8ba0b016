//! Lies to the client, by topic: each fault's name, sentence, rules and lies stand together.

pub(crate) mod discovery;
pub(crate) mod dpop;
pub(crate) mod login;
pub(crate) mod pages;
pub(crate) mod push_revoke;
pub(crate) mod resource;
pub(crate) mod response;
pub(crate) mod token;

mod tell;

use oauth_core::client::auth_challenge::AuthChallenge;
use oauth_core::client::dpop::{self as proofs, Attempt, Nonces, Peer, Place};
use oauth_core::client::http_call::HttpCall;
use oauth_core::client::receive;
use oauth_core::client::reply::ClientPage;
use oauth_core::client::settings::Settings;
use oauth_core::client::site::SiteRefusal;
use oauth_core::client::{self, Act, Callback, Event, Rules, Session};
use oauth_core::http::{HttpReply, HttpRequest};

use crate::edit::{Members, Pairs};

/// One lie, and the place where it is told.
#[derive(Clone, Copy)]
pub(crate) enum Lie {
    /// On the origin that a client gives itself.
    OwnOrigin(fn(&mut String)),
    /// On what a client is told about a server.
    Known(fn(&mut Settings)),
    /// On its configuration: this is not seen.
    Overlook(SiteRefusal),
    /// On certificates: whatever they say is believed. Whoever makes the connection tells this lie.
    CertificatesBelieved,
    /// On the fresh secrets of a login.
    Fresh(fn(&mut client::Fresh)),
    /// On a browser's request, after it was decoded.
    Received(fn(&HttpRequest, &mut receive::Received)),
    /// On whom an event is about: the first server, where this says so.
    FirstServer(fn(&Event) -> bool),
    /// On what a step reads.
    Before(fn(&mut Rules, &mut Session, &mut Event)),
    /// On the session after a step, with the one before any lie.
    After(fn(&Session, &mut Session)),
    /// On the way to the server, with the verifier.
    Departure(fn(&Settings, Option<&str>, &mut HttpReply<ClientPage>)),
    /// On the answer to a browser's request, with the access token that lies beside the session.
    Reply(fn(&HttpRequest, &Act, Option<&str>, &mut HttpReply<ClientPage>)),
    /// On a push.
    PushCall(fn(&Settings, &mut HttpCall)),
    /// On the `request_uri` that a server gave.
    RequestUri(fn(&mut String)),
    /// On a token request.
    TokenCall(fn(&Settings, &mut HttpCall)),
    /// On the members of the token endpoint's answer.
    TokenAnswer(fn(&mut Members)),
    /// On a request for the resource.
    ResourceCall(fn(&Settings, &mut HttpCall)),
    /// On a request that takes a token back.
    RevocationCall(fn(&Settings, &mut HttpCall)),
    /// On the status of its answer, with the body.
    RevocationAnswer(fn(&mut u16, &[u8])),
    /// On where a nonce belongs.
    NoncePlace(fn(&mut Place)),
    /// On a proof before it is signed.
    Proof(fn(Attempt, &mut proofs::Proof)),
    /// On a request with its proof.
    ProvedCall(fn(Peer, &mut HttpCall)),
    /// On a nonce that came, with those that came before.
    GivenNonce(fn(&Nonces, &Place, &mut Option<String>)),
    /// On whether a request is sent again with a nonce.
    NonceAsked(fn(&[AuthChallenge], &mut bool)),
    /// On a resource that named its server: it is not asked again.
    ResourceKept,
    /// On the challenges with which a resource answered.
    Challenges(fn(&mut Vec<AuthChallenge>)),
    /// On the request for a resource's metadata.
    ResourceMetadataCall(fn(&Settings, &mut HttpCall)),
    /// On the members of a resource's metadata.
    ResourceMetadata(fn(&mut Settings, &mut Members)),
    /// On the request for a server's metadata.
    MetadataCall(fn(&Settings, &mut HttpCall)),
    /// On a server's metadata.
    Metadata(fn(&Settings, &mut Vec<u8>)),
}

/// Changes an authorization response that arrived.
fn with_callback(event: &mut Event, change: impl FnOnce(&mut Callback)) {
    if let Event::Callback(callback) = event {
        change(callback);
    }
}

/// Changes the form of a call.
fn edit_form(call: &mut HttpCall, edit: impl FnOnce(&mut Pairs)) {
    let mut pairs = Pairs::of(&call.body);
    edit(&mut pairs);
    call.body = pairs.text();
}

fn forget_authorization(call: &mut HttpCall) {
    call.headers.retain(|(name, _)| *name != "Authorization");
}
