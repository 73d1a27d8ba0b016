//! Faults of how a client takes an authorization response, and from which server (RFC 9207, RFC 9700 4.4).

use oauth_core::client::receive;
use oauth_core::client::refusal::ClientRefusal;
use oauth_core::client::settings::Address;
use oauth_core::client::site::SiteRefusal;
use oauth_core::client::{Event, IssNeed};
use oauth_core::form::Params;
use oauth_core::secret::Digest;
use oauth_rules::rules;

use super::Lie::{Before, FirstServer, Overlook, OwnOrigin, Received};
use super::with_callback;
use crate::edit::Pairs;
use crate::entry::{Entry, Lies::OfClient};

const PARAMETERS: &[&str] = &["code", "state", "iss", "error", "error_description", "error_uri"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-iss-unchecked",
        about: "iss is not compared",
        rules: rules![
            "rfc9207-2.4-client-rejects-wrong-iss",
            "rfc9700-4.4.2.1-client-compares-issuer",
            "rfc9700-2.1-client-mixup-by-iss",
            "rfc9700-2.1-client-mixup-defence"
        ],
        lies: OfClient(&[Before(|rules, _, event| {
            with_callback(event, |callback| {
                if matches!(callback.iss, Ok(Some(_))) {
                    callback.iss = Ok(Some(rules.issuer));
                }
            });
        })]),
    },
    Entry {
        name: "client-first-iss-counts",
        about: "of two iss the second is ignored",
        rules: rules!["rfc9207-4-client-multiple-issuers-must-match"],
        lies: OfClient(&[Received(|request, received| {
            let first = Params::of_query(request).all("iss").next().map(Digest::of);
            if let receive::Received::Callback { callback, .. } = received {
                callback.iss = Ok(first);
            }
        })]),
    },
    Entry {
        name: "client-iss-optional",
        about: "a response without iss is taken from a server that always sends it",
        rules: rules!["rfc9207-2.4-client-rejects-missing-iss"],
        lies: OfClient(&[Before(|rules, _, event| {
            with_callback(event, |callback| {
                if callback.iss == Ok(None) {
                    rules.iss = IssNeed::IfSent;
                }
            });
        })]),
    },
    Entry {
        name: "client-iss-support-forgotten",
        about: "whether a server sends iss is not remembered: a response is taken with it and without",
        rules: rules!["rfc9207-2.4-client-retains-iss-support"],
        lies: OfClient(&[Before(|rules, _, event| {
            if let Event::Callback(_) = event {
                rules.iss = IssNeed::IfSent;
            }
        })]),
    },
    Entry {
        name: "client-unadvertised-iss-taken",
        about: "a response with an iss that the server does not advertise is taken",
        rules: rules!["rfc9207-2.4-client-discards-unadvertised-iss"],
        lies: OfClient(&[Before(|rules, _, event| {
            if let (Event::Callback(_), IssNeed::Unadvertised) = (event, rules.iss) {
                rules.iss = IssNeed::IfSent;
            }
        })]),
    },
    Entry {
        name: "client-error-origin-assumed",
        about: "an error with the iss of another server is shown as the server's words",
        rules: rules!["rfc9207-2.4-client-error-origin-not-assumed"],
        lies: OfClient(&[Before(|rules, _, event| {
            with_callback(event, |callback| {
                if callback.error == Ok(true) {
                    callback.iss = Ok(Some(rules.issuer));
                }
            });
        })]),
    },
    Entry {
        name: "client-address-unchecked",
        about: "a response is taken at the redirect URI of another server",
        rules: rules![
            "rfc9700-4.4.2.2-client-distinct-redirect-uris",
            "rfc8252-8.10-client-redirect-uri-per-server",
            "rfc9700-2.1-client-mixup-defence"
        ],
        lies: OfClient(&[Before(|rules, _, event| {
            with_callback(event, |callback| callback.at = rules.redirect);
        })]),
    },
    Entry {
        name: "client-server-forgotten",
        about: "the code is taken to the first server, whichever was asked",
        rules: rules!["rfc9700-4.4.2-client-stores-issuer-per-request", "rfc9700-2.1-client-mixup-defence"],
        lies: OfClient(&[FirstServer(|event| matches!(event, Event::Callback(_)))]),
    },
    Entry {
        name: "client-tokens-to-the-first",
        about: "the tokens of a login are sent to the first server, whichever issued them",
        rules: rules!["rfc6749-10.4-client-refresh-token-kept"],
        lies: OfClient(&[FirstServer(|event| matches!(event, Event::Profile))]),
    },
    Entry {
        name: "client-alike-servers-asked",
        about: "a server whose responses cannot be told from another's is asked all the same",
        rules: rules!["rfc9700-2.1-client-mixup-defence"],
        lies: OfClient(&[Before(|rules, _, event| {
            if let Event::LogIn(_) = event {
                rules.address = Address::Own;
            }
        })]),
    },
    Entry {
        name: "client-issuers-repeated",
        about: "a configuration with two servers of one issuer is taken",
        rules: rules!["rfc9207-4-client-unique-issuers"],
        lies: OfClient(&[Overlook(SiteRefusal::IssuersEqual)]),
    },
    Entry {
        name: "client-address-plain",
        about: "a redirect URI may be plain http to another machine",
        rules: rules!["rfc6749-3.1.2.1-redirect-endpoint-tls", "rfc6749-10.5-client-login-callback-tls"],
        lies: OfClient(&[Overlook(SiteRefusal::AddressPlain)]),
    },
    Entry {
        name: "client-unknown-parameters-refused",
        about: "an authorization response with an unknown parameter is refused",
        rules: rules!["rfc6749-4.1.2-client-ignores-unknown-response-parameters"],
        lies: OfClient(&[Received(|request, received| {
            let foreign = |name: &str| !PARAMETERS.contains(&name);
            if matches!(received, receive::Received::Callback { .. })
                && Pairs::query(request).names().any(foreign)
            {
                *received = receive::Received::Malformed(ClientRefusal::Encoding);
            }
        })]),
    },
    Entry {
        name: "client-loopback-name",
        about: "a public client on loopback calls itself localhost",
        rules: rules!["rfc8252-8.3-client-loopback-literal"],
        lies: OfClient(&[OwnOrigin(|origin| *origin = origin.replace("127.0.0.1", "localhost"))]),
    },
];
