//! The front channel: persons, their browsers, and the client's and the server's answers to them.
//!
//! Requests of one browser are answered at once; only the token endpoint's load and commit are told apart.

use std::sync::Arc;

use super::attacker::ProofOf;
use super::naming::named;
use super::observe::SeenCode;
use super::symbols::{
    EVIL, ISSUER, JUNK, ask, client_session, code, digest, grant_at, grant_id, hashed, key, minted, pushed,
    redirect, server_session, state, verifier,
};
use super::{Asking, At, Kept, Known, Next, Response, Universe, World};
use crate::client::refusal::ClientRefusal;
use crate::client::settings::Address;
use crate::client::{
    Act, Callback, Channel, Event, Fresh, IssNeed, PushNeed, Revocation, Rules, step as client_step,
};
use crate::directory::{ClientNo, UserNo};
use crate::fact::Who;
use crate::fault::Fault;
use crate::grant::Session;
use crate::policy::Lifetime;
use crate::refusal::Refused;
use crate::secret::Shown;
use crate::server::authorize::{Ask, Authorize};
use crate::server::decide::{Choice, Decide};
use crate::server::login::{Checked, LogIn};
use crate::server::push::{AuthorizePushed, Push};
use crate::server::{Found, Outcome, Reply, Request, Write, locate, step};
use crate::text::{Challenge, ChallengeMethod, RedirectUri};

impl Universe {
    /// The client's rules in this scope.
    fn client_rules(&self) -> Rules {
        Rules {
            issuer: ISSUER,
            redirect: redirect(0).exact,
            address: Address::Own,
            iss: IssNeed::Required,
            channel: Channel::Private,
            pkce: self.scope.pkce,
            push: PushNeed::Unneeded,
            revocation: Revocation::None,
            refresh_margin: Lifetime(0),
        }
    }

    /// Folds an event into the client's session of a browser.
    pub(super) fn fold(&self, world: &mut World, browser: usize, mut event: Event) -> Act {
        let mut rules = self.client_rules();
        let before = *world.sessions[browser];
        let mut session = before;
        self.faults.before_client(&mut rules, &mut session, &mut event);
        let (mut next, act) = client_step(world.now, &rules, session, &event);
        self.faults.after_client(&before, &mut next);
        world.sessions[browser] = Arc::new(next);
        act
    }

    /// A person opens the client's login; the client makes an authorization request.
    pub(super) fn start_login(&self, world: &World, browser: usize) -> Option<Next> {
        let mut world = world.clone();
        let nth = world.browsers[browser].starts;
        world.browser_mut(browser).starts += 1;
        let fresh = Fresh {
            state: minted(state(browser, nth)),
            verifier: minted(verifier(browser, nth)),
            session: minted(client_session(browser, nth)),
            jkt: None,
        };
        let act = self.fold(&mut world, browser, Event::LogIn(fresh));
        let Act::ToServer(departure) = act else { return None };
        let method = if self.scope.policy.plain { ChallengeMethod::Plain } else { ChallengeMethod::S256 };
        let challenge = departure.verifier.map(|_| Challenge {
            method,
            digest: match method {
                ChallengeMethod::Plain => fresh.verifier.digest,
                ChallengeMethod::S256 => digest(hashed(verifier(browser, nth))),
            },
        });
        let asking = Asking {
            client: ClientNo(0),
            redirect: self.scope.names_redirect.then(|| redirect(0)),
            challenge,
            state: Some(fresh.state.digest),
            pushed: None,
        };
        let asking = if self.scope.pushed { self.push(&mut world, asking)? } else { asking };
        world.browser_mut(browser).at = At::ToServer(asking);
        Some(Next::of(world))
    }

    /// A browser brings an authorization request to the server.
    pub(super) fn ask(&self, world: &World, browser: usize) -> Option<Next> {
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
        let mut world = world.clone();
        if let Some((_, brought)) = &mut asking.pushed {
            *brought = Some(world.now);
        }
        let mut next = Next::of(world.clone());
        let held = world.grants.len();
        let reply = self.serve(&mut world, request, place, ask(place))?;
        let registered = self.client(asking.client).and_then(|client| client.redirects.first());
        let to = asking.redirect.or(registered.copied()).unwrap_or(EVIL).exact;
        let kept = Kept { redirect: to, state: asking.state, consented: None };
        world.keep(held, kept);
        let at = match reply {
            Reply::LogInFirst => At::LogInPage(asking),
            Reply::Consent(consent) => {
                let shown = Shown { grant: consent.ask.grant, digest: digest(consent.ask.secret.symbol()) };
                At::ConsentPage(asking, shown)
            }
            Reply::Code(handle) => {
                let code = Shown { grant: handle.grant, digest: digest(handle.secret.symbol()) };
                let seen = SeenCode { by: Who::Owner, asked: &asking, kept: &kept, code, consented: false };
                self.observe_code(&mut world, browser, &seen);
                self.respond(&mut world, to, Some(code), asking.state)
            }
            Reply::Refused(refused) => {
                next.refused = Some(refused);
                match refused.answer() {
                    crate::refusal::Answer::Redirect(_) => self.respond(&mut world, to, None, asking.state),
                    _ => At::Elsewhere,
                }
            }
            _ => return None,
        };
        world.browser_mut(browser).at = at;
        next.world = world;
        Some(next)
    }

