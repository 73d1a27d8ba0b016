//! The client: a fold over what happens in one browser session (RFC 6749 4.1, RFC 7636, RFC 9207).
//!
//! The session is found by its cookie and never by its `state`, so that a response of another browser finds no
//! flow (RFC 6749 10.12). [`step`] takes the session and an event, and returns the next session and one act; an edge
//! carries the act out. A flow ends when a response with its `state` arrives, whatever that response says.
//!
//! ```text
//!  Idle ──log in──▶ Waiting ──callback──▶ Exchanging ──token answer──▶ Idle, logged in
//! ```

pub mod call;
pub mod challenge;
pub mod reach;
pub mod receive;
pub mod refusal;
pub mod reply;
pub mod resource;
pub mod settings;
pub mod site;

use crate::policy::{Lifetime, Time};
use crate::refusal::{Field, Malformed};
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
    /// Whether challenges are sent.
    pub pkce: bool,
    /// How long before its end an access token is refreshed.
    pub refresh_margin: Lifetime,
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
}

/// An authorization response as it arrived, as digests; `code` and `error` lie beside as text.
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
}

/// Folds one event into a session.
pub fn step(now: Time, rules: &Rules, session: Session, event: &Event) -> (Session, Act) {
    match event {
        Event::Home => (session, Act::ShowHome { logged_in: alive(now, &session) }),
        Event::LogIn(fresh) => depart(now, rules, session, fresh),
        Event::Callback(callback) => arrive(now, rules, session, callback),
        Event::TokenAnswer(answer, fresh) => exchanged(session, *answer, fresh),
        Event::Profile => open_profile(now, rules, session),
        Event::RefreshAnswer(answer) => refreshed(now, session, *answer),
        Event::ResourceAnswer(token, answer) => answered(session, token, *answer),
        Event::Malformed(refusal) => (session, Act::ShowError(*refusal)),
        Event::WrongOrigin => (session, Act::ToOrigin),
    }
}

fn alive(now: Time, session: &Session) -> bool {
    session.login.is_some_and(|login| login.until.is_none_or(|until| now < until))
}

/// Fetches the resource; refreshes first if the token is about to end (RFC 6749 1.5, 6).
fn open_profile(now: Time, rules: &Rules, session: Session) -> (Session, Act) {
    let Some(login) = session.login else { return (session, Act::ToLogin) };
    let soon = login.until.is_some_and(|until| now.after(rules.refresh_margin) >= until);
    match login.refresh {
        // One refresh at a time: a second one would show a spent token.
        Some(_) if soon && !login.refreshing => {
            let login = Login { refreshing: true, ..login };
            (Session { login: Some(login), ..session }, Act::Refresh)
        }
        Some(_) | None if alive(now, &session) => (session, Act::CallResource),
        Some(_) if login.refreshing => (session, Act::ShowError(ClientRefusal::RefreshInProgress)),
        Some(_) | None => (Session { login: None, ..session }, Act::ToLogin),
    }
}

/// Takes the resource's answer. A token that it refuses is of no more use; an outage says nothing about the token.
fn answered(session: Session, token: &Digest, answer: Result<(), ClientRefusal>) -> (Session, Act) {
    match (answer, session.login) {
        (Ok(()), _) => (session, Act::ShowResource),
        // A refresh took the place of the token meanwhile.
        (Err(ClientRefusal::ResourceRefused), Some(login)) if login.token != *token => {
            (session, Act::CallResource)
        }
        (Err(ClientRefusal::ResourceRefused), Some(login)) if login.refreshing => {
            (session, Act::ShowError(ClientRefusal::RefreshInProgress))
        }
        (Err(refusal @ ClientRefusal::ResourceRefused), _) => {
            (Session { login: None, ..session }, Act::ShowError(refusal))
        }
        (Err(refusal), _) => (session, Act::ShowError(refusal)),
    }
}

/// Takes the answer to a refresh.
fn refreshed(now: Time, session: Session, answer: Result<TokenAnswer, ClientRefusal>) -> (Session, Act) {
    let Some(login) = session.login else { return (session, Act::ToLogin) };
    match answer {
        Ok(answer) => {
            // rfc6749-6-client-replaces-refresh-token: the old one stays only if no new one came.
            let login = Login { refresh: answer.refresh.or(login.refresh), ..Login::of(answer) };
            (Session { login: Some(login), ..session }, Act::CallResource)
        }
        // Whether the token was spent is not known; it may be tried again.
        Err(ClientRefusal::TokenEndpointSilent) => {
            let session = Session { login: Some(Login { refreshing: false, ..login }), ..session };
            let act = if alive(now, &session) {
                Act::CallResource
            } else {
                Act::ShowError(ClientRefusal::TokenEndpointSilent)
            };
            (session, act)
        }
        Err(_) => (Session { login: None, ..session }, Act::ToLogin),
    }
}

