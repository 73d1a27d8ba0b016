//! The attacker's own authorization server: what it overhears, where it sends browsers, what it answers.
//!
//! A client that works with several servers may meet one that belongs to an attacker (RFC 9700 4.4). Its metadata may
//! name the honest server's endpoints as its own.

use super::action::Action;
use super::craft::Handles;
use super::parts::{Asking, At, Known, Server, Stage};
use super::resource::Endpoints;
use super::symbols::{MALICIOUS_REQUEST, digest, grant_id};
use super::tries::CredentialsOf;
use super::{ATTACKER, MOST_GRANTS, Next, OWNER, Universe, World};
use oauth_core::client::TokenAnswer;
use oauth_core::client::settings::Address;
use oauth_core::secret::Shown;

/// A malicious server among those that the client offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malicious {
    /// Whose endpoints its metadata names.
    pub endpoints: Endpoints,
    /// Whether the honest server's responses arrive at the same redirect URI.
    pub address: Address,
    /// Whether the owner, and whether the attacker, may choose it for a login.
    pub chosen: [bool; 2],
    /// Whether somebody on the network can turn the owner's choice of the honest server into one of this.
    pub rewrites: bool,
    /// Whether what proves the client to this server proves it to the honest one as well. What it sees of that proves
    /// nothing to anybody else.
    pub same_credentials: bool,
    /// Whether the client writes the name of a pushed request into its address as it came, so that the server which
    /// gave the name adds parameters of its choice.
    pub polluted: bool,
    /// Whether the client pushes its requests to this server only, where it pushes any.
    pub unpushed_at_honest: bool,
    /// Whether its token endpoint answers with tokens that the attacker has.
    pub injects: bool,
}

impl Universe {
    /// The attacker sees an authorization request.
    pub(super) fn overhear(&self, world: &mut World, asking: &Asking) {
        if !self.scenario.attacker.powers.any() {
            return;
        }
        if asking.pushed.is_some() {
            world.learn(Known::Pushed(*asking));
            return;
        }
        if let Some(challenge) = asking.challenge {
            world.learn(Known::CodeChallenge(challenge));
        }
        if let Some(state) = asking.state {
            world.learn(Known::State(state));
        }
    }

    /// Whether the client's requests to a server are pushed.
    pub(super) fn pushes_to(&self, server: Server) -> bool {
        let left_out = self.scenario.attacker.malicious.is_some_and(|malicious| malicious.unpushed_at_honest);
        self.scenario.client.pushed && !(left_out && server == Server::Honest)
    }

    /// The client pushes its request where the metadata of the server says; the browser carries the name of it.
    pub(super) fn push_to(&self, world: &mut World, server: Server, asking: Asking) -> Option<Asking> {
        match (server, self.scenario.attacker.malicious) {
            (Server::Malicious, Some(malicious)) if malicious.endpoints.push == Server::Malicious => {
                self.overhear(world, &asking);
                let name = Shown { grant: grant_id(MOST_GRANTS), digest: digest(MALICIOUS_REQUEST) };
                Some(Asking { pushed: Some((name, None)), ..asking })
            }
            (Server::Malicious, Some(malicious))
                if !malicious.same_credentials && !self.scenario.client.public =>
            {
                None
            }
            (Server::Honest | Server::Malicious, _) => self.push(world, asking, CredentialsOf::Right),
        }
    }

    /// A code and its verifier arrive at the malicious token endpoint.
    pub(super) fn take_code(&self, world: &mut World, browser: usize, code: Shown, verifier: Option<u8>) {
        world.learn(Known::Code(code));
        if let Some(verifier) = verifier {
            world.learn(Known::Verifier(verifier));
        }
        self.observe_handed(world, browser, code.digest, Server::Malicious);
    }

    /// A token arrives at the malicious resource.
    pub(super) fn take_token(&self, world: &mut World, browser: usize, token: Shown) {
        world.learn(Known::Token(token));
        self.observe_handed(world, browser, token.digest, Server::Malicious);
    }

    /// Where the malicious server sends the owner.
    pub(super) fn malicious_ways(&self, world: &World, actions: &mut Vec<Action>) {
        let Some(malicious) = self.scenario.attacker.malicious else { return };
        if let At::ToMalicious(asking) = world.browsers[ATTACKER].at
            && is_at_honest(&asking)
        {
            actions.push(Action::Carry(ATTACKER, asking));
        }
        if let At::ToMalicious(asking) = world.browsers[OWNER].at {
            let names_only = malicious.endpoints.authorization == Server::Honest && !malicious.polluted;
            let handles = if names_only { Handles::Only } else { Handles::Also };
            for request in self.requests(world, handles) {
                actions.push(Action::Carry(OWNER, request));
            }
            // As it came: what was pushed at the honest server.
            if is_at_honest(&asking) && !world.known.contains(&Known::Pushed(asking)) {
                actions.push(Action::Carry(OWNER, asking));
            }
            if malicious.endpoints.authorization == Server::Malicious {
                for response in self.responses(world, OWNER) {
                    actions.push(Action::Bring(OWNER, response));
                }
            }
        }
    }

    /// What the malicious server does at its other endpoints, and somebody on the way to it.
    pub(super) fn malicious_answers(&self, world: &World, actions: &mut Vec<Action>) {
        let Some(malicious) = self.scenario.attacker.malicious else { return };
        let is_new = world.browsers[OWNER].starts < self.scenario.people.starts[OWNER];
        if malicious.rewrites && is_new && matches!(world.browsers[OWNER].at, At::Elsewhere) {
            actions.push(Action::Rewrite);
        }
        for (at, call) in world.calls.iter().enumerate() {
            if malicious.injects && call.to == Server::Malicious && call.stage == Stage::Sent {
                for known in world.known.iter() {
                    if let Known::Token(token) = known {
                        actions.push(Action::Answer(at, *token));
                    }
                }
            }
        }
    }

    /// The malicious token endpoint answers with a token that the attacker has.
    pub(super) fn answer_with(&self, mut world: World, at: usize, token: Shown) -> Option<Next> {
        let call = **world.calls.get(at)?;
        world.call_mut(at).stage = Stage::Done;
        let answer = Ok(TokenAnswer { token: token.digest, until: None, refresh: None });
        let client_refused = self.take_tokens(&mut world, call.session?, at, answer);
        Some(Next { world, refused: None, client_refused })
    }
}

/// Whether a request was pushed to the honest server.
fn is_at_honest(asking: &Asking) -> bool {
    asking.pushed.is_some_and(|(name, _)| name.grant != grant_id(MOST_GRANTS))
}
