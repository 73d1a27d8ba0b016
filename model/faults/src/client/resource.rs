//! Faults of how a client shows its token, and of what it makes of the resource (RFC 6750, RFC 8707).

use oauth_core::client::http_call::HttpCall;
use oauth_core::form;
use oauth_rules::rules;

use super::Lie::{Known, ResourceCall};
use super::forget_authorization;
use crate::entry::{Entry, Lies::OfClient};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-token-in-query",
        about: "the access token is sent in the query",
        rules: rules!["rfc6750-2.1-client-uses-header", "rfc9700-4.3.2-client-no-token-in-query"],
        lies: OfClient(&[ResourceCall(|_, call| {
            add_to_query(call);
            forget_authorization(call);
        })]),
    },
    Entry {
        name: "client-token-twice",
        about: "the access token is sent in the header and in the query",
        rules: rules!["rfc6750-2-client-one-method"],
        lies: OfClient(&[ResourceCall(|_, call| add_to_query(call))]),
    },
    Entry {
        name: "client-token-in-get-body",
        about: "the access token is sent in the body of a GET",
        rules: rules!["rfc6750-2.2-body-only-form-not-get"],
        lies: OfClient(&[ResourceCall(|_, call| {
            call.body = form::encode_pairs(&[("access_token", token(call))]);
            call.headers.push(("Content-Type", "application/x-www-form-urlencoded".to_owned()));
            forget_authorization(call);
        })]),
    },
    Entry {
        name: "client-resource-unnamed",
        about: "the resource is not named in requests for tokens",
        rules: rules!["rfc8707-2-client-names-resource", "rfc9728-7.4-client-asks-for-audience"],
        lies: OfClient(&[Known(|settings| settings.resource = None)]),
    },
    Entry {
        name: "client-resource-fragment",
        about: "the resource is named with a fragment",
        rules: rules!["rfc8707-2-client-resource-form"],
        lies: OfClient(&[Known(|settings| {
            settings.resource.iter_mut().for_each(|resource| resource.push_str("#part"));
        })]),
    },
    Entry {
        name: "client-resource-query",
        about: "the resource is named with a query",
        rules: rules!["rfc8707-2-client-resource-no-query"],
        lies: OfClient(&[Known(|settings| {
            settings.resource.iter_mut().for_each(|resource| resource.push_str("?part=1"));
        })]),
    },
    Entry {
        name: "client-resource-elsewhere",
        about: "another resource is named than the one that is called",
        rules: rules!["rfc8707-2-client-base-uri"],
        lies: OfClient(&[Known(|settings| {
            settings.resource.iter_mut().for_each(|resource| resource.push_str("/elsewhere"));
        })]),
    },
];

/// The token of a request.
fn token(call: &HttpCall) -> String {
    let header = call.headers.iter().find(|(name, _)| *name == "Authorization");
    header.and_then(|(_, value)| value.strip_prefix("Bearer ")).unwrap_or_default().to_owned()
}

fn add_to_query(call: &mut HttpCall) {
    call.url = form::add_to_uri(&call.url, &[("access_token", token(call))]);
}
