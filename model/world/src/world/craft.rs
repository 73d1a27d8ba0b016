//! What the attacker composes from what it knows: any authorization request, response and token request of which it has
//! the parts.

use super::action::Action;
use super::calls::sent;
use super::parts::{Asking, At, Known, Response, Server};
use super::symbols::{EVIL, JUNK, OWN_VERIFIER, digest, grant_id, hashed, redirect, verifier_of};
use super::tries::{Crafted, CredentialsOf};
use super::{ATTACKER, Next, OWNER, Universe, World};
use oauth_core::client::Flow;
use oauth_core::directory::ClientNo;
use oauth_core::secret::Shown;
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::text::{ChallengeMethod, CodeChallenge, RedirectUri, Verifier};
use oauth_laws::fact::Sender;

/// What an attacker can do, beside what the tables of its scenario let it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Powers {
    /// It puts authorization requests into the owner's browser.
    pub lures: bool,
    /// It puts authorization responses into the owner's browser, while a login waits for one.
    pub plants: bool,
    /// It brings authorization requests of its own making to the server, in its browser.
    pub asks: bool,
    /// It brings authorization responses of its own making to the client, in its browser.
    pub injects: bool,
    /// It sends token requests.
    pub redeems: bool,
    /// It pushes requests in the client's name.
    pub pushes: bool,
    /// It has a registered client of its own, number 1.
    pub client: bool,
    /// It names redirect URIs of its own.
    pub evil_redirects: bool,
}

impl Powers {
    /// None of them.
    pub const NONE: Self = Self {
        lures: false,
        plants: false,
        asks: false,
        injects: false,
        redeems: false,
        pushes: false,
        client: false,
        evil_redirects: false,
    };

    /// Whether it has any.
    #[must_use]
    pub fn any(&self) -> bool {
        *self != Self::NONE
    }
}

/// Whether a request may be spelt out, or only named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handles {
    /// By the name of a pushed request only.
    Only,
    /// Spelt out as well.
    Also,
}

fn codes(world: &World) -> impl Iterator<Item = Shown> {
    world.known.iter().filter_map(|known| match known {
        Known::Code(code) => Some(*code),
        _ => None,
    })
}

/// A code that nobody issued.
fn made_up() -> Shown {
    Shown { grant: grant_id(0), digest: digest(JUNK) }
}

fn challenges(world: &World) -> impl Iterator<Item = CodeChallenge> {
    world.known.iter().filter_map(|known| match known {
        Known::CodeChallenge(challenge) => Some(*challenge),
        _ => None,
    })
}

impl Universe {
    fn clients(&self) -> impl Iterator<Item = u16> {
        (0..2).filter(|client| *client == 0 || self.scenario.attacker.powers.client)
    }

    /// The redirect URIs that a request for a client names; none where the registration is enough.
    fn redirects(&self, client: u16) -> impl Iterator<Item = Option<RedirectUri>> {
        let evil = self.scenario.attacker.powers.evil_redirects.then_some(Some(EVIL));
        let left_out = (client != 0).then_some(None);
        std::iter::once(Some(redirect(client))).chain(evil).chain(left_out)
    }

    /// Every authorization request that the attacker can compose.
    pub(super) fn requests(&self, world: &World, handles: Handles) -> Vec<Asking> {
        let mut requests: Vec<Asking> = world
            .known
            .iter()
            .filter_map(|known| match known {
                Known::Pushed(asking) => Some(*asking),
                _ => None,
            })
            .collect();
        if handles == Handles::Only {
            return requests;
        }
        let own = CodeChallenge { method: ChallengeMethod::S256, digest: digest(hashed(OWN_VERIFIER)) };
        let states = || {
            let known = world.known.iter().filter_map(|known| match known {
                Known::State(state) => Some(Some(*state)),
                _ => None,
            });
            std::iter::once(None).chain(known)
        };
        for client in self.clients() {
            for redirect in self.redirects(client) {
                for challenge in [None, Some(own)].into_iter().chain(challenges(world).map(Some)) {
                    requests.extend(states().map(|state| Asking {
                        client: ClientNo(client),
                        redirect,
                        challenge,
                        state,
                        pushed: None,
                    }));
                }
            }
        }
        requests
    }

    /// Every authorization response with a code that the attacker can compose for a browser's visit at the client.
    pub(super) fn responses(&self, world: &World, browser: usize) -> Vec<Response> {
        let servers = [Server::Honest, Server::Malicious];
        let servers = &servers[..if self.scenario.attacker.malicious.is_some() { 2 } else { 1 }];
        let state = match world.visits[browser].session.flow {
            Flow::Waiting(waiting) => Some(waiting.state),
            Flow::Idle | Flow::Exchanging => None,
        };
        // Any other state than the one that is waited for is as good as none.
        let state = state.filter(|state| world.known.contains(&Known::State(*state)));
        let injects = self.scenario.attacker.malicious.is_some_and(|malicious| malicious.injects);
        let mut responses = Vec::new();
        for code in codes(world).chain(injects.then(made_up)) {
            for to in servers {
                let to = self.callback_of(*to).exact;
                let of = |iss: &Server| Response { to, code: Some(code), state, iss: *iss };
                responses.extend(
                    servers
                        .iter()
                        .map(of)
                        .filter(|response| !responses.contains(response))
                        .collect::<Vec<_>>(),
                );
            }
        }
        responses
    }

