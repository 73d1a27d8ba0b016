//! The observer: facts off typed messages. It knows what passed, never what the server stored.

use super::symbols::{account, client, digest, grant_at, server_session, sym, symbol, token};
use super::tries::{IntrospectOrRevokeTry, TokenOf, Wanted};
use super::{ATTACKER, Asking, Browser, Call, OWNER, PROFILE, ResponseTarget, Server, Universe, World};
use oauth_core::directory::{Authentication, ClientNo};
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::audience::AskedResources;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::dpop::{DpopProof, Signature};
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::push::Taken;
use oauth_core::server::redeem::TokenAsk;
use oauth_core::server::resource::{Bearer, ResourceRequest};
use oauth_core::server::{Reply, Tokens};
use oauth_core::text::{ChallengeMethod, ResourceSet, ScopeSet};
use oauth_laws::fact::{
    CodeChallenge, CodeIssued, Fact, ForItself, Handed, Introspection, Issued, LoggedIn, Party, Proved,
    Pushed, Redemption, RefreshUse, ResourceUse, Revocation, SecretShown, Sender, SentAway, Sym, What,
};

/// A code as the observer saw it come about.
#[derive(Clone, Copy)]
pub(super) struct SeenCode<'a> {
    /// Who sent the request that it answers.
    pub(super) by: Sender,
    /// What was asked.
    pub(super) asked: &'a Asking,
    /// Where the response goes, and with which state.
    pub(super) kept: &'a ResponseTarget,
    /// The code.
    pub(super) code: Shown,
    /// Whether the owner said yes in between.
    pub(super) consented: bool,
}

impl World {
    /// The moment at which a request is sent.
    pub(super) fn sending(&self) -> u32 {
        self.facts.len()
    }

    fn record(&mut self, sent: u32, sent_at: u64, by: Sender, what: What) {
        self.record_until(Some(self.sending()), (sent, sent_at), by, what);
    }

    fn record_until(&mut self, answered: Option<u32>, (sent, sent_at): (u32, u64), by: Sender, what: What) {
        self.facts = self.facts.then(Fact { sent, answered, sent_at, answered_at: self.now.0, by, what });
    }
}

impl Universe {
    /// A code on its way to a browser: what was asked, what came back, and whether the owner said yes in between.
    pub(super) fn observe_code(&self, world: &mut World, browser: usize, seen: &SeenCode<'_>) {
        let SeenCode { by, asked, kept, code, consented } = *seen;
        let person = *world.browsers[browser];
        let registered = self
            .client(asked.client)
            .is_some_and(|client| client.redirects.iter().any(|uri| uri.exact == kept.redirect));
        let issued = CodeIssued {
            code: sym(code.digest),
            client: client(asked.client.0),
            sent_to: sym(kept.redirect),
            registered,
            redirect_uri: asked.redirect.map(|uri| sym(uri.exact)),
            state: (asked.state.map(sym), kept.state.map(sym)),
            challenge: asked.challenge.map(|challenge| match challenge.method {
                ChallengeMethod::Plain => CodeChallenge::Plain(sym(challenge.digest)),
                ChallengeMethod::S256 => CodeChallenge::S256(sym(challenge.digest)),
            }),
            certain: true,
            password_shown: Some(self.is_logged_in(world.now, &person)),
            consented: Some(consented),
            owner: Some(logged_in_as(browser, &person)),
            key: self.key_of_code().map(sym),
            pushed: asked.pushed.and_then(|(shown, brought)| Some((sym(shown.digest), brought?.0))),
        };
        world.record(world.sending(), world.now.0, by, What::CodeIssued(issued));
    }

    /// Whether a password was shown in a browser, and the login that came of it lasts by what the server says of its logins.
    fn is_logged_in(&self, now: Time, person: &Browser) -> bool {
        let lasts = self.scenario.server.policy.session_lifetime;
        person.password_shown.is_some_and(|shown| now.0 < shown.0.saturating_add(u64::from(lasts.0)))
    }

    /// A pushed request that was taken.
    pub(super) fn observe_push(&self, world: &mut World, by: ClientNo, taken: &Taken) {
        let pushed = Pushed {
            uri: sym(digest(taken.handle.secret.symbol())),
            client: client(by.0),
            expires_in: Some(u64::from(taken.expires_in.0)),
        };
        world.record(world.sending(), world.now.0, Sender::Client, What::Pushed(pushed));
    }

    /// A token request and its answer.
    pub(super) fn observe_call(&self, world: &mut World, call: &Call, reply: &Reply) {
        if let Some(what) = self.seen_call(world, call, Some(reply)) {
            world.record(call.sent, call.sent_at.0, call.by, what);
        }
    }

    /// A token request whose answer was lost.
    pub(super) fn observe_lost(&self, world: &mut World, call: &Call) {
        if let Some(what) = self.seen_call(world, call, None) {
            world.record_until(None, (call.sent, call.sent_at.0), call.by, what);
        }
    }

