//! The attacker: what leaks to it, what it composes, what it puts into the owner's browser.
//!
//! What a scenario lets leak stands in the scenario. The attacker has an account, a browser, and in some scenarios a client
//! of its own (number 1). It may name any grant's id, which is no secret, and never guesses one.

use super::browser::page_behind;
use super::calls::sent;
use super::dpop::ShownWith;
use super::symbols::{
    EVIL, JUNK, OWN_VERIFIER, digest, grant_id, hashed, redirect, secret, server_session, sym, verifier,
    verifier_of,
};
use super::tries::{
    CodeOf, CredentialsOf, Forgery, Lure, Redemption, RedirectOf, RefreshOf, RefreshScope, RefreshTry,
    VerifierOf, named,
};
use super::{ATTACKER, Asking, At, EMAIL, Known, Next, OWNER, PROFILE, STRANGER, Universe, WIDE, World};
use oauth_core::directory::{Authentication, ClientNo, UserNo};
use oauth_core::secret::Shown;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::authorize::AskedScope;
use oauth_core::server::decide::Choice;
use oauth_core::server::login::{Checked, LogIn};
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::resource::Bearer;
use oauth_core::server::{Reply, Request};
use oauth_core::text::{ChallengeMethod, CodeChallenge};
use oauth_faults::fault;
use oauth_laws::fact::{Sender, What};

impl Universe {
    pub(super) fn attacker_actions(&self, world: &World, actions: &mut Vec<super::Action>) {
        use super::Action;
        let scenario = self.scenario;
        for known in self.leaks(world) {
            if !world.known.contains(&known) {
                actions.push(Action::Leak(known));
            }
        }
        if world.calls.len() < usize::from(scenario.bounds.calls) {
            for refresh in scenario.tries.refreshes {
                if self.refreshing(world, refresh).is_some() {
                    actions.push(Action::Refresh(*refresh));
                }
            }
            actions.extend(scenario.tries.for_itself.iter().map(|request| Action::ForItself(*request)));
            for redemption in scenario.tries.redemptions {
                if self.composed(world, redemption).is_some() {
                    actions.push(Action::Redeem(*redemption));
                }
            }
        }
        if world.namings < scenario.tries.names_at_most {
            for naming in scenario.tries.names {
                if self.named(world, naming).is_some() {
                    actions.push(Action::Name(*naming));
                }
            }
        }
        self.malicious_answers(world, actions);
        if world.attempts >= scenario.attacker.attempts {
            return;
        }
        for known in world.known.iter() {
            if let Known::Token(shown) = known {
                actions.push(Action::ShowToken(*shown));
                let with = [ShownWith::Nothing, ShownWith::OwnKey, ShownWith::Forged, ShownWith::Leaked];
                let leaked = world.known.iter().any(|known| matches!(known, Known::Proof(_)));
                let at_hand = |with: &ShownWith| *with != ShownWith::Leaked || leaked;
                if scenario.client.dpop {
                    let shown = |with| Action::ShowBound(*shown, with);
                    actions.extend(with.into_iter().filter(at_hand).map(shown));
                }
            }
        }
        if scenario.attacker.made_up_tokens && !world.grants.is_empty() {
            actions.push(Action::ShowToken(Shown { grant: grant_id(0), digest: digest(JUNK) }));
        }
        for lure in scenario.attacker.lures {
            if self.lured(world, *lure).is_some() {
                actions.push(Action::Lure(*lure));
            }
        }
        for forgery in scenario.attacker.forgeries {
            if *forgery == Forgery::LogIn || !world.grants.is_empty() {
                actions.push(Action::Forge(*forgery));
            }
        }
        self.crafted_actions(world, actions);
        self.malicious_ways(world, actions);
    }

