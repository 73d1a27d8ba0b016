//! Faults of proofs of possession, and of what is bound to their key (RFC 9449).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth_core::directory::Directory;
use oauth_core::grant::{Grant, Phase};
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::policy::Lifetime;
use oauth_core::refusal::{DpopDefect, Malformed};
use oauth_core::server::dpop::{DpopHeader, DpopProof, Signature, Use};
use oauth_core::server::received::Received;
use oauth_core::server::redeem::{TokenAsk, TokenRequest};
use oauth_core::server::resource::{ResourceRequest, Scheme};
use oauth_core::server::{Found, Request};
use oauth_rules::rules;
use serde_json::{Value, json};

use super::Lie::{After, Before, Client, Error, Http, Proof, Read, Reply, Told};
use super::code::redeemed;
use super::redirect_uri::without_port;
use super::{At, METADATA, PAR, TOKEN, written};
use crate::edit::{Members, Pairs};
use crate::entry::{Entry, Lies::OfServer};

/// In reading order.
pub(crate) const FAULTS: &[Entry] = &[
    Entry {
        name: "proofs-never-taken",
        about: "every token request with a proof is refused, though the metadata lists algorithms",
        rules: rules!["rfc9449-5.1-metadata-algorithms"],
        lies: OfServer(&[Reply(TOKEN, |request, reply, _| {
            if request.header("dpop").next().is_some() {
                *reply = HttpReply::status(400).with("Content-Type", "application/json");
                reply.body = Body::Text(json!({ "error": "invalid_dpop_proof" }).to_string());
            }
        })]),
    },
    Entry {
        name: "proof-signature-unchecked",
        about: "the signature of a proof is not checked",
        rules: rules!["rfc9449-4.3-signature", "rfc9449-4.3-proof-checked-at-token-endpoint"],
        lies: OfServer(&[Proof(|_, proof| proof.signature = Signature::Right)]),
    },
    Entry {
        name: "proof-method-unchecked",
        about: "a proof may be made for another method",
        rules: rules!["rfc9449-4.3-htm"],
        lies: OfServer(&[Proof(|_, proof| proof.fits_method = true)]),
    },
    Entry {
        name: "proof-target-unchecked",
        about: "a proof may be made for another address",
        rules: rules!["rfc9449-4.3-htu"],
        lies: OfServer(&[Proof(|_, proof| proof.fits_target = true)]),
    },
    Entry {
        name: "proof-port-ignored",
        about: "a proof may be made for another port of the address",
        rules: rules!["rfc9449-4.3-htu"],
        lies: OfServer(&[Read(|request, received, directory| {
            if let (Some(proof), Some(htu)) = (received.proof(), claimed_target(request)) {
                let target = format!("{}{}", directory.issuer, request.path);
                proof.fits_target |= without_port(&htu) == without_port(&target);
            }
        })]),
    },
    Entry {
        name: "proof-unexpiring",
        about: "a proof is taken however old it is",
        rules: rules!["rfc9449-4.3-iat-window", "rfc9449-11.1-proof-time-limited"],
        lies: OfServer(&[Proof(|at, proof| {
            proof.made = proof.made.min(at.now);
            at.policy.proof_lifetime = Lifetime(u32::MAX);
        })]),
    },
    Entry {
        name: "proof-replayable",
        about: "a proof is taken as often as it is sent",
        rules: rules!["rfc9449-11.1-jti-single-use"],
        lies: OfServer(&[Proof(|_, proof| proof.used = Use::First)]),
    },
    Entry {
        name: "proof-of-any-token",
        about: "a resource does not look at ath",
        rules: rules!["rfc9449-4.3-ath"],
        lies: OfServer(&[Before(|_, request| {
            if let Request::Resource(ResourceRequest { hash, proof: Ok(Some(proof)), .. }) = request {
                proof.token = Some(*hash);
            }
        })]),
    },
    Entry {
        name: "proof-of-any-key",
        about: "a bound token is taken with a proof by any key",
        rules: rules!["rfc9449-4.3-key-binding", "rfc9449-7.1-rs-checks-proof"],
        lies: OfServer(&[Before(|found, request| {
            if let (
                Request::Resource(ResourceRequest { proof: Ok(Some(proof)), .. }),
                Some(Grant { phase: Phase::Live(live), .. }),
            ) = (request, &mut found.grant)
                && live.access.key.is_some()
            {
                live.access.key = Some(proof.key);
            }
        })]),
    },
    Entry {
        name: "bound-token-as-bearer-taken",
        about: "a bound token is taken behind Bearer",
        rules: rules!["rfc9449-7.2-bound-token-not-as-bearer", "rfc9700-4.10.1-rs-checks-possession"],
        lies: OfServer(&[Before(|found, request| {
            if let (
                Request::Resource(ResourceRequest { scheme: Scheme::Bearer, .. }),
                Some(Grant { phase: Phase::Live(live), .. }),
            ) = (request, &mut found.grant)
            {
                live.access.key = None;
            }
        })]),
    },
    Entry {
        name: "unbound-token-as-bound-taken",
        about: "a token that is bound to no key is taken behind DPoP with a proof by any key",
        rules: rules!["rfc9449-7.1-unbound-token-not-as-dpop"],
        lies: OfServer(&[Before(|found, request| {
            if let (
                Request::Resource(ResourceRequest { scheme: Scheme::Dpop, proof: Ok(Some(proof)), .. }),
                Some(Grant { phase: Phase::Live(live), .. }),
            ) = (request, &mut found.grant)
                && live.access.key.is_none()
            {
                live.access.key = Some(proof.key);
            }
        })]),
    },
    Entry {
        name: "bound-token-bound-to-nothing",
        about: "a token that is announced as bound is bound to no key",
        rules: rules!["rfc9449-7.2-bound-token-not-as-bearer", "rfc9700-4.10.1-rs-checks-possession"],
        lies: OfServer(&[After(|_, _, _, outcome| {
            if let Some(Grant { phase: Phase::Live(live), .. }) = written(outcome) {
                live.access.key = None;
            }
        })]),
    },
    Entry {
        name: "refresh-of-any-key",
        about: "a public client's refresh token is taken without its key",
        rules: rules!["rfc9449-5-public-refresh-token-bound"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Grant { phase: Phase::Live(live), .. }) = refreshed(found, request)
                && let Some(refresh) = &mut live.refresh
            {
                refresh.key = None;
            }
        })]),
    },
    Entry {
        name: "code-of-any-key",
        about: "a code is redeemed without the key that it was asked for with",
        rules: rules!["rfc9449-10-dpop-jkt-enforced", "rfc9449-10.1-par-both-ways"],
        lies: OfServer(&[Before(|found, request| {
            if let Some((_, grant, _)) = redeemed(found, request) {
                grant.terms.key = None;
            }
        })]),
    },
    Entry {
        name: "proof-optional",
        about: "a client that is registered for bound tokens gets others too",
        rules: rules!["rfc9449-5.2-bound-client-needs-proof"],
        lies: OfServer(&[Client(|client, _| client.dpop_bound = false)]),
    },
    Entry {
        name: "proof-repeated-taken",
        about: "of two proofs the first one counts",
        rules: rules!["rfc9449-4.3-one-header-field"],
        lies: OfServer(&[Read(|request, received, directory| {
            overlook(DpopDefect::Repeated, request, received, directory);
        })]),
    },
    Entry {
        name: "proof-garbage-ignored",
        about: "what is no JWT counts as no proof",
        rules: rules!["rfc9449-4.3-well-formed-jwt"],
        lies: OfServer(&[Read(|request, received, directory| {
            overlook(DpopDefect::NotAJwt, request, received, directory);
        })]),
    },
    Entry {
        name: "proof-claims-optional",
        about: "a proof may lack claims",
        rules: rules!["rfc9449-4.3-required-claims"],
        lies: OfServer(&[Read(|request, received, directory| {
            overlook(DpopDefect::Claim, request, received, directory);
        })]),
    },
    Entry {
        name: "proof-type-unchecked",
        about: "a JWT of any type is a proof",
        rules: rules!["rfc9449-4.3-typ"],
        lies: OfServer(&[Read(|request, received, directory| {
            overlook(DpopDefect::Type, request, received, directory);
        })]),
    },
    Entry {
        name: "proof-algorithm-unchecked",
        about: "a proof whose algorithm is none or a MAC is taken",
        rules: rules!["rfc9449-4.3-alg-asymmetric"],
        lies: OfServer(&[Read(|request, received, directory| {
            let Some((proof, _)) = received.dpop() else { return };
            if *proof != Err(Malformed::Proof(DpopDefect::Algorithm)) {
                return;
            }
            overlook(DpopDefect::Algorithm, request, received, directory);
            if let Some((Ok(Some(proof)), header)) = received.dpop() {
                proof.signature = Signature::Right;
                // Nobody checks what is no proof.
                *header = DpopHeader::Other;
            }
        })]),
    },
    Entry {
        name: "proof-private-key-taken",
        about: "a proof may give its private key away",
        rules: rules!["rfc9449-4.3-no-private-key"],
        lies: OfServer(&[Read(|request, received, directory| {
            overlook(DpopDefect::PrivateKey, request, received, directory);
        })]),
    },
    Entry {
        name: "proof-target-with-query",
        about: "a request with a query fits no proof",
        rules: rules!["rfc9449-4.3-htu-query-ignored"],
        lies: OfServer(&[Read(|request, received, _| {
            if let (Some(proof), Some(htu)) = (received.proof(), claimed_target(request)) {
                proof.fits_target &= request.query.is_none() && !htu.contains('?');
            }
        })]),
    },
    Entry {
        name: "proof-target-verbatim",
        about: "the address of a proof is compared letter by letter",
        rules: rules!["rfc9449-4.3-htu-normalised"],
        lies: OfServer(&[Read(|request, received, directory| {
            if let (Some(proof), Some(htu)) = (received.proof(), claimed_target(request)) {
                proof.fits_target &= htu == format!("{}{}", directory.issuer, request.path);
            }
        })]),
    },
    Entry {
        name: "proof-errors-wrong",
        about: "a bad proof is an invalid_request",
        rules: rules!["rfc9449-5-invalid-dpop-proof-error"],
        lies: OfServer(&[Error(TOKEN, deny_proof), Error(PAR, deny_proof)]),
    },
    Entry {
        name: "bound-token-called-bearer",
        about: "a bound token is announced as a bearer's",
        rules: rules!["rfc9449-5-token-type-dpop", "rfc9700-2.2.1-sender-constrained-access-tokens"],
        lies: OfServer(&[Told(TOKEN, |_, told| {
            if told.contains_key("token_type") {
                told.insert("token_type".to_owned(), json!("Bearer"));
            }
        })]),
    },
    Entry {
        name: "refresh-of-one-key",
        about: "a confidential client's refresh token is bound to a key too",
        rules: rules!["rfc9449-5-confidential-refresh-not-bound"],
        lies: OfServer(&[Before(|found, request| {
            if let Some(Grant { phase: Phase::Live(live), .. }) = refreshed(found, request)
                && let Some(refresh) = &mut live.refresh
            {
                refresh.key = live.access.key;
            }
        })]),
    },
    Entry {
        name: "proof-algorithms-symmetric",
        about: "the metadata lists a MAC among the algorithms of proofs",
        rules: rules!["rfc9449-5.1-metadata-algorithms"],
        lies: OfServer(&[Told(METADATA, |_, told| {
            told.insert("dpop_signing_alg_values_supported".to_owned(), json!(["ES256", "HS256"]));
        })]),
    },
    Entry {
        name: "proof-challenge-silent",
        about: "the DPoP challenge has neither algs nor error",
        rules: rules!["rfc9449-7.1-rs-challenge"],
        lies: OfServer(&[Reply(At::Below("/api/"), |_, reply, _| {
            edit_challenge(reply, |_| "DPoP realm=\"resource\"".to_owned());
        })]),
    },
    Entry {
        name: "push-proof-ignored",
        about: "a proof beside a push is not looked at",
        rules: rules!["rfc9449-10.1-par-proof-checked"],
        lies: OfServer(&[Http(PAR, |request| request.headers.retain(|(name, _)| name != "dpop"))]),
    },
    Entry {
        name: "push-keys-differ",
        about: "a pushed dpop_jkt gives way to the key of the proof",
        rules: rules!["rfc9449-10.1-par-mismatch-refused"],
        lies: OfServer(&[Http(PAR, |request| {
            if request.header("dpop").next().is_some() {
                Pairs::edit_body(request, |pairs| pairs.remove("dpop_jkt"));
            }
        })]),
    },
];

