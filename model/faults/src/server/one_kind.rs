//! Faults towards one kind of client, token or key, or at some of the endpoints alone: a check that another branch has.

use oauth_core::directory::{Authentication, Client};
use oauth_core::grant::{Coded, Grant, Phase};
use oauth_core::refusal::Refusal;
use oauth_core::server::authenticate::Credentials;
use oauth_core::server::dpop::{DpopHeader, Signature};
use oauth_core::server::jwk::Algorithm;
use oauth_core::server::redeem::TokenRequest;
use oauth_core::server::{Outcome, Reply as Answer, Request};
use oauth_rules::rules;
use serde_json::json;

use super::Lie::{After, Before, Read, Reply, Told};
use super::client_authentication::presented;
use super::code::redeemed;
use super::push::brought;
use super::{INTROSPECT, NEVER, PAR, REVOKE, TOKEN, written};
use crate::edit::{Members, Pairs, edit_json};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "post-secret-unchecked",
        about: "a secret in the body is not compared",
        rules: rules!["rfc6749-4.1.3-client-auth-checked-if-included"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((by, secret)) = presented(found, request)
                && matches!(by.credentials, Credentials::Post(_))
            {
                by.credentials = Credentials::Post(secret);
            }
        })]),
    },
    Entry {
        name: "post-clients-unproven",
        about: "a client that is registered to send its secret in the body need not send it",
        rules: rules!["rfc6749-4.1.3-client-auth-required"],
        lies: OfServer(&[Before(|found, request| {
            let is_post = found.client.is_some_and(|client| client.authentication == Authentication::Post);
            if let Some((by, secret)) = presented(found, request)
                && is_post
                && by.credentials == Credentials::None
            {
                by.credentials = Credentials::Post(secret);
            }
        })]),
    },
    Entry {
        name: "code-replayable-by-public-clients",
        about: "a client without a secret redeems a code as often as it shows it",
        rules: rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, grant, client)) = redeemed(found, request)
                && client.is_some_and(Client::is_public)
                && let Phase::Live(live) = &grant.phase
                && let Some(code) = live.code
            {
                grant.phase = Phase::Coded(Coded { code, until: NEVER });
            }
        })]),
    },
    Entry {
        name: "code-replayable-with-its-key",
        about: "a code is redeemed again by whoever proves the key that its token is bound to",
        rules: rules!["rfc6749-4.1.2-code-single-use", "rfc9700-4.2.4-code-single-use"],
        lies: OfServer(&[Before(|found, request| {
            let proven = if let Request::Token(TokenRequest { proof: Ok(Some(proof)), .. }) = &*request {
                Some(proof.key)
            } else {
                None
            };
            if let Some((_, grant, _)) = redeemed(found, request)
                && let Phase::Live(live) = &grant.phase
                && live.access.key.is_some()
                && live.access.key == proven
                && let Some(code) = live.code
            {
                grant.phase = Phase::Coded(Coded { code, until: NEVER });
            }
        })]),
    },
    Entry {
        name: "challenge-not-required-off-loopback",
        about: "a public client needs no code_challenge unless it has a redirect URI on loopback",
        rules: rules!["rfc7636-4.4.1-challenge-required", "rfc8252-8.1-no-pkce-refused"],
        lies: OfServer(&[super::Lie::Client(|client, request| {
            if matches!(request, Request::Authorize(_))
                && client.is_public()
                && client.redirects.iter().all(|uri| uri.portless.is_none())
            {
                client.authentication = Authentication::Basic;
            }
        })]),
    },
    Entry {
        name: "push-demanded-before-login",
        about: "a client that has to push is told so by redirect before anybody logged in",
        rules: rules!["rfc9700-4.11.2-authenticate-before-redirect"],
        lies: OfServer(&[After(|_, found, request, outcome| {
            if matches!(request, Request::Authorize(_))
                && matches!(outcome, Outcome::Reply(Answer::LogInFirst))
                && found.client.is_some_and(|client| client.pushed_only)
            {
                *outcome = Outcome::Reply(Refusal::PushNeeded.into());
            }
        })]),
    },
    Entry {
        name: "bound-token-called-bearer-beside-refresh-token",
        about: "a confidential client's bound token is announced as a bearer's where a refresh token comes with it",
        rules: rules!["rfc9449-5-token-type-dpop"],
        lies: OfServer(&[Told(TOKEN, |request, told| {
            let is_confidential = request.header("authorization").next().is_some();
            if is_confidential && told.contains_key("refresh_token") {
                told.insert("token_type".to_owned(), json!("Bearer"));
            }
        })]),
    },
    Entry {
        name: "redirect-uri-differs-taken-on-loopback",
        about: "the token request of a client on loopback may name another redirect URI",
        rules: rules!["rfc6749-4.1.3-redirect-uri-identical", "oauth21-10.2-redirect-uri-enforced-when-sent"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, Some(client))) = redeemed(found, request)
                && client.is_public()
                && client.redirects.iter().any(|uri| uri.portless.is_some())
                && redeem.redirect.is_some()
            {
                redeem.redirect = grant.terms.redirect;
            }
        })]),
    },
    Entry {
        name: "redirect-uri-absent-taken-of-public-clients",
        about: "the token request of a client without a secret may leave the redirect URI out",
        rules: rules!["rfc6749-4.1.3-redirect-uri-present"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((redeem, grant, Some(client))) = redeemed(found, request)
                && client.is_public()
                && redeem.redirect.is_none()
            {
                redeem.redirect = grant.terms.redirect;
            }
        })]),
    },
    Entry {
        name: "pushed-redirect-uri-forgotten",
        about: "which redirect URI a pushed request named is forgotten, so that the token request may leave it out",
        rules: rules!["rfc6749-4.1.3-redirect-uri-present"],
        lies: OfServer(&[After(|_, _, _, outcome| {
            if let Some(Grant { terms, phase: Phase::Pushed(_), .. }) = written(outcome) {
                terms.redirect = None;
            }
        })]),
    },
    Entry {
        name: "request-uri-of-any-client-taken-of-public-ones",
        about: "a client without a secret may bring what another client pushed",
        rules: rules!["rfc9126-2.2-bound-to-client"],
        lies: OfServer(&[Before(|found, request| {
            let client = found.client;
            if let Some((_, grant @ Grant { phase: Phase::Pushed(_), .. })) = brought(found, request)
                && let Some(client) = client.filter(|client| client.is_public())
            {
                grant.terms.client = client.no;
            }
        })]),
    },
    Entry {
        name: "hint-believed-of-refresh-tokens",
        about: "introspection does not find a refresh token that is called an access token",
        rules: rules!["rfc7662-2.1-wrong-hint-search-extended"],
        lies: OfServer(&[Reply(INTROSPECT, |request, reply, _| {
            if Pairs::body(request).value("token_type_hint") == Some("access_token") {
                edit_json(reply, |told| {
                    // What is told of an access token has its type.
                    if !told.contains_key("token_type") {
                        *told = Members::from_iter([("active".to_owned(), json!(false))]);
                    }
                });
            }
        })]),
    },
    Entry {
        name: "allow-missing-at-clients-endpoints",
        about: "405 of the endpoints beside the token endpoint has no Allow",
        rules: rules!["rfc9110-15.5.6-405-has-allow"],
        lies: OfServer(&[
            Reply(PAR, |_, reply, _| reply.remove("Allow")),
            Reply(REVOKE, |_, reply, _| reply.remove("Allow")),
            Reply(INTROSPECT, |_, reply, _| reply.remove("Allow")),
        ]),
    },
    Entry {
        name: "rsa-proofs-refused",
        about: "no signature by RSA is right, though the metadata lists its algorithms",
        rules: rules!["rfc9449-5.1-metadata-algorithms"],
        lies: OfServer(&[Read(|_, received, _| {
            if let Some((Ok(Some(proof)), header)) = received.dpop()
                && let DpopHeader::Proof(signed) = &*header
                && matches!(signed.algorithm, Algorithm::Ps256 | Algorithm::Rs256)
            {
                proof.signature = Signature::Wrong;
                // Nobody checks what is no proof.
                *header = DpopHeader::Other;
            }
        })]),
    },
    Entry {
        name: "other-proofs-unchecked",
        about: "the signature of a proof is checked of ES256 alone",
        rules: rules!["rfc9449-4.3-signature"],
        lies: OfServer(&[Read(|_, received, _| {
            if let Some((Ok(Some(proof)), header)) = received.dpop()
                && let DpopHeader::Proof(signed) = &*header
                && signed.algorithm != Algorithm::Es256
            {
                proof.signature = Signature::Right;
                // Nobody checks what is no proof.
                *header = DpopHeader::Other;
            }
        })]),
    },
];
