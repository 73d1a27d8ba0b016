//! Faults of a client's proofs, its nonces, and the tokens that are bound to its key (RFC 9449).

use oauth_core::client::dpop::{Attempt, Peer};
use oauth_core::client::http_call::HttpCall;
use oauth_rules::rules;
use serde_json::json;

use super::Lie::{GivenNonce, NonceAsked, NoncePlace, Proof, ProvedCall};
use crate::entry::{Entry, Lies::OfClient};

const CHALLENGE_PARAMETERS: &[&str] = &["realm", "scope", "algs", "error", "error_description"];

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "client-proof-untyped",
        about: "a DPoP proof says that it is any JWT",
        rules: rules!["rfc9449-4.2-client-proof-form"],
        lies: OfClient(&[Proof(|_, proof| {
            proof.header.insert("typ".to_owned(), json!("JWT"));
        })]),
    },
    Entry {
        name: "client-proof-shows-key",
        about: "a DPoP proof has the private half of its key in it",
        rules: rules!["rfc9449-4.2-client-no-private-key"],
        lies: OfClient(&[Proof(|_, proof| {
            if let Some(jwk) = proof.header.get_mut("jwk").and_then(|jwk| jwk.as_object_mut()) {
                jwk.insert("d".to_owned(), json!("AQ"));
            }
        })]),
    },
    Entry {
        name: "client-jti-constant",
        about: "every DPoP proof has the same jti",
        rules: rules!["rfc9449-4.2-client-jti-unique"],
        lies: OfClient(&[Proof(|_, proof| {
            proof.claims.insert("jti".to_owned(), json!("1"));
        })]),
    },
    Entry {
        name: "client-ath-omitted",
        about: "a DPoP proof beside a token does not have the token's hash",
        rules: rules!["rfc9449-4.2-client-ath"],
        lies: OfClient(&[Proof(|_, proof| {
            proof.claims.remove("ath");
        })]),
    },
    Entry {
        name: "client-nonce-forgotten",
        about: "a nonce goes into the request that it was asked for, and into no later one",
        rules: rules!["rfc9449-4.2-client-nonce-once-given"],
        lies: OfClient(&[Proof(|attempt, proof| {
            if attempt == Attempt::First {
                proof.claims.remove("nonce");
            }
        })]),
    },
    Entry {
        name: "client-nonce-kept",
        about: "the first nonce of a server is used for good",
        rules: rules!["rfc9449-8.2-client-uses-new-nonce"],
        lies: OfClient(&[GivenNonce(|known, place, given| {
            if known.latest(place).is_some() {
                *given = None;
            }
        })]),
    },
    Entry {
        name: "client-nonce-shared",
        about: "the nonce of one server goes to every other",
        rules: rules!["rfc9449-9-client-nonce-per-server"],
        lies: OfClient(&[NoncePlace(|place| {
            place.0 = Peer::AuthorizationServer;
            place.1.clear();
        })]),
    },
    Entry {
        name: "client-nonce-not-followed",
        about: "a request that needs a nonce is not sent again",
        rules: rules!["rfc9449-8-client-retries-with-nonce"],
        lies: OfClient(&[NonceAsked(|_, asked| *asked = false)]),
    },
    Entry {
        name: "client-unknown-challenge-refused",
        about: "a challenge with an unknown parameter is not understood",
        rules: rules!["rfc9449-7.1-client-ignores-unknown-parameters"],
        lies: OfClient(&[NonceAsked(|challenges, asked| {
            let known = |name: &String| CHALLENGE_PARAMETERS.contains(&name.as_str());
            *asked &= challenges.iter().all(|challenge| challenge.params.iter().all(|(name, _)| known(name)));
        })]),
    },
    Entry {
        name: "client-refresh-unproved",
        about: "a refresh has no DPoP proof",
        rules: rules!["rfc9449-5-client-proof-on-token-request"],
        lies: OfClient(&[ProvedCall(|_, call| {
            if call.body.contains("grant_type=refresh_token") {
                forget_proof(call);
            }
        })]),
    },
    Entry {
        name: "client-bound-token-as-bearer",
        about: "a bound token is shown as a Bearer token, without proof",
        rules: rules!["rfc9449-7-client-proof-and-token"],
        lies: OfClient(&[ProvedCall(|peer, call| {
            if peer == Peer::ResourceServer {
                forget_proof(call);
                for (_, value) in call.headers.iter_mut().filter(|(name, _)| *name == "Authorization") {
                    *value = value.replacen("DPoP", "Bearer", 1);
                }
            }
        })]),
    },
];

fn forget_proof(call: &mut HttpCall) {
    call.headers.retain(|(name, _)| *name != "DPoP");
}