    /// What the scenario lets leak now.
    fn leaks(&self, world: &World) -> Vec<Known> {
        let mut leaks = Vec::new();
        if self.scenario.attacker.leaks.responses
            && let At::ToClient(response) = world.browsers[OWNER].at
        {
            leaks.extend(response.code.map(Known::Code));
        }
        if self.scenario.attacker.leaks.referrer
            && let At::OnCallbackPage(response) = world.browsers[OWNER].at
        {
            leaks.extend(response.code.map(Known::Code));
        }
        if self.scenario.attacker.leaks.requests
            && let At::ToServer(asking) = world.browsers[OWNER].at
        {
            leaks.extend(asking.challenge.map(Known::CodeChallenge));
        }
        if self.scenario.attacker.leaks.tokens
            && let Some(login) = world.visits[OWNER].session.login
        {
            leaks.push(Known::Token(Shown { grant: grant_id(0), digest: login.token }));
        }
        leaks.extend(self.leaked_proof(world).map(Known::Proof));
        if self.scenario.attacker.leaks.refresh {
            leaks.extend(world.facts.refresh_tokens().next().map(Known::Refresh));
        }
        leaks
    }

    /// The token request of a try; `None` where its token is not at hand.
    fn refreshing(&self, world: &World, refresh: &RefreshTry) -> Option<TokenRequest> {
        let token = world.refresh_token(refresh.token)?;
        let scope = match refresh.scope {
            RefreshScope::All => None,
            RefreshScope::Narrower => Some(AskedScope { known: PROFILE, has_unknown: false }),
            RefreshScope::Useless => Some(AskedScope { known: EMAIL, has_unknown: false }),
            RefreshScope::Registered => {
                Some(AskedScope { known: self.scenario.client.scope, has_unknown: false })
            }
            RefreshScope::Wider => Some(AskedScope { known: WIDE, has_unknown: false }),
        };
        // A thief has no secret.
        let credentials = match self.client(ClientNo(refresh.client))?.secret {
            Some(secret) if refresh.by != Sender::Thief => Credentials::Basic(secret),
            Some(_) | None => Credentials::None,
        };
        Some(TokenRequest {
            by: Ok(Presented { client: Some(ClientNo(refresh.client)), credentials }),
            proof: match refresh.by {
                Sender::Thief if refresh.own_key => Ok(Some(self.own_proof(world))),
                Sender::Thief => Ok(None),
                Sender::Client | Sender::OtherClient | Sender::Owner => self.proof_of_call(world, OWNER),
            },
            ask: Ok(TokenAsk::Refresh(RefreshAsk {
                token: Some(token),
                scope,
                resources: refresh.resources.map(named),
            })),
        })
    }

    pub(super) fn refresh(&self, world: World, refresh: &RefreshTry) -> Option<Next> {
        let request = self.refreshing(&world, refresh)?;
        Some(sent(world, refresh.by, request))
    }

    /// What else is learnt where this leaks: a response and a request have a `state` as well.
    fn overhear_beside(&self, world: &mut World, known: &Known) {
        let state = match (known, world.browsers[OWNER].at) {
            (Known::Code(_), At::ToClient(response) | At::OnCallbackPage(response)) => response.state,
            (Known::CodeChallenge(_), At::ToServer(asking)) => asking.state,
            _ => None,
        };
        if let Some(state) = state {
            world.learn(Known::State(state));
        }
    }

    pub(super) fn leak(&self, mut world: World, known: Known) -> Option<Next> {
        if self.scenario.attacker.powers.any() {
            self.overhear_beside(&mut world, &known);
        }
        world.learn(known).then(|| Next::of(world))
    }

