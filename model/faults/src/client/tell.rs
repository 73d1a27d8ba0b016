//! Where the lies to the client are told.

use oauth_core::client::auth_challenge::AuthChallenge;
use oauth_core::client::dpop::{Attempt, Nonces, Peer, Place, Proof};
use oauth_core::client::http_call::HttpCall;
use oauth_core::client::receive::Received;
use oauth_core::client::reply::ClientPage;
use oauth_core::client::settings::Settings;
use oauth_core::client::site::SiteRefusal;
use oauth_core::client::{Act, Event, Fresh, Rules, Session, step};
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::policy::Time;
use serde_json::Value;

use super::Lie;
use crate::Faults;
use crate::edit::Members;

/// A method that tells each lie of a kind.
macro_rules! tell {
    ($($(#[$doc:meta])* $name:ident: $kind:ident($($value:ident: $type:ty),*);)*) => {
        $($(#[$doc])*
        pub(crate) fn $name(&self, $($value: $type),*) {
            for lie in self.client_lies() {
                if let Lie::$kind(tell) = lie {
                    tell($($value),*);
                }
            }
        })*
    };
}

impl Faults {
    tell! {
        /// On the origin that a client gives itself.
        on_own_origin: OwnOrigin(origin: &mut String);
        /// On what a client is told about a server.
        on_client_settings: Known(settings: &mut Settings);
        /// On the fresh secrets of a login.
        on_client_fresh: Fresh(fresh: &mut Fresh);
        /// After a browser's request was decoded.
        on_client_received: Received(request: &HttpRequest, received: &mut Received);
        /// On a push.
        on_push_call: PushCall(settings: &Settings, call: &mut HttpCall);
        /// On the `request_uri` that a server gave.
        on_request_uri: RequestUri(request_uri: &mut String);
        /// On a token request.
        on_token_call: TokenCall(settings: &Settings, call: &mut HttpCall);
        /// On a request for the resource.
        on_resource_call: ResourceCall(settings: &Settings, call: &mut HttpCall);
        /// On a request that takes a token back.
        on_revocation_call: RevocationCall(settings: &Settings, call: &mut HttpCall);
        /// On the status of its answer.
        on_revocation_answer: RevocationAnswer(status: &mut u16, body: &[u8]);
        /// On where a nonce belongs.
        on_nonce_place: NoncePlace(place: &mut Place);
        /// On a proof before it is signed.
        on_proof: Proof(attempt: Attempt, proof: &mut Proof);
        /// On a request with its proof.
        on_proved_call: ProvedCall(peer: Peer, call: &mut HttpCall);
        /// On a nonce that came, with those that came before.
        on_given_nonce: GivenNonce(known: &Nonces, place: &Place, given: &mut Option<String>);
        /// On whether a request is sent again with a nonce.
        on_nonce_asked: NonceAsked(challenges: &[AuthChallenge], asked: &mut bool);
        /// On the challenges with which a resource answered.
        on_challenges: Challenges(challenges: &mut Vec<AuthChallenge>);
        /// On the request for a resource's metadata.
        on_resource_metadata_call: ResourceMetadataCall(settings: &Settings, call: &mut HttpCall);
        /// On the request for a server's metadata.
        on_metadata_call: MetadataCall(settings: &Settings, call: &mut HttpCall);
        /// On a server's metadata.
        on_metadata: Metadata(settings: &Settings, body: &mut Vec<u8>);
    }
}

impl Faults {
    /// Whether the certificates of servers are looked at.
    pub(crate) fn checks_certificates(&self) -> bool {
        !self.client_lies().any(|lie| matches!(lie, Lie::CertificatesBelieved))
    }

    /// Whether a resource is asked again which server to go to.
    pub(crate) fn asks_resource_again(&self) -> bool {
        !self.client_lies().any(|lie| matches!(lie, Lie::ResourceKept))
    }

    /// On the judgement of a client's configuration.
    pub(crate) fn on_configuration(&self, judged: &mut Result<(), SiteRefusal>) {
        for lie in self.client_lies() {
            if let Lie::Overlook(unseen) = lie
                && *judged == Err(unseen)
            {
                *judged = Ok(());
            }
        }
    }

    /// On the choice of the server that a browser's request is about; `first` is the first that is configured.
    pub fn on_server_chosen<S: Clone>(&self, event: &Event, first: &S, chosen: &mut S) {
        for lie in self.client_lies() {
            if let Lie::FirstServer(is_taken) = lie
                && is_taken(event)
            {
                chosen.clone_from(first);
            }
        }
    }

    /// Folds one event into a client's session, and lies before and after.
    pub fn client_step(&self, now: Time, rules: &Rules, session: Session, event: &Event) -> (Session, Act) {
        if self.is_empty() {
            return step(now, rules, session, event);
        }
        let (mut rules, mut lied, mut event) = (*rules, session, *event);
        for lie in self.client_lies() {
            if let Lie::Before(tell) = lie {
                tell(&mut rules, &mut lied, &mut event);
            }
        }
        let (mut next, act) = step(now, &rules, lied, &event);
        for lie in self.client_lies() {
            if let Lie::After(tell) = lie {
                tell(&session, &mut next);
            }
        }
        (next, act)
    }

    /// On the token endpoint's answer.
    pub(crate) fn on_token_answer(&self, body: &mut Vec<u8>) {
        for lie in self.client_lies() {
            if let Lie::TokenAnswer(tell) = lie {
                edit_members(body, tell);
            }
        }
    }

    /// On the resource's metadata that came.
    pub(crate) fn on_resource_metadata(&self, settings: &mut Settings, body: &mut Vec<u8>) {
        for lie in self.client_lies() {
            if let Lie::ResourceMetadata(tell) = lie {
                edit_members(body, |members| tell(settings, members));
            }
        }
    }

    /// On the answer to the browser; `token` is the access token that lies beside the session.
    pub(crate) fn on_client_reply(
        &self,
        request: &HttpRequest,
        settings: &Settings,
        act: &Act,
        token: Option<&str>,
        reply: &mut HttpReply<ClientPage>,
    ) {
        for lie in self.client_lies() {
            if let (Lie::Departure(tell), Act::ToServer(departure)) = (lie, act) {
                let verifier = departure.verifier.map(|verifier| verifier.text());
                tell(settings, verifier.as_deref(), reply);
            }
            if let Lie::Reply(tell) = lie {
                tell(request, act, token, reply);
            }
        }
    }
}

fn edit_members(body: &mut Vec<u8>, edit: impl FnOnce(&mut Members)) {
    if let Ok(mut members) = serde_json::from_slice::<Members>(body) {
        edit(&mut members);
        *body = Value::Object(members).to_string().into_bytes();
    }
}