    fn seen_call(&self, world: &World, call: &Call, reply: Option<&Reply>) -> Option<What> {
        let (Ok(by), Ok(ask)) = (call.request.by, call.request.ask) else { return None };
        let named = by.client?;
        let tokens = match reply {
            Some(Reply::Tokens(tokens)) => Some(tokens),
            _ => None,
        };
        let secret = self.secret_shown(&by);
        let proof = call.request.proof.ok().flatten().and_then(proved);
        let granted = self.scenario.client.resource;
        let only_for = |asked: Option<AskedResources>| {
            let asked = asked.map(|asked| asked.known);
            // What was not granted is no resource of the token, whoever names it.
            let granted_of_it = asked.filter(|asked| granted.is_none_or(|have| have.covers(*asked)));
            granted_of_it.or(granted).and_then(one_resource)
        };
        let what = match ask {
            TokenAsk::Redeem(redeem) => {
                let code = redeem.code?;
                What::Redemption(Redemption {
                    code: sym(code.digest),
                    client: client(named.0),
                    secret,
                    redirect_uri: redeem.redirect.map(sym),
                    verifier: redeem.verifier.map(|verifier| (sym(verifier.plain), sym(verifier.s256))),
                    proof,
                    token: tokens
                        .map(|tokens| issued(world, &code, tokens, proof, only_for(redeem.resources))),
                })
            }
            TokenAsk::Refresh(refresh) => {
                let shown = refresh.token?;
                let consented = world.kept(grant_at(shown.grant)).and_then(|kept| kept.consented);
                let lacks = |tokens: &Tokens| consented.is_some_and(|scope| !tokens.scope.covers(scope));
                What::Refresh(RefreshUse {
                    token: sym(shown.digest),
                    client: client(named.0),
                    secret,
                    falls_short: refresh.scope.is_none() && tokens.is_some_and(lacks),
                    // No law that the model judges reads it, and it would tell states apart that are one.
                    asks: None,
                    strays: refresh
                        .resources
                        .zip(granted)
                        .is_some_and(|(asked, have)| !have.covers(asked.known)),
                    proof,
                    issued: tokens
                        .map(|tokens| issued(world, &shown, tokens, proof, only_for(refresh.resources))),
                })
            }
            TokenAsk::ClientCredentials(_) => What::ForItself(ForItself {
                client: client(named.0),
                secret,
                issued: tokens.map(|tokens| Issued {
                    beyond_consent: false,
                    ..issued(
                        world,
                        &Shown { grant: tokens.access.grant, digest: digest(0) },
                        tokens,
                        proof,
                        None,
                    )
                }),
            }),
            TokenAsk::Unsupported => return None,
        };
        Some(what)
    }

    fn secret_shown(&self, by: &Presented) -> SecretShown {
        let Some(client) = by.client.and_then(|no| self.client(no)) else {
            return SecretShown::WrongOrMissing;
        };
        match (client.authentication, by.credentials) {
            (Authentication::None, _) => SecretShown::NoneNeeded,
            (_, Credentials::Basic(shown) | Credentials::Post(shown)) if Some(shown) == client.secret => {
                SecretShown::Right
            }
            (Authentication::Basic | Authentication::Post, _) => SecretShown::WrongOrMissing,
        }
    }

    /// A request that names a token, and its answer.
    pub(super) fn observe_naming(
        &self,
        world: &mut World,
        naming: &IntrospectOrRevokeTry,
        request: &IntrospectOrRevoke,
        reply: &Reply,
    ) {
        let (Ok(by), Ok(Some(shown))) = (request.by, request.token) else { return };
        let token = sym(shown.digest);
        let what = match naming.what {
            Wanted::Revoke => What::Revocation(Revocation {
                token,
                client: client(naming.client),
                secret: self.secret_shown(&by),
                accepted: matches!(reply, Reply::Revoked),
            }),
            Wanted::Introspect => What::Introspection(Introspection {
                token,
                active: matches!(reply, Reply::Introspection(Some(_))),
                concerned: match reply {
                    Reply::Introspection(Some(_)) => self.concerns(world, naming, token),
                    _ => None,
                },
            }),
        };
        world.record(world.sending(), world.now.0, naming.by, what);
    }

    /// Whether a token concerns whoever asks about it, by the answer that brought it.
    fn concerns(&self, world: &World, naming: &IntrospectOrRevokeTry, named: Sym) -> Option<bool> {
        let is_refresh = matches!(naming.token, TokenOf::Refresh(_));
        let (holder, issued) = world.facts.backwards().find_map(|fact| {
            let (holder, issued) = match fact.what {
                What::Redemption(redemption) => (redemption.client, redemption.token?),
                What::Refresh(refresh) => (refresh.client, refresh.issued?),
                _ => return None,
            };
            let is_it = if is_refresh { issued.refresh == Some(named) } else { issued.token == named };
            is_it.then_some((holder, issued))
        })?;
        let guarded = one_resource(self.client(ClientNo(naming.client))?.introspects);
        let guards = |guarded: Sym| !is_refresh && issued.only_for.is_none_or(|resource| resource == guarded);
        Some(holder == client(naming.client) || guarded.is_some_and(guards))
    }

