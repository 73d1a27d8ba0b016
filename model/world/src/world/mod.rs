//! The bounded world that the checker explores: who is where, what is stored, what was seen.
//!
//! Every decision in it is the server's [`oauth_core::server::step`] or the client's [`oauth_core::client::step`], the same
//! functions that the reference pair runs. What the world adds is a browser for the owner and one for the attacker,
//! calls whose load and commit are two actions, a clock, an attacker, and an observer who writes facts off messages.
//!
//! | actor | file |
//! | --- | --- |
//! | owner and attacker as persons, their browsers | `browser.rs` |
//! | client, which may work with a second server | `client.rs`, `calls.rs` |
//! | honest server, its processes and its store | `server.rs` |
//! | resource servers | `resource.rs` |
//! | the attacker's own server and resource | `malicious.rs` |
//! | attacker: what leaks, what its tables let it do | `attacker.rs`, `tries.rs`, `introspect_revoke.rs`, `dpop.rs` |
//! | attacker: what it composes from what it knows | `craft.rs` |
//! | observer | `observe.rs` |

pub mod action;
mod actor;
mod attacker;
pub(crate) mod bounds;
mod browser;
mod calls;
mod client;
mod craft;
mod dpop;
pub(crate) mod expects;
mod history;
mod introspect_revoke;
mod malicious;
mod observe;
pub(crate) mod odd_requests;
mod parts;
mod push;
mod resource;
mod server;
mod state;
pub mod symbols;
mod tries;

use oauth_core::client::refusal::ClientRefusal;
use oauth_core::directory::{Authentication, Client, ClientNo};
use oauth_core::policy::Time;
use oauth_core::refusal::Refused;
use oauth_core::server::dpop::Nonces;
use oauth_core::server::{Fresh, Inputs};
use oauth_core::text::{ResourceSet, ScopeSet};
use oauth_faults::Faults;

pub use action::Action;
pub use actor::Actor;
use bounds::Scenario;
pub use craft::Powers;
pub use history::History;
pub use malicious::Malicious;
pub use parts::{Asking, At, Browser, Call, Held, Known, Response, ResponseTarget, Server, Stage, Visit};
pub use resource::Endpoints;
pub use server::Read;
pub use state::{MOST_CALLS, MOST_GRANTS, World};

/// The owner's browser.
pub const OWNER: usize = 0;
/// The attacker's browser.
pub const ATTACKER: usize = 1;

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

/// A scenario with its faults: what gives a world its successors.
#[derive(Debug, Clone)]
pub struct Universe {
    /// The bounds.
    pub scenario: &'static Scenario,
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
/// A client that registered itself, with an address of the attacker's.
pub const STRANGER: u16 = 8;
/// A second resource.
pub const SECOND: ResourceSet = ResourceSet(2);
/// Another scope value.
pub const EMAIL: ScopeSet = ScopeSet(2);
/// A scope that no client is registered for.
pub const WIDE: ScopeSet = ScopeSet(7);

impl Universe {
    /// The worlds of a scenario under faults.
    #[must_use]
    pub fn new(scenario: &'static Scenario, faults: Faults) -> Self {
        let client = |no: u16, public: bool| Client {
            no: ClientNo(no),
            authentication: if public { Authentication::None } else { Authentication::Basic },
            secret: (!public).then(|| symbols::digest(symbols::secret(no))),
            redirects: vec![symbols::redirect(no)],
            scope: scenario.client.scope,
            code_grant: true,
            refresh_grant: scenario.client.refresh,
            client_credentials_grant: false,
            pushed_only: false,
            dpop_bound: scenario.client.dpop && !scenario.client.unbound_too,
            self_registered: false,
            introspects: ResourceSet::EMPTY,
        };
        let mut own = client(0, scenario.client.public);
        if scenario.client.post && !own.is_public() {
            own.authentication = Authentication::Post;
        }
        let mut two_uris = client(2, false);
        two_uris.redirects.push(symbols::redirect(3));
        let machine = Client { code_grant: false, client_credentials_grant: true, ..client(3, false) };
        let server_of =
            |no, resource| Client { code_grant: false, introspects: resource, ..client(no, false) };
        let clients = vec![
            own,
            client(1, false),
            two_uris,
            machine,
            server_of(4, ResourceSet::FIRST),
            server_of(5, SECOND),
            client(PUBLIC, true),
            Client { pushed_only: true, ..client(PUSHING, false) },
            Client { self_registered: true, redirects: vec![symbols::EVIL], ..client(STRANGER, true) },
        ];
        Self { scenario, faults, clients }
    }

    /// The world before anything happened.
    #[must_use]
    pub fn start(&self) -> World {
        World::empty()
    }

    /// The world after an action; `None` where the action is not possible.
    #[must_use]
    pub fn next(&self, world: &World, action: &Action) -> Option<Next> {
        self.take(world.clone(), action)
    }

    /// The same, of a world that is not needed any more.
    #[must_use]
    pub fn take(&self, world: World, action: &Action) -> Option<Next> {
        match action {
            Action::Start(browser) => self.start_login(world, *browser, Server::Honest),
            Action::StartElsewhere(browser) => self.start_login(world, *browser, Server::Malicious),
            Action::Rewrite => self.start_login(world, OWNER, Server::Malicious),
            Action::Ask(browser) => self.ask(world, *browser),
            Action::LogIn(browser, right) => self.log_in(world, *browser, *right),
            Action::Decide(browser, choice) => self.decide(world, *browser, *choice),
            Action::Callback(browser) => self.callback(world, *browser),
            Action::Profile(browser) => self.profile(world, *browser, Read::Fresh),
            Action::ProfileStale(browser) => self.profile(world, *browser, Read::Stale),
            Action::Retry(call) => self.retry(world, *call),
            Action::Load(call) => self.load(world, *call, Read::Fresh),
            Action::LoadStale(call) => self.load(world, *call, Read::Stale),
            Action::Commit(call) => self.commit(world, *call),
            Action::Lose(call) => self.lose(world, *call),
            Action::Stop(call) => self.stop(world, *call),
            Action::Answer(call, token) => self.answer_with(world, *call, *token),
            Action::Carry(browser, asking) => self.carry(world, *browser, *asking),
            Action::Bring(browser, response) => self.bring(world, *browser, *response),
            Action::PushForeign(asking) => self.push_foreign(world, *asking),
            Action::Send(crafted) => self.send_crafted(world, crafted),
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

    fn moment(&self, now: Time, grant: usize, secret: u8) -> Inputs {
        Inputs {
            now,
            fresh: Fresh {
                grant: symbols::grant_id(grant),
                secret: symbols::minted(secret),
                refresh: symbols::minted(secret + symbols::REFRESH_OFFSET),
            },
            policy: self.scenario.server.policy,
            nonces: Nonces {
                current: symbols::digest(symbols::NONCES[0]),
                before: symbols::digest(symbols::NONCES[1]),
            },
        }
    }

    /// Whether one more thing may go wrong, of a kind that the scenario allows.
    fn may_go_wrong(&self, world: &World, allowed: bool) -> bool {
        allowed && world.mishaps < self.scenario.mishaps.at_most
    }

    /// Whether the clock goes on.
    fn may_tick(&self, world: &World) -> bool {
        world.now.0 < u64::from(self.scenario.bounds.ticks) * u64::from(self.scenario.bounds.tick)
    }

    fn tick(&self, mut world: World) -> Option<Next> {
        self.may_tick(&world).then(|| {
            world.now = Time(world.now.0 + u64::from(self.scenario.bounds.tick));
            Next::of(world)
        })
    }
}
