//! Persons and their browsers at the honest server: the request that is brought, the login, the consent, the way back.

use super::action::Action;
use super::observe::SeenCode;
use super::parts::{Asking, At, Known, Response, ResponseTarget, Server};
use super::symbols::{EVIL, JUNK, ask, code, digest, grant_at, grant_id, redirect, server_session, sym};
use super::{ATTACKER, Next, Universe, World};
use oauth_core::client::Flow;
use oauth_core::directory::UserNo;
use oauth_core::refusal::{Answer, Refused};
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::authorize::Authorize;
use oauth_core::server::decide::{Choice, Decide};
use oauth_core::server::login::{Checked, LogIn};
use oauth_core::server::push::AuthorizePushed;
use oauth_core::server::{Reply, Request};
use oauth_core::text::RedirectUri;
use oauth_faults::fault;
use oauth_laws::fact::{Party, Sender, What};

impl Universe {
    /// A browser brings an authorization request to the server.
    pub(super) fn ask(&self, mut world: World, browser: usize) -> Option<Next> {
        let At::ToServer(mut asking) = world.browsers[browser].at else { return None };
        let session = world.browsers[browser].cookie;
        let (request, place) = match asking.pushed {
            Some((shown, _)) => {
                let pushed = Some(shown);
                let request = AuthorizePushed { client: Ok(Some(asking.client)), pushed, session };
                (Request::AuthorizePushed(request), grant_at(shown.grant))
            }
            None => (Request::Authorize(Authorize { session, ..self.request(&asking) }), world.grants.len()),
        };
        if let Some((_, brought)) = &mut asking.pushed {
            *brought = Some(world.now);
        }
        let held = world.grants.len();
        let reply = self.serve(&mut world, request, place, ask(place))?;
        let registered = self.client(asking.client).and_then(|client| client.redirects.first());
        let to = asking.redirect.or(registered.copied()).unwrap_or(EVIL).exact;
        let kept = ResponseTarget { redirect: to, state: asking.state, consented: None };
        world.keep(held, kept);
        let mut refused = None;
        let at = match reply {
            Reply::LogInFirst => At::LogInPage(asking),
            Reply::Consent(consent) => {
                let shown = Shown { grant: consent.ask.grant, digest: digest(consent.ask.secret.symbol()) };
                At::ConsentPage(asking, shown)
            }
            Reply::Code(handle) => {
                let code = Shown { grant: handle.grant, digest: digest(handle.secret.symbol()) };
                let kept = world.kept(grant_at(handle.grant)).unwrap_or(kept);
                let seen =
                    SeenCode { by: Sender::Owner, asked: &asking, kept: &kept, code, consented: false };
                self.observe_code(&mut world, browser, &seen);
                self.respond(&mut world, browser, to, Some(code), asking.state)
            }
            Reply::Refused(refusal) => {
                refused = Some(refusal);
                match refusal.answer() {
                    Answer::Redirect(_) => {
                        self.observe_error(&mut world, browser, &asking, to);
                        self.respond(&mut world, browser, to, None, asking.state)
                    }
                    _ => At::Elsewhere,
                }
            }
            _ => return None,
        };
        world.browser_mut(browser).at = at;
        Some(Next { refused, ..Next::of(world) })
    }

    /// A person sends the login form.
    pub(super) fn log_in(&self, mut world: World, browser: usize, right: bool) -> Option<Next> {
        let At::LogInPage(asking) = world.browsers[browser].at else { return None };
        let account = UserNo(u16::try_from(browser).ok()?);
        let unchecked = self.faults.has(fault!("password-unchecked"));
        let owner = if right || unchecked { Checked::Right(account) } else { Checked::Wrong };
        let token = Some(digest(JUNK));
        let request = Request::LogIn(LogIn { expected: token, shown: token, owner });
        let reply = self.serve(&mut world, request, 0, server_session(browser))?;
        let mut next = Next::of(world);
        let now = next.world.now;
        let person = next.world.browser_mut(browser);
        if right {
            person.password_shown = Some(now);
        }
        person.mistakes += u8::from(!right);
        match reply {
            Reply::LoggedIn(_) => {
                person.cookie = Some(digest(server_session(browser)));
                person.at = At::ToServer(asking);
                if self.scenario.server.login_answers {
                    self.observe_password(&mut next.world, browser, Party::ItsServer);
                    return self.answered_at_once(next.world, browser);
                }
            }
            Reply::LogInPage(_, Some(refusal)) => next.refused = Some(Refused::Step(refusal)),
            _ => return None,
        }
        Some(next)
    }

    /// A server whose login form is the consent as well: its answer is the way to the client, and under
    /// `redirect-307` the browser posts the form with the password there once more (RFC 9700 4.12).
    fn answered_at_once(&self, world: World, browser: usize) -> Option<Next> {
        let asked = self.ask(world, browser)?;
        let mut next = self.decide(asked.world, browser, Choice::Approve)?;
        if let At::ToClient(response) = next.world.browsers[browser].at
            && self.forms_travel_on()
            && response.to == redirect(1).exact
        {
            self.observe_password(&mut next.world, browser, Party::Client);
            next.world.learn(Known::Password);
        }
        Some(next)
    }

    /// A person answers the consent page; where a scenario lets them, once more before the answer has led away.
    pub(super) fn decide(&self, mut world: World, browser: usize, choice: Choice) -> Option<Next> {
        let (asking, shown) = match world.browsers[browser].at {
            At::ConsentPage(asking, shown) => (asking, shown),
            At::ToClient(response) if self.may_press_again(&world) => {
                world.attempts += 1;
                page_behind(&world, &response)?
            }
            _ => return None,
        };
        let (refused, at) =
            self.answer_consent(&mut world, browser, Some(shown), choice, Sender::Owner, &asking)?;
        world.browser_mut(browser).at = at;
        Some(Next { world, refused, client_refused: None })
    }