    /// A token at a resource.
    pub(super) fn observe_resource(
        &self,
        world: &mut World,
        by: Sender,
        browser: Option<usize>,
        request: &ResourceRequest,
        reply: &Reply,
    ) {
        let Bearer::Shown(shown) = request.bearer else { return };
        let told = match reply {
            Reply::Resource(served) => {
                Some(self.told_scope(world, shown.digest).unwrap_or(served.scope).covers(PROFILE))
            }
            _ => None,
        };
        let proof = request.proof.ok().flatten().filter(|proof| proof.token == Some(request.hash));
        let service = ResourceUse {
            token: sym(shown.digest),
            resource: Sym(500 + u32::from(request.need.resource.0)),
            proof: proof.and_then(proved),
            served: told.is_some(),
            covered: told,
            shown_to: browser.map(account),
        };
        world.record(world.sending(), world.now.0, by, What::Resource(service));
    }

    /// The scope of a token as its client knows it: what the request asked for that brought it, or else what the owner said
    /// yes to.
    fn told_scope(&self, world: &World, shown: Digest) -> Option<ScopeSet> {
        let call = usize::from(symbol(shown).checked_sub(token(0))?);
        let consented = |shown: Shown| world.kept(grant_at(shown.grant))?.consented;
        match world.calls.get(call)?.request.ask.ok()? {
            TokenAsk::Redeem(redeem) => consented(redeem.code?),
            TokenAsk::Refresh(refresh) => match refresh.scope {
                Some(asked) => Some(asked.known),
                None => consented(refresh.token?),
            },
            TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported => None,
        }
    }

    /// A browser that the client now counts as logged in.
    pub(super) fn observe_login(&self, world: &mut World, browser: usize, token: Digest) {
        let login = LoggedIn { token: sym(token), person: account(browser) };
        let by = if browser == OWNER { Sender::Owner } else { Sender::Thief };
        world.record(world.sending(), world.now.0, by, What::LoggedIn(login));
    }

    /// A secret that a client sends to a server, where there are several.
    pub(super) fn observe_handed(&self, world: &mut World, browser: usize, secret: Digest, to: Server) {
        if self.scenario.attacker.malicious.is_none() {
            return;
        }
        let to = if to == Server::Honest { Party::ItsServer } else { Party::OtherServer };
        let handed = Handed { secret: sym(secret), to, person: account(browser) };
        world.record(world.sending(), world.now.0, Sender::Client, What::Handed(handed));
    }

    /// A password on its way.
    pub(super) fn observe_password(&self, world: &mut World, browser: usize, to: Party) {
        let handed = Handed { secret: account(browser), to, person: account(browser) };
        world.record(world.sending(), world.now.0, Sender::Owner, What::Handed(handed));
    }

    /// A browser that was sent to a client with an error, before its person was asked anything.
    pub(super) fn observe_error(&self, world: &mut World, browser: usize, asked: &Asking, to: Digest) {
        let registered = self.client(asked.client);
        let away = SentAway {
            client: client(asked.client.0),
            registered: registered.is_some_and(|client| client.redirects.iter().any(|uri| uri.exact == to)),
            vouched: registered.is_some_and(|client| !client.self_registered),
        };
        let by = if browser == OWNER { Sender::Owner } else { Sender::Thief };
        world.record(world.sending(), world.now.0, by, What::SentAway(away));
    }
}

/// The token of a call's answer, held against what the owner consented to.
fn issued(
    world: &World,
    code: &Shown,
    tokens: &Tokens,
    proof: Option<Proved>,
    only_for: Option<Sym>,
) -> Issued {
    let consented = world.kept(grant_at(code.grant)).and_then(|kept| kept.consented);
    Issued {
        token: sym(digest(tokens.access.secret.symbol())),
        expires_in: Some(u64::from(tokens.expires_in.0)),
        beyond_consent: consented.is_some_and(|scope| !scope.covers(tokens.scope)),
        refresh: tokens.refresh.map(|handle| sym(digest(handle.secret.symbol()))),
        key: proof.filter(|_| tokens.bound).map(|proof| proof.key),
        only_for,
    }
}

/// A proof as the observer checks it: by its signature, and for the very request.
fn proved(proof: DpopProof) -> Option<Proved> {
    let good = proof.signature == Signature::Right && proof.fits_method && proof.fits_target;
    good.then(|| Proved { key: sym(proof.key), id: sym(proof.id), made: proof.made.0 })
}

/// The account behind a browser's login: the person's own, unless another's cookie came into this browser.
fn logged_in_as(browser: usize, person: &Browser) -> Sym {
    let is_attackers = person.cookie == Some(digest(server_session(ATTACKER)));
    account(if is_attackers { ATTACKER } else { browser })
}

/// The resource of a set of one.
fn one_resource(set: ResourceSet) -> Option<Sym> {
    (set.0.count_ones() == 1).then_some(Sym(500 + u32::from(set.0)))
}
