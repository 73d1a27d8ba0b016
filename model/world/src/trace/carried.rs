//! The HTTP messages that an action carries. What only the world knows (a leak, the clock) carries none.

use super::scene::{Scene, lane, lane_of};
use super::{Message, answer, http, name, shown};
use crate::world::action::{CredentialsOf, ShownWith};
use crate::world::{Action, Asking, At, Known, OWNER, Response, Server, Stage};
use oauth_core::server::resource::Scheme;
use oauth_faults::fault;
use oauth_laws::fact::{ResourceUse, What};

/// What goes to and fro in an action.
pub(super) fn messages(scene: &Scene<'_>) -> Vec<Message> {
    let mut carried = Carried { scene, messages: Vec::new() };
    carried.act();
    carried.messages
}

pub(super) struct Carried<'s, 'w> {
    pub(super) scene: &'s Scene<'w>,
    messages: Vec<Message>,
}

impl Carried<'_, '_> {
    pub(super) fn ask(&mut self, from: &'static str, to: &'static str, lines: Vec<String>) {
        self.messages.push(Message { from, to, is_answer: false, lines });
    }

    pub(super) fn answer(&mut self, from: &'static str, to: &'static str, lines: Vec<String>) {
        self.messages.push(Message { from, to, is_answer: true, lines });
    }

