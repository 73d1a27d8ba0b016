//! The authorization server and its resource: locate, load, step, swap.
//!
//! [`receive`] reads a request, [`locate`] names the records that it needs, [`step`] judges and returns a reply, or
//! a sealed reply with the one record to write. A sealed reply opens only once its write has landed. Which phase
//! takes which request is this table; everything else is refused.
//!
//! ```text
//!            authorize   decide         redeem                    refresh                   revoke   resource
//!  Pushed    Asked       refused        refused                   refused                   -        refused
//!  no grant  Asked       refused        refused                   refused                   -        refused
//!  Asked     -           Coded | Dead   refused                   refused                   -        refused
//!  Coded     -           refused        Live                      refused                   -        refused
//!  Live      -           refused        refused; same code: Dead  Live; spent token: Dead   Dead     served until it expires
//!  Dead      -           refused        refused                   refused                   -        refused
//! ```
//!
//! A client that asks for itself begins a grant as Live; introspection reads and writes nothing.
//!
//! Absent on purpose: clocks, randomness, stores, sockets. The loop that waits stands in the reference server.

pub mod audience;
pub mod authenticate;
pub mod authorize;
pub mod client_credentials;
pub mod client_id;
pub mod cookie;
pub mod decide;
pub mod dpop;
pub mod introspect;
pub mod introspect_revoke;
mod issue;
pub mod jwk;
pub mod logic;
pub mod login;
pub mod metadata;
pub mod push;
pub mod receive;
pub mod received;
pub mod redeem;
pub mod refresh;
pub mod register;
pub mod reply;
pub mod resource;
pub mod resource_metadata;
mod revoke;

use crate::directory::{Client, ClientNo, UserNo};
use crate::grant::{Grant, Session};
use crate::policy::{Lifetime, Policy, Time};
use crate::refusal::{Malformed, Place, Refusal, Refused};
use crate::secret::{Digest, GrantId, Handle, Minted, Secret};
use crate::text::{ResourceSet, ScopeSet};

/// A request that the server knows, as far as steps judge it.
/// Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// The front page.
    Home,
    /// Show the login form.
    LogInPage(login::LogInPage),
    /// Somebody sent the login form.
    LogIn(login::LogIn),
    /// A client asks through a browser (RFC 6749 4.1.1).
    Authorize(authorize::Authorize),
    /// A client pushes what it would have asked through a browser (RFC 9126 2).
    Push(push::Push),
    /// A browser brings the name of a pushed request (RFC 9126 4).
    AuthorizePushed(push::AuthorizePushed),
    /// The resource owner answers the consent page.
    Decide(decide::Decide),
    /// A client asks for a token (RFC 6749 3.2).
    Token(redeem::TokenRequest),
    /// A client registers itself (RFC 7591 3.1).
    Register(register::Register),
    /// A client gives a token up (RFC 7009).
    Revoke(introspect_revoke::IntrospectOrRevoke),
    /// Somebody asks whether a token is good (RFC 7662).
    Introspect(introspect_revoke::IntrospectOrRevoke),
    /// Somebody asks for a protected resource (RFC 6749 7).
    Resource(resource::ResourceRequest),
    /// Somebody asks for the metadata (RFC 8414 3).
    Metadata,
    /// Somebody asks for the metadata of a resource (RFC 9728 3.1).
    ResourceMetadata(ResourceSet),
    /// A codec could not read it.
    Malformed(Place, Malformed),
}

/// The records that a request needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Needs {
    /// A client of the directory.
    pub client: Option<ClientNo>,
    /// A login.
    pub session: Option<Digest>,
    /// A grant.
    pub grant: Option<GrantId>,
}

/// The records as they were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Found<'a> {
    /// The client.
    pub client: Option<&'a Client>,
    /// The login.
    pub session: Option<Session>,
    /// The grant: the only record that a step may replace.
    pub grant: Option<Grant>,
}

/// What varies: the clock, fresh secrets, the deployment's choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Inputs {
    /// When the request is judged.
    pub now: Time,
    /// Secrets that nobody has seen.
    pub fresh: Fresh,
    /// The deployment's choices.
    pub policy: Policy,
    /// The nonces of proofs.
    pub nonces: dpop::Nonces,
}

/// Fresh randomness, enough for one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fresh {
    /// The key of a new grant.
    pub grant: GrantId,
    /// An ask, a code, an access token or a session.
    pub secret: Minted,
    /// A refresh token.
    pub refresh: Minted,
}

/// The judgement of a step.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::large_enum_variant, reason = "both are Copy, and the checker keeps neither")]
pub enum Outcome {
    /// Nothing is written.
    Reply(Reply),
    /// This is written first.
    Write(Pending),
}

/// A write, and the reply that waits for it.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pending {
    /// What is written.
    pub write: Write,
    reply: Reply,
}

/// The one record that a step writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Write {
    /// A new login, under a key that must be free.
    InsertSession(Session),
    /// A new client, under an id that must be free, with what it said of itself.
    InsertClient(register::NewClient),
    /// A new grant, under a key that must be free.
    InsertGrant(Grant),
    /// The next version of the grant that was found; lands only if nobody was faster.
    SwapGrant(Grant),
}

