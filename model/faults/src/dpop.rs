//! Lies about proofs of possession on the wire (RFC 9449): what is read as one, and what is answered.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::Fault;
use super::edit::{Pairs, edit_json};
use oauth_core::directory::Directory;
use oauth_core::http::{HttpReply, HttpRequest};
use oauth_core::refusal::{DpopDefect, Malformed};
use oauth_core::server::Request;
use oauth_core::server::dpop::DpopProof;
use oauth_core::server::receive::Received;

/// On a push before it is decoded.
pub(super) fn on_push(fault: Fault, request: &mut HttpRequest) {
    let has_proof = request.header("dpop").next().is_some();
    match fault {
        Fault::PushProofIgnored => request.headers.retain(|(name, _)| name != "dpop"),
        Fault::PushKeysDiffer if has_proof => {
            let mut pairs = Pairs::body(request);
            pairs.remove("dpop_jkt");
            pairs.into_body(request);
        }
        _ => {}
    }
}

/// The kind of defect that a fault does not see.
const fn unseen(fault: Fault) -> Option<DpopDefect> {
    Some(match fault {
        Fault::ProofRepeatedTaken => DpopDefect::Repeated,
        Fault::ProofGarbageIgnored => DpopDefect::NotAJwt,
        Fault::ProofTypeUnchecked => DpopDefect::Type,
        Fault::ProofAlgorithmUnchecked => DpopDefect::Algorithm,
        Fault::ProofPrivateKeyTaken => DpopDefect::PrivateKey,
        Fault::ProofClaimsOptional => DpopDefect::Claim,
        _ => return None,
    })
}

/// After a request was decoded, with the request as it arrived.
pub(super) fn on_received(
    fault: Fault,
    request: &HttpRequest,
    received: &mut Received,
    directory: &Directory,
) {
    let Received { request: typed, beside } = received;
    if let (Some(proof), Some(htu)) = (typed.proof(), claimed_target(request)) {
        match fault {
            Fault::ProofTargetWithQuery => proof.fits_target &= request.query.is_none() && !htu.contains('?'),
            Fault::ProofTargetVerbatim => {
                proof.fits_target &= htu == format!("{}{}", directory.issuer, request.path);
            }
            _ => {}
        }
    }
    let proof = match typed {
        Request::Token(token) => &mut token.proof,
        Request::Push(push) => &mut push.proof,
        Request::Resource(resource) => &mut resource.proof,
        _ => return,
    };
    let Err(Malformed::Proof(defect)) = *proof else { return };
    if unseen(fault) != Some(defect) {
        return;
    }
    match DpopProof::parse_but(Some(defect), request, directory) {
        Ok(Some((read, signed))) => {
            *proof = Ok(Some(read));
            beside.proof = Some(signed);
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

/// On a reply, with the request as it arrived.
pub(super) fn on_reply(fault: Fault, request: &HttpRequest, reply: &mut HttpReply) {
    match request.path.as_str() {
        "/token" | "/par" => on_answer(fault, reply),
        "/introspect" => on_introspection(fault, reply),
        path if path.starts_with("/api/") => on_challenge(fault, reply),
        _ => {}
    }
    if reply.header("DPoP-Nonce").is_some() {
        on_nonce(fault, reply);
    }
}

fn on_answer(fault: Fault, reply: &mut HttpReply) {
    let rename = |reply: &mut HttpReply, from: &str, to: &str| {
        edit_json(reply, |members| {
            if members.get("error").is_some_and(|error| error == from) {
                members.insert("error".to_owned(), json!(to));
            }
        });
    };
    match fault {
        Fault::ProofErrorsWrong => rename(reply, "invalid_dpop_proof", "invalid_request"),
        Fault::NonceUnasked => rename(reply, "use_dpop_nonce", "invalid_dpop_proof"),
        Fault::BoundTokenCalledBearer => edit_json(reply, |members| {
            if members.contains_key("token_type") {
                members.insert("token_type".to_owned(), json!("Bearer"));
            }
        }),
        _ => {}
    }
}

fn on_introspection(fault: Fault, reply: &mut HttpReply) {
    edit_json(reply, |members| match fault {
        Fault::IntrospectionKeyless => {
            members.remove("cnf");
        }
        Fault::IntrospectionBoundAsBearer if members.contains_key("token_type") => {
            members.insert("token_type".to_owned(), json!("Bearer"));
        }
        _ => {}
    });
}

fn on_challenge(fault: Fault, reply: &mut HttpReply) {
    for (_, value) in reply.headers.iter_mut().filter(|(name, _)| *name == "WWW-Authenticate") {
        if !value.starts_with("DPoP") {
            continue;
        }
        match fault {
            Fault::ProofChallengeSilent => *value = "DPoP realm=\"resource\"".to_owned(),
            Fault::ResourceNonceUnasked => *value = value.replace("use_dpop_nonce", "invalid_token"),
            _ => {}
        }
    }
}

fn on_nonce(fault: Fault, reply: &mut HttpReply) {
    match fault {
        Fault::NonceTwice => {
            let nonce = reply.header("DPoP-Nonce").unwrap_or_default().to_owned();
            reply.headers.push(("DPoP-Nonce", nonce));
        }
        Fault::NonceCounted => reply.set("DPoP-Nonce", "1700000000"),
        Fault::NonceUnquotable => reply.set("DPoP-Nonce", "say \"no\""),
        Fault::NonceStored => reply.set("Cache-Control", "max-age=60"),
        _ => {}
    }
}

/// On the metadata.
pub(super) fn on_metadata(fault: Fault, reply: &mut HttpReply) {
    if fault == Fault::ProofAlgorithmsSymmetric {
        edit_json(reply, |members| {
            members.insert("dpop_signing_alg_values_supported".to_owned(), json!(["ES256", "HS256"]));
        });
    }
}
