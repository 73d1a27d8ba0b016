//! The client: a fold over what happens in one browser session (RFC 6749 4.1, RFC 7636, RFC 9207).
//!
//! The session is found by its cookie and never by its `state`, so that a response of another browser finds no
//! flow (RFC 6749 10.12). [`step`] takes the session and an event, and returns the next session and one act; an edge
//! carries the act out. A flow ends when a response with its `state` arrives, whatever that response says.
//!
//! ```text
//!  Idle ──log in──▶ Waiting ──callback──▶ Exchanging ──token answer──▶ Idle, logged in
//! ```

pub mod auth_challenge;
pub mod call;
pub mod dpop;
mod flow;
pub mod http_call;
pub mod logic;
mod login;
pub mod push;
pub mod reach;
pub mod receive;
pub mod refusal;
pub mod reply;
pub mod resource;
pub mod revoke;
pub mod settings;
pub mod site;

use crate::policy::{Lifetime, Time};
use crate::refusal::Malformed;
use crate::secret::{Digest, Minted, Secret};
use refusal::ClientRefusal;
use settings::Address;

/// What a client remembers of one browser session. Texts (the access token) lie beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Session {
    /// The login in progress.
    pub flow: Flow,
    /// The login that came about.
    pub login: Option<Login>,
}

/// How far a login has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Flow {
    /// None is in progress.
    #[default]
    Idle,
    /// The browser is at the authorization server.
    Waiting(Waiting),
    /// The code is at the token endpoint.
    Exchanging,
}

/// A login that waits for its authorization response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Waiting {
    /// The digest of the issuer that was asked.
    pub issuer: Digest,
    /// The digest of the `state` that the response has to bring.
    pub state: Digest,
    /// The PKCE verifier, if this client sends challenges.
    pub verifier: Option<Secret>,
    /// When the login has taken too long.
    pub until: Time,
}

/// A login that came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Login {
    /// The digest of the access token that lies beside.
    pub token: Digest,
    /// When the token ends, if the server said.
    pub until: Option<Time>,
    /// The digest of the refresh token that lies beside, if one came.
    pub refresh: Option<Digest>,
    /// Whether a refresh is on its way.
    pub refreshing: bool,
}

impl Login {
    /// What a good answer of the token endpoint brings.
    const fn of(answer: TokenAnswer) -> Self {
        Self { token: answer.token, until: answer.until, refresh: answer.refresh, refreshing: false }
    }
}

/// How long a login may take.
pub const LOGIN_LIFETIME: Lifetime = Lifetime(600);

/// What a client knows of the server's `iss` parameter (RFC 9207).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssNeed {
    /// The server says that it sends `iss`: a response without it is refused.
    Required,
    /// The server's metadata does not say so: a response with it is discarded (RFC 9207 2.4).
    Unadvertised,
    /// Nothing is known: compared if it is there.
    IfSent,
}

/// What steps read of a client's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rules {
    /// The digest of the issuer that this session talks to.
    pub issuer: Digest,
    /// The digest of the redirect URI at which its responses arrive.
    pub redirect: Digest,
    /// Whether those of other servers arrive there too.
    pub address: Address,
    /// What is known of `iss`.
    pub iss: IssNeed,
    /// Whether secrets reach the server and the resource unread.
    pub channel: Channel,
    /// Whether challenges are sent.
    pub pkce: bool,
    /// Whether requests are pushed.
    pub push: PushNeed,
    /// Whether tokens can be taken back.
    pub revocation: Revocation,
    /// How long before its end an access token is refreshed.
    pub refresh_margin: Lifetime,
}

/// How codes, tokens and the client's secret travel to the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// By TLS, or on this machine.
    Private,
    /// In clear text over a network.
    Clear,
}

/// Whether authorization requests are pushed (RFC 9126).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PushNeed {
    /// They go along with the browser.
    Unneeded,
    /// They are pushed first.
    Needed,
    /// They have to be pushed, and the server does not say where.
    Nowhere,
}

/// Whether a server takes tokens back (RFC 7009).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Revocation {
    /// By TLS, or on this machine.
    Offered,
    /// At an address to which no token may be sent.
    Unsafe,
    /// Not that this client knew.
    None,
}

/// Where a login ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ended {
    /// Here, and there was nothing to end at the server.
    Here,
    /// Here; its tokens may live on.
    HereOnly,
    /// Here and at the server.
    Everywhere,
}

