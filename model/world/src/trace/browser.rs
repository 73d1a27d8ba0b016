//! The messages between a browser and the honest server, and where they send the browser at once.

use super::carried::{Carried, way_to_server};
use super::{answer, http, name};
use crate::world::{Actor, At};
use oauth_core::server::decide::Choice;
use oauth_core::server::resource::Scheme;
use oauth_faults::fault;
use oauth_laws::fact::{Party, What};

impl Carried<'_, '_> {
    /// A person sends the login form.
    pub(super) fn log_in(&mut self, browser: usize, is_right: bool) {
        self.ask(Actor::person(browser), Actor::Server, http::log_in(browser, is_right));
        self.answer_browser(browser);
    }

    /// A person answers the consent page.
    pub(super) fn decide(&mut self, browser: usize, choice: Choice) {
        let page = self.scene.consent_page(browser);
        let lines = http::decide(page, choice, self.scene.browser(browser).cookie);
        self.ask(Actor::person(browser), Actor::Server, lines);
        self.answer_browser(browser);
    }

    /// What the server answers a browser, and what the browser does at once.
    pub(super) fn answer_browser(&mut self, browser: usize) {
        let (scene, person) = (self.scene, Actor::person(browser));
        let after = scene.next.world.browsers[browser].at;
        let issued = scene.facts().iter().find_map(|fact| match &fact.what {
            What::CodeIssued(issued) => Some(issued),
            _ => None,
        });
        if let Some(issued) = issued {
            let travels_on = scene.universe.scenario.server.login_answers
                && scene.universe.faults.has(fault!("redirect-307"));
            self.answer(Actor::Server, person, answer::code(if travels_on { 307 } else { 303 }, issued));
            let path = format!("{}?{}", http::path_of(&answer::address(issued)), answer::code_query(issued));
            let handed = scene
                .facts()
                .iter()
                .any(|fact| matches!(fact.what, What::Handed(handed) if handed.to == Party::Client));
            if handed {
                let form = http::log_in(browser, true).pop();
                let lines = [format!("POST {path}")].into_iter().chain(form).collect();
                self.ask(person, answer::receiver(issued), lines);
            } else if after == At::Elsewhere {
                self.ask(person, answer::receiver(issued), vec![format!("GET {path}")]);
            }
        } else if let Some(refused) = scene.next.refused {
            let to = scene.answered_at(browser).map(|to| name::address(to).0);
            let (At::ToServer(asking) | At::ConsentPage(asking, _) | At::LogInPage(asking)) =
                scene.browser(browser).at
            else {
                return self.answer(
                    Actor::Server,
                    person,
                    answer::refusal(refused, None, None, Scheme::Bearer),
                );
            };
            let state = asking.state.map(name::secret);
            self.answer(
                Actor::Server,
                person,
                answer::refusal(refused, to.as_deref(), state, Scheme::Bearer),
            );
        } else {
            match after {
                At::LogInPage(_) => {
                    self.answer(Actor::Server, person, vec!["303 to https://as.example/login".to_owned()]);
                }
                At::ConsentPage(_, shown) => {
                    let page = format!("200, the consent page with ask={}", name::secret(shown.digest));
                    self.answer(Actor::Server, person, vec![page]);
                }
                At::ToServer(asking) => {
                    let mut lines = way_to_server(&self.authorize(&asking));
                    let cookie = scene.next.world.browsers[browser].cookie;
                    lines.extend(cookie.map(|cookie| format!("Set-Cookie: {}", name::secret(cookie))));
                    self.answer(Actor::Server, person, lines);
                }
                At::Elsewhere | At::ToMalicious(_) | At::ToClient(_) | At::OnCallbackPage(_) => {}
            }
        }
    }
}
