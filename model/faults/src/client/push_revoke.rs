//! Faults of how a client pushes its requests and takes tokens back (RFC 9126, RFC 7009).

use oauth_core::client::{PushNeed, Revocation};
use oauth_rules::rules;

use super::Lie::{Before, Departure, PushCall, RequestUri, RevocationAnswer, RevocationCall};
use super::{edit_form, forget_authorization};
use crate::edit::edit_location;
use crate::entry::{Entry, Lies::OfClient};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-push-skipped",
        about: "requests go along with the browser where only pushed ones are taken",
        rules: rules!["rfc9126-5-client-pushes-when-required"],
        lies: OfClient(&[Before(|rules, _, _| {
            if rules.push == PushNeed::Needed {
                rules.push = PushNeed::Unneeded;
            }
        })]),
    },
    Entry {
        name: "client-push-names-request-uri",
        about: "a request_uri is pushed",
        rules: rules!["rfc9126-2.1-client-no-request-uri"],
        lies: OfClient(&[PushCall(|_, call| {
            edit_form(call, |pairs| pairs.push("request_uri", "urn%3Aexample%3Aother"));
        })]),
    },
    Entry {
        name: "client-push-untied",
        about: "a request is pushed without state and challenge",
        rules: rules!["rfc9126-7.5-client-ties-request-to-transaction"],
        lies: OfClient(&[PushCall(|_, call| {
            edit_form(call, |pairs| {
                for name in ["state", "code_challenge", "code_challenge_method"] {
                    pairs.remove(name);
                }
            });
        })]),
    },
    Entry {
        name: "client-request-uri-constant",
        about: "every login goes to the server with the same request_uri",
        rules: rules!["rfc9126-4-client-uses-once"],
        lies: OfClient(&[RequestUri(|request_uri| {
            "urn:ietf:params:oauth:request_uri:first".clone_into(request_uri);
        })]),
    },
    Entry {
        name: "client-pushed-id-omitted",
        about: "the authorization request after a push has no client_id",
        rules: rules!["rfc9126-4-client-sends-client-id"],
        lies: OfClient(&[Departure(|_, _, reply| {
            edit_location(reply, |pairs| {
                if pairs.value("request_uri").is_some() {
                    pairs.remove("client_id");
                }
            });
        })]),
    },
    Entry {
        name: "client-revokes-in-clear",
        about: "a token is taken back at an address that is plain http to another machine",
        rules: rules!["rfc7009-2-client-verifies-https"],
        lies: OfClient(&[Before(|rules, _, _| {
            if rules.revocation == Revocation::Unsafe {
                rules.revocation = Revocation::Offered;
            }
        })]),
    },
    Entry {
        name: "client-revokes-unauthenticated",
        about: "the client does not say who it is when it takes a token back",
        rules: rules!["rfc7009-2.1-client-authenticates"],
        lies: OfClient(&[RevocationCall(|_, call| {
            forget_authorization(call);
            edit_form(call, |pairs| {
                pairs.remove("client_id");
                pairs.remove("client_secret");
            });
        })]),
    },
    Entry {
        name: "client-reads-revocation-body",
        about: "the answer to a revocation is judged by its body",
        rules: rules!["rfc7009-2.2-client-ignores-body"],
        lies: OfClient(&[RevocationAnswer(|status, body| {
            if *status == 200 && !body.is_empty() {
                *status = 400;
            }
        })]),
    },
    Entry {
        name: "client-revoked-anyway",
        about: "a server that is out of service counts as having revoked the token",
        rules: rules!["rfc7009-2.2.1-client-503-not-revoked"],
        lies: OfClient(&[RevocationAnswer(|status, _| {
            if *status == 503 {
                *status = 200;
            }
        })]),
    },
];