/// Starts a login in a new session (RFC 6749 4.1.1).
fn depart(now: Time, rules: &Rules, session: Session, fresh: &Fresh) -> (Session, Act) {
    // rfc9700-2.1-client-mixup-defence
    if rules.address == Address::Shared && rules.iss != IssNeed::Required {
        return (session, Act::ShowError(ClientRefusal::ServersAlike));
    }
    // rfc7636-4.1-client-verifier-form, rfc9700-2.1.1-challenge-transaction-specific
    let verifier = rules.pkce.then_some(fresh.verifier.secret);
    // rfc9700-4.4.2-client-stores-issuer-per-request
    let waiting = Waiting {
        issuer: rules.issuer,
        state: fresh.state.digest,
        verifier,
        until: now.after(LOGIN_LIFETIME),
    };
    let departure = Departure { state: fresh.state.secret, verifier, session: fresh.session.secret };
    (Session { flow: Flow::Waiting(waiting), login: None }, Act::ToServer(departure))
}

/// Judges an authorization response (RFC 6749 4.1.2, 10.12, RFC 9207 2.4).
fn arrive(now: Time, rules: &Rules, session: Session, callback: &Callback) -> (Session, Act) {
    let waiting = match belongs(now, &session, callback) {
        Ok(waiting) => waiting,
        // A response that is not this flow's does not end it.
        Err(refusal) => return (session, Act::ShowError(refusal)),
    };
    // rfc9700-4.2.4-client-state-invalidated, rfc6749-4.1.2-client-uses-code-once
    let ended = Session { flow: Flow::Idle, ..session };
    match judge(rules, &waiting, callback) {
        Ok(()) => (Session { flow: Flow::Exchanging, ..session }, Act::Exchange(waiting.verifier)),
        Err(refusal) => (ended, Act::ShowError(refusal)),
    }
}

/// Whether a response belongs to the login of this browser session.
fn belongs(now: Time, session: &Session, callback: &Callback) -> Result<Waiting, ClientRefusal> {
    // rfc6749-10.12-client-csrf-protected, rfc9700-2.1-client-csrf-protected
    let Flow::Waiting(waiting) = session.flow else { return Err(ClientRefusal::NoFlow) };
    let state = callback.state.map_err(|malformed| unreadable(malformed, Field::State))?;
    let state = state.ok_or(ClientRefusal::StateMissing)?;
    if !state.matches(&waiting.state) {
        return Err(ClientRefusal::StateWrong);
    }
    if now >= waiting.until {
        return Err(ClientRefusal::FlowExpired);
    }
    Ok(waiting)
}

/// A parameter of a response that cannot be read.
const fn unreadable(malformed: Malformed, field: Field) -> ClientRefusal {
    match malformed {
        Malformed::Encoding => ClientRefusal::Encoding,
        _ => ClientRefusal::Repeated(field),
    }
}

/// Judges the rest of a response whose `state` is right.
fn judge(rules: &Rules, waiting: &Waiting, callback: &Callback) -> Result<(), ClientRefusal> {
    // rfc9700-4.4.2.2-client-distinct-redirect-uris, rfc8252-8.10-client-redirect-uri-per-server
    if !callback.at.matches(&rules.redirect) {
        return Err(ClientRefusal::WrongAddress);
    }
    // rfc9700-4.4.2.1-client-compares-issuer, rfc9700-2.1-client-mixup-by-iss
    // rfc9207-2.4-client-rejects-wrong-iss before anything the response says is believed.
    let iss = callback.iss.map_err(|malformed| unreadable(malformed, Field::Iss))?;
    match (iss, rules.iss) {
        (Some(iss), IssNeed::Required | IssNeed::IfSent | IssNeed::Unadvertised)
            if !iss.matches(&waiting.issuer) =>
        {
            return Err(ClientRefusal::IssWrong);
        }
        // rfc9207-2.4-client-discards-unadvertised-iss
        (Some(_), IssNeed::Unadvertised) => return Err(ClientRefusal::IssUnadvertised),
        // rfc9207-2.4-client-rejects-missing-iss
        (None, IssNeed::Required) => return Err(ClientRefusal::IssMissing),
        (Some(_), IssNeed::Required | IssNeed::IfSent) | (None, IssNeed::Unadvertised | IssNeed::IfSent) => {}
    }
    let error = callback.error.map_err(|malformed| unreadable(malformed, Field::Error))?;
    let code = callback.code.map_err(|malformed| unreadable(malformed, Field::Code))?;
    match (code, error) {
        (Some(_), true) => Err(ClientRefusal::CodeAndError),
        (None, true) => Err(ClientRefusal::ServerRefused),
        (None, false) => Err(ClientRefusal::CodeMissing),
        (Some(_), false) => Ok(()),
    }
}

/// Takes the token endpoint's answer; a login moves to a new session id.
fn exchanged(session: Session, answer: Result<TokenAnswer, ClientRefusal>, fresh: &Minted) -> (Session, Act) {
    if session.flow != Flow::Exchanging {
        return (session, Act::ShowError(ClientRefusal::NoFlow));
    }
    match answer {
        Ok(answer) => {
            // rfc6749-3.1.2.5-client-callback-redirects-away
            (Session { flow: Flow::Idle, login: Some(Login::of(answer)) }, Act::ToProfile(fresh.secret))
        }
        Err(refusal) => (Session { flow: Flow::Idle, ..session }, Act::ShowError(refusal)),
    }
}
