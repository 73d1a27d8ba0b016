//! Lies to the server, by topic: each fault's name, sentence, rules and lies stand together.

pub(crate) mod audience;
pub(crate) mod authorization_response;
pub(crate) mod authorize;
pub(crate) mod client_authentication;
pub(crate) mod code;
pub(crate) mod consent;
pub(crate) mod dpop;
pub(crate) mod dpop_nonce;
pub(crate) mod introspect;
pub(crate) mod later;
pub(crate) mod metadata;
pub(crate) mod near_challenge;
pub(crate) mod oauth21;
pub(crate) mod one_kind;
pub(crate) mod one_parameter;
pub(crate) mod pages;
pub(crate) mod pkce;
pub(crate) mod push;
pub(crate) mod push_beside;
pub(crate) mod push_identity;
pub(crate) mod redirect_uri;
pub(crate) mod refresh;
pub(crate) mod register;
pub(crate) mod register_effect;
pub(crate) mod resource;
pub(crate) mod resource_metadata;
pub(crate) mod revoke;
pub(crate) mod revoke_kinds;
pub(crate) mod token_request;
pub(crate) mod token_response;

mod tell;

use oauth_core::directory::{self, Directory};
use oauth_core::grant::Grant;
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::policy::{self, Time};
use oauth_core::server::dpop::DpopProof;
use oauth_core::server::login::{Checked, Password};
use oauth_core::server::receive::METADATA_PATH;
use oauth_core::server::received::Received;
use oauth_core::server::{self, Found, Inputs, Outcome, Pending, Request, Write};

use crate::edit::{Members, Pairs};

const NEVER: Time = Time(u64::MAX);

const AUTHORIZE: At = At::Path("/authorize");
const TOKEN: At = At::Path("/token");
const PAR: At = At::Path("/par");
const REGISTER: At = At::Path("/register");
const REVOKE: At = At::Path("/revoke");
const INTROSPECT: At = At::Path("/introspect");
const ME: At = At::Path("/api/me");
const METADATA: At = At::Path(METADATA_PATH);

/// On which paths a lie is told.
#[derive(Clone, Copy)]
pub(crate) enum At {
    /// All.
    Everywhere,
    /// This one.
    Path(&'static str),
    /// This one and what begins with it.
    Below(&'static str),
}

impl At {
    fn has(self, path: &str) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Path(own) => path == own,
            Self::Below(start) => path.starts_with(start),
        }
    }
}

/// Which requests for one grant meet under a store that writes without comparing what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Race {
    /// Redemptions of its code.
    Redemption,
    /// Redemptions of its code, where its client has no secret.
    PublicRedemption,
    /// Refreshes, and whatever else asks for a grant with tokens.
    Refresh,
}

/// One lie, and the place where it is told.
#[derive(Clone, Copy)]
pub(crate) enum Lie {
    /// On a request, before it is decoded.
    Http(At, fn(&mut HttpRequest)),
    /// On the form of a request, before it is decoded.
    Form(At, fn(&mut Pairs)),
    /// On the query of an authorization request, before it is decoded.
    Query(fn(&mut Pairs)),
    /// On what was decoded, with the request as it arrived.
    Read(fn(&HttpRequest, &mut Received, &Directory)),
    /// On whose login it is, after the password was checked.
    Owner(fn(&Password, &Directory, Checked) -> Checked),
    /// On the fresh secrets of a step.
    Fresh(fn(&mut server::Fresh)),
    /// On the record of a client that a request needs.
    Client(fn(&mut directory::Client, &Request)),
    /// On the deployment's choices.
    Policy(fn(&mut policy::Policy)),
    /// On the proof of a request, before it is marked and before it is judged.
    Proof(fn(&mut Inputs, &mut DpopProof)),
    /// On records and request, before a step.
    Before(fn(&mut Found<'_>, &mut Request)),
    /// On the outcome of a step.
    After(fn(&Inputs, &Found<'_>, &Request, &mut Outcome)),
    /// On the store: it writes without comparing what was read, and two of these requests meet there.
    Store(Race),
    /// On a reply, with the request as it arrived.
    Reply(At, fn(&HttpRequest, &mut HttpReply, &Directory)),
    /// On the parameters of an authorization response.
    Response(fn(&mut Pairs)),
    /// On the members of a JSON reply that is no error.
    Told(At, fn(&HttpRequest, &mut Members)),
    /// On the members of a JSON error.
    Error(At, fn(&HttpRequest, &mut Members)),
}

/// The parameters of a redirect to the client, if a reply is one.
fn response_pairs(reply: &HttpReply) -> Option<Pairs> {
    let (_, query) = reply.header("Location")?.split_once('?')?;
    let pairs = Pairs::of(query);
    (pairs.value("code").is_some() || pairs.value("error").is_some()).then_some(pairs)
}

/// The grant that an outcome writes, if it writes one.
fn written(outcome: &mut Outcome) -> Option<&mut Grant> {
    match outcome {
        Outcome::Write(Pending { write: Write::InsertGrant(grant) | Write::SwapGrant(grant), .. }) => {
            Some(grant)
        }
        Outcome::Write(_) | Outcome::Reply(_) => None,
    }
}

/// Whether a token request shows a refresh token.
fn is_refresh(pairs: &Pairs) -> bool {
    pairs.value("grant_type") == Some("refresh_token")
}

/// Whether a text can stand in a `Location`.
fn is_sendable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