/// The grant of a refresh token.
fn refreshed<'a>(found: &'a mut Found<'_>, request: &Request) -> Option<&'a mut Grant> {
    let is_refresh = matches!(request, Request::Token(TokenRequest { ask: Ok(TokenAsk::Refresh(_)), .. }));
    found.grant.as_mut().filter(|_| is_refresh)
}

/// Reads a proof once more, without seeing this defect.
fn overlook(unseen: DpopDefect, request: &HttpRequest, received: &mut Received, directory: &Directory) {
    let Some((proof, header)) = received.dpop() else { return };
    if *proof != Err(Malformed::Proof(unseen)) {
        return;
    }
    match DpopProof::parse_but(Some(unseen), request, directory) {
        Ok(Some((read, signed))) => {
            *proof = Ok(Some(read));
            *header = DpopHeader::Proof(signed);
        }
        // What cannot be read at all counts as none.
        Ok(None) | Err(_) => *proof = Ok(None),
    }
}

/// The `htu` of a proof, as it stands there.
fn claimed_target(request: &HttpRequest) -> Option<String> {
    let header = std::str::from_utf8(request.header("dpop").next()?).ok()?;
    let claims = URL_SAFE_NO_PAD.decode(header.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims.get("htu")?.as_str().map(str::to_owned)
}

fn deny_proof(_: &HttpRequest, told: &mut Members) {
    rename_error(told, "invalid_dpop_proof", "invalid_request");
}

/// Tells another error in the place of this one.
pub(super) fn rename_error(told: &mut Members, from: &str, to: &str) {
    if told.get("error").is_some_and(|error| error == from) {
        told.insert("error".to_owned(), json!(to));
    }
}

/// Changes the challenges to bring a proof.
pub(super) fn edit_challenge(reply: &mut HttpReply, edit: impl Fn(&str) -> String) {
    for (_, value) in reply.headers.iter_mut().filter(|(name, _)| *name == "WWW-Authenticate") {
        if value.starts_with("DPoP") {
            *value = edit(value);
        }
    }
}
