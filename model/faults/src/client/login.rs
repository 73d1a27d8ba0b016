//! Faults of how a client begins and ends a login (RFC 6749 4.1.1, 10.12, RFC 7636).

use oauth_core::client::{Event, Flow, Waiting};
use oauth_core::form;
use oauth_core::policy::Time;
use oauth_core::secret::{Digest, Minted, Secret};
use oauth_rules::rules;

use super::Lie::{After, Before, Departure, Fresh};
use super::with_callback;
use crate::edit::{Pairs, edit_location};
use crate::entry::{Entry, Lies::OfClient};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-state-constant",
        about: "every login has the same state",
        rules: rules!["rfc6749-10.12-client-state-unguessable", "rfc9700-2.1-client-state-one-time-bound"],
        lies: OfClient(&[Fresh(|fresh| fresh.state = constant())]),
    },
    Entry {
        name: "client-state-missing",
        about: "the authorization request has no state",
        rules: rules!["rfc6749-4.1.1-client-sends-state"],
        lies: OfClient(&[Departure(|_, _, reply| edit_location(reply, |pairs| pairs.remove("state")))]),
    },
    Entry {
        name: "client-state-unchecked",
        about: "a response is taken whatever its state, in whatever browser",
        rules: rules![
            "rfc6749-10.12-client-csrf-protected",
            "rfc9700-2.1-client-csrf-protected",
            "rfc8252-8.9-client-state"
        ],
        lies: OfClient(&[Before(|rules, session, event| {
            with_callback(event, |callback| match session.flow {
                Flow::Waiting(waiting) => callback.state = Ok(Some(waiting.state)),
                Flow::Idle => {
                    let state = Digest::of("any");
                    let until = Time(u64::MAX);
                    session.flow =
                        Flow::Waiting(Waiting { issuer: rules.issuer, state, verifier: None, until });
                    callback.state = Ok(Some(state));
                }
                Flow::Exchanging => {}
            });
        })]),
    },
    Entry {
        name: "client-state-reusable",
        about: "a login stays open after its response",
        rules: rules!["rfc9700-4.2.4-client-state-invalidated", "rfc6749-4.1.2-client-uses-code-once"],
        lies: OfClient(&[
            Before(|_, session, event| {
                if let Event::TokenAnswer(..) = event {
                    session.flow = Flow::Exchanging;
                }
            }),
            After(|before, next| {
                if let Flow::Waiting(_) = before.flow {
                    next.flow = before.flow;
                }
            }),
        ]),
    },
    Entry {
        name: "client-verifier-constant",
        about: "every login has the same verifier",
        rules: rules![
            "rfc7636-4.1-client-verifier-form",
            "rfc9700-2.1.1-challenge-transaction-specific",
            "oauth21-7.5.1.1-fresh-values-after-error"
        ],
        lies: OfClient(&[Fresh(|fresh| fresh.verifier = constant())]),
    },
    Entry {
        name: "client-plain-challenge",
        about: "the challenge is the verifier",
        rules: rules![
            "rfc7636-4.2-client-uses-s256",
            "rfc9700-2.1.1-client-uses-s256",
            "oauth21-4.1.1-client-uses-code-challenge"
        ],
        lies: OfClient(&[Departure(|_, verifier, reply| {
            edit_location(reply, |pairs| {
                pairs.replace("code_challenge", |_| verifier.unwrap_or_default().to_owned());
                pairs.replace("code_challenge_method", |_| "plain".to_owned());
            });
        })]),
    },
    Entry {
        name: "client-without-pkce",
        about: "no challenge is sent",
        rules: rules![
            "rfc9700-2.1.1-public-client-uses-pkce",
            "rfc9700-2.1.1-confidential-client-uses-pkce",
            "rfc9700-2.1.1-client-prevents-code-injection",
            "rfc8252-6-client-pkce",
            "oauth21-4.1.1-client-uses-code-challenge"
        ],
        lies: OfClient(&[Before(|rules, _, _| rules.pkce = false)]),
    },
    Entry {
        name: "client-downgrades-pkce",
        about: "after an error the next request in that browser has no challenge",
        rules: rules!["rfc7636-7.2-client-no-downgrade"],
        lies: OfClient(&[
            // Between the two lies a login that failed is remembered as one whose code is being redeemed.
            After(|before, next| {
                if let (Flow::Waiting(_), Flow::Idle) = (before.flow, next.flow) {
                    next.flow = Flow::Exchanging;
                }
            }),
            Before(|rules, session, event| {
                if let (Event::LogIn(_), Flow::Exchanging) = (event, session.flow) {
                    rules.pkce = false;
                }
            }),
        ]),
    },
    Entry {
        name: "client-endpoint-query-dropped",
        about: "the query of the authorization endpoint's URI is lost",
        rules: rules!["rfc6749-3.1-client-keeps-endpoint-query"],
        lies: OfClient(&[Departure(|settings, _, reply| {
            let own = settings.endpoints.authorization.split_once('?').map_or("", |(_, query)| query);
            let own: Vec<String> = Pairs::of(own).names().map(str::to_owned).collect();
            edit_location(reply, |pairs| own.iter().for_each(|name| pairs.remove(name)));
        })]),
    },
    Entry {
        name: "client-response-type-missing",
        about: "the authorization request has no response_type",
        rules: rules!["rfc6749-4.1.1-client-request-parameters"],
        lies: OfClient(&[Departure(|_, _, reply| {
            edit_location(reply, |pairs| pairs.remove("response_type"));
        })]),
    },
    Entry {
        name: "client-redirect-uri-unnamed",
        about: "the authorization request does not say where the response goes",
        rules: rules!["rfc6749-3.1.2.3-client-names-redirect-uri"],
        lies: OfClient(&[Departure(|_, _, reply| {
            edit_location(reply, |pairs| pairs.remove("redirect_uri"));
        })]),
    },
    Entry {
        name: "client-implicit",
        about: "the authorization request asks for a token",
        rules: rules!["rfc9700-2.1.2-client-no-implicit"],
        lies: OfClient(&[Departure(|_, _, reply| {
            edit_location(reply, |pairs| pairs.replace("response_type", |_| "token".to_owned()));
        })]),
    },
    Entry {
        name: "client-several-resources",
        about: "one token is asked for two resources",
        rules: rules!["rfc8707-3-client-one-resource-per-token"],
        lies: OfClient(&[Departure(|settings, _, reply| {
            edit_location(reply, |pairs| {
                pairs.push("resource", &form::encode(&format!("{}/other", settings.issuer)));
            });
        })]),
    },
];

fn constant() -> Minted {
    Minted::new(Secret::from_bytes([1; 32]))
}