    /// Every token request with a code that the attacker can compose.
    fn token_requests(&self, world: &World) -> Vec<Crafted> {
        let known = world.known.iter().filter_map(|known| match known {
            Known::Verifier(verifier) => Some(verifier_of(*verifier)),
            // Good where the challenge is the verifier.
            Known::CodeChallenge(challenge) if challenge.method == ChallengeMethod::Plain => {
                Some(Verifier { plain: challenge.digest, s256: digest(JUNK) })
            }
            _ => None,
        });
        let verifiers: Vec<Option<Verifier>> =
            [None, Some(verifier_of(OWN_VERIFIER))].into_iter().chain(known.map(Some)).collect();
        let mut requests = Vec::new();
        for code in codes(world) {
            for client in self.clients() {
                for redirect in self.redirects(client) {
                    let of =
                        |verifier: &Option<Verifier>| Crafted { client, code, redirect, verifier: *verifier };
                    requests.extend(verifiers.iter().map(of));
                }
            }
        }
        requests
    }

    pub(super) fn crafted_actions(&self, world: &World, actions: &mut Vec<Action>) {
        let powers = self.scenario.attacker.powers;
        if powers.lures && matches!(world.browsers[OWNER].at, At::Elsewhere) {
            actions
                .extend(self.requests(world, Handles::Also).into_iter().map(|ask| Action::Carry(OWNER, ask)));
        }
        // A response that comes unasked is what the scenario `csrf` is about.
        let waits = matches!(world.visits[OWNER].session.flow, Flow::Waiting(_));
        if powers.plants && waits && !matches!(world.browsers[OWNER].at, At::ToMalicious(_)) {
            actions.extend(self.responses(world, OWNER).into_iter().map(|back| Action::Bring(OWNER, back)));
        }
        if powers.asks && matches!(world.browsers[ATTACKER].at, At::Elsewhere | At::ToServer(_)) {
            let requests = self.requests(world, Handles::Also).into_iter();
            actions.extend(requests.map(|ask| Action::Carry(ATTACKER, ask)));
        }
        if powers.injects {
            let responses = self.responses(world, ATTACKER).into_iter();
            actions.extend(responses.map(|back| Action::Bring(ATTACKER, back)));
        }
        if powers.redeems && world.calls.len() < usize::from(self.scenario.bounds.calls) {
            actions.extend(self.token_requests(world).into_iter().map(Action::Send));
        }
        if powers.pushes && world.grants.len() < usize::from(self.scenario.bounds.grants) {
            let spelt = self.requests(world, Handles::Also).into_iter().filter(|ask| ask.pushed.is_none());
            actions.extend(spelt.map(Action::PushForeign));
        }
    }

    /// A browser carries an authorization request of the attacker's making.
    pub(super) fn carry(&self, mut world: World, browser: usize, asking: Asking) -> Option<Next> {
        world.attempts += 1;
        world.browser_mut(browser).at = At::ToServer(asking);
        Some(Next::of(world))
    }

    /// A browser brings an authorization response of the attacker's making.
    pub(super) fn bring(&self, mut world: World, browser: usize, response: Response) -> Option<Next> {
        world.attempts += 1;
        world.browser_mut(browser).at = At::ToClient(response);
        Some(Next::of(world))
    }

    /// The attacker pushes a request in the client's name, without its secret.
    pub(super) fn push_foreign(&self, mut world: World, asking: Asking) -> Option<Next> {
        world.attempts += 1;
        let pushed = self.push(&mut world, asking, CredentialsOf::Missing)?;
        world.learn(Known::Pushed(pushed));
        Some(Next::of(world))
    }

    /// The attacker sends a token request.
    pub(super) fn send_crafted(&self, world: World, crafted: &Crafted) -> Option<Next> {
        let proof = if crafted.client == 0 { CredentialsOf::Missing } else { CredentialsOf::Right };
        let request = TokenRequest {
            by: Ok(self.presented(crafted.client, proof)?),
            ask: Ok(TokenAsk::Redeem(Redeem {
                code: Some(crafted.code),
                redirect: crafted.redirect.map(|uri| uri.exact),
                verifier: crafted.verifier,
                resources: None,
            })),
            proof: Ok(self.scenario.client.dpop.then(|| self.own_proof(&world))),
        };
        let mut next = sent(world, Sender::Thief, request);
        next.world.attempts += 1;
        Some(next)
    }
}
