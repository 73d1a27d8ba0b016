//! The honest path, step by step: what really happens to a grant is among what the invariant allows.

use oauth_core::directory::ClientNo;
use oauth_core::grant::{Grant, Phase};
use oauth_core::policy::{Time, WrongVerifier};
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::Request;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::authorize::{Ask, Authorize};
use oauth_core::server::decide::{Choice, Decide};
use oauth_core::server::introspect_revoke::IntrospectOrRevoke;
use oauth_core::server::push::{AuthorizePushed, Push};
use oauth_core::server::redeem::{Redeem, TokenAsk, TokenRequest};
use oauth_core::server::refresh::RefreshAsk;
use oauth_core::server::resource::{Bearer, Need, ResourceRequest, Scheme};
use oauth_core::text::{ChallengeMethod, CodeChallenge, ResourceSet, ScopeSet};
use oauth_induct::advance;
use oauth_induct::domain::{ID, Setting};
use oauth_induct::ghost::Ghost;
use oauth_induct::state::State;
use oauth_world::world::symbols::{digest, hashed, redirect, secret, verifier_of};

/// The browser of somebody who is logged in.
const SESSION: Digest = digest(50);
const VERIFIER: u8 = 20;

struct Walk {
    setting: Setting,
    state: State,
    client: ClientNo,
}

impl Walk {
    fn new(client: u16) -> Self {
        let state = State { grant: None, ghost: Ghost::default(), now: Time(10) };
        Self { setting: Setting::new(WrongVerifier::BurnsCode), state, client: ClientNo(client) }
    }

    /// One request; each step has fresh secrets of its own.
    #[track_caller]
    fn step(&mut self, request: &Request) -> Option<Phase> {
        self.setting.fresh = self.setting.fresh.map(|symbol| symbol + 1);
        self.state = advance(&self.setting, &self.state, request).expect("the invariant is kept");
        self.state.grant.map(|grant| grant.phase)
    }

    fn shown(&self, digest: Digest) -> Shown {
        Shown { grant: ID, digest }
    }

    fn by(&self) -> Presented {
        let credentials = match self.client {
            ClientNo(0) => Credentials::Basic(digest(secret(0))),
            _ => Credentials::None,
        };
        Presented { client: Some(self.client), credentials }
    }

    fn authorization(&self) -> Authorize {
        let digest = digest(hashed(VERIFIER));
        let ask = Ask {
            response_type_is_code: true,
            scope: None,
            challenge: Some(CodeChallenge { method: ChallengeMethod::S256, digest }),
            resources: None,
            key: None,
        };
        let redirect = Ok(Some(redirect(self.client.0)));
        Authorize { client: Ok(Some(self.client)), redirect, ask: Ok(ask), session: Some(SESSION) }
    }

    fn push(&mut self) -> Option<Phase> {
        let request = Authorize { session: None, ..self.authorization() };
        let push = Push { by: Ok(self.by()), request, has_request_uri: Ok(false), proof: Ok(None) };
        self.step(&Request::Push(push))
    }

    fn decide(&mut self, ask: Digest, choice: Choice) -> Option<Phase> {
        let ask = Some(self.shown(ask));
        self.step(&Request::Decide(Decide { ask, session: Some(SESSION), choice }))
    }

    fn token(&mut self, ask: TokenAsk) -> Option<Phase> {
        let by = Ok(self.by());
        self.step(&Request::Token(TokenRequest { by, ask: Ok(ask), proof: Ok(None) }))
    }

    fn redeem(&mut self, code: Digest) -> Option<Phase> {
        let code = Some(self.shown(code));
        let redirect = Some(redirect(self.client.0).exact);
        let verifier = Some(verifier_of(VERIFIER));
        self.token(TokenAsk::Redeem(Redeem { code, redirect, verifier, resources: None }))
    }

    fn refresh(&mut self, token: Digest) -> Option<Phase> {
        let token = Some(self.shown(token));
        self.token(TokenAsk::Refresh(RefreshAsk { token, scope: None, resources: None }))
    }

    fn use_token(&mut self, token: Digest) -> Option<Phase> {
        let need = Need { resource: ResourceSet::FIRST, scope: ScopeSet(1) };
        let bearer = Bearer::Shown(self.shown(token));
        let scheme = Scheme::Bearer;
        self.step(&Request::Resource(ResourceRequest { bearer, scheme, hash: token, proof: Ok(None), need }))
    }

    fn revoke(&mut self, token: Digest) -> Option<Phase> {
        let token = Ok(Some(self.shown(token)));
        self.step(&Request::Revoke(IntrospectOrRevoke { by: Ok(self.by()), token }))
    }

    /// From the page to tokens.
    #[track_caller]
    fn consent_and_redeem(&mut self) -> (Digest, Digest, Digest) {
        let Some(Phase::Asked(asked)) = self.state.grant.map(|grant| grant.phase) else { panic!("no page") };
        let Some(Phase::Coded(coded)) = self.decide(asked.ask, Choice::ApproveOnly(ScopeSet(1))) else {
            panic!("no code")
        };
        let Some(Phase::Live(live)) = self.redeem(coded.code) else { panic!("no tokens") };
        (coded.code, live.access.token, live.refresh.expect("all clients get one").token)
    }

    #[track_caller]
    fn begin(&mut self) -> (Digest, Digest, Digest) {
        self.step(&Request::Authorize(self.authorization()));
        self.consent_and_redeem()
    }

    fn is_dead(&self) -> bool {
        matches!(self.state.grant, Some(Grant { phase: Phase::Dead(_), .. }))
    }
}

#[test]
fn a_grant_lives_through_many_refreshes_and_ends_by_a_revocation() {
    for client in [0, 1] {
        let mut walk = Walk::new(client);
        let (_, mut access, mut refresh) = walk.begin();
        let first = refresh;
        // More than a record remembers: the invariant speaks of what it can hold.
        for _ in 0..12 {
            walk.use_token(access);
            walk.state.now = Time(walk.state.now.0 + 1);
            let Some(Phase::Live(live)) = walk.refresh(refresh) else { panic!("no tokens") };
            (access, refresh) = (live.access.token, live.refresh.expect("it was rotated").token);
        }
        // The first is forgotten by then: it brings nothing, and ends nothing.
        assert!(matches!(walk.refresh(first), Some(Phase::Live(_))));
        walk.revoke(refresh);
        assert!(walk.is_dead());
        walk.use_token(access);
    }
}

#[test]
fn a_pushed_request_leads_to_a_code_and_its_replay_to_the_end() {
    let mut walk = Walk::new(1);
    let Some(Phase::Pushed(pushed)) = walk.push() else { panic!("not pushed") };
    let brought = AuthorizePushed {
        client: Ok(Some(walk.client)),
        pushed: Some(walk.shown(pushed.secret)),
        session: Some(SESSION),
    };
    walk.step(&Request::AuthorizePushed(brought));
    let (code, access, _) = walk.consent_and_redeem();
    walk.redeem(code);
    assert!(walk.is_dead());
    walk.use_token(access);
}

#[test]
fn a_spent_refresh_token_and_a_no_end_the_grant() {
    let mut walk = Walk::new(1);
    let (_, _, refresh) = walk.begin();
    walk.refresh(refresh);
    walk.refresh(refresh);
    assert!(walk.is_dead());

    let mut walk = Walk::new(0);
    let Some(Phase::Asked(asked)) = walk.step(&Request::Authorize(walk.authorization())) else {
        panic!("no page")
    };
    walk.decide(asked.ask, Choice::Deny);
    assert!(walk.is_dead());
}
