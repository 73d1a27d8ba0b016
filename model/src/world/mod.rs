//! The bounded world that the checker explores: who is where, what is stored, what was seen.
//!
//! Every decision in it is the server's [`crate::server::step`] or the client's [`crate::client::step`], the same
//! functions that the reference pair runs. What the world adds is a browser for the owner and one for the attacker,
//! calls whose load and commit are two actions, a clock, and an observer who writes facts off messages. One
//! honest authorization server; attackers who own a server, and who read requests, are left out here.

pub mod action;
mod attacker;
mod back;
mod front;
mod history;
mod naming;
mod observe;
mod prove;
pub mod symbols;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrayvec::ArrayVec;

use crate::client;
use crate::client::refusal::ClientRefusal;
use crate::directory::{Authentication, Client, ClientNo};
use crate::fact::Who;
use crate::fault::Faults;
use crate::grant::{Grant, Session};
use crate::policy::Time;
use crate::refusal::Refused;
use crate::scope::Scope;
use crate::secret::{Digest, GrantId, Shown};
use crate::server::dpop::{KeyProof, Nonces};
use crate::server::redeem::TokenRequest;
use crate::server::{Fresh, Moment};
use crate::text::{Challenge, RedirectUri, ResourceSet, ScopeSet};

pub use action::Action;
pub use history::History;

/// The owner's browser.
pub const OWNER: usize = 0;
/// The attacker's browser.
pub const ATTACKER: usize = 1;

/// The most grants of a world.
pub const MOST_GRANTS: usize = 3;
/// The most token requests of a world.
pub const MOST_CALLS: usize = 6;

/// Everything that is. Its parts are shared between worlds: an action replaces those that it changes, and the search
/// keeps each part once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    /// The clock.
    pub now: Time,
    /// The server's grants; the key is the place.
    pub grants: ArrayVec<Arc<Held>, MOST_GRANTS>,
    /// The server's logins.
    pub logins: Arc<Vec<Session>>,
    /// The proofs that the server has marked as used.
    pub marks: Arc<BTreeSet<Digest>>,
    /// The two browsers.
    pub browsers: [Arc<Browser>; 2],
    /// The client's sessions, one a browser.
    pub sessions: [Arc<client::Session>; 2],
    /// Requests to the token endpoint.
    pub calls: ArrayVec<Arc<Call>, MOST_CALLS>,
    /// What the attacker learnt.
    pub known: Arc<BTreeSet<Known>>,
    /// How often the attacker acted on its own.
    pub attempts: u8,
    /// How often somebody named a token.
    pub namings: u8,
    /// What was seen.
    pub facts: Arc<History>,
}

/// A grant in the store, and what lies beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Held {
    /// The grant.
    pub grant: Grant,
    /// What lies beside; none where a client asked for itself.
    pub kept: Option<Kept>,
}

impl World {
    /// The grant under this key.
    #[must_use]
    pub fn grant(&self, id: GrantId) -> Option<Grant> {
        self.grants.get(symbols::grant_at(id)).map(|held| held.grant)
    }

    /// What lies beside the grant at this place.
    #[must_use]
    pub fn kept(&self, place: usize) -> Option<Kept> {
        self.grants.get(place)?.kept
    }

    fn hold(&mut self, grant: Grant, kept: Option<Kept>) {
        self.grants.push(Arc::new(Held { grant, kept }));
    }

    fn swap(&mut self, next: Grant) -> Option<()> {
        Arc::make_mut(self.grants.get_mut(symbols::grant_at(next.id))?).grant = next;
        Some(())
    }

    /// Lays this beside the grant at this place, if there is one.
    fn keep(&mut self, place: usize, kept: Kept) {
        if let Some(held) = self.grants.get_mut(place) {
            Arc::make_mut(held).kept = Some(kept);
        }
    }

    fn send(&mut self, call: Call) {
        self.calls.push(Arc::new(call));
    }

    fn call_mut(&mut self, at: usize) -> &mut Call {
        Arc::make_mut(&mut self.calls[at])
    }

    fn browser_mut(&mut self, at: usize) -> &mut Browser {
        Arc::make_mut(&mut self.browsers[at])
    }

