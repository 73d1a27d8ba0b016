//! The client's back channel: token requests and their answers, and the resource that it fetches for a browser.

use super::parts::{Call, Known, Server, Stage};
use super::server::Read;
use super::symbols::{
    JUNK, SECRET_ELSEWHERE, digest, grant_id, minted, redirect, secret, symbol, token, verifier_of,
};
use super::tries::CredentialsOf;
use super::{Next, OWNER, PROFILE, Universe, World};
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::{Act, Event, TokenAnswer};
use oauth_core::directory::{Authentication, ClientNo};
use oauth_core::refusal::Refused;
use oauth_core::secret::{Digest, GrantId, Shown};
use oauth_core::server::Reply;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::resource::Need;
use oauth_core::text::ResourceSet;
use oauth_laws::fact::Sender;

impl Universe {
    /// The token request that the client sends for a code.
    pub(super) fn honest_call(
        &self,
        world: &World,
        code: Shown,
        verifier: Option<u8>,
        session: Option<usize>,
    ) -> Call {
        let client = ClientNo(0);
        let credentials = match self.client(client).map(|client| client.authentication) {
            Some(Authentication::Basic) => Credentials::Basic(digest(secret(0))),
            Some(Authentication::Post) => Credentials::Post(digest(secret(0))),
            Some(Authentication::None) | None => Credentials::None,
        };
        let redeem = Redeem {
            code: Some(code),
            redirect: Some(redirect(0).exact),
            verifier: verifier.map(verifier_of),
            resources: None,
        };
        Call {
            by: Sender::Client,
            to: Server::Honest,
            request: TokenRequest {
                by: Ok(Presented { client: Some(client), credentials }),
                ask: Ok(TokenAsk::Redeem(redeem)),
                proof: self.proof_of_call(world, session.unwrap_or(OWNER)),
            },
            session,
            sent: world.sending(),
            sent_at: world.now,
            stage: Stage::Sent,
        }
    }

    /// The client proves itself to a server with the secret that it has from that server. Where the scenario says so, the same
    /// proof is good at both, and whoever sees it has nothing of it.
    pub(super) fn prove_to(&self, server: Server, to: Server, call: &mut Call) {
        let fits_both = self.scenario.attacker.malicious.is_some_and(|malicious| malicious.same_credentials);
        if let Ok(Presented { credentials: Credentials::Basic(secret), .. }) = &mut call.request.by
            && (to == Server::Malicious || (server == Server::Malicious && !fits_both))
        {
            *secret = digest(SECRET_ELSEWHERE);
        }
    }

    /// A client sends a token request once more, as if the answer had been lost.
    pub(super) fn retry(&self, mut world: World, at: usize) -> Option<Next> {
        let mut call = **world.calls.get(at)?;
        call.session = None;
        call.sent = world.sending();
        call.sent_at = world.now;
        call.stage = Stage::Sent;
        world.send(call);
        Some(Next::of(world))
    }

    /// The answer arrives: the observer sees it, and the client session that waits folds it in.
    pub(super) fn answer(&self, mut world: World, at: usize, call: &Call, reply: &Reply) -> Next {
        world.call_mut(at).stage = Stage::Done;
        self.observe_call(&mut world, call, reply);
        if let (Sender::Thief, true, Reply::Tokens(tokens)) =
            (call.by, self.scenario.attacker.powers.any(), reply)
        {
            let digest = digest(tokens.access.secret.symbol());
            world.learn(Known::Token(Shown { grant: tokens.access.grant, digest }));
        }
        let mut client_refused = None;
        if let Some(browser) = call.session {
            let answer = match reply {
                Reply::Tokens(tokens) => Ok(TokenAnswer {
                    token: digest(tokens.access.secret.symbol()),
                    until: Some(world.now.after(tokens.expires_in)),
                    refresh: tokens.refresh.map(|handle| digest(handle.secret.symbol())),
                }),
                _ => Err(ClientRefusal::TokenRefused),
            };
            if let Ok(TokenAsk::Refresh(_)) = call.request.ask {
                return self.refreshed(world, browser, answer, reply.refusal());
            }
            client_refused = self.take_tokens(&mut world, browser, at, answer);
        }
        if let (Ok(TokenAsk::ClientCredentials(_)), Reply::Tokens(tokens)) = (call.request.ask, reply) {
            // What a client got for itself it uses.
            let digest = digest(tokens.access.secret.symbol());
            let shown = Shown { grant: tokens.access.grant, digest };
            let used = self.show(&mut world, call.by, shown, ResourceSet::FIRST);
            return Next { world, refused: used.and_then(|(_, refused)| refused), client_refused };
        }
        Next { world, refused: reply.refusal(), client_refused }
    }

