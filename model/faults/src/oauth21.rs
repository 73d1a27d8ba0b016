//! Lies about what the OAuth 2.1 draft asks beyond RFC 6749 and RFC 9700.

use super::Fault;
use super::edit::Pairs;
use oauth_core::grant::{Cause, Phase};
use oauth_core::http::HttpRequest;
use oauth_core::server::redeem::TokenAsk;
use oauth_core::server::{Found, Outcome, Pending, Reply, Request, Write};

/// On a token request before it is decoded.
pub(super) fn on_token(fault: Fault, request: &mut HttpRequest) {
    let mut pairs = Pairs::body(request);
    if fault == Fault::SecretInBodyRefused && pairs.value("client_secret").is_some() {
        pairs.replace("client_secret", |secret| format!("{secret}-"));
        pairs.into_body(request);
    }
}

/// After a step.
pub(super) fn after(fault: Fault, found: &Found<'_>, request: &Request, outcome: &mut Outcome) {
    let (Fault::InvalidReplayEndsTokens, Request::Token(token), Some(mut grant)) =
        (fault, request, found.grant)
    else {
        return;
    };
    if let (Outcome::Reply(reply @ Reply::Refused(_)), Ok(TokenAsk::Redeem(_)), Phase::Live(_)) =
        (&*outcome, token.ask, grant.phase)
    {
        grant.phase = Phase::Dead(Cause::CodeReplayed);
        *outcome = Outcome::Write(Pending::new(Write::SwapGrant(grant), *reply));
    }
}
