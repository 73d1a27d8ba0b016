//! What is done with a login: the resource is fetched, the token refreshed, and the login ended.

use super::refusal::ClientRefusal;
use super::{Act, Ended, Login, Revocation, Rules, Session, TokenAnswer};
use crate::policy::Time;
use crate::secret::Digest;

pub(super) fn alive(now: Time, session: &Session) -> bool {
    session.login.is_some_and(|login| login.until.is_none_or(|until| now < until))
}

/// Fetches the resource; refreshes first if the token is about to end (RFC 6749 1.5, 6).
pub(super) fn open_profile(now: Time, rules: &Rules, session: Session) -> (Session, Act) {
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
pub(super) fn answered(
    session: Session,
    token: &Digest,
    answer: Result<(), ClientRefusal>,
) -> (Session, Act) {
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
pub(super) fn refreshed(
    now: Time,
    session: Session,
    answer: Result<TokenAnswer, ClientRefusal>,
) -> (Session, Act) {
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

/// Ends a login; its tokens end with it where the server takes them back (RFC 7009).
pub(super) fn log_out(rules: &Rules, session: Session) -> (Session, Act) {
    let act = match (session.login, rules.revocation) {
        (None, _) => Act::ShowLoggedOut(Ended::Here),
        // rfc7009-2-client-verifies-https
        (Some(_), Revocation::Unsafe | Revocation::None) => Act::ShowLoggedOut(Ended::HereOnly),
        (Some(_), Revocation::Offered) => Act::Revoke,
    };
    (Session::default(), act)
}