    /// The client takes the answer to its redemption.
    pub(super) fn take_tokens(
        &self,
        world: &mut World,
        browser: usize,
        at: usize,
        answer: Result<TokenAnswer, ClientRefusal>,
    ) -> Option<ClientRefusal> {
        let server = world.visits[browser].server;
        match self.fold(world, browser, server, Event::TokenAnswer(answer, minted(token(at)))) {
            Act::ToProfile(_) => {
                if let Some(login) = world.visits[browser].session.login {
                    self.observe_login(world, browser, login.token);
                }
                None
            }
            Act::ShowError(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// No answer came to a call.
    pub(super) fn unheard(&self, mut world: World, at: usize, call: &Call) -> Next {
        world.call_mut(at).stage = Stage::Done;
        let silent = Err(ClientRefusal::TokenEndpointSilent);
        let Some(browser) = call.session else { return Next::of(world) };
        if let Ok(TokenAsk::Refresh(_)) = call.request.ask {
            return self.refreshed(world, browser, silent, None);
        }
        let client_refused = self.take_tokens(&mut world, browser, at, silent);
        Next { world, refused: None, client_refused }
    }

    /// The answer to the client's own refresh: the profile that waited for it goes on.
    fn refreshed(
        &self,
        mut world: World,
        browser: usize,
        answer: Result<TokenAnswer, ClientRefusal>,
        mut refused: Option<Refused>,
    ) -> Next {
        let mut client_refused = None;
        let server = world.visits[browser].server;
        match self.fold(&mut world, browser, server, Event::RefreshAnswer(answer)) {
            Act::CallResource => {
                if let Some((of_resource, of_client)) = self.fetch(&mut world, browser, Read::Fresh) {
                    refused = refused.or(of_resource);
                    client_refused = of_client;
                }
            }
            Act::ShowError(refusal) => client_refused = Some(refusal),
            _ => {}
        }
        Next { world, refused, client_refused }
    }

    /// A person opens the profile; the client fetches the resource.
    pub(super) fn profile(&self, mut world: World, browser: usize, read: Read) -> Option<Next> {
        world.browser_mut(browser).uses += 1;
        if read == Read::Stale {
            world.mishaps += 1;
        }
        let login = world.visits[browser].session.login?;
        let server = world.visits[browser].server;
        match self.fold(&mut world, browser, server, Event::Profile) {
            Act::CallResource => {
                let (refused, client_refused) = self.fetch(&mut world, browser, read)?;
                Some(Next { world, refused, client_refused })
            }
            Act::Refresh => {
                if world.calls.len() >= usize::from(self.scenario.bounds.calls) {
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

    /// The client fetches the resource with the token of a browser's login.
    fn fetch(
        &self,
        world: &mut World,
        browser: usize,
        read: Read,
    ) -> Option<(Option<Refused>, Option<ClientRefusal>)> {
        let visit = *world.visits[browser];
        let token = visit.session.login?.token;
        let shown = Shown { grant: self.grant_of(world, token)?, digest: token };
        if self.endpoints(visit.server).resource == Server::Malicious {
            self.take_token(world, browser, shown);
            return Some((None, None));
        }
        self.observe_handed(world, browser, token, Server::Honest);
        let resource = self.scenario.client.resource.unwrap_or(ResourceSet::FIRST);
        let need = Need { resource, scope: PROFILE };
        let request = self.resource_request(world, browser, shown, need);
        let (reply, refused) = self.send_to_resource(world, Sender::Client, Some(browser), request, read)?;
        let answer = match reply {
            Reply::Resource(_) => Ok(()),
            _ => Err(ClientRefusal::ResourceRefused),
        };
        let event = Event::ResourceAnswer(token, answer);
        let client_refused = match self.fold(world, browser, visit.server, event) {
            Act::ShowError(refusal) => Some(refusal),
            _ => None,
        };
        Some((refused, client_refused))
    }

    /// The grant that the call was about which brought a token.
    fn grant_of(&self, world: &World, brought: Digest) -> Option<GrantId> {
        let call = usize::from(symbol(brought).checked_sub(token(0))?);
        match world.calls.get(call)?.request.ask.ok()? {
            TokenAsk::Redeem(redeem) => Some(redeem.code?.grant),
            TokenAsk::Refresh(refresh) => Some(refresh.token?.grant),
            TokenAsk::ClientCredentials(_) | TokenAsk::Unsupported => None,
        }
    }

    /// The token request with which the client refreshes a browser's login.
    pub(super) fn refresh_call(&self, world: &World, browser: usize, shown: Shown) -> Call {
        let honest = self.honest_call(world, shown, None, Some(browser));
        let ask = Ok(TokenAsk::Refresh(RefreshAsk { token: Some(shown), scope: None, resources: None }));
        Call { request: TokenRequest { ask, ..honest.request }, ..honest }
    }

    /// How a client proves itself.
    pub(crate) fn presented(&self, client: u16, credentials: CredentialsOf) -> Option<Presented> {
        let client = ClientNo(client);
        let credentials = match (credentials, self.client(client)?.secret) {
            (CredentialsOf::Right, Some(_)) => Credentials::Basic(digest(secret(client.0))),
            (CredentialsOf::Wrong, _) => Credentials::Basic(digest(JUNK)),
            (CredentialsOf::Right | CredentialsOf::Missing, _) => Credentials::None,
        };
        Some(Presented { client: Some(client), credentials })
    }
}

/// A world in which a token request is on its way.
pub(super) fn sent(mut world: World, by: Sender, request: TokenRequest) -> Next {
    let call = Call {
        by,
        to: Server::Honest,
        request,
        session: None,
        sent: world.sending(),
        sent_at: world.now,
        stage: Stage::Sent,
    };
    world.send(call);
    Next::of(world)
}