    /// Composes a token request out of what is known; `None` where something is not.
    fn composed(&self, world: &World, redemption: &Redemption) -> Option<TokenRequest> {
        let leaked = world.known.iter().find_map(|known| match known {
            Known::Code(code) => Some(*code),
            _ => None,
        });
        // A sloppy client has its own code: the one that it redeemed or is about to.
        let own = world.calls.first().and_then(|call| match call.request.ask {
            Ok(TokenAsk::Redeem(redeem)) => redeem.code,
            Ok(_) | Err(_) => None,
        });
        let code = match redemption.code {
            CodeOf::Leaked if redemption.by == Sender::Client => own?,
            CodeOf::Leaked => leaked?,
            CodeOf::MadeUp => {
                world.grants.first()?;
                Shown { grant: grant_id(0), digest: digest(JUNK) }
            }
        };
        let challenge = world.known.iter().find_map(|known| match known {
            Known::CodeChallenge(challenge) => Some(*challenge),
            _ => None,
        });
        let verifier = match redemption.verifier {
            VerifierOf::Right => Some(verifier_of(verifier(OWNER, 0))),
            VerifierOf::Own => Some(verifier_of(OWN_VERIFIER)),
            VerifierOf::CodeChallenge => {
                let plain = challenge?.digest;
                Some(oauth_core::text::Verifier { plain, s256: digest(JUNK) })
            }
            VerifierOf::Missing => None,
        };
        let show = match self.client(ClientNo(redemption.client))?.authentication {
            Authentication::Post => Credentials::Post,
            Authentication::Basic | Authentication::None => Credentials::Basic,
        };
        let credentials = match redemption.credentials {
            CredentialsOf::Right => show(digest(secret(redemption.client))),
            CredentialsOf::Wrong => show(digest(JUNK)),
            CredentialsOf::Missing => Credentials::None,
        };
        let resources = redemption.resources.map(named);
        let redirect = match redemption.redirect {
            RedirectOf::Right => Some(redirect(0).exact),
            RedirectOf::Other => Some(EVIL.exact),
            RedirectOf::Missing => None,
        };
        Some(TokenRequest {
            by: Ok(Presented { client: Some(ClientNo(redemption.client)), credentials }),
            ask: Ok(TokenAsk::Redeem(Redeem { code: Some(code), redirect, verifier, resources })),
            proof: match redemption.by {
                _ if !redemption.proves => Ok(None),
                Sender::Thief => Ok(self.scenario.client.dpop.then(|| self.own_proof(world))),
                Sender::Client | Sender::OtherClient | Sender::Owner => self.proof_of_call(world, OWNER),
            },
        })
    }

    pub(super) fn redeem(&self, world: World, redemption: &Redemption) -> Option<Next> {
        let request = self.composed(&world, redemption)?;
        Some(sent(world, redemption.by, request))
    }

    /// Where the owner's browser is after a lure; `None` where the attacker has nothing to lure with.
    fn lured(&self, world: &World, lure: Lure) -> Option<At> {
        let asking = |redirect, challenge| Asking {
            client: ClientNo(0),
            redirect: Some(redirect),
            challenge,
            state: None,
            pushed: None,
        };
        let pushed = |client: u16, secret: u8| {
            world.grants.first()?;
            let shown = Shown { grant: grant_id(0), digest: digest(secret) };
            let own = asking(redirect(0), None);
            Some(At::ToServer(Asking { client: ClientNo(client), pushed: Some((shown, None)), ..own }))
        };
        let own_challenge =
            CodeChallenge { method: ChallengeMethod::S256, digest: digest(hashed(OWN_VERIFIER)) };
        match lure {
            Lure::OwnResponse => match world.browsers[ATTACKER].at {
                At::ToClient(response) => Some(At::ToClient(response)),
                _ => None,
            },
            Lure::PushedOfAnother => pushed(1, super::symbols::pushed(0)),
            Lure::PushedAgain => pushed(0, super::symbols::pushed(0)),
            Lure::PushedByNobody => pushed(0, JUNK),
            Lure::OfStranger => {
                let bad = asking(EVIL, None);
                Some(At::ToServer(Asking { client: ClientNo(STRANGER), ..bad }))
            }
            Lure::EvilRedirect => Some(At::ToServer(asking(EVIL, Some(own_challenge)))),
        }
    }

    pub(super) fn lure(&self, mut world: World, lure: Lure) -> Option<Next> {
        let at = self.lured(&world, lure)?;
        world.attempts += 1;
        world.browser_mut(OWNER).at = at;
        if lure == Lure::OwnResponse {
            world.browser_mut(ATTACKER).at = At::Elsewhere;
        }
        Some(Next::of(world))
    }