    /// Whether a consent page may be sent a second time: at most once, and not beside an attack.
    pub(super) fn may_press_again(&self, world: &World) -> bool {
        self.scenario.people.double_submit && world.attempts == 0
    }

    /// Sends a consent form from a browser; says what was refused and where the browser is then.
    pub(super) fn answer_consent(
        &self,
        world: &mut World,
        browser: usize,
        shown: Option<Shown>,
        choice: Choice,
        by: Sender,
        asking: &Asking,
    ) -> Option<(Option<Refused>, At)> {
        let session = world.browsers[browser].cookie;
        let place = shown.map_or(0, |shown| grant_at(shown.grant));
        let nth = world.codes_of(place);
        let request = Request::Decide(Decide { ask: shown, session, choice });
        let reply = self.serve(world, request, place, code(place, nth))?;
        let kept = world.kept(place);
        Some(match (reply, kept) {
            (Reply::Code(handle), Some(mut kept)) => {
                let asked = world.grants[place].grant.terms.scope;
                kept.consented = Some(match choice {
                    Choice::Approve => self.scenario.client.scope,
                    Choice::ApproveOnly(scope) => self.scenario.client.scope.and(scope),
                    Choice::Deny => asked,
                });
                world.keep(place, kept);
                let code = Shown { grant: handle.grant, digest: digest(handle.secret.symbol()) };
                let consented = by == Sender::Owner && choice != Choice::Deny;
                let seen = SeenCode { by, asked: asking, kept: &kept, code, consented };
                self.observe_code(world, browser, &seen);
                (None, self.respond(world, browser, kept.redirect, Some(code), kept.state))
            }
            (Reply::Refused(refused), Some(kept)) if matches!(refused.answer(), Answer::Redirect(_)) => {
                (Some(refused), self.respond(world, browser, kept.redirect, None, kept.state))
            }
            (Reply::Refused(refused), _) => (Some(refused), At::Elsewhere),
            _ => return None,
        })
    }

    /// Sends a browser away with an authorization response; what goes to the attacker's place, or comes to the attacker's
    /// browser, is the attacker's.
    fn respond(
        &self,
        world: &mut World,
        browser: usize,
        to: Digest,
        code: Option<Shown>,
        state: Option<Digest>,
    ) -> At {
        let powers = self.scenario.attacker.powers;
        let is_place = to == EVIL.exact || (powers.client && to == redirect(1).exact);
        let is_own = powers.any() && browser == ATTACKER;
        if let Some(code) = code
            && (is_place || is_own)
        {
            world.learn(Known::Code(code));
        }
        if let Some(state) = state
            && is_own
        {
            world.learn(Known::State(state));
        }
        if is_place && !self.scenario.server.login_answers {
            return At::Elsewhere;
        }
        At::ToClient(Response { to, code, state, iss: Server::Honest })
    }

    pub(super) fn browser_actions(&self, world: &World, at: usize, actions: &mut Vec<Action>) {
        let browser = &world.browsers[at];
        match browser.at {
            At::Elsewhere | At::ToMalicious(_) | At::OnCallbackPage(_) => {}
            At::ToServer(_) => actions.push(Action::Ask(at)),
            At::LogInPage(_) => {
                actions.push(Action::LogIn(at, true));
                if browser.mistakes < self.scenario.people.mistakes {
                    actions.push(Action::LogIn(at, false));
                }
            }
            At::ConsentPage(..) => {
                actions.push(Action::Decide(at, Choice::Approve));
                for choice in self.scenario.people.choices {
                    actions.push(Action::Decide(at, *choice));
                }
            }
            At::ToClient(response) => {
                actions.push(Action::Callback(at));
                if response.code.is_some() && self.may_press_again(world) {
                    actions.push(Action::Decide(at, Choice::Approve));
                }
            }
        }
        // A person who waits for nothing starts again, as often as the scenario lets.
        let idle = matches!(browser.at, At::Elsewhere | At::ToClient(_) | At::OnCallbackPage(_));
        if idle && browser.starts < self.scenario.people.starts[at] {
            actions.push(Action::Start(at));
            if self.scenario.attacker.malicious.is_some_and(|malicious| malicious.chosen[at]) {
                actions.push(Action::StartElsewhere(at));
            }
        }
        let session = &world.visits[at].session;
        if session.login.is_some() && session.flow == Flow::Idle && browser.uses < self.scenario.people.uses {
            actions.push(Action::Profile(at));
            if self.may_go_wrong(world, self.scenario.mishaps.stale_reads) {
                actions.push(Action::ProfileStale(at));
            }
        }
    }
}

/// The consent page that a code came from: the browser still shows it.
pub(super) fn page_behind(world: &World, response: &Response) -> Option<(Asking, Shown)> {
    let place = grant_at(response.code?.grant);
    let terms = world.grants.get(place)?.grant.terms;
    let asking = Asking {
        client: terms.client,
        redirect: terms.redirect.map(|exact| RedirectUri { exact, portless: None }),
        challenge: terms.challenge,
        state: response.state,
        pushed: None,
    };
    Some((asking, Shown { grant: grant_id(place), digest: digest(ask(place)) }))
}

impl World {
    /// How many codes of a grant were seen.
    fn codes_of(&self, place: usize) -> usize {
        let was_seen = |code: u8| {
            let code = sym(digest(code));
            self.facts
                .backwards()
                .any(|fact| matches!(fact.what, What::CodeIssued(issued) if issued.code == code))
        };
        (0..3).filter(|nth| was_seen(code(place, *nth))).count().min(2)
    }
}
