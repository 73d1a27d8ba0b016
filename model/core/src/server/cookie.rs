//! The cookies of the server's pages, by name.

/// The name of the cookie that carries a login; of our own, since cookies know no ports (RFC 6265 8.5).
#[must_use]
pub const fn session_cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-oauth_server_session" } else { "oauth_server_session" }
}

/// The name of the cookie behind the login form's anti-CSRF value.
#[must_use]
pub const fn login_cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-oauth_server_login" } else { "oauth_server_login" }
}
