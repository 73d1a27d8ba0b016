//! The HTTP messages that an action carries. What only the world knows (a leak, the clock) carries none.

use super::scene::Scene;
use super::{Message, answer, http, name, shown};
use crate::world::action::{CredentialsOf, ShownWith};
use crate::world::{Actor, Asking, At, Response, Server, Stage};
use oauth_core::secret::Shown;
use oauth_core::server::resource::Scheme;
use oauth_faults::fault;
use oauth_laws::fact::{ResourceUse, What};

/// What goes to and fro in an action.
pub(super) fn messages(scene: &Scene<'_>, carries: &dyn Fn(&mut Carried<'_, '_>)) -> Vec<Message> {
    let mut carried = Carried { scene, messages: Vec::new() };
    carries(&mut carried);
    carried.messages
}

pub(super) struct Carried<'s, 'w> {
    pub(super) scene: &'s Scene<'w>,
    messages: Vec<Message>,
}

impl Carried<'_, '_> {
    pub(super) fn ask(&mut self, from: impl Into<Actor>, to: impl Into<Actor>, lines: Vec<String>) {
        self.messages.push(Message { from: from.into(), to: to.into(), is_answer: false, lines });
    }

    pub(super) fn answer(&mut self, from: impl Into<Actor>, to: impl Into<Actor>, lines: Vec<String>) {
        self.messages.push(Message { from: from.into(), to: to.into(), is_answer: true, lines });
    }

    /// A browser brings its authorization request to the server.
    pub(super) fn bring_request(&mut self, browser: usize) {
        let At::ToServer(asking) = self.scene.browser(browser).at else { return };
        let mut lines = vec![self.authorize(&asking)];
        lines.extend(http::cookie(self.scene.browser(browser).cookie));
        self.ask(Actor::person(browser), Actor::Server, lines);
        self.answer_browser(browser);
    }

    /// A person opens the profile.
    pub(super) fn profile(&mut self, browser: usize) {
        self.ask(Actor::person(browser), Actor::Client, vec!["GET /profile".to_owned()]);
        self.fetched(Actor::Client);
        self.hand_over();
        self.call();
        self.show_page(browser);
    }

