//! A login on its way: to the server, back from it, and to the token endpoint.

use super::refusal::ClientRefusal;
use super::settings::Address;
use super::{
    Act, Callback, Channel, Departure, Flow, Fresh, IssNeed, LOGIN_LIFETIME, Login, PushNeed, Rules, Session,
    TokenAnswer, Waiting,
};
use crate::policy::Time;
use crate::refusal::{Field, Malformed};
use crate::secret::Minted;

/// Starts a login (RFC 6749 4.1.1), by way of a pushed request where the server wants or the configuration says so.
pub(super) fn depart(now: Time, rules: &Rules, session: Session, fresh: &Fresh) -> (Session, Act) {
    // rfc9700-2.1-client-mixup-defence
    if rules.address == Address::Shared && rules.iss != IssNeed::Required {
        return (session, Act::ShowError(ClientRefusal::ServersAlike));
    }
    // rfc6750-5.3-client-tls, rfc6749-10.8-client-no-secrets-in-clear: no login comes about whose token could not be
    // used.
    if rules.channel == Channel::Clear {
        return (session, Act::ShowError(ClientRefusal::InClear));
    }
    match rules.push {
        PushNeed::Unneeded => leave(now, rules, fresh),
        // rfc9126-5-client-pushes-when-required
        PushNeed::Needed => (session, Act::Push(departure(rules, fresh))),
        PushNeed::Nowhere => (session, Act::ShowError(ClientRefusal::PushUnavailable)),
    }
}

/// Takes the answer to a pushed request (RFC 9126 2.2).
pub(super) fn pushed(
    now: Time,
    rules: &Rules,
    session: Session,
    answer: Result<(), ClientRefusal>,
    fresh: &Fresh,
) -> (Session, Act) {
    match answer {
        Ok(()) => leave(now, rules, fresh),
        Err(refusal) => (session, Act::ShowError(refusal)),
    }
}

/// What goes along to the server.
fn departure(rules: &Rules, fresh: &Fresh) -> Departure {
    // rfc7636-4.1-client-verifier-form, rfc9700-2.1.1-challenge-transaction-specific
    let verifier = rules.pkce.then_some(fresh.verifier.secret);
    Departure { state: fresh.state.secret, verifier, session: fresh.session.secret, jkt: fresh.jkt }
}

/// Sends the browser away, in a new session.
fn leave(now: Time, rules: &Rules, fresh: &Fresh) -> (Session, Act) {
    let departure = departure(rules, fresh);
    // rfc9700-4.4.2-client-stores-issuer-per-request
    let waiting = Waiting {
        issuer: rules.issuer,
        state: fresh.state.digest,
        verifier: departure.verifier,
        until: now.after(LOGIN_LIFETIME),
    };
    (Session { flow: Flow::Waiting(waiting), login: None }, Act::ToServer(departure))
}

/// Judges an authorization response (RFC 6749 4.1.2, 10.12, RFC 9207 2.4).
pub(super) fn arrive(now: Time, rules: &Rules, session: Session, callback: &Callback) -> (Session, Act) {
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
pub(super) fn exchanged(
    session: Session,
    answer: Result<TokenAnswer, ClientRefusal>,
    fresh: &Minted,
) -> (Session, Act) {
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
