//! HTTP answers, as far as they matter.

use super::http::{Params, REQUEST_URI};
use super::name;
use crate::world::Actor;
use crate::world::symbols::digest;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::refusal::{Answer, ErrorCode, Refused};
use oauth_core::server::resource::Scheme;
use oauth_laws::fact::{CodeIssued, Issued, Pushed};

fn line(text: impl Into<String>) -> Vec<String> {
    vec![text.into()]
}

/// An authorization response with a code.
pub(super) fn code(status: u16, issued: &CodeIssued) -> Vec<String> {
    line(format!("{status} to {}?{}", address(issued), code_query(issued)))
}

/// The address that a code is sent to.
pub(super) fn address(issued: &CodeIssued) -> String {
    name::address(digest(u8::try_from(issued.sent_to.0).unwrap_or_default())).0
}

/// Whose lane that is.
pub(super) fn receiver(issued: &CodeIssued) -> Actor {
    name::address(digest(u8::try_from(issued.sent_to.0).unwrap_or_default())).1
}

/// The query of an authorization response with a code.
pub(super) fn code_query(issued: &CodeIssued) -> String {
    let mut params = Params::default();
    params.add("code", name::sym(issued.code));
    if let Some(state) = issued.state.1 {
        params.add("state", name::sym(state));
    }
    params.add("iss", "https://as.example");
    params.text()
}

/// A token response.
pub(super) fn tokens(issued: &Issued) -> Vec<String> {
    let kind = if issued.key.is_some() { "DPoP" } else { "Bearer" };
    let mut body = format!(r#""access_token":"{}","token_type":"{kind}""#, name::sym(issued.token));
    if let Some(seconds) = issued.expires_in {
        body.push_str(&format!(r#","expires_in":{seconds}"#));
    }
    if let Some(refresh) = issued.refresh {
        body.push_str(&format!(r#","refresh_token":"{}""#, name::sym(refresh)));
    }
    line(format!("200 {{{body}}}"))
}

/// The name of a pushed request.
pub(super) fn pushed(pushed: &Pushed) -> Vec<String> {
    let seconds = pushed.expires_in.map(|seconds| format!(r#","expires_in":{seconds}"#)).unwrap_or_default();
    line(format!(r#"201 {{"request_uri":"{REQUEST_URI}{}"{seconds}}}"#, name::sym(pushed.uri)))
}

/// A resource.
pub(super) fn served(account: Option<Actor>) -> Vec<String> {
    match account {
        Some(account) => line(format!(r#"200 {{"user_id":"{account}"}}"#)),
        None => line("200"),
    }
}

/// A refusal, wherever it is told; `to` is the client's address.
pub(super) fn refusal(
    refused: Refused,
    to: Option<&str>,
    state: Option<String>,
    scheme: Scheme,
) -> Vec<String> {
    match refused.answer() {
        Answer::Page(status) => line(format!("{status}, a page: {}", refused.describe())),
        Answer::Redirect(code) => {
            let mut params = Params::default();
            params.add("error", code.text());
            if let Some(state) = state {
                params.add("state", state);
            }
            params.add("iss", "https://as.example");
            line(format!("303 to {}?{}", to.unwrap_or("the client"), params.text()))
        }
        Answer::Token(ErrorCode::InvalidClient) => error(401, ErrorCode::InvalidClient),
        Answer::Token(code) => error(400, code),
        Answer::Json(status, code) => error(status, code),
        Answer::Challenge(status, code) => {
            let scheme = match scheme {
                Scheme::Bearer => "Bearer",
                Scheme::Dpop => "DPoP",
            };
            let code = code.map(|code| format!(" error=\"{}\"", code.text())).unwrap_or_default();
            vec![status.to_string(), format!("WWW-Authenticate: {scheme}{code}")]
        }
    }
}

fn error(status: u16, code: ErrorCode) -> Vec<String> {
    line(format!(r#"{status} {{"error":"{}"}}"#, code.text()))
}

/// A page of the client's that says why it goes no further.
pub(super) fn client_refusal(refused: ClientRefusal) -> Vec<String> {
    line(format!("{}, a page: {}", refused.status(), refused.describe()))
}
