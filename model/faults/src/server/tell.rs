//! Where the lies to the server are told.

use std::borrow::Cow;

use oauth_core::directory::{Client, Directory};
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::server::dpop::DpopProof;
use oauth_core::server::login::{Checked, Password};
use oauth_core::server::received::Received;
use oauth_core::server::{Found, Fresh, Inputs, Outcome, Request, step};

use super::{AUTHORIZE, Lie, Race, response_pairs};
use crate::Faults;
use crate::edit::{Pairs, edit_json, edit_location};

impl Faults {
    /// Whether records are written without comparing what was read.
    #[must_use]
    pub fn blind_write(&self) -> bool {
        self.race().is_some()
    }

    /// Which requests meet, where records are written without comparing what was read.
    #[must_use]
    pub fn race(&self) -> Option<Race> {
        self.server_lies().find_map(|lie| if let Lie::Store(race) = lie { Some(race) } else { None })
    }

    /// Before a request is decoded, with its path below the issuer.
    pub(crate) fn on_http(&self, path: &str, request: &mut HttpRequest) {
        for lie in self.server_lies() {
            if let Lie::Http(at, tell) = lie
                && at.has(path)
            {
                tell(request);
            }
            if let Lie::Form(at, tell) = lie
                && at.has(path)
            {
                Pairs::edit_body(request, tell);
            }
            if let Lie::Query(tell) = lie
                && AUTHORIZE.has(path)
                && request.method == "GET"
            {
                Pairs::edit_query(request, tell);
            }
        }
    }

    /// After a request was decoded, with the request as it arrived.
    pub(crate) fn on_received(&self, request: &HttpRequest, received: &mut Received, directory: &Directory) {
        for lie in self.server_lies() {
            if let Lie::Read(tell) = lie {
                tell(request, received, directory);
            }
        }
    }

    /// After name and password were checked.
    pub(crate) fn on_checked(&self, password: &Password, directory: &Directory, checked: Checked) -> Checked {
        self.server_lies().fold(checked, |checked, lie| {
            if let Lie::Owner(tell) = lie { tell(password, directory, checked) } else { checked }
        })
    }

    /// On the fresh randomness of a step.
    pub(crate) fn on_fresh(&self, fresh: &mut Fresh) {
        for lie in self.server_lies() {
            if let Lie::Fresh(tell) = lie {
                tell(fresh);
            }
        }
    }

    /// Before a proof is marked as used.
    pub fn before_marking(&self, at: &mut Inputs, proof: &mut DpopProof) {
        for lie in self.server_lies() {
            if let Lie::Proof(tell) = lie {
                tell(at, proof);
            }
        }
    }

    /// Judges a request against the records that were found, and lies before and after.
    pub fn step(&self, at: &Inputs, found: &Found<'_>, request: &Request) -> Outcome {
        if self.is_empty() {
            return step(at, found, request);
        }
        let (mut at, mut request) = (*at, *request);
        let client = found.client.map(|client| self.on_client(client, &request));
        let mut found = Found { client: client.as_deref(), ..*found };
        if let Some(proof) = request.proof() {
            self.before_marking(&mut at, proof);
        }
        for lie in self.server_lies() {
            if let Lie::Policy(tell) = lie {
                tell(&mut at.policy);
            }
            if let Lie::Before(tell) = lie {
                tell(&mut found, &mut request);
            }
        }
        let mut outcome = step(&at, &found, &request);
        for lie in self.server_lies() {
            if let Lie::After(tell) = lie {
                tell(&at, &found, &request, &mut outcome);
            }
        }
        outcome
    }

    fn on_client<'a>(&self, client: &'a Client, request: &Request) -> Cow<'a, Client> {
        let mut client = Cow::Borrowed(client);
        for lie in self.server_lies() {
            if let Lie::Client(tell) = lie {
                tell(client.to_mut(), request);
            }
        }
        client
    }

    /// On a reply, with the request as it arrived.
    pub(crate) fn on_reply(&self, request: &HttpRequest, reply: &mut HttpReply, directory: &Directory) {
        for lie in self.server_lies() {
            if let Lie::Reply(at, tell) = lie
                && at.has(&request.path)
            {
                tell(request, reply, directory);
            }
            if let Lie::Response(tell) = lie
                && AUTHORIZE.has(&request.path)
                && response_pairs(reply).is_some()
            {
                edit_location(reply, tell);
            }
            if let Lie::Told(at, tell) = lie
                && at.has(&request.path)
                && reply.status < 400
            {
                edit_json(reply, |told| tell(request, told));
            }
            if let Lie::Error(at, tell) = lie
                && at.has(&request.path)
                && reply.status >= 400
            {
                edit_json(reply, |told| tell(request, told));
            }
        }
    }
}