    fn act(&mut self) {
        match *self.scene.action {
            Action::Start(browser) => self.start(browser, Server::Honest),
            Action::StartElsewhere(browser) => self.start(browser, Server::Malicious),
            Action::Rewrite => {
                self.ask("owner", "attacker", log_in_at(Some(Server::Honest)));
                self.ask("attacker", "client", log_in_at(Some(Server::Malicious)));
                self.depart(OWNER, Server::Malicious);
            }
            Action::Ask(browser) => {
                let At::ToServer(asking) = self.scene.browser(browser).at else { return };
                let mut lines = vec![self.authorize(&asking)];
                lines.extend(http::cookie(self.scene.browser(browser).cookie));
                self.ask(name::person(browser), "server", lines);
                self.answer_browser(browser);
            }
            Action::LogIn(browser, is_right) => {
                self.ask(name::person(browser), "server", http::log_in(browser, is_right));
                self.answer_browser(browser);
            }
            Action::Decide(browser, choice) => self.decide(browser, choice),
            Action::Callback(browser) => self.callback(browser),
            Action::Profile(browser) | Action::ProfileStale(browser) => {
                self.ask(name::person(browser), "client", vec!["GET /profile".to_owned()]);
                self.fetched("client");
                self.hand_over();
                self.call();
                self.show_page(browser);
            }
            Action::Load(call) | Action::LoadStale(call) | Action::Commit(call) => self.answered(call),
            Action::Lose(call) | Action::Stop(call) => self.waiting_page(call),
            Action::Answer(call, token) => {
                let tokens = format!(r#"200 {{"access_token":"{}"}}"#, name::secret(token.digest));
                self.answer("malicious server", "client", vec![tokens]);
                self.waiting_page(call);
            }
            Action::Carry(browser, asking) => {
                let lines = vec![format!("303 to https://as.example{}", path(&self.authorize(&asking)))];
                self.lead(browser, lines);
            }
            Action::Bring(browser, response) => self.lead(browser, to_client(&response)),
            Action::PushForeign(asking) => {
                self.push("attacker", Server::Honest, &asking, CredentialsOf::Missing);
            }
            Action::Retry(_)
            | Action::Send(_)
            | Action::Redeem(_)
            | Action::Refresh(_)
            | Action::ForItself(_) => {
                self.call();
            }
            Action::Name(naming) => self.name(&naming),
            Action::ShowToken(_) => self.fetched("attacker"),
            Action::ShowBound(_, with) => self.show_bound(with),
            Action::Lure(lure) => self.lure(lure),
            Action::Forge(forgery) => self.forge(forgery),
            Action::Odd(at) => self.odd(at),
            Action::Leak(_) | Action::Tick => {}
        }
    }

    /// A token request that was sent.
    fn call(&mut self) {
        if let Some(call) = self.scene.sent() {
            self.ask(lane(call.by), lane_of(call.to), http::token(&call.request));
        }
    }

    pub(super) fn authorize(&self, asking: &Asking) -> String {
        format!("GET /authorize?{}", http::authorization(asking, self.scene.always()))
    }

    fn start(&mut self, browser: usize, server: Server) {
        let offered = self.scene.universe.scenario.attacker.malicious.map(|_| server);
        self.ask(name::person(browser), "client", log_in_at(offered));
        self.depart(browser, server);
    }

    /// The client sends a browser to the server, and pushes the request first where it does that.
    fn depart(&mut self, browser: usize, server: Server) {
        let (At::ToServer(asking) | At::ToMalicious(asking)) = self.scene.next.world.browsers[browser].at
        else {
            return;
        };
        if asking.pushed.is_some() {
            self.push("client", server, &asking, CredentialsOf::Right);
        }
        let issuer = http::issuer(self.scene.universe.endpoints(server).authorization);
        let lines = vec![format!("303 to {issuer}{}", path(&self.authorize(&asking)))];
        self.answer("client", name::person(browser), lines);
    }

    fn push(&mut self, from: &'static str, server: Server, asking: &Asking, credentials: CredentialsOf) {
        let to = lane_of(self.scene.universe.endpoints(server).push);
        let Some(by) = self.scene.universe.presented(asking.client.0, credentials) else { return };
        self.ask(from, to, http::push(asking, self.scene.always(), &by));
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
    fn callback(&mut self, browser: usize) {
        let (scene, person) = (self.scene, name::person(browser));
        let At::ToClient(response) = scene.browser(browser).at else { return };
        let (address, receiver) = name::address(response.to);
        let query = http::response(&response);
        self.ask(person, receiver, vec![format!("GET {}?{query}", http::path_of(&address))]);
        let scenario = scene.universe.scenario;
        if scenario.client.forwards_responses && scene.universe.faults.has(fault!("client-open-redirector")) {
            self.answer(receiver, person, vec![format!("303 to https://attacker.example/?{query}")]);
            return self.ask(person, "attacker", vec![format!("GET /?{query}")]);
        }
        self.call();
        if let Some(refused) = scene.next.client_refused {
            self.answer("client", person, answer::client_refusal(refused));
        } else if let At::OnCallbackPage(_) = scene.next.world.browsers[browser].at {
            self.answer("client", person, vec!["200, a page under this very address".to_owned()]);
        }
    }

    /// The answer to a token request, if it was answered, and what the client does with it at once.
    fn answered(&mut self, at: usize) {
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
            (Some(issued), _) => self.answer("server", lane(call.by), answer::tokens(&issued)),
            (None, Some(refused)) => {
                self.answer("server", lane(call.by), answer::refusal(refused, None, None, Scheme::Bearer));
            }
            (None, None) => {}
        }
        self.fetched(lane(call.by));
        self.waiting_page(at);
    }

    /// What the browser gets that waits for the answer to a token request.
    fn waiting_page(&mut self, at: usize) {
        if let Some(browser) = self.scene.before.calls.get(at).and_then(|call| call.session) {
            self.show_page(browser);
        }
    }

    /// What the client shows a browser in the end.
    fn show_page(&mut self, browser: usize) {
        let (scene, person) = (self.scene, name::person(browser));
        let is_served = scene.uses().any(|(_, service)| service.served && service.shown_to.is_some());
        let is_logged_in = scene.facts().iter().any(|fact| matches!(fact.what, What::LoggedIn(_)));
        if let Some(refused) = scene.next.client_refused {
            self.answer("client", person, answer::client_refusal(refused));
        } else if is_served {
            self.answer("client", person, vec!["200, the profile".to_owned()]);
        } else if is_logged_in {
            self.answer("client", person, vec!["303 to https://client.example/profile".to_owned()]);
        }
    }

    /// Requests for resources, and their answers.
    fn fetched(&mut self, from: &'static str) {
        let of_client = self.scene.scheme();
        for (_, service) in self.scene.uses() {
            let scheme = if service.shown_to.is_some() { of_client } else { Scheme::Bearer };
            let lines = shown::resource_seen(service, scheme);
            self.fetch(from, lines, service, scheme);
        }
    }

    fn fetch(&mut self, from: &'static str, lines: Vec<String>, service: &ResourceUse, scheme: Scheme) {
        self.ask(from, "resource", lines);
        match self.scene.next.refused {
            Some(refused) if !service.served => {
                self.answer("resource", from, answer::refusal(refused, None, None, scheme));
            }
            Some(_) | None => {
                self.answer("resource", from, answer::served(self.scene.account(service.token)));
            }
        }
    }

    /// A token that the client takes to the malicious resource.
    fn hand_over(&mut self) {
        for fact in self.scene.facts() {
            if let What::Handed(handed) = fact.what {
                let token = name::sym(handed.secret);
                let lines = vec!["GET /api/me".to_owned(), format!("Authorization: Bearer {token}")];
                self.ask("client", "malicious server", lines);
            }
        }
    }

    fn show_bound(&mut self, with: ShownWith) {
        let sent = self.scene.before.known.iter().find_map(|known| match known {
            Known::Proof(proof) if with == ShownWith::Leaked => Some(shown::proof_header(proof)),
            _ => None,
        });
        for (_, service) in self.scene.uses() {
            let mut lines = shown::resource_seen(service, Scheme::Dpop);
            // The observer sees no proof that is not for this token.
            if service.proof.is_none() {
                lines.extend(sent.clone());
            }
            self.fetch("attacker", lines, service, Scheme::Dpop);
        }
    }
}

/// A person asks the client for a login; where it offers several servers, at one of them.
fn log_in_at(server: Option<Server>) -> Vec<String> {
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
