//! What a world is made of: browsers, messages on their way, records, and what the attacker knows.

use oauth_core::client;
use oauth_core::directory::ClientNo;
use oauth_core::grant::Grant;
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, Shown};
use oauth_core::server::dpop::DpopProof;
use oauth_core::server::redeem::TokenRequest;
use oauth_core::text::{CodeChallenge, RedirectUri, ScopeSet};
use oauth_laws::fact::Sender;

/// An authorization server, as a client has it configured: with its resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Server {
    /// The honest one, the first that the client offers.
    #[default]
    Honest,
    /// One that belongs to the attacker.
    Malicious,
}

/// A grant in the store, and what lies beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Held {
    /// The grant.
    pub grant: Grant,
    /// What lies beside; none where a client asked for itself.
    pub kept: Option<ResponseTarget>,
    /// The version before, which a process may still see; only where the scenario lets it.
    pub before: Option<Grant>,
}

/// What lies beside a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResponseTarget {
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
    /// When the person last showed the right password to the server here.
    pub password_shown: Option<Time>,
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
    /// At the malicious server, with an authorization request.
    ToMalicious(Asking),
    /// On the login page.
    LogInPage(Asking),
    /// On the consent page, with its anti-CSRF value.
    ConsentPage(Asking, Shown),
    /// On its way to a client with an authorization response.
    ToClient(Response),
    /// On a page of the client's under the very address of the response.
    OnCallbackPage(Response),
}

/// An authorization request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asking {
    /// The client that it names.
    pub client: ClientNo,
    /// The redirect URI that it names.
    pub redirect: Option<RedirectUri>,
    /// Its challenge.
    pub challenge: Option<CodeChallenge>,
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
    /// The server that its `iss` names.
    pub iss: Server,
}

/// A browser's visit at the client: its session, and what lies beside that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Visit {
    /// The session.
    pub session: client::Session,
    /// The server that the login began at.
    pub server: Server,
}

/// A request to a token endpoint, on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// Who sent it.
    pub by: Sender,
    /// To whom.
    pub to: Server,
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
#[expect(clippy::large_enum_variant, reason = "the search keeps each call once")]
pub enum Stage {
    /// Sent.
    Sent,
    /// The server has loaded the grant and judged; its write has not landed.
    Loaded(Grant, Time),
    /// Answered, or never to be.
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
    CodeChallenge(CodeChallenge),
    /// A proof of possession, as it was sent.
    Proof(DpopProof),
    /// A `state`.
    State(Digest),
    /// A code verifier, by its symbol.
    Verifier(u8),
    /// A pushed request, by its name.
    Pushed(Asking),
    /// The owner's password.
    Password,
}