    /// Adds to what the attacker knows; whether that is new.
    fn learn(&mut self, known: Known) -> bool {
        !self.known.contains(&known) && Arc::make_mut(&mut self.known).insert(known)
    }
}

/// What lies beside a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kept {
    /// Where the response goes.
    pub redirect: Digest,
    /// The client's `state`.
    pub state: Option<Digest>,
    /// What the owner said yes to, as the observer saw it.
    pub consented: Option<ScopeSet>,
}

/// A browser and the person at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Browser {
    /// Where it is.
    pub at: At,
    /// Logins started at the client.
    pub starts: u8,
    /// Whether the person showed the right password to the server here.
    pub password_shown: bool,
    /// The cookie of a login at the server.
    pub cookie: Option<Digest>,
    /// Wrong passwords tried.
    pub mistakes: u8,
    /// Profiles opened.
    pub uses: u8,
}

/// Where a browser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum At {
    /// Nowhere of interest.
    Elsewhere,
    /// On its way to the server with an authorization request.
    ToServer(Asking),
    /// On the login page.
    LogInPage(Asking),
    /// On the consent page, with its anti-CSRF value.
    ConsentPage(Asking, Shown),
    /// On its way to a client with an authorization response.
    ToClient(Response),
}

/// An authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asking {
    /// The client that it names.
    pub client: ClientNo,
    /// The redirect URI that it names.
    pub redirect: Option<RedirectUri>,
    /// Its challenge.
    pub challenge: Option<Challenge>,
    /// Its `state`.
    pub state: Option<Digest>,
    /// The pushed request that it names instead of all this, and when the server saw that.
    pub pushed: Option<(Shown, Option<Time>)>,
}

/// An authorization response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Response {
    /// Where it goes.
    pub to: Digest,
    /// Its code, if it is not an error.
    pub code: Option<Shown>,
    /// Its `state`.
    pub state: Option<Digest>,
}

/// A request to the token endpoint, on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// Who sent it.
    pub by: Who,
    /// The request.
    pub request: TokenRequest,
    /// The client session that waits for the answer.
    pub session: Option<usize>,
    /// When it was sent: how many facts there were.
    pub sent: u32,
    /// The clock when it was sent.
    pub sent_at: Time,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a call has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "worlds hold at most a handful, and a box would be hashed through"
)]
pub enum Stage {
    /// Sent.
    Sent,
    /// The server has loaded the grant and judged; its write has not landed.
    Loaded(Grant, Time),
    /// Answered.
    Done,
}

/// What an attacker can come to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known {
    /// A code.
    Code(Shown),
    /// An access token.
    Token(Shown),
    /// A refresh token.
    Refresh(Shown),
    /// A code challenge.
    Challenge(Challenge),
    /// A proof of possession, as it was sent.
    Proof(KeyProof),
}

/// A successor, and what was refused on the way.
#[derive(Debug, Clone)]
pub struct Next {
    /// The world after the action.
    pub world: World,
    /// What the server refused.
    pub refused: Option<Refused>,
    /// What the client refused.
    pub client_refused: Option<ClientRefusal>,
}

impl Next {
    fn of(world: World) -> Self {
        Self { world, refused: None, client_refused: None }
    }
}

/// A scope with its faults: what gives a world its successors.
#[derive(Debug, Clone)]
pub struct Universe {
    /// The bounds.
    pub scope: &'static Scope,
    /// The faults that are on.
    pub faults: Faults,
    /// The registered clients.
    pub clients: Vec<Client>,
}

/// The scope value that the resource needs.
pub const PROFILE: ScopeSet = ScopeSet(1);
/// A client without a secret that takes no part in any flow.
pub const PUBLIC: u16 = 6;
/// A client that has to push its requests.
pub const PUSHING: u16 = 7;
/// A second resource.
pub const SECOND: ResourceSet = ResourceSet(2);
/// Another scope value.
pub const EMAIL: ScopeSet = ScopeSet(2);
/// A scope that no client is registered for.
pub const WIDE: ScopeSet = ScopeSet(7);