    /// The attacker's page sends a login form, which has no anti-CSRF value: the cookie that one comes from is the browser's.
    fn forge_log_in(&self, mut world: World) -> Option<Next> {
        world.attempts += 1;
        let token = self.faults.has(fault!("login-forgeable")).then(|| digest(JUNK));
        let owner = Checked::Right(UserNo(u16::try_from(ATTACKER).ok()?));
        let request = Request::LogIn(LogIn { expected: token, shown: token, owner });
        let reply = self.serve(&mut world, request, 0, server_session(ATTACKER))?;
        if let Reply::LoggedIn(_) = reply {
            let now = world.now;
            let person = world.browser_mut(OWNER);
            person.cookie = Some(digest(server_session(ATTACKER)));
            person.password_shown = Some(now);
        }
        Some(Next { refused: reply.refusal(), ..Next::of(world) })
    }

    pub(super) fn forge(&self, mut world: World, forgery: Forgery) -> Option<Next> {
        let pending = |browser: usize| match world.browsers[browser].at {
            At::ConsentPage(asking, shown) => Some((asking, shown)),
            At::ToClient(response) => page_behind(&world, &response),
            _ => None,
        };
        let (asking, shown) = match forgery {
            Forgery::MadeUpAsk => {
                let (asking, shown) = pending(OWNER)?;
                (asking, Some(Shown { digest: digest(JUNK), ..shown }))
            }
            Forgery::OwnAsk => {
                let (asking, shown) = pending(ATTACKER)?;
                (asking, Some(shown))
            }
            Forgery::NoAsk => (pending(OWNER)?.0, None),
            Forgery::LogIn => return self.forge_log_in(world),
            // A browser shows no page in a frame that forbids it.
            Forgery::Framed if !self.faults.has(fault!("pages-framable")) => return None,
            Forgery::Framed => {
                let (asking, shown) = pending(OWNER)?;
                (asking, Some(shown))
            }
        };
        world.attempts += 1;
        let (refused, at) =
            self.answer_consent(&mut world, OWNER, shown, Choice::Approve, Sender::Thief, &asking)?;
        if refused.is_none() {
            world.browser_mut(OWNER).at = at;
        }
        Some(Next { world, refused, client_refused: None })
    }

    /// Somebody sends one of the scenario's odd requests.
    pub(super) fn odd(&self, world: World, at: usize) -> Option<Next> {
        let request = self.scenario.tries.odd.get(at)?.request(&world)?;
        let mut after = world;
        let reply = self.serve(&mut after, request, usize::from(self.scenario.bounds.grants), 0)?;
        let Some(refused) = reply.refusal() else {
            // Whatever was granted has its consequences, and is seen.
            if let Request::Resource(resource) = request
                && let Bearer::Shown(shown) = resource.bearer
                && !after.serves_thieves(shown)
            {
                self.observe_resource(&mut after, Sender::Thief, None, &resource, &reply);
            }
            return Some(Next::of(after));
        };
        Some(Next { refused: Some(refused), ..Next::of(after) })
    }
}

impl World {
    /// A refresh token that somebody has at hand.
    pub(super) fn refresh_token(&self, of: RefreshOf) -> Option<Shown> {
        match of {
            RefreshOf::Leaked => self.known.iter().find_map(|known| match known {
                Known::Refresh(shown) => Some(*shown),
                _ => None,
            }),
            RefreshOf::Latest => self.facts.refresh_tokens().next_back(),
            RefreshOf::First => self.facts.refresh_tokens().next(),
            RefreshOf::TwoAgo => self.facts.refresh_tokens().rev().nth(2),
            RefreshOf::MadeUp => {
                self.facts.refresh_tokens().next().map(|shown| Shown { digest: digest(JUNK), ..shown })
            }
        }
    }

    /// Whether the resource was seen to be served to the thief for this token: once is enough, and worlds stay bounded.
    fn serves_thieves(&self, shown: Shown) -> bool {
        let token = sym(shown.digest);
        self.facts.backwards().any(|fact| {
            fact.by == Sender::Thief
                && matches!(fact.what, What::Resource(service) if service.served && service.token == token)
        })
    }
}
