//! Logging in: the form, its anti-CSRF value, and a session with a new id (RFC 6749 3.1, 10.10).
//!
//! Whether the password is right comes in as a fact ([`Checked`]); hashing it is the edge's work.

use alloc::borrow::ToOwned as _;
use alloc::string::String;

use super::{Inputs, Outcome, Pending, Reply, Write};
use crate::directory::UserNo;
use crate::form::Params;
use crate::grant::Session;
use crate::http::HttpRequest;
use crate::refusal::{Field, Malformed, Refusal};
use crate::secret::{Digest, anti_csrf};

/// Show the login form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogInPage {
    /// Whether the browser has the cookie that the form's anti-CSRF value comes from.
    pub has_cookie: bool,
}

/// Somebody sent the login form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogIn {
    /// The anti-CSRF value that the browser's cookie demands; none without a cookie.
    pub expected: Option<Digest>,
    /// The anti-CSRF value that the form carried.
    pub shown: Option<Digest>,
    /// What the edge found out about name and password.
    pub owner: Checked,
}

/// The verdict on a name and a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Checked {
    /// They are this user's.
    Right(UserNo),
    /// They are nobody's.
    Wrong,
}

/// What a browser brings to the login page and to its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogInTexts {
    /// The cookie that the form's anti-CSRF value comes from.
    pub cookie: Option<String>,
    /// Where the login leads.
    pub next: Option<String>,
}

/// The texts of a login form that are checked outside the core.
#[derive(Clone, PartialEq, Eq)]
pub struct Password {
    /// The name.
    pub user_id: String,
    /// The password; never printed.
    pub password: String,
}

impl core::fmt::Debug for Password {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Password").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

impl LogInPage {
    pub(super) fn step(self, at: &Inputs) -> Outcome {
        let fresh = (!self.has_cookie).then_some(at.fresh.secret.secret);
        Outcome::Reply(Reply::LogInPage(fresh, None))
    }
}

impl LogIn {
    /// Reads the form; the password is checked by the edge, and `owner` stays [`Checked::Wrong`] until it was.
    ///
    /// # Errors
    /// What is malformed.
    pub(super) fn parse(cookie: Option<&str>, params: &Params) -> Result<(Self, Password), Malformed> {
        let shown = params.one(Field::LoginToken)?.map(Digest::of);
        let user_id = params.one(Field::UserId)?.unwrap_or_default().to_owned();
        let password = params.one(Field::Password)?.unwrap_or_default().to_owned();
        let expected = cookie.map(|cookie| Digest::of(&anti_csrf(cookie)));
        Ok((Self { expected, shown, owner: Checked::Wrong }, Password { user_id, password }))
    }

    /// Whether the form has the anti-CSRF value that the browser's cookie demands.
    #[must_use]
    pub fn is_own_form(&self) -> bool {
        match (self.expected, self.shown) {
            (Some(expected), Some(shown)) => expected.matches(&shown),
            (Some(_) | None, Some(_) | None) => false,
        }
    }

    pub(super) fn step(self, at: &Inputs) -> Outcome {
        let fresh = self.expected.is_none().then_some(at.fresh.secret.secret);
        let again = |refusal| Outcome::Reply(Reply::LogInPage(fresh, Some(refusal)));
        // rfc6749-10.12-authorization-endpoint-csrf-protected
        if !self.is_own_form() {
            return again(Refusal::LogInForged);
        }
        // rfc6749-3.1-owner-wrong-password-refused
        let Checked::Right(user) = self.owner else { return again(Refusal::PasswordWrong) };
        let session =
            Session { key: at.fresh.secret.digest, user, until: at.now.after(at.policy.session_lifetime) };
        Outcome::Write(Pending::new(Write::InsertSession(session), Reply::LoggedIn(at.fresh.secret.secret)))
    }
}

/// Reads where to go after the login: only back to this server's authorization endpoint.
///
/// # Errors
/// [`Malformed::Syntax`] for any other place.
pub(super) fn parse_next(params: &Params) -> Result<Option<String>, Malformed> {
    let Some(next) = params.one(Field::Next)? else { return Ok(None) };
    // rfc6749-10.15-no-open-redirector, rfc9700-2.1-as-no-open-redirector
    let ours =
        next.starts_with("/authorize?") && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours { Ok(Some(next.to_owned())) } else { Err(Malformed::Syntax(Field::Next)) }
}

/// The cookie that the login form's anti-CSRF value comes from, if it has the form of ours.
pub(super) fn login_cookie(request: &HttpRequest, secure: bool) -> Option<&str> {
    request.cookie(super::cookie::login_cookie_name(secure)).filter(|value| {
        value.len() == 43 && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    })
}