    /// The authorization request, as a client pushes it or a browser brings it.
    fn request(&self, asking: &Asking) -> Authorize {
        Authorize {
            client: Ok(Some(asking.client)),
            redirect: Ok(asking.redirect),
            ask: Ok(Ask {
                response_type_is_code: true,
                scope: None,
                challenge: asking.challenge,
                resources: self.scope.resource.map(named),
                key: self.scope.dpop.then(|| digest(key(true))),
            }),
            session: None,
        }
    }

    /// The client pushes its request; the browser carries the name of it.
    fn push(&self, world: &mut World, asking: Asking) -> Option<Asking> {
        let by = Ok(self.presented(asking.client.0, ProofOf::Right)?);
        let request = self.request(&asking);
        let place = world.grants.len();
        let push = Request::Push(Push { by, request, has_request_uri: Ok(false), proof: Ok(None) });
        let Reply::Pushed(taken) = self.serve(world, push, place, pushed(place))? else { return None };
        let to = asking.redirect.unwrap_or(redirect(asking.client.0)).exact;
        world.keep(place, Kept { redirect: to, state: asking.state, consented: None });
        self.observe_push(world, asking.client, &taken);
        let shown = Shown { grant: taken.handle.grant, digest: digest(taken.handle.secret.symbol()) };
        Some(Asking { pushed: Some((shown, None)), ..asking })
    }

    /// A person sends the login form.
    pub(super) fn log_in(&self, world: &World, browser: usize, right: bool) -> Option<Next> {
        let At::LogInPage(asking) = world.browsers[browser].at else { return None };
        let account = UserNo(u16::try_from(browser).ok()?);
        let unchecked = self.faults.has(Fault::PasswordUnchecked);
        let owner = if right || unchecked { Checked::Right(account) } else { Checked::Wrong };
        let token = Some(digest(JUNK));
        let request = Request::LogIn(LogIn { expected: token, shown: token, owner });
        let mut world = world.clone();
        let reply = self.serve(&mut world, request, 0, server_session(browser))?;
        let mut next = Next::of(world);
        let person = next.world.browser_mut(browser);
        person.password_shown |= right;
        person.mistakes += u8::from(!right);
        match reply {
            Reply::LoggedIn(_) => {
                person.cookie = Some(digest(server_session(browser)));
                person.at = At::ToServer(asking);
            }
            Reply::LogInPage(_, Some(refusal)) => next.refused = Some(Refused::Step(refusal)),
            _ => return None,
        }
        Some(next)
    }

    /// A person answers the consent page; where a scope lets them, once more before the answer has led away.
    pub(super) fn decide(&self, world: &World, browser: usize, choice: Choice) -> Option<Next> {
        let mut world = world.clone();
        let (asking, shown) = match world.browsers[browser].at {
            At::ConsentPage(asking, shown) => (asking, shown),
            At::ToClient(response) if self.may_press_again(&world) => {
                world.attempts += 1;
                page_behind(&world, &response)?
            }
            _ => return None,
        };
        let (refused, at) =
            self.answer_consent(&mut world, browser, Some(shown), choice, Who::Owner, &asking)?;
        world.browser_mut(browser).at = at;
        Some(Next { world, refused, client_refused: None })
    }

    /// Whether a consent page may be sent a second time: at most once, and not beside an attack.
    pub(super) fn may_press_again(&self, world: &World) -> bool {
        self.scope.double_submit && world.attempts == 0
    }

