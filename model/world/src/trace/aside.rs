//! The messages of actions beside the flow: what the attacker leads the owner's browser into, requests about
//! a token, odd requests.

use super::carried::{Carried, to_client, way_to_server};
use super::{answer, http, name, shown};
use crate::world::action::{Forgery, IntrospectOrRevokeTry, Lure, TokenOf, Wanted};
use crate::world::symbols::{JUNK, digest, grant_id};
use crate::world::{ATTACKER, Actor, At, OWNER};
use oauth_core::secret::Shown;
use oauth_core::server::Request;
use oauth_core::server::decide::Choice;
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::resource::Scheme;
use oauth_laws::fact::What;

impl Carried<'_, '_> {
    /// Somebody names a token.
    pub(super) fn name(&mut self, naming: &IntrospectOrRevokeTry) {
        let token = self.scene.facts().iter().find_map(|fact| match fact.what {
            What::Revocation(revocation) => Some(revocation.token),
            What::Introspection(introspection) => Some(introspection.token),
            _ => None,
        });
        let shown = token.and_then(|token| u8::try_from(token.0).ok());
        let shown = shown.map(|symbol| Shown { grant: grant_id(0), digest: digest(symbol) });
        let Some(by) = self.scene.universe.presented(naming.client, naming.credentials) else { return };
        let path = match naming.what {
            Wanted::Revoke => "/revoke",
            Wanted::Introspect => "/introspect",
        };
        let mut lines = http::about_token(path, &IntrospectOrRevoke { by: Ok(by), token: Ok(shown) });
        if let (TokenOf::Refresh(_), Some(body)) = (naming.token, lines.last_mut()) {
            body.push_str("&token_type_hint=refresh_token");
        }
        let from = Actor::from(naming.by);
        self.ask(from, Actor::Server, lines);
        let is_active = self
            .scene
            .facts()
            .iter()
            .any(|fact| matches!(fact.what, What::Introspection(introspection) if introspection.active));
        let lines = match (self.scene.next.refused, naming.what) {
            (Some(refused), _) => answer::refusal(refused, None, None, Scheme::Bearer),
            (None, Wanted::Revoke) => vec!["200".to_owned()],
            (None, Wanted::Introspect) => vec![format!(r#"200 {{"active":{is_active}}}"#)],
        };
        self.answer(Actor::Server, from, lines);
    }

    /// The attacker leads a browser somewhere: its own needs no message for that.
    pub(super) fn lead(&mut self, browser: usize, lines: Vec<String>) {
        if browser == ATTACKER {
            return;
        }
        if let At::ToMalicious(asking) = self.scene.browser(browser).at {
            // The malicious server answers what it was asked.
            let asked = self.authorize(&asking);
            self.ask(Actor::Owner, Actor::MaliciousServer, vec![asked]);
            self.answer(Actor::MaliciousServer, Actor::Owner, lines);
        } else {
            self.visit_attacker(lines);
        }
    }

    /// The owner's browser happens to come to a page of the attacker's.
    pub(super) fn visit_attacker(&mut self, lines: Vec<String>) {
        self.ask(Actor::Owner, Actor::Attacker, vec!["GET /".to_owned()]);
        self.answer(Actor::Attacker, Actor::Owner, lines);
    }

    pub(super) fn lure(&mut self, lure: Lure) {
        let lines = match (lure, self.scene.next.world.browsers[OWNER].at) {
            (_, At::ToServer(asking)) => way_to_server(&self.authorize(&asking)),
            (_, At::ToClient(response)) => to_client(&response),
            (
                _,
                At::Elsewhere
                | At::ToMalicious(_)
                | At::LogInPage(_)
                | At::ConsentPage(..)
                | At::OnCallbackPage(_),
            ) => {
                return;
            }
        };
        self.visit_attacker(lines);
    }

    pub(super) fn forge(&mut self, forgery: Forgery) {
        if forgery == Forgery::LogIn {
            self.visit_attacker(vec!["200, a page that sends a login form by itself".to_owned()]);
            self.ask(Actor::Owner, Actor::Server, http::log_in(ATTACKER, true));
            return self.answer_browser(OWNER);
        }
        let (page, ask) = match forgery {
            Forgery::MadeUpAsk => {
                let made_up = self.scene.consent_page(OWNER);
                let made_up = made_up.map(|shown| Shown { digest: digest(JUNK), ..shown });
                ("200, a page that sends a consent form by itself", made_up)
            }
            Forgery::OwnAsk => {
                ("200, a page that sends a consent form by itself", self.scene.consent_page(ATTACKER))
            }
            Forgery::NoAsk | Forgery::LogIn => ("200, a page that sends a consent form by itself", None),
            Forgery::Framed => (
                "200, a page with the consent page in a frame that cannot be seen",
                self.scene.consent_page(OWNER),
            ),
        };
        self.visit_attacker(vec![page.to_owned()]);
        let cookie = self.scene.browser(OWNER).cookie;
        self.ask(Actor::Owner, Actor::Server, http::decide(ask, Choice::Approve, cookie));
        self.answer_browser(OWNER);
    }

    /// One of the scenario's odd requests.
    pub(super) fn odd(&mut self, at: usize) {
        let scene = self.scene;
        let odd = scene.universe.scenario.tries.odd.get(at);
        let Some(request) = odd.and_then(|odd| odd.request(scene.before)) else { return };
        let mut scheme = Scheme::Bearer;
        let to_address = match request {
            Request::Authorize(authorize) => {
                authorize.redirect.ok().flatten().map(|uri| name::address(uri.exact).0)
            }
            _ => None,
        };
        let (to, lines) = match request {
            Request::Authorize(authorize) => (Actor::Server, http::odd_authorization(&authorize)),
            Request::LogIn(_) => (Actor::Server, vec!["POST /login".to_owned()]),
            Request::Decide(decide) => {
                (Actor::Server, http::decide(decide.ask, decide.choice, decide.session))
            }
            Request::Token(token) => (Actor::Server, http::token(&token)),
            Request::Register(_) => (Actor::Server, vec!["POST /register".to_owned()]),
            Request::Revoke(named) => (Actor::Server, http::about_token("/revoke", &named)),
            Request::Introspect(named) => (Actor::Server, http::about_token("/introspect", &named)),
            Request::Resource(resource) => {
                scheme = resource.scheme;
                (Actor::Resource, shown::resource(&resource))
            }
            Request::Push(_) => (Actor::Server, vec!["POST /par".to_owned()]),
            Request::AuthorizePushed(_) => (Actor::Server, vec!["GET /authorize".to_owned()]),
            Request::Home
            | Request::LogInPage(_)
            | Request::Metadata
            | Request::ResourceMetadata(_)
            | Request::Malformed(..) => (Actor::Server, vec!["GET /".to_owned()]),
        };
        self.ask(Actor::Stranger, to, lines);
        let lines = match scene.next.refused {
            Some(refused) => answer::refusal(refused, to_address.as_deref(), None, scheme),
            None => vec![granted(&request).to_owned()],
        };
        self.answer(to, Actor::Stranger, lines);
    }
}

/// The answer to an odd request that is not refused.
const fn granted(request: &Request) -> &'static str {
    match request {
        Request::Authorize(authorize) if authorize.session.is_none() => "303 to https://as.example/login",
        Request::Authorize(_) => "200, the consent page",
        Request::Register(_) | Request::Push(_) => "201",
        Request::Home
        | Request::LogInPage(_)
        | Request::LogIn(_)
        | Request::AuthorizePushed(_)
        | Request::Decide(_)
        | Request::Token(_)
        | Request::Revoke(_)
        | Request::Introspect(_)
        | Request::Resource(_)
        | Request::Metadata
        | Request::ResourceMetadata(_)
        | Request::Malformed(..) => "200",
    }
}
