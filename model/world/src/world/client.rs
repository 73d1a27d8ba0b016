//! The client: its fold, and the requests that come of it, to the server that the login began at.

use std::sync::Arc;

use super::parts::{Asking, At, Call, Known, Server, Visit};
use super::symbols::{
    ISSUER, MALICE, MALICE_CALLBACK, client_session, digest, hashed, minted, redirect, state, verifier,
};
use super::{ATTACKER, Endpoints, Next, OWNER, Universe, World};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::settings::Address;
use oauth_core::client::{Act, Callback, Channel, Event, Flow, Fresh, IssNeed, PushNeed, Revocation, Rules};
use oauth_core::directory::ClientNo;
use oauth_core::policy::Lifetime;
use oauth_core::secret::Digest;
use oauth_core::text::{ChallengeMethod, CodeChallenge, RedirectUri};
use oauth_faults::fault;

impl Universe {
    /// What the client knows of a server.
    fn client_rules(&self, server: Server) -> Rules {
        let address = self.scenario.attacker.malicious.map_or(Address::Own, |malicious| malicious.address);
        let (issuer, redirect) = match (server, address) {
            (Server::Honest, _) => (ISSUER, redirect(0)),
            (Server::Malicious, Address::Shared) => (MALICE, redirect(0)),
            (Server::Malicious, Address::Own) => (MALICE, MALICE_CALLBACK),
        };
        Rules {
            issuer,
            redirect: redirect.exact,
            address,
            iss: IssNeed::Required,
            channel: Channel::Private,
            pkce: self.scenario.client.pkce,
            push: PushNeed::Unneeded,
            revocation: Revocation::None,
            refresh_margin: Lifetime(0),
        }
    }

    /// Folds an event into the client's session of a browser; `server` is the one that the event is about.
    pub(super) fn fold(&self, world: &mut World, browser: usize, server: Server, event: Event) -> Act {
        let rules = self.client_rules(server);
        let session = world.visits[browser].session;
        let (session, act) = self.faults.client_step(world.now, &rules, session, &event);
        world.visits[browser] = Arc::new(Visit { session, ..*world.visits[browser] });
        act
    }

    /// A person opens the client's login at a server; the client makes an authorization request.
    pub(super) fn start_login(&self, mut world: World, browser: usize, server: Server) -> Option<Next> {
        let nth = world.browsers[browser].starts;
        world.browser_mut(browser).starts += 1;
        world.visit_mut(browser).server = server;
        let fresh = Fresh {
            state: minted(state(browser, nth)),
            verifier: minted(verifier(browser, nth)),
            session: minted(client_session(browser, nth)),
            jkt: None,
        };
        let act = self.fold(&mut world, browser, server, Event::LogIn(fresh));
        let Act::ToServer(departure) = act else { return None };
        let is_plain = self.scenario.server.policy.plain || self.faults.has(fault!("client-plain-challenge"));
        let challenge = departure.verifier.map(|verifier| match is_plain {
            true => CodeChallenge { method: ChallengeMethod::Plain, digest: digest(verifier.symbol()) },
            false => {
                CodeChallenge { method: ChallengeMethod::S256, digest: digest(hashed(verifier.symbol())) }
            }
        });
        let named = if server == Server::Honest { redirect(0) } else { self.callback_of(server) };
        let asking = Asking {
            client: ClientNo(0),
            redirect: self.scenario.client.names_redirect.then_some(named),
            challenge,
            state: Some(fresh.state.digest),
            pushed: None,
        };
        let asking = if self.pushes_to(server) { self.push_to(&mut world, server, asking)? } else { asking };
        self.depart(&mut world, browser, server, asking);
        Some(Next::of(world))
    }

    /// The redirect URI at which responses of a server arrive.
    pub(super) fn callback_of(&self, server: Server) -> RedirectUri {
        let own = self.scenario.attacker.malicious.is_some_and(|malicious| malicious.address == Address::Own);
        if server == Server::Malicious && own { MALICE_CALLBACK } else { redirect(0) }
    }

    /// The browser goes to the authorization endpoint that the server's metadata names.
    fn depart(&self, world: &mut World, browser: usize, server: Server, asking: Asking) {
        let Endpoints { push, authorization, .. } = self.endpoints(server);
        // Whoever names the pushed request chooses what the browser brings.
        let endpoint = if self.pushes_to(server) && push == Server::Malicious { push } else { authorization };
        if browser == ATTACKER || endpoint == Server::Malicious {
            self.overhear(world, &asking);
        }
        world.browser_mut(browser).at = match endpoint {
            Server::Honest => At::ToServer(asking),
            Server::Malicious => At::ToMalicious(asking),
        };
    }

    /// A browser brings an authorization response to the client, which sends its token request.
    pub(super) fn callback(&self, mut world: World, browser: usize) -> Option<Next> {
        let At::ToClient(response) = world.browsers[browser].at else { return None };
        world.browser_mut(browser).at = At::Elsewhere;
        if self.faults.has(fault!("client-open-redirector")) && self.scenario.client.forwards_responses {
            // The page at the redirect URI sends the browser on, with all that it brought.
            if let Some(code) = response.code {
                world.learn(Known::Code(code));
            }
            return Some(Next::of(world));
        }
        let is_own = [Server::Honest, Server::Malicious]
            .into_iter()
            .any(|server| self.callback_of(server).exact == response.to);
        if !is_own {
            return Some(Next::of(world));
        }
        let seat = self.seat_of(&world, browser, &response.state);
        let mut server = world.visits[seat].server;
        let iss = if response.iss == Server::Honest { ISSUER } else { MALICE };
        let event = Event::Callback(Callback {
            at: response.to,
            state: Ok(response.state),
            code: Ok(response.code.map(|code| code.digest)),
            error: Ok(response.code.is_none()),
            iss: Ok(Some(iss)),
        });
        self.faults.on_server_chosen(&event, &Server::Honest, &mut server);
        let mut client_refused: Option<ClientRefusal> = None;
        match self.fold(&mut world, seat, server, event) {
            Act::Exchange(secret) => {
                // The verifier goes along that this session made.
                let made = secret.map(|secret| secret.symbol());
                let code = response.code?;
                if world.calls.len() >= usize::from(self.scenario.bounds.calls) {
                    return None;
                }
                let to = self.endpoints(server).token;
                let mut call = self.honest_call(&world, code, made, Some(seat));
                self.prove_to(server, to, &mut call);
                match to {
                    Server::Honest => self.observe_handed(&mut world, seat, code.digest, to),
                    Server::Malicious => self.take_code(&mut world, seat, code, made),
                }
                world.send(Call { to, ..call });
            }
            Act::ShowError(refusal) => client_refused = Some(refusal),
            _ => return None,
        }
        if self.faults.has(fault!("client-callback-shows-page")) && client_refused.is_none() {
            world.browser_mut(browser).at = At::OnCallbackPage(response);
        }
        Some(Next { world, refused: None, client_refused })
    }

    /// The browser whose session a response belongs to: the one that brings it.
    fn seat_of(&self, world: &World, browser: usize, state: &Option<Digest>) -> usize {
        let waits = |seat: &usize| match world.visits[*seat].session.flow {
            Flow::Waiting(waiting) => Some(waiting.state) == *state,
            Flow::Idle | Flow::Exchanging => false,
        };
        if !self.scenario.client.sessions_by_state {
            return browser;
        }
        [OWNER, ATTACKER].into_iter().find(waits).unwrap_or(browser)
    }
}
