//! Taking tokens back (RFC 7009), and the form that asks for it.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;

use super::Ended;
use super::call::authenticated;
use super::http_call::HttpCall;
use super::refusal::ClientRefusal;
use super::settings::Settings;
use crate::secret::anti_csrf;

/// The parameter of the logout form that no other site can know.
pub const LOGOUT_TOKEN: &str = "logout_token";

/// The value that the logout form has to bring from a browser with this cookie.
#[must_use]
pub fn logout_token(cookie: Option<&str>) -> String {
    cookie.map(anti_csrf).unwrap_or_default()
}

/// The request that ends a token (RFC 7009 2.1).
#[must_use]
pub fn revocation_request(settings: &Settings, token: &str, hint: &'static str) -> HttpCall {
    let url = settings.endpoints.revocation.clone().unwrap_or_default();
    let pairs = vec![("token", token.to_owned()), ("token_type_hint", hint.to_owned())];
    // rfc7009-2.1-client-authenticates
    authenticated(settings, url, pairs)
}

/// Judges the answer to it: the status alone says whether the token ended (RFC 7009 2.2).
///
/// # Errors
/// [`ClientRefusal::TokenRefused`] if the server did not say that the token ended.
pub const fn judge_revocation_answer(status: u16) -> Result<(), ClientRefusal> {
    // rfc7009-2.2-client-ignores-body, rfc7009-2.2.1-client-503-not-revoked
    if status == 200 { Ok(()) } else { Err(ClientRefusal::TokenRefused) }
}

impl Ended {
    /// What the person at the browser reads.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Here => "You are logged out.",
            Self::HereOnly => {
                "You are logged out here. At the server this application's access may live on for a while."
            }
            Self::Everywhere => "You are logged out, and the server has ended this application's access.",
        }
    }
}