    /// Sends a consent form from a browser; says what was refused and where the browser is then.
    pub(super) fn answer_consent(
        &self,
        world: &mut World,
        browser: usize,
        shown: Option<Shown>,
        choice: Choice,
        by: Who,
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
                    Choice::Approve => self.scope.client_scope,
                    Choice::ApproveOnly(scope) => self.scope.client_scope.and(scope),
                    Choice::Deny => asked,
                });
                world.keep(place, kept);
                let code = Shown { grant: handle.grant, digest: digest(handle.secret.symbol()) };
                let consented = by == Who::Owner && choice != Choice::Deny;
                let seen = SeenCode { by, asked: asking, kept: &kept, code, consented };
                self.observe_code(world, browser, &seen);
                (None, self.respond(world, kept.redirect, Some(code), kept.state))
            }
            (Reply::Refused(refused), Some(kept))
                if matches!(refused.answer(), crate::refusal::Answer::Redirect(_)) =>
            {
                (Some(refused), self.respond(world, kept.redirect, None, kept.state))
            }
            (Reply::Refused(refused), _) => (Some(refused), At::Elsewhere),
            _ => return None,
        })
    }

    /// Sends a browser away with an authorization response; what goes to the attacker's place is the attacker's.
    fn respond(
        &self,
        world: &mut World,
        to: crate::secret::Digest,
        code: Option<Shown>,
        state: Option<crate::secret::Digest>,
    ) -> At {
        if to == EVIL.exact {
            if let Some(code) = code {
                world.learn(Known::Code(code));
            }
            return At::Elsewhere;
        }
        At::ToClient(Response { to, code, state })
    }

    /// A browser brings an authorization response to the client, which sends its token request.
    pub(super) fn callback(&self, world: &World, browser: usize) -> Option<Next> {
        let At::ToClient(response) = world.browsers[browser].at else { return None };
        let mut world = world.clone();
        world.browser_mut(browser).at = At::Elsewhere;
        if response.to != redirect(0).exact {
            return Some(Next::of(world));
        }
        let event = Event::Callback(Callback {
            at: response.to,
            state: Ok(response.state),
            code: Ok(response.code.map(|code| code.digest)),
            error: Ok(response.code.is_none()),
            iss: Ok(Some(ISSUER)),
        });
        let mut client_refused: Option<ClientRefusal> = None;
        match self.fold(&mut world, browser, event) {
            Act::Exchange(secret) => {
                // The verifier goes along that this session made.
                let made = secret.is_some().then(|| verifier(browser, world.browsers[browser].starts - 1));
                let code = response.code?;
                if world.calls.len() >= usize::from(self.scope.calls) {
                    return None;
                }
                let call = self.honest_call(&world, code, made, Some(browser));
                world.send(call);
            }
            Act::ShowError(refusal) => client_refused = Some(refusal),
            _ => return None,
        }
        Some(Next { world, refused: None, client_refused })
    }

    /// A person opens the profile; the client fetches the resource.
    pub(super) fn profile(&self, world: &World, browser: usize) -> Option<Next> {
        let mut world = world.clone();
        world.browser_mut(browser).uses += 1;
        let login = world.sessions[browser].login?;
        match self.fold(&mut world, browser, Event::Profile) {
            Act::CallResource => {
                let (refused, client_refused) = self.fetch(&mut world, browser)?;
                Some(Next { world, refused, client_refused })
            }
            Act::Refresh => {
                if world.calls.len() >= usize::from(self.scope.calls) {
                    return None;
                }
                let shown = Shown { grant: grant_id(0), digest: login.refresh? };
                let call = self.refresh_call(&world, browser, shown);
                world.send(call);
                Some(Next::of(world))
            }
            Act::ToLogin => Some(Next::of(world)),
            Act::ShowError(refusal) => Some(Next { client_refused: Some(refusal), ..Next::of(world) }),
            _ => None,
        }
    }

    /// Locates, loads, steps and writes at once: for requests whose record nobody else writes.
    pub(super) fn serve(
        &self,
        world: &mut World,
        mut request: Request,
        grant: usize,
        secret: u8,
    ) -> Option<Reply> {
        let needs = locate(&request);
        let mut at = self.moment(world.now, grant, secret);
        self.faults.before_marking(&mut at, &mut request);
        self.mark_request(&at, &mut world.marks, &mut request);
        let client = needs.client.and_then(|no| self.client(no)).map(|client| self.faults.on_client(client));
        let mut found = Found {
            client: client.as_deref(),
            session: needs
                .session
                .and_then(|key| world.logins.iter().find(|login| login.key == key).copied()),
            grant: needs.grant.and_then(|id| world.grant(id)),
        };
        self.faults.before(&mut at, &mut found, &mut request);
        let mut outcome = step(&at, &found, &request);
        self.faults.after(&at, &found, &request, &mut outcome);
        match outcome {
            Outcome::Reply(reply) => Some(reply),
            Outcome::Write(pending) => {
                match pending.write {
                    Write::InsertSession(session) => world.log_in(session),
                    // Whoever registers takes no part in what is explored.
                    Write::InsertClient(_) => {}
                    Write::InsertGrant(grant) if world.grants.len() < usize::from(self.scope.grants) => {
                        world.hold(grant, None);
                    }
                    Write::InsertGrant(_) => return None,
                    Write::SwapGrant(grant) => world.swap(grant)?,
                }
                Some(pending.landed())
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
    fn log_in(&mut self, session: Session) {
        let logins = Arc::make_mut(&mut self.logins);
        logins.retain(|login| login.key != session.key);
        logins.push(session);
        logins.sort_unstable();
    }

    /// How many codes of a grant were seen.
    fn codes_of(&self, place: usize) -> usize {
        (0..3)
            .filter(|nth| {
                self.facts.iter().any(|fact| match fact.what {
                    crate::fact::What::CodeIssued(issued) => {
                        issued.code == super::symbols::sym(digest(code(place, *nth)))
                    }
                    _ => false,
                })
            })
            .count()
            .min(2)
    }
}