impl Pending {
    /// Seals a reply behind its write.
    pub const fn new(write: Write, reply: Reply) -> Self {
        Self { write, reply }
    }

    /// Opens the reply; to be called once the write has landed, and not before.
    #[must_use]
    pub const fn landed(self) -> Reply {
        self.reply
    }
}

/// What the server answers. Callers match each by name, so that a new variant is a breaking release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reply {
    /// The front page.
    Home,
    /// The login form, with a fresh cookie if the browser had none, and with what was wrong before.
    LogInPage(Option<Secret>, Option<Refusal>),
    /// The way to the login form, and back from there to this request.
    LogInFirst,
    /// A login: this session, and the way back to where the browser came from.
    LoggedIn(Secret),
    /// The consent form.
    Consent(Consent),
    /// The way to the client, with a code (RFC 6749 4.1.2).
    Code(Handle),
    /// The name of a pushed request (RFC 9126 2.2).
    Pushed(push::Taken),
    /// A token (RFC 6749 5.1).
    Tokens(Tokens),
    /// A client that was registered (RFC 7591 3.2.1).
    Registered(register::Registered),
    /// A token was given up, or was good for nothing before (RFC 7009 2.2).
    Revoked,
    /// What a token is; none for one that is not good (RFC 7662 2.2).
    Introspection(Option<introspect::TokenInfo>),
    /// The protected resource.
    Resource(Served),
    /// The metadata (RFC 8414 3.2).
    Metadata,
    /// The metadata of a resource (RFC 9728 3.2).
    ResourceMetadata(ResourceSet),
    /// A refusal.
    Refused(Refused),
}

impl Reply {
    /// The refusal that this reply tells, if it is one.
    #[must_use]
    pub const fn refusal(&self) -> Option<Refused> {
        match self {
            Self::Refused(refused) => Some(*refused),
            Self::LogInPage(_, Some(refusal)) => Some(Refused::Step(*refusal)),
            Self::Home
            | Self::LogInPage(_, None)
            | Self::LogInFirst
            | Self::LoggedIn(_)
            | Self::Consent(_)
            | Self::Code(_)
            | Self::Pushed(_)
            | Self::Tokens(_)
            | Self::Registered(_)
            | Self::Revoked
            | Self::Introspection(_)
            | Self::Resource(_)
            | Self::Metadata
            | Self::ResourceMetadata(_) => None,
        }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Refused::Step(refusal))
    }
}

/// What the consent form shows and carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Consent {
    /// Names the request, and proves that its page was seen.
    pub ask: Handle,
    /// Who asks.
    pub client: ClientNo,
    /// For what.
    pub scope: ScopeSet,
    /// Who is asked.
    pub user: UserNo,
}

/// A token response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tokens {
    /// The access token.
    pub access: Handle,
    /// How long it lasts.
    pub expires_in: Lifetime,
    /// What it is for.
    pub scope: ScopeSet,
    /// Whether it is bound to a key (RFC 9449 5).
    pub bound: bool,
    /// The refresh token, for clients that get one.
    pub refresh: Option<Handle>,
}

/// The protected resource: for whom, and through whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Served {
    /// Whose resource; none where the client asked for itself.
    pub user: Option<UserNo>,
    /// The client that holds the token.
    pub client: ClientNo,
    /// The token's scope.
    pub scope: ScopeSet,
}

/// Names the records that a request needs.
#[must_use]
pub fn locate(request: &Request) -> Needs {
    match request {
        Request::Authorize(authorize) => authorize.locate(),
        Request::Push(push) => push.locate(),
        Request::AuthorizePushed(pushed) => pushed.locate(),
        Request::Decide(decide) => decide.locate(),
        Request::Token(token) => token.locate(),
        Request::Revoke(named) | Request::Introspect(named) => named.locate(),
        Request::Resource(resource) => resource.locate(),
        Request::Home
        | Request::LogInPage(_)
        | Request::LogIn(_)
        | Request::Register(_)
        | Request::Metadata
        | Request::ResourceMetadata(_)
        | Request::Malformed(..) => Needs::default(),
    }
}

/// Judges a request against the records that were found.
pub fn step(at: &Inputs, found: &Found<'_>, request: &Request) -> Outcome {
    match request {
        Request::Home => Outcome::Reply(Reply::Home),
        Request::LogInPage(page) => page.step(at),
        Request::LogIn(login) => login.step(at),
        Request::Authorize(authorize) => authorize.step(at, found),
        Request::Push(push) => push.step(at, found),
        Request::AuthorizePushed(pushed) => pushed.step(at, found),
        Request::Decide(decide) => decide.step(at, found),
        Request::Token(token) => token.step(at, found),
        Request::Register(register) => register.step(at),
        Request::Revoke(named) => named.revoke(at, found),
        Request::Introspect(named) => named.introspect(at, found),
        Request::Resource(resource) => resource.step(at, found),
        Request::Metadata => Outcome::Reply(Reply::Metadata),
        Request::ResourceMetadata(resource) => Outcome::Reply(Reply::ResourceMetadata(*resource)),
        Request::Malformed(place, malformed) => {
            Outcome::Reply(Reply::Refused(Refused::Malformed(*place, *malformed)))
        }
    }
}