    /// The malicious server answers a token request with this token.
    pub(super) fn answer_with(&mut self, call: usize, token: Shown) {
        let tokens = format!(r#"200 {{"access_token":"{}"}}"#, name::secret(token.digest));
        self.answer(Actor::MaliciousServer, Actor::Client, vec![tokens]);
        self.waiting_page(call);
    }

    /// The attacker pushes a request in a client's name.
    pub(super) fn push_foreign(&mut self, asking: &Asking) {
        self.push(Actor::Attacker, Server::Honest, asking, CredentialsOf::Missing);
    }

    /// A token request that was sent.
    pub(super) fn call(&mut self) {
        if let Some(call) = self.scene.sent() {
            self.ask(call.by, call.to, http::token(&call.request));
        }
    }

    pub(super) fn authorize(&self, asking: &Asking) -> String {
        format!("GET /authorize?{}", http::authorization(asking, self.scene.always()))
    }

    pub(super) fn start(&mut self, browser: usize, server: Server) {
        let offered = self.scene.universe.scenario.attacker.malicious.map(|_| server);
        self.ask(Actor::person(browser), Actor::Client, log_in_at(offered));
        self.depart(browser, server);
    }

    /// The client sends a browser to the server, and pushes the request first where it does that.
    pub(super) fn depart(&mut self, browser: usize, server: Server) {
        let (At::ToServer(asking) | At::ToMalicious(asking)) = self.scene.next.world.browsers[browser].at
        else {
            return;
        };
        if asking.pushed.is_some() {
            self.push(Actor::Client, server, &asking, CredentialsOf::Right);
        }
        let issuer = http::issuer(self.scene.universe.endpoints(server).authorization);
        let lines = vec![format!("303 to {issuer}{}", path(&self.authorize(&asking)))];
        self.answer(Actor::Client, Actor::person(browser), lines);
    }

    fn push(&mut self, from: Actor, server: Server, asking: &Asking, credentials: CredentialsOf) {
        let to = Actor::from(self.scene.universe.endpoints(server).push);
        let Some(by) = self.scene.universe.presented(asking.client.0, credentials) else { return };
        let before = self.scene.before;
        let proof = self.scene.universe.proof_of_push(before, before.grants.len());
        self.ask(from, to, http::push(asking, self.scene.always(), &by, proof.as_ref()));
        let taken = self.scene.facts().iter().find_map(|fact| match &fact.what {
            What::Pushed(pushed) => Some(answer::pushed(pushed)),
            _ => None,
        });
        let named = asking.pushed.map(|(shown, _)| {
            vec![format!(r#"201 {{"request_uri":"{}{}"}}"#, http::REQUEST_URI, name::secret(shown.digest))]
        });
        if let Some(lines) = taken.or(named) {
            self.answer(to, from, lines);
        }
    }

    /// A browser brings an authorization response to whoever is at its address.
    pub(super) fn callback(&mut self, browser: usize) {
        let (scene, person) = (self.scene, Actor::person(browser));
        let At::ToClient(response) = scene.browser(browser).at else { return };
        let (address, receiver) = name::address(response.to);
        let query = http::response(&response);
        self.ask(person, receiver, vec![format!("GET {}?{query}", http::path_of(&address))]);
        let scenario = scene.universe.scenario;
        if scenario.client.forwards_responses && scene.universe.faults.has(fault!("client-open-redirector")) {
            self.answer(receiver, person, vec![format!("303 to https://attacker.example/?{query}")]);
            return self.ask(person, Actor::Attacker, vec![format!("GET /?{query}")]);
        }
        self.call();
        if let Some(refused) = scene.next.client_refused {
            self.answer(Actor::Client, person, answer::client_refusal(refused));
        } else if let At::OnCallbackPage(_) = scene.next.world.browsers[browser].at {
            self.answer(Actor::Client, person, vec!["200, a page under this very address".to_owned()]);
        }
    }

    /// The answer to a token request, if it was answered, and what the client does with it at once.
    pub(super) fn answered(&mut self, at: usize) {
        let scene = self.scene;
        let Some(call) = scene.before.calls.get(at) else { return };
        if scene.next.world.calls.get(at).is_none_or(|call| call.stage != Stage::Done) {
            return;
        }
        let issued = scene.facts().iter().find_map(|fact| match fact.what {
            What::Redemption(redemption) => Some(redemption.token),
            What::Refresh(refresh) => Some(refresh.issued),
            What::ForItself(itself) => Some(itself.issued),
            _ => None,
        });
        match (issued.flatten(), scene.next.refused) {
            (Some(issued), _) => self.answer(Actor::Server, call.by, answer::tokens(&issued)),
            (None, Some(refused)) => {
                self.answer(Actor::Server, call.by, answer::refusal(refused, None, None, Scheme::Bearer));
            }
            (None, None) => {}
        }
        self.fetched(call.by.into());
        self.waiting_page(at);
    }

    /// What the browser gets that waits for the answer to a token request.
    pub(super) fn waiting_page(&mut self, at: usize) {
        if let Some(browser) = self.scene.before.calls.get(at).and_then(|call| call.session) {
            self.show_page(browser);
        }
    }

    /// What the client shows a browser in the end.
    fn show_page(&mut self, browser: usize) {
        let (scene, person) = (self.scene, Actor::person(browser));
        let is_served = scene.uses().any(|(_, service)| service.served && service.shown_to.is_some());
        let is_logged_in = scene.facts().iter().any(|fact| matches!(fact.what, What::LoggedIn(_)));
        if let Some(refused) = scene.next.client_refused {
            self.answer(Actor::Client, person, answer::client_refusal(refused));
        } else if is_served {
            self.answer(Actor::Client, person, vec!["200, the profile".to_owned()]);
        } else if is_logged_in {
            self.answer(Actor::Client, person, vec!["303 to https://client.example/profile".to_owned()]);
        }
    }

    /// Requests for resources, and their answers.
    pub(super) fn fetched(&mut self, from: Actor) {
        let of_client = self.scene.scheme();
        for (_, service) in self.scene.uses() {
            let scheme = if service.shown_to.is_some() { of_client } else { Scheme::Bearer };
            let lines = shown::resource_seen(service, scheme);
            self.fetch(from, lines, service, scheme);
        }
    }

    fn fetch(&mut self, from: Actor, lines: Vec<String>, service: &ResourceUse, scheme: Scheme) {
        self.ask(from, Actor::Resource, lines);
        match self.scene.next.refused {
            Some(refused) if !service.served => {
                self.answer(Actor::Resource, from, answer::refusal(refused, None, None, scheme));
            }
            Some(_) | None => {
                self.answer(Actor::Resource, from, answer::served(self.scene.account(service.token)));
            }
        }
    }

    /// A token that the client takes to the malicious resource.
    fn hand_over(&mut self) {
        for fact in self.scene.facts() {
            if let What::Handed(handed) = fact.what {
                let token = name::sym(handed.secret);
                let lines = vec!["GET /api/me".to_owned(), format!("Authorization: Bearer {token}")];
                self.ask(Actor::Client, Actor::MaliciousServer, lines);
            }
        }
    }

    pub(super) fn show_bound(&mut self, token: Shown, with: ShownWith) {
        let proof = self.scene.universe.proof_shown(self.scene.before, token, with).flatten();
        let sent = proof.map(|proof| shown::proof_header(&proof));
        for (_, service) in self.scene.uses() {
            let mut lines = shown::resource_seen(service, Scheme::Dpop);
            // The observer sees no proof that is not for this token or that another key signed.
            if service.proof.is_none() {
                lines.extend(sent.clone());
            }
            self.fetch(Actor::Attacker, lines, service, Scheme::Dpop);
        }
    }
}

/// A person asks the client for a login; where it offers several servers, at one of them.
pub(super) fn log_in_at(server: Option<Server>) -> Vec<String> {
    let server = server.map(|server| format!("?server={}", http::issuer(server))).unwrap_or_default();
    vec![format!("GET /login{server}")]
}

/// The path of a request line.
pub(super) fn path(line: &str) -> &str {
    line.strip_prefix("GET ").unwrap_or(line)
}

/// The way to the client with an authorization response.
pub(super) fn to_client(response: &Response) -> Vec<String> {
    vec![format!("303 to {}?{}", name::address(response.to).0, http::response(response))]
}

/// The way to the server with an authorization request.
pub(super) fn way_to_server(line: &str) -> Vec<String> {
    vec![format!("303 to https://as.example{}", path(line))]
}
