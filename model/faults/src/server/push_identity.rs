//! A fault of whose a pushed request is (RFC 9126 2.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oauth_core::form;
use oauth_core::http::HttpRequest;
use oauth_core::refusal::Malformed;
use oauth_core::secret::Digest;
use oauth_core::server::Request;
use oauth_core::server::authenticate::{Credentials, Presented};
use oauth_core::server::authorize::Authorize;
use oauth_core::server::push::Push;
use oauth_core::server::received::Received;
use oauth_rules::rules;

use super::Lie::{After, Read};
use super::written;
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[Entry {
    name: "push-in-anothers-name",
    about: "a push is for the client that its form names, whoever proves to be another",
    rules: rules!["rfc9126-2.1-client-authenticated", "rfc6749-3.1.2.3-registered-uris-compared"],
    lies: OfServer(&[
        Read(|request, received, directory| {
            if let Received::Push { request: push, .. } = received
                && push.by == Err(Malformed::ClientIdsDiffer)
                && let Some((name, secret)) = basic(request)
            {
                let client = directory.find_client(&name).map(|entry| entry.client.no);
                push.by = Ok(Presented { client, credentials: Credentials::Basic(Digest::of(&secret)) });
            }
        }),
        After(|_, _, request, outcome| {
            if let Request::Push(Push { request: Authorize { client: Ok(Some(named)), .. }, .. }) = request
                && let Some(grant) = written(outcome)
            {
                grant.terms.client = *named;
            }
        }),
    ]),
}];

/// Name and secret of Basic credentials.
fn basic(request: &HttpRequest) -> Option<(String, String)> {
    let header = request.header("authorization").next()?;
    let decoded = STANDARD.decode(header.strip_prefix(b"Basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (name, secret) = text.split_once(':')?;
    Some((form::decode(name.as_bytes())?, form::decode(secret.as_bytes())?))
}
