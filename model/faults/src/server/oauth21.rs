//! Faults of what the OAuth 2.1 draft asks beyond RFC 6749 and RFC 9700.

use oauth_core::grant::{Cause, Phase};
use oauth_core::server::redeem::{TokenAsk, TokenRequest};
use oauth_core::server::{Outcome, Pending, Reply as Answer, Request, Write};
use oauth_rules::rules;

use super::Lie::{After, Form, Policy};
use super::TOKEN;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "secret-in-body-refused",
        about: "a secret in the body is wrong",
        rules: rules!["oauth21-2.4.1-secret-in-body-supported"],
        lies: OfServer(&[Form(TOKEN, |pairs| pairs.replace("client_secret", |secret| format!("{secret}-")))]),
    },
    Entry {
        name: "redirect-uri-demanded",
        about: "the token request has to repeat the redirect URI, whatever its verifier proves",
        rules: rules!["oauth21-10.2-redirect-uri-not-needed-in-token-request"],
        lies: OfServer(&[Policy(|policy| policy.redirect_uri_optional = false)]),
    },
    Entry {
        name: "invalid-replay-ends-tokens",
        about: "whoever shows a used code ends its tokens, proven or not",
        rules: rules!["oauth21-7.5.2-invalid-replay-does-not-revoke"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if let (Request::Token(TokenRequest { ask: Ok(TokenAsk::Redeem(_)), .. }), Some(mut grant)) =
                (request, found.grant)
                && let (Outcome::Reply(reply @ Answer::Refused(_)), Phase::Live(_)) = (&*outcome, grant.phase)
            {
                grant.phase = Phase::Dead(Cause::CodeReplayed);
                *outcome = Outcome::Write(Pending::new(Write::SwapGrant(grant), *reply));
            }
        })]),
    },
];