impl Universe {
    /// The worlds of a scope under faults.
    #[must_use]
    pub fn new(scope: &'static Scope, faults: Faults) -> Self {
        let client = |no: u16, public: bool| Client {
            no: ClientNo(no),
            authentication: if public { Authentication::None } else { Authentication::Basic },
            secret: (!public).then(|| symbols::digest(symbols::secret(no))),
            redirects: vec![symbols::redirect(no)],
            scope: scope.client_scope,
            code_grant: true,
            refresh_grant: scope.refresh,
            client_credentials_grant: false,
            pushed_only: false,
            dpop_bound: scope.dpop,
            self_registered: false,
            introspects: ResourceSet::EMPTY,
        };
        let mut two_uris = client(2, false);
        two_uris.redirects.push(symbols::redirect(3));
        let machine = Client { code_grant: false, client_credentials_grant: true, ..client(3, false) };
        let server_of =
            |no, resource| Client { code_grant: false, introspects: resource, ..client(no, false) };
        let clients = vec![
            client(0, scope.public),
            client(1, false),
            two_uris,
            machine,
            server_of(4, ResourceSet::FIRST),
            server_of(5, SECOND),
            client(PUBLIC, true),
            Client { pushed_only: true, ..client(PUSHING, false) },
        ];
        Self { scope, faults, clients }
    }

    /// The world before anything happened.
    #[must_use]
    pub fn start(&self) -> World {
        let browser = Browser {
            at: At::Elsewhere,
            starts: 0,
            password_shown: false,
            cookie: None,
            mistakes: 0,
            uses: 0,
        };
        World {
            now: Time(0),
            grants: ArrayVec::new(),
            logins: Arc::default(),
            marks: Arc::default(),
            browsers: [Arc::new(browser), Arc::new(browser)],
            sessions: [Arc::default(), Arc::default()],
            calls: ArrayVec::new(),
            known: Arc::default(),
            attempts: 0,
            namings: 0,
            facts: Arc::default(),
        }
    }

    /// The world after an action; `None` where the action is not possible.
    #[must_use]
    pub fn next(&self, world: &World, action: &Action) -> Option<Next> {
        match action {
            Action::Start(browser) => self.start_login(world, *browser),
            Action::Ask(browser) => self.ask(world, *browser),
            Action::LogIn(browser, right) => self.log_in(world, *browser, *right),
            Action::Decide(browser, choice) => self.decide(world, *browser, *choice),
            Action::Callback(browser) => self.callback(world, *browser),
            Action::Profile(browser) => self.profile(world, *browser),
            Action::Retry(call) => self.retry(world, *call),
            Action::Load(call) => self.load(world, *call),
            Action::Commit(call) => self.commit(world, *call),
            Action::Redeem(redemption) => self.redeem(world, redemption),
            Action::Refresh(refresh) => self.refresh(world, refresh),
            Action::ForItself(request) => self.for_itself(world, request),
            Action::Name(naming) => self.name(world, naming),
            Action::ShowBound(shown, with) => self.show_bound(world, *shown, *with),
            Action::ShowToken(shown) => self.show_token(world, *shown),
            Action::Leak(known) => self.leak(world, *known),
            Action::Lure(lure) => self.lure(world, *lure),
            Action::Forge(forgery) => self.forge(world, *forgery),
            Action::Odd(at) => self.odd(world, *at),
            Action::Tick => self.tick(world),
        }
    }

    fn client(&self, no: ClientNo) -> Option<&Client> {
        self.clients.get(usize::from(no.0))
    }

    fn moment(&self, now: Time, grant: usize, secret: u8) -> Moment {
        Moment {
            now,
            fresh: Fresh {
                grant: symbols::grant_id(grant),
                secret: symbols::minted(secret),
                refresh: symbols::minted(secret + symbols::REFRESH_OFFSET),
            },
            policy: self.scope.policy,
            nonces: Nonces {
                current: symbols::digest(symbols::NONCES[0]),
                before: symbols::digest(symbols::NONCES[1]),
            },
        }
    }

    fn tick(&self, world: &World) -> Option<Next> {
        (world.now.0 < u64::from(self.scope.ticks)).then(|| {
            let mut world = world.clone();
            world.now = Time(world.now.0 + 1);
            Next::of(world)
        })
    }
}