/// Something that happens in one browser session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The front page was opened.
    Home,
    /// The login was started; fresh secrets for its `state`, its verifier and a new session id.
    LogIn(Fresh),
    /// An authorization response arrived.
    Callback(Callback),
    /// The token endpoint answered; with a fresh session id.
    TokenAnswer(Result<TokenAnswer, ClientRefusal>, Minted),
    /// The profile page was opened.
    Profile,
    /// The token endpoint answered a refresh.
    RefreshAnswer(Result<TokenAnswer, ClientRefusal>),
    /// The protected resource answered a request that showed this token.
    ResourceAnswer(Digest, Result<(), ClientRefusal>),
    /// The server answered a pushed request; the secrets that it was made with.
    Pushed(Result<(), ClientRefusal>, Fresh),
    /// The person wants to be logged out.
    LogOut,
    /// The server answered that the tokens ended.
    Revoked(Result<(), ClientRefusal>),
    /// A request that this client has no answer to.
    Malformed(ClientRefusal),
    /// The browser came under another origin than the redirect URI's.
    WrongOrigin,
}

/// Fresh secrets for one login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fresh {
    /// For `state`.
    pub state: Minted,
    /// For the verifier.
    pub verifier: Minted,
    /// For the session cookie.
    pub session: Minted,
    /// The thumbprint of the key that tokens get bound to, if they are.
    pub jkt: Option<Digest>,
}

/// An authorization response as it arrived, as digests; its texts stand in [`receive::Received`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Callback {
    /// The redirect URI at which it arrived.
    pub at: Digest,
    /// `state`.
    pub state: Result<Option<Digest>, Malformed>,
    /// `code`.
    pub code: Result<Option<Digest>, Malformed>,
    /// Whether there is an `error`.
    pub error: Result<bool, Malformed>,
    /// `iss`.
    pub iss: Result<Option<Digest>, Malformed>,
}

/// A token response that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenAnswer {
    /// The digest of the access token that lies beside.
    pub token: Digest,
    /// When it ends, if the server said how long it lasts.
    pub until: Option<Time>,
    /// The digest of the refresh token that lies beside, if one came.
    pub refresh: Option<Digest>,
}

/// What the client does.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Show the front page.
    ShowHome {
        /// Whether somebody is logged in.
        logged_in: bool,
    },
    /// Send the browser to the authorization server, under a new session id.
    ToServer(Departure),
    /// Push what would have gone along with the browser.
    Push(Departure),
    /// Redeem the code that lies beside, with this verifier.
    Exchange(Option<Secret>),
    /// Send the browser to the profile page, under a new session id.
    ToProfile(Secret),
    /// Send the browser to the start of a login.
    ToLogin,
    /// Send the browser to the origin of the redirect URI.
    ToOrigin,
    /// Ask for a new access token with the refresh token that lies beside.
    Refresh,
    /// Fetch the protected resource with the token that lies beside.
    CallResource,
    /// Show the resource that lies beside.
    ShowResource,
    /// Take back the tokens that lie beside.
    Revoke,
    /// Say that the login ended, and forget the session.
    ShowLoggedOut(Ended),
    /// Say what went wrong.
    ShowError(ClientRefusal),
}

/// What an authorization request carries away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Departure {
    /// `state`.
    pub state: Secret,
    /// The verifier whose challenge is sent.
    pub verifier: Option<Secret>,
    /// The session id that the browser gets.
    pub session: Secret,
    /// The thumbprint of the key that the code and its tokens get bound to.
    pub jkt: Option<Digest>,
}

/// Folds one event into a session.
pub fn step(now: Time, rules: &Rules, session: Session, event: &Event) -> (Session, Act) {
    match event {
        Event::Home => (session, Act::ShowHome { logged_in: login::alive(now, &session) }),
        Event::LogIn(fresh) => flow::depart(now, rules, session, fresh),
        Event::Callback(callback) => flow::arrive(now, rules, session, callback),
        Event::TokenAnswer(answer, fresh) => flow::exchanged(session, *answer, fresh),
        Event::Profile => login::open_profile(now, rules, session),
        Event::RefreshAnswer(answer) => login::refreshed(now, session, *answer),
        Event::ResourceAnswer(token, answer) => login::answered(session, token, *answer),
        Event::Pushed(answer, fresh) => flow::pushed(now, rules, session, *answer, fresh),
        Event::LogOut => login::log_out(rules, session),
        Event::Revoked(answer) => {
            (session, Act::ShowLoggedOut(if answer.is_ok() { Ended::Everywhere } else { Ended::HereOnly }))
        }
        Event::Malformed(refusal) => (session, Act::ShowError(*refusal)),
        Event::WrongOrigin => (session, Act::ToOrigin),
    }
}
